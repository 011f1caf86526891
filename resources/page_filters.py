"""The filter of page lists by concept of the thesaurus."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from cms.api import page_filters, params
from cms.labels import Labels
from resources import hierarchy
from resources.thesaurus import PageTheme


def pages_of_themes(pages: QuerySet[Any], codes: Iterable[str], snapshot: Labels) -> QuerySet[Any]:
    """Pages about any of these concepts or one that is narrower."""
    known = snapshot.table("resources.Concept").by_code
    concepts = hierarchy.of(snapshot).with_narrower(known[code].pk for code in codes if code in known)
    return pages.filter(pk__in=about_concepts(concepts))


def about_concepts(concepts: set[int]) -> QuerySet[Any, Any]:
    """Keys of pages about any of these concepts, some more than once."""
    return PageTheme.objects.filter(fact__in=concepts).order_by().values("page_id")


THEME = params.Param(
    "theme", params.fact("resources.Concept"), "About one of these concepts or a narrower one (codes).", many=True
)


def register() -> None:
    """Add the filter to every page list."""
    page_filters.register(
        page_filters.PageFilter(THEME, lambda pages, codes, query: pages_of_themes(pages, codes, query.labels))
    )
