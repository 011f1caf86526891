"""Filters of page lists by border, territory, country and programme: they find what the pages' JSON shows."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet
from wagtail.models import Page

from borders import atlas
from borders.fiches import BorderPage, TerritoryPage
from borders.links import PageBorder, PageProgramme, PageTerritory
from cms import labels
from cms.api import page_filters, params


def pages_of_borders(pages: QuerySet[Any], codes: Iterable[str], snapshot: labels.Labels) -> QuerySet[Any]:
    """Pages about any of these borders or their parts: by a link, or bound to it or to a territory on it."""
    return pages.filter(pk__in=about_borders(atlas.borders_by_code(snapshot, codes), snapshot, pages.model))


def pages_of_countries(pages: QuerySet[Any], codes: Iterable[str], snapshot: labels.Labels) -> QuerySet[Any]:
    """Pages about any border of these countries."""
    countries = atlas.keys(snapshot, "borders.Country", codes)
    return pages.filter(pk__in=about_borders(atlas.of(snapshot).of_countries(countries), snapshot, pages.model))


def about_borders(borders: set[int], snapshot: labels.Labels, model: type[Page] = Page) -> QuerySet[Any, Any]:
    """Keys of the pages of a type about any of these borders: by a link, or bound to it or to a territory on it."""
    territories = atlas.of(snapshot).territories_on(borders)
    return _any_of(
        model,
        PageBorder.objects.filter(fact__in=borders).values("page_id"),
        BorderPage.objects.filter(border__in=borders).values("pk"),
        TerritoryPage.objects.filter(territory__in=territories).values("pk"),
    )


def pages_of_territories(pages: QuerySet[Any], codes: Iterable[str], snapshot: labels.Labels) -> QuerySet[Any]:
    """Pages about any of these territories: by a link, or bound to it."""
    return pages.filter(pk__in=about_territories(atlas.keys(snapshot, "borders.Territory", codes), pages.model))


def about_territories(territories: set[int], model: type[Page] = Page) -> QuerySet[Any, Any]:
    """Keys of the pages of a type about any of these territories: by a link, or bound to it."""
    return _any_of(
        model,
        PageTerritory.objects.filter(fact__in=territories).values("page_id"),
        TerritoryPage.objects.filter(territory__in=territories).values("pk"),
    )


def _any_of(model: type[Page], links: QuerySet[Any, Any], *bound: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Keys of pages with these links, or bound to something, as far as pages of the type can be; some more than once.

    By the links alone PostgreSQL goes along the order that is asked for until it has enough pages. Others make one set
    with them: of alternatives it would look at every page for each.
    """
    others = [keys.order_by() for keys in bound if issubclass(keys.model, model)]
    return links.order_by().union(*others, all=True) if others else links.order_by()


def pages_of_programmes(pages: QuerySet[Any], codes: Iterable[str], snapshot: labels.Labels) -> QuerySet[Any]:
    """Pages about any of these programmes."""
    programmes = atlas.keys(snapshot, "borders.Programme", codes)
    return pages.filter(pk__in=PageProgramme.objects.filter(fact__in=programmes).values("page"))


BORDER = params.Param(
    "border", params.fact("borders.Border"), "About one of these borders or its parts (codes).", many=True
)
TERRITORY = params.Param(
    "territory", params.fact("borders.Territory"), "About one of these territories (codes).", many=True
)
COUNTRY = params.Param("country", params.fact("borders.Country"), "About a border of these countries.", many=True)
PROGRAMME = params.Param(
    "programme", params.fact("borders.Programme"), "About one of these programmes (codes).", many=True
)


def register() -> None:
    """Add the filters to every page list."""
    for param, find in (
        (BORDER, pages_of_borders),
        (TERRITORY, pages_of_territories),
        (COUNTRY, pages_of_countries),
        (PROGRAMME, pages_of_programmes),
    ):
        page_filters.register(page_filters.PageFilter(param, _applied(find)))


def _applied(find: Callable[..., QuerySet[Any]]) -> Callable[[QuerySet[Any], Any, params.Query], QuerySet[Any]]:
    return lambda pages, codes, query: find(pages, codes, query.labels)
