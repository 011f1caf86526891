"""Which works a change of the log concerns: those whose documents it may have made untrue."""

import uuid
from collections.abc import Callable, Collection
from typing import Any

from django.db.models import QuerySet
from wagtail.models import Collection as Folder
from wagtail.models import Page

from borders.models import Border, BorderPage, PageBorder, PageTerritory, Territory, TerritoryPage
from cms.changes.models import MOVE, PRIVACY, Change
from resources.models import Concept, PageTheme, Record
from resources.thesaurus import closure
from search.documents import Works

SHOWN = frozenset({"wagtailcore.page", "resources.record"})
"""Models of which each object is a work, or part of one."""
CLOSING = frozenset({PRIVACY, MOVE})
"""Kinds of changes of a page that may close or open what is below it."""


def concerned(rows: Collection[Change]) -> Works:
    """The works whose documents some changes of the log may have made untrue."""
    keys: dict[str, set[int]] = {}
    works = Works()
    paths: set[str] = set()
    for row in rows:
        keys.setdefault(row.model, set()).add(row.object_id)
        before = row.before or {}
        if key := before.get("translation_key"):
            works.pages.add(uuid.UUID(key))
        if row.kind in CLOSING and "path" in before:
            paths.add(before["path"])
    if pages := keys.pop("wagtailcore.page", None):
        here = Page.objects.filter(pk__in=pages).values_list("translation_key", "path")
        closing = {row.object_id for row in rows if row.model == "wagtailcore.page" and row.kind in CLOSING}
        works.pages |= {key for key, _path in here}
        paths |= set(Page.objects.filter(pk__in=closing).values_list("path", flat=True)) if closing else set()
    for path in paths:  # what is closed or opened above a page is so for the page
        below = Page.objects.filter(path__startswith=path)
        works.pages |= set(below.values_list("translation_key", flat=True))
    works.records |= keys.pop("resources.record", set())
    for model, facts in keys.items():
        if about := _ABOUT.get(model):
            pages_about, records_about = about(facts)
            works.pages |= set(pages_about.values_list("translation_key", flat=True))
            works.records |= set(records_about.values_list("pk", flat=True))
    return works


_About = Callable[[set[int]], tuple[QuerySet[Any], QuerySet[Any]]]


def _about_borders(keys: set[int]) -> tuple[QuerySet[Any], QuerySet[Any]]:
    # From the tables, not the atlas: what a border that is public no more was part of must learn of it, too.
    parts = set(keys)
    while parts:
        parts = set(Border.objects.filter(parent__in=parts).values_list("pk", flat=True)) - keys
        keys = keys | parts
    territories = set(Territory.borders.through.objects.filter(border__in=keys).values_list("territory_id", flat=True))
    pages, records = _about_territories(territories)
    linked = PageBorder.objects.filter(fact__in=keys).values("page")
    own = BorderPage.objects.filter(border__in=keys).values("pk")
    pages = pages | Page.objects.filter(pk__in=linked) | Page.objects.filter(pk__in=own)
    return pages, records | Record.objects.filter(borders__in=keys)


def _about_territories(keys: set[int]) -> tuple[QuerySet[Any], QuerySet[Any]]:
    linked = PageTerritory.objects.filter(fact__in=keys).values("page")
    own = TerritoryPage.objects.filter(territory__in=keys).values("pk")
    pages = Page.objects.filter(pk__in=linked) | Page.objects.filter(pk__in=own)
    return pages, Record.objects.filter(territories__in=keys)


def _about_countries(keys: set[int]) -> tuple[QuerySet[Any], QuerySet[Any]]:
    borders = Border.countries.through.objects.filter(country__in=keys).values_list("border_id", flat=True)
    pages, records = _about_borders(set(borders))
    return pages, records | Record.objects.filter(countries__in=keys)


def _about_concepts(keys: set[int]) -> tuple[QuerySet[Any], QuerySet[Any]]:
    narrower: dict[int, set[int]] = {}
    for one, other in Concept.broader.through.objects.values_list("from_concept_id", "to_concept_id"):
        narrower.setdefault(other, set()).add(one)
    keys = keys | closure(keys, narrower)
    pages = Page.objects.filter(pk__in=PageTheme.objects.filter(fact__in=keys).values("page"))
    return pages, Record.objects.filter(concepts__in=keys)


def _about_agents(keys: set[int]) -> tuple[QuerySet[Any], QuerySet[Any]]:
    return Page.objects.none(), Record.objects.filter(agent_links__agent__in=keys)


def _about_types(keys: set[int]) -> tuple[QuerySet[Any], QuerySet[Any]]:
    return Page.objects.none(), Record.objects.filter(type__in=keys)


def _about_documents(keys: set[int]) -> tuple[QuerySet[Any], QuerySet[Any]]:
    return Page.objects.none(), Record.objects.filter(files__document__in=keys)


def _about_collections(keys: set[int]) -> tuple[QuerySet[Any], QuerySet[Any]]:
    found = Folder.objects.filter(pk__in=keys)
    below = Folder.objects.filter(pk__in=[one.pk for each in found for one in each.get_descendants(inclusive=True)])
    return Page.objects.none(), Record.objects.filter(files__document__collection__in=below)


_ABOUT: dict[str, _About] = {
    "borders.border": _about_borders,
    "borders.territory": _about_territories,
    "borders.country": _about_countries,
    "resources.concept": _about_concepts,
    "resources.agent": _about_agents,
    "resources.recordtype": _about_types,
    "cms.cmsdocument": _about_documents,
    "wagtailcore.collection": _about_collections,
}
