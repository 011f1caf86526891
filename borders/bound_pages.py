"""The pages about a border or a territory, of every type, as a site shows them around the fact itself."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber
from typing_extensions import TypedDict
from wagtail.models import Page

from borders import atlas, page_filters, published, shapes, structured_data
from borders.fiches import BorderPage, TerritoryPage
from borders.obstacles import ObstaclePage, ObstacleStatus
from borders.programme_shapes import ProgrammeJson, programmes
from cms import publication, publications
from cms.fields import fields_of
from cms.json_types import Address, PageTypeName
from cms.labels import Coded, CodedAs, Labels
from cms.languages import CODES
from cms.page_json import TranslationMeta, translation_meta
from cms.page_shapes import page_types
from cms.references import TARGET_COLUMNS, Context, page_target
from cms.representation import PageLink, enum, page_link
from cms.structured_data import Described

NEWEST = 10
"""How many pages of a type are linked; `list_url` has them all."""


class PagesOfType(TypedDict):
    """Pages of one type in the answer's language: how many, the newest ten of them, and where all are listed."""

    type: PageTypeName
    total_count: int
    list_url: Address
    pages: list[PageLink]


class ObstaclesOfStatus(TypedDict):
    """Obstacles of one state in the answer's language: how many, the newest ten of them, and where all are listed."""

    status: CodedAs[ObstacleStatus] | None
    total_count: int
    list_url: Address
    pages: list[PageLink]


class Bound(TypedDict):
    """`fiches` are the pages about the fact itself, one a language; `obstacles` has every state and `pages` every other
    type that can be about such a fact, be there pages or not; `publications` are the documents of `records/`.
    """

    fiches: list[TranslationMeta]
    obstacles: list[ObstaclesOfStatus]
    pages: list[PagesOfType]
    publications: publications.Publications


class BorderWithPages(shapes.BorderDetail, Bound, Described):
    """A border with everything that is bound to it or its parts; related are borders that share a territory or a
    programme with it.
    """

    related_borders: list[Coded]


class TerritoryWithPages(shapes.TerritoryDetail, Bound, Described):
    """A territory with everything that is bound to it, and the programmes of its borders."""

    programmes: list[ProgrammeJson]


def border(pk: int, context: Context) -> BorderWithPages | None:
    """A published border (four queries beside what is held in memory); None where it is not."""
    found = shapes.border_detail(pk, context)
    if found is None:
        return None
    known = atlas.of(context.labels)
    related = context.labels.all_coded("borders.Border", known.related(pk), context.locale)
    return {
        **found,
        **_bound("border", pk, found["code"], context),
        "related_borders": related,
        "json_ld": structured_data.border(found, context),
    }


def territory(pk: int, context: Context) -> TerritoryWithPages | None:
    """A published territory (four queries beside what is held in memory); None where it is not."""
    found = shapes.territory_detail(pk, context)
    if found is None:
        return None
    known = atlas.of(context.labels)
    funding = programmes(known.programmes_on(known.borders_of_territory.get(pk, ())), context)
    return {
        **found,
        **_bound("territory", pk, found["code"], context),
        "programmes": list(funding.values()),
        "json_ld": structured_data.territory(found, context),
    }


_FIND: dict[published.Kind, Callable[[QuerySet[Any], Iterable[str], Labels], QuerySet[Any]]] = {
    "border": page_filters.pages_of_borders,
    "territory": page_filters.pages_of_territories,
}
_RELATIONS: dict[published.Kind, str] = {"border": "borders", "territory": "territories"}


@cache
def _types(kind: published.Kind) -> list[type[Page]]:
    """The types that can be about such a fact without being its fiche."""
    fiches = (BorderPage, TerritoryPage)
    return [
        model
        for model in page_types().values()
        if model not in fiches and _RELATIONS[kind] in {field.name for field in fields_of(model)}
    ]


Group = tuple[int, str | None]
"""The key of a page type's content type, and for obstacles their status."""


def _bound(kind: published.Kind, pk: int, code: str, context: Context) -> Bound:
    totals, links = _linked(kind, code, context)

    def group(model: type[Page], status: str | None) -> tuple[int, Address, list[PageLink]]:
        wanted = {"type": model._meta.label, kind: code, "locale": context.locale}
        address = context.api("pages/?" + urlencode({**wanted, **({"status": status} if status else {})}))
        key = ContentType.objects.get_for_model(model).pk, status
        return totals.get(key, 0), address, links.get(key, [])

    obstacles: list[ObstaclesOfStatus] = []
    for status in ObstacleStatus:
        total, address, pages = group(ObstaclePage, status.value)
        obstacles.append(
            {"status": enum(ObstacleStatus, status), "total_count": total, "list_url": address, "pages": pages}
        )
    others: list[PagesOfType] = []
    for model in _types(kind):
        if model is not ObstaclePage:
            total, address, pages = group(model, None)
            others.append({"type": model._meta.label, "total_count": total, "list_url": address, "pages": pages})
    fiches = published.fiches(context.labels, kind, pk)
    subject = publications.Subject(kind, frozenset([pk]))
    return {
        "fiches": [
            translation_meta(
                found.target.id, locale, found.target.html_path, found.target.is_fallback, found.status, context
            )
            for locale in CODES
            if (found := fiches.get(locale))
        ],
        "obstacles": obstacles,
        "pages": others,
        "publications": publications.find([subject], context)[subject],
    }


def _linked(kind: published.Kind, code: str, context: Context) -> tuple[dict[Group, int], dict[Group, list[PageLink]]]:
    """Totals and the newest pages of each type that are about a fact, in the language of the answer (one query)."""
    types = _types(kind)
    pages = publication.public(Page.objects.type(*types), context.labels.private_paths)
    pages = _FIND[kind](pages.filter(locale__language_code=context.locale), [code], context.labels)
    groups = [F("content_type_id"), F("obstaclepage__status")]
    newest = F("first_published_at").desc(nulls_last=True)
    ranked = pages.annotate(
        place=Window(RowNumber(), partition_by=groups, order_by=[newest, F("pk").desc()]),
        total=Window(Count("pk"), partition_by=groups),
    )
    totals: dict[Group, int] = {}
    links: dict[Group, list[PageLink]] = {}
    rows = ranked.filter(place__lte=NEWEST).order_by("place")
    for total, status, *columns in rows.values_list("total", "obstaclepage__status", *TARGET_COLUMNS):
        key = columns[1], status
        totals[key] = total
        if link := page_link(page_target(*columns), context):
            links.setdefault(key, []).append(link)
    return totals, links
