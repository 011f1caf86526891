"""How borders and territories look as JSON: as much as a map or list needs, or all that is known.

Every function takes the facts of an answer at once and reads the database in a fixed number of queries.
"""

from collections.abc import Iterable
from typing import Any, Literal, TypedDict

from django.apps import apps

from borders import atlas, geojson
from borders.figure_shapes import FigureJson, figures_of
from borders.geography import Border, BorderKind, LegalForm, Territory, TerritoryScale
from borders.programme_shapes import ProgrammeJson, programmes
from cms import publication
from cms.labels import Coded
from cms.organisations import PartnerJson, partner_json
from cms.references import Context, PageTarget, page_type
from cms.representation import PageLink, UncertainDate, enum, page_link, uncertain_date


class Point(TypedDict):
    """Degrees, WGS 84."""

    lat: float
    lon: float


class BorderJson(TypedDict):
    """A border on a map; `bbox` is west, south, east, north; `page` is its fiche in the answer's language."""

    code: str
    label: str
    kind: Coded | None
    countries: list[Coded]
    part_of: Coded | None
    parts: list[Coded]
    point: Point | None
    bbox: list[float] | None
    geometry: geojson.Geometry | None
    page: PageLink | None


class BorderDetail(BorderJson):
    """All that is known of a border and its parts; where sources disagree, each has its figure."""

    key_figures: list[FigureJson]
    programmes: list[ProgrammeJson]
    territories: list[Coded]


class TerritoryJson(TypedDict):
    """A territory on a map."""

    code: str
    label: str
    legal_form: Coded | None
    scale: Coded | None
    borders: list[Coded]
    countries: list[Coded]
    point: Point | None
    bbox: list[float] | None
    geometry: geojson.Geometry | None
    page: PageLink | None


class TerritoryDetail(TerritoryJson):
    """All that is known of a territory."""

    founded: UncertainDate | None
    seat: str
    website: str
    members: list[PartnerJson]
    key_figures: list[FigureJson]


def coded(model: str, pks: Iterable[int], context: Context) -> list[Coded]:
    """Codes and labels of the published ones among these facts, in their order."""
    found = (context.labels.coded(model, pk, context.locale) for pk in pks)
    return [item for item in found if item]


def fiches(kind: Literal["border", "territory"], pks: Iterable[int], context: Context) -> dict[int, PageLink | None]:
    """Links to the public fiches in the answer's language by the key of their fact (one query)."""
    model: Any = apps.get_model("borders", f"{kind}page")  # fiches are made of these shapes
    rows = publication.public(
        model.objects.filter(**{f"{kind}__in": list(pks)}, locale__language_code=context.locale),
        context.labels.private_paths,
    ).values_list(f"{kind}_id", "pk", "content_type_id", "title", "url_path", "alias_of_id")
    return {
        fact: page_link(
            PageTarget(
                pk,
                page_type(content_type),
                title,
                context.locale,
                publication.html_path(context.locale, url_path),
                alias_of is not None,
            ),
            context,
        )
        for fact, pk, content_type, title, url_path, alias_of in rows
    }


def _point(fact: Border | Territory) -> Point | None:
    return {"lat": fact.lat, "lon": fact.lon} if fact.lat is not None and fact.lon is not None else None


def _published_borders() -> dict[int, Border]:
    return Border.objects.filter(live=True).in_bulk()


def _published_territories() -> dict[int, Territory]:
    return {t.pk: t for t in Territory.objects.filter(live=True).order_by("code").prefetch_related("members")}


def borders(pks: set[int], context: Context) -> dict[int, BorderJson]:
    """Published borders by key (one query, for their fiches); a whole without a line has those of its parts."""
    known = atlas.of(context.labels)
    table = context.labels.table("borders.Border").by_pk
    found = context.labels.derived(_published_borders)
    pages = fiches("border", pks, context)
    shown = [pk for pk in known.borders if pk in pks and pk in found and pk in table]
    return {pk: _border(found[pk], found, known, pages, context) for pk in shown}


