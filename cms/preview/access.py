"""Who may see a draft outside the admin: signed tokens, and the rights behind them, asked for at each use.

Nobody learns anything from a token that we did not sign. One that we did says what it opens: a snapshot for an hour,
a shared draft until it is over or withdrawn; either only while whoever made it may still edit the page.
"""

import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.http.response import HttpResponseBase
from django.utils import timezone
from wagtail.models import Page

from cms.preview import drafts
from cms.preview.drafts import Draft
from cms.preview.models import DraftShare, PreviewSnapshot

AGE = datetime.timedelta(hours=1)
"""How long the token of a snapshot opens it."""


class Refused(Exception):
    """There is no draft for this token; `locale` is the language of the draft, where it is known.

    `status` is that of an answer which says so.
    """

    status: int

    def __init__(self, locale: str | None = None) -> None:
        self.locale = locale
        super().__init__()


class Unknown(Refused):
    """We did not make this token."""

    status = 404


class Ended(Refused):
    """It was good once: it is too old, was withdrawn, or what it opened is gone."""

    status = 410


class Forbidden(Refused):
    """Whoever made it may no longer edit the page."""

    status = 403


def _snapshots() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="cms.preview.snapshot")


def _shares() -> signing.Signer:
    return signing.Signer(salt="cms.preview.share")


def token_of_snapshot(snapshot: PreviewSnapshot) -> str:
    """A token that begins to age now."""
    return _snapshots().sign(str(snapshot.pk))


def token_of_share(share: DraftShare) -> str:
    """The token of a shared draft, always the same."""
    return _shares().sign(str(share.pk))


def opened(token: str) -> Draft:
    """The draft that a token opens; raises Unknown, Ended or Forbidden."""
    try:
        return _of_share(int(_shares().unsign(token)))
    except signing.BadSignature:
        pass
    try:
        return _of_snapshot(int(_snapshots().unsign(token, max_age=AGE)))
    except signing.SignatureExpired:
        raise Ended from None
    except signing.BadSignature:
        raise Unknown from None


def _of_share(pk: int) -> Draft:
    share = DraftShare.objects.select_related("page__locale", "shared_by").filter(pk=pk).first()
    if share is None:
        raise Ended
    locale = share.page.locale.language_code
    if not share.is_open():
        raise Ended(locale)
    if not may_share(share.shared_by, share.page):
        raise Forbidden(locale)
    try:
        return drafts.of_page(share.page, share.content)
    except drafts.Unreadable:
        raise Ended(locale) from None


def _of_snapshot(pk: int) -> Draft:
    snapshot = PreviewSnapshot.objects.select_related("user", "page__locale", "parent__locale").filter(pk=pk).first()
    if snapshot is None:
        raise Ended
    place = snapshot.page or snapshot.parent
    assert place is not None
    locale = place.locale.language_code
    if not may_preview(snapshot.user, snapshot.page, snapshot.parent):
        raise Forbidden(locale)
    model: Any = snapshot.content_type.model_class()
    try:
        if snapshot.page:
            return drafts.of_page(snapshot.page, snapshot.content)
        return drafts.of_new_page(place, model, snapshot.content)
    except drafts.Unreadable:
        raise Ended(locale) from None


def may_preview(user: Any, page: Page | None, parent: Page | None) -> bool:
    """Whether somebody may see the draft of a page, or of one to be made below a parent."""
    if not user.is_active:
        return False
    if page is None:
        return parent is not None and bool(parent.permissions_for_user(user).can_add_subpage())
    rights = page.permissions_for_user(user)
    return bool(rights.can_edit() or rights.can_publish())


def may_share(user: Any, page: Page) -> bool:
    """Whether somebody may show the draft of a page to people without an account; a fallback has none of its own."""
    rights = page.permissions_for_user(user)
    return bool(user.is_active and rights.can_edit() and (page.alias_of_id is None or page.has_unpublished_changes))


def snapshot(user: Any, page: Page, *, of_form: bool) -> PreviewSnapshot:
    """Keep what a page in memory holds; that of a form takes the place of the one before."""
    place: dict[str, Any] = {"page_id": page.pk} if page.pk else {"parent_id": page.get_parent().pk}
    place |= {"user_id": user.pk, "content_type": ContentType.objects.get_for_model(type(page)), "of_form": of_form}
    held = {"content": drafts.content_of(page), "taken_at": timezone.now()}
    if of_form and (before := PreviewSnapshot.objects.filter(**place).order_by("pk").first()):
        PreviewSnapshot.objects.filter(pk=before.pk).update(**held)
        return before
    return PreviewSnapshot.objects.create(**place, **held)


def prune() -> None:
    """Forget the snapshots that no token opens any more, and links that have been over for a month."""
    PreviewSnapshot.objects.filter(taken_at__lt=timezone.now() - 2 * AGE).delete()
    DraftShare.objects.filter(last_day__lt=timezone.localdate() - datetime.timedelta(days=30)).delete()


def keep_to_yourself(response: HttpResponseBase) -> None:
    """Have nobody store an answer that a token gave, index it, or learn the token from a link in it."""
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
