"""A page that is private in its own language is private in all: a fallback shows the very same text.

Wagtail copies restrictions when it makes an alias and never again; wagtail-localize does when somebody updates a
translation.
"""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.signals import m2m_changed, post_delete, post_save
from wagtail.models import Page, PageViewRestriction

from cms.translation.trees import followers

_Rule = tuple[str, str, tuple[int, ...]]
"""Kind, password and groups of a restriction."""


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
    same = Q(page__translation_key=page.translation_key) | Q(page__alias_of=page.pk)
    if PageViewRestriction.objects.filter(same).exists():
        restrict_as(page, *followers(page).only("pk"))


def restrict_as(page: Page, *others: Page) -> None:
    """Give other pages a page's own restrictions, and no others."""
    rules = _restrictions([page.pk, *(other.pk for other in others)])
    for other in others:
        if rules[other.pk] != rules[page.pk]:
            _replace(other, rules[page.pk])


def _restrictions(pages: list[int]) -> dict[int, list[_Rule]]:
    """The restrictions of each of these pages."""
    rules: dict[int, list[_Rule]] = {pk: [] for pk in pages}
    for rule in PageViewRestriction.objects.filter(page_id__in=pages).prefetch_related("groups"):
        groups = tuple(sorted(group.pk for group in rule.groups.all()))
        rules[rule.page_id].append((rule.restriction_type, rule.password, groups))
    return {pk: sorted(found) for pk, found in rules.items()}


@transaction.atomic
def _replace(page: Page, rules: list[_Rule]) -> None:
    old = list(PageViewRestriction.objects.filter(page_id=page.pk))
    for kind, password, groups in rules:
        rule = PageViewRestriction.objects.create(page_id=page.pk, restriction_type=kind, password=password)
        rule.groups.set(groups)
    for rule in old:
        rule.delete()
