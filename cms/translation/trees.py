"""One tree per language: fallbacks for what is not translated, and a page in a given language."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import F, QuerySet
from django.db.models.query_utils import Q
from django.db.models.signals import post_save
from wagtail.models import Locale, Page
from wagtail.query import PageQuerySet
from wagtail_localize.models import LocaleSynchronization, Translation, sync_trees_on_locale_sync_save

from cms import indexing
from cms.languages import fallbacks

IS_FALLBACK = Q(alias_of__isnull=False) & ~Q(alias_of__locale=F("locale"))


def without_fallbacks(pages: QuerySet[Page]) -> QuerySet[Page]:
    """Pages with a text of their own: what sitemaps, search and hreflang may name."""
    return pages.exclude(pk__in=Page.objects.filter(IS_FALLBACK).values("pk"))


def followers(page: Page) -> PageQuerySet:
    """The fallbacks and translations of a page, itself the source, in the other languages."""
    targets = Translation.objects.filter(
        source__object_id=page.translation_key, source__locale_id=page.locale_id
    ).values("target_locale")
    translated = Q(translation_key=page.translation_key, locale__in=targets, alias_of=None)
    return Page.objects.filter(translated | Q(alias_of=page.pk)).exclude(locale=page.locale_id)


def create_fallbacks(page: Page) -> list[Page]:
    """Aliases of a page, with those of its ancestors, in every language that lacks it."""
    if page.is_root() or page.alias_of_id:
        return []
    present = page.get_translations(inclusive=True).values("locale")
    return [
        page.specific.copy_for_translation(locale, copy_parents=True, alias=True)
        for locale in Locale.objects.exclude(pk__in=present)
    ]


def synchronise_trees() -> int:
    """Give every language a fallback of every page that it lacks; returns for how many pages some were missing.

    Call it after code has made pages (imports, demo content): Wagtail makes aliases for pages made in the admin only.
    wagtail-localize's own synchronisation goes from French outwards; this one starts from whichever language a page
    was first written in.
    """
    present = Counter(Page.objects.filter(depth__gt=1).values_list("translation_key", flat=True))
    languages = Locale.objects.count()
    lacking = [key for key, count in present.items() if count < languages]
    pages = Page.objects.filter(alias_of=None, translation_key__in=lacking).order_by("depth", "path")
    lacked = 0
    for page in pages.iterator(chunk_size=500):
        with indexing.at_once():
            lacked += bool(create_fallbacks(page))
    return lacked


def connect() -> None:
    """Called once when the apps are ready: replaces a receiver of wagtail-localize 1.14 that fails on loaded data.

    Upstream synchronises trees for rows that loaddata or a test's rollback writes too, before the languages that they
    name are there. It can go when sync_trees_on_locale_sync_save looks at `raw`.
    """
    post_save.disconnect(sync_trees_on_locale_sync_save, sender=LocaleSynchronization)
    post_save.connect(_rule_saved, sender=LocaleSynchronization, dispatch_uid="cms.translation.trees")


def _rule_saved(sender: type, instance: LocaleSynchronization, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        instance.sync_trees()


class InLanguage(NamedTuple):
    """A page as a language has it; a fallback is in another language than was asked for."""

    page: Page
    is_fallback: bool


def in_language(pages: Iterable[Page], language: str) -> list[InLanguage]:
    """Each page in a language: its translation, else its alias there, else the page itself; in one query.

    Only live pages stand in; a page that is not live in any language is left out, so that a menu never leads to a 404.
    """
    pages = list(pages)
    live = Page.objects.live().filter(translation_key__in={page.translation_key for page in pages})
    found: dict[object, dict[str, Page]] = {}
    for page in live.select_related("locale"):
        found.setdefault(page.translation_key, {})[page.locale.language_code] = page
    result = []
    for page in pages:
        versions = found.get(page.translation_key, {})
        own = (code for code, version in versions.items() if version.pk == page.pk)
        code = next((code for code in (language, *own, *fallbacks(language)) if code in versions), None)
        if code:
            result.append(InLanguage(versions[code], code != language or versions[code].alias_of_id is not None))
    return result