def _border(
    border: Border, loaded: dict[int, Border], known: atlas.Atlas, pages: dict[int, PageLink | None], context: Context
) -> BorderJson:
    table = context.labels.table("borders.Border")
    lines = _lines(border, loaded, known)
    box = geojson.box(lines)
    return {
        "code": border.code,
        "label": table.by_pk[border.pk].label(context.locale),
        "kind": enum(BorderKind, border.kind),
        "countries": coded("borders.Country", known.countries_of.get(border.pk, ()), context),
        "part_of": context.labels.coded("borders.Border", known.whole_of.get(border.pk), context.locale),
        "parts": coded("borders.Border", known.parts_of.get(border.pk, ()), context),
        "point": _point(border),
        "bbox": list(box) if box else None,
        "geometry": geojson.union(lines),
        "page": pages.get(border.pk),
    }


def _lines(border: Border, loaded: dict[int, Border], known: atlas.Atlas) -> list[geojson.Geometry]:
    if border.geometry:
        return [border.geometry]
    parts = (loaded[pk] for pk in known.parts_of.get(border.pk, ()) if pk in loaded)
    return [line for part in parts for line in _lines(part, loaded, known)]


def border_details(pks: set[int], context: Context) -> dict[int, BorderDetail]:
    """Published borders by key with their figures, programmes and territories (one query)."""
    known = atlas.of(context.labels)
    places = {pk: known.with_parts([pk]) for pk in pks}
    everywhere = set().union(*places.values())
    figures = figures_of("border", everywhere, context)
    funding = programmes(known.programmes_on(everywhere), context)
    return {
        pk: {
            **shown,
            "key_figures": [
                figure
                for place in sorted(places[pk], key=lambda place: (place != pk, known.borders.index(place)))
                for figure in figures.get(place, [])
            ],
            "programmes": [funding[key] for key in known.programmes_on(places[pk]) if key in funding],
            "territories": coded("borders.Territory", known.territories_on(places[pk]), context),
        }
        for pk, shown in borders(pks, context).items()
    }


def territories(pks: set[int], context: Context) -> dict[int, TerritoryJson]:
    """Published territories by key (one query, for their fiches)."""
    return {territory.pk: shown for territory, shown in _territories(pks, context)}


def _territories(pks: set[int], context: Context) -> list[tuple[Territory, TerritoryJson]]:
    known = atlas.of(context.labels)
    published = pks & context.labels.table("borders.Territory").by_pk.keys()
    found = [t for pk, t in context.labels.derived(_published_territories).items() if pk in published]
    pages = fiches("territory", [territory.pk for territory in found], context)
    return [(territory, _territory(territory, known, pages, context)) for territory in found]


def _territory(
    territory: Territory, known: atlas.Atlas, pages: dict[int, PageLink | None], context: Context
) -> TerritoryJson:
    on = known.borders_of_territory.get(territory.pk, [])
    countries = dict.fromkeys(country for border in on for country in known.countries_of.get(border, ()))
    point = _point(territory)
    return {
        "code": territory.code,
        "label": context.labels.table("borders.Territory").by_pk[territory.pk].label(context.locale),
        "legal_form": enum(LegalForm, territory.legal_form),
        "scale": enum(TerritoryScale, territory.scale),
        "borders": coded("borders.Border", on, context),
        "countries": coded("borders.Country", countries, context),
        "point": point,
        "bbox": [point["lon"], point["lat"], point["lon"], point["lat"]] if point else None,
        "geometry": {"type": "Point", "coordinates": [point["lon"], point["lat"]]} if point else None,
        "page": pages.get(territory.pk),
    }


def territory_details(pks: set[int], context: Context) -> dict[int, TerritoryDetail]:
    """Published territories by key with members and figures (one query)."""
    figures = figures_of("territory", pks, context)
    return {
        territory.pk: {
            **shown,
            "founded": uncertain_date(territory.founded_on, territory.founded_precision),
            "seat": territory.seat,
            "website": territory.website,
            "members": [partner_json(member, context) for member in territory.members.all()],
            "key_figures": figures.get(territory.pk, []),
        }
        for territory, shown in _territories(pks, context)
    }
