"""A page that is private in its own language is private in all: a fallback shows the very same text.

Wagtail copies restrictions when it makes an alias and never again; wagtail-localize does when somebody updates a
translation.
"""

from typing import Any

from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save
from wagtail.models import Page, PageViewRestriction

from cms.translation.trees import followers


def connect() -> None:
    """Called once when the apps are ready."""
    for signal in (post_save, post_delete):
        signal.connect(_changed, sender=PageViewRestriction, dispatch_uid="cms.translation.privacy")
    m2m_changed.connect(_changed, sender=PageViewRestriction.groups.through, dispatch_uid="cms.translation.privacy")


def _changed(
    sender: type, instance: Any, raw: bool = False, action: str = "post", origin: Any = None, **kwargs: Any
) -> None:
    if raw or not action.startswith("post") or not isinstance(instance, PageViewRestriction):
        return
    if origin is not None and getattr(origin, "model", type(origin)) is not PageViewRestriction:
        return  # it goes with its page: what is left of that in other languages was never made public
    page = Page.objects.filter(pk=instance.page_id).first()
    if page is not None:
        mirror(page)


def mirror(page: Page) -> None:
    """Give the fallbacks and translations of a page its own restrictions, and no others."""
    for follower in followers(page):
        restrict_as(page, follower)


def restrict_as(page: Page, other: Page) -> None:
    """Give another page a page's own restrictions, and no others."""
    own = _restrictions(page)
    if _restrictions(other) != own:
        _replace(other, own)


def _restrictions(page: Page) -> list[tuple[str, str, tuple[int, ...]]]:
    return sorted(
        (rule.restriction_type, rule.password, tuple(sorted(rule.groups.values_list("pk", flat=True))))
        for rule in PageViewRestriction.objects.filter(page_id=page.pk)
    )


@transaction.atomic
def _replace(page: Page, rules: list[tuple[str, str, tuple[int, ...]]]) -> None:
    old = list(PageViewRestriction.objects.filter(page_id=page.pk))
    for kind, password, groups in rules:
        rule = PageViewRestriction.objects.create(page_id=page.pk, restriction_type=kind, password=password)
        rule.groups.set(groups)
    for rule in old:
        rule.delete()
