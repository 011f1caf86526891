"""Wagtail's actions on a page are one transaction each, whatever the route: admin, several pages at once, code.

Wagtail commits on the way: a copy of a private page is public until its restriction is copied, a move tells of itself
when it is done, and what follows a page in other languages follows it then. Seen from elsewhere, and after a crash,
each is now whole or not begun (publications: cms.publishable); so are the admin's forms that make pages, whose
fallbacks are made last, and that of a page's privacy, which its other languages get after it. It can go when
https://github.com/wagtail/wagtail does so itself, as it does for edits.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from wagtail.actions.copy_for_translation import CopyPageForTranslationAction
from wagtail.actions.copy_page import CopyPageAction
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.actions.delete_page import DeletePageAction
from wagtail.actions.move_page import MovePageAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.admin.views.page_privacy import SetPrivacyView
from wagtail.admin.views.pages.copy import CopyView
from wagtail.admin.views.pages.create import CreateView
from wagtail.models import Page

from cms.translation import privacy

ACTIONS = (
    CopyPageAction,
    CopyPageForTranslationAction,
    CreatePageAliasAction,
    DeletePageAction,
    MovePageAction,
    UnpublishPageAction,
)


def make_atomic() -> None:
    """Called once when the apps are ready."""
    for action in ACTIONS:
        action.execute = transaction.atomic(action.execute)
    CopyPageAction._copy_page = _restricted_as_its_source(CopyPageAction._copy_page)
    for view in (CopyView, CreateView, SetPrivacyView):
        view.post = transaction.atomic(view.post)


def _restricted_as_its_source(copy_page: Callable[..., Page]) -> Callable[..., Page]:
    """Pages copied with the one above them, too.

    Wagtail 8.0 gives them the restrictions of the topmost page instead, so that a private page below a public one would
    have a public copy.
    """

    @wraps(copy_page)
    def copied(action: Any, page: Page, *args: Any, **kwargs: Any) -> Page:
        copy = copy_page(action, page, *args, **kwargs)
        if page.pk != action.page.pk:
            privacy.restrict_as(page, copy)
        return copy

    return copied
