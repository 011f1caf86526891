"""Showing a draft to people without an account: links with an end, listed and withdrawn in the admin."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy

from cms import frontend
from cms.preview import access, drafts
from cms.preview.models import DraftShare

SHARED, RENEWED, WITHDRAWN = "cms.share", "cms.share.renew", "cms.share.withdraw"
DAYS, MOST_DAYS = 14, 90
"""How long a link lasts unless somebody says otherwise, and at most."""


def register_log_actions(actions: Any) -> None:
    """register_log_actions."""
    actions.register_action(SHARED, _("Share the draft"), _("Draft shared by a link"))
    actions.register_action(RENEWED, _("Renew the shared draft"), _("Shared draft brought up to date"))
    actions.register_action(WITHDRAWN, _("Withdraw a link"), _("Sharing link withdrawn"))


def _draft_of(page: Page) -> drafts.Content:
    return drafts.content_of(page.get_latest_revision_as_object())


def _log(share: DraftShare, action: str, user: Any) -> None:
    log(share.page, action, user=user, data={"for": share.recipient, "until": share.last_day.isoformat()})


@transaction.atomic
def share(page: Page, user: Any, *, recipient: str, last_day: datetime.date) -> DraftShare:
    """Make a link to the draft of a page as it is saved now; what is written later does not show."""
    made = DraftShare.objects.create(
        page=page,
        content=_draft_of(page),
        content_at=timezone.now(),
        recipient=recipient,
        last_day=last_day,
        shared_by=user,
    )
    _log(made, SHARED, user)
    return made


@transaction.atomic
def renew(found: DraftShare, user: Any) -> None:
    """Show the draft as it is saved now under the same link."""
    found.content, found.content_at = _draft_of(found.page), timezone.now()
    found.save(update_fields=["content", "content_at"])
    _log(found, RENEWED, user)


@transaction.atomic
def withdraw(found: DraftShare, user: Any) -> None:
    """End a link at once."""
    found.revoked_at, found.revoked_by = timezone.now(), user
    found.save(update_fields=["revoked_at", "revoked_by"])
    _log(found, WITHDRAWN, user)


def address(found: DraftShare) -> str:
    """The link itself."""
    return frontend.preview_url(found.page.locale.language_code, access.token_of_share(found))


def states(shares: Iterable[DraftShare]) -> dict[int, Any]:
    """What has become of links, in words, by key (two queries for each person who shared)."""
    shares = list(shares)
    pages: dict[Any, set[int]] = defaultdict(set)
    for one in shares:
        pages[one.shared_by].add(one.page_id)
    policy = PagePermissionPolicy()
    editable = {
        user: set(
            policy.instances_user_has_permission_for(user, "change").filter(pk__in=keys).values_list("pk", flat=True)
        )
        if user.is_active
        else set()
        for user, keys in pages.items()
    }
    return {one.pk: _state(one, one.page_id in editable[one.shared_by]) for one in shares}


def _state(found: DraftShare, may: bool) -> Any:
    if found.revoked_at:
        return _("withdrawn")
    if not found.is_open():
        return _("over")
    return _("works") if may else _("stopped: who shared it may no longer edit the page")
