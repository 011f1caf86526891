"""How borders and territories look as JSON: as much as a map or list needs, or all that is known.

Everything is made from memory (see borders.published).
"""

from typing import Literal

from typing_extensions import TypedDict

from borders import atlas, geojson, published
from borders.figure_shapes import FigureJson, figures_of
from borders.geography import Border, BorderKind, LegalForm, Territory, TerritoryScale
from borders.programme_shapes import ProgrammeJson, programmes
from cms.labels import Coded, CodedAs
from cms.organisations import PartnerJson, partner_json
from cms.references import Context
from cms.representation import PageLink, UncertainDate, enum, page_link, uncertain_date


class Point(TypedDict):
    """Degrees, WGS 84."""

    lat: float
    lon: float


class BorderJson(TypedDict):
    """A border on a map; `bbox` is west, south, east, north; `page` is its fiche in the answer's language."""

    code: str
    label: str
    kind: CodedAs[BorderKind] | None
    countries: list[Coded]
    part_of: Coded | None
    parts: list[Coded]
    point: Point | None
    bbox: list[float] | None
    geometry: geojson.Geometry | None
    page: PageLink | None


class TerritoryJson(TypedDict):
    """A territory on a map."""

    code: str
    label: str
    legal_form: CodedAs[LegalForm] | None
    scale: CodedAs[TerritoryScale] | None
    borders: list[Coded]
    countries: list[Coded]
    point: Point | None
    bbox: list[float] | None
    geometry: geojson.Geometry | None
    page: PageLink | None


class BorderDetail(BorderJson):
    """All that is known of a border and its parts; where sources disagree, each has its figure."""

    key_figures: list[FigureJson]
    programmes: list[ProgrammeJson]
    territories: list[TerritoryJson]


class TerritoryDetail(TerritoryJson):
    """All that is known of a territory."""

    founded: UncertainDate | None
    seat: str
    website: str
    members: list[PartnerJson]
    key_figures: list[FigureJson]


def fiche(kind: Literal["border", "territory"], fact: int, context: Context) -> PageLink | None:
    """A link to the public fiche of a fact in the answer's language."""
    draft, own = context.loaded.draft, context.loaded.own_target()
    if draft and own and own.locale == context.locale and getattr(draft.page, f"{kind}_id", None) == fact:
        return page_link(own, context)
    found = published.fiche(context.labels, kind, fact, context.locale)
    return page_link(found and context.loaded.moved(found), context)


def _point(fact: Border | Territory) -> Point | None:
    return {"lat": fact.lat, "lon": fact.lon} if fact.lat is not None and fact.lon is not None else None


def borders(pks: set[int], context: Context) -> dict[int, BorderJson]:
    """Published borders by key; a whole without a line of its own has those of its parts."""
    found = context.labels.derived(published.borders)
    table = context.labels.table("borders.Border").by_pk
    known = atlas.of(context.labels)
    return {
        pk: _border(found[pk], found, known, context)
        for pk in known.borders
        if pk in pks and pk in found and pk in table
    }


def _border(border: Border, loaded: dict[int, Border], known: atlas.Atlas, context: Context) -> BorderJson:
    labels, locale = context.labels, context.locale
    lines = _lines(border, loaded, known)
    box = geojson.box(lines)
    return {
        "code": border.code,
        "label": labels.table("borders.Border").by_pk[border.pk].label(locale),
        "kind": enum(BorderKind, border.kind),
        "countries": labels.all_coded("borders.Country", known.countries_of.get(border.pk, ()), locale),
        "part_of": labels.coded("borders.Border", known.whole_of.get(border.pk), locale),
        "parts": labels.all_coded("borders.Border", known.parts_of.get(border.pk, ()), locale),
        "point": _point(border),
        "bbox": list(box) if box else None,
        "geometry": geojson.union(lines),
        "page": fiche("border", border.pk, context),
    }


def _lines(border: Border, loaded: dict[int, Border], known: atlas.Atlas) -> list[geojson.Geometry]:
    if border.geometry:
        return [border.geometry]
    parts = (loaded[pk] for pk in known.parts_of.get(border.pk, ()) if pk in loaded)
    return [line for part in parts for line in _lines(part, loaded, known)]


def border_details(pks: set[int], context: Context) -> dict[int, BorderDetail]:
    """Published borders by key with their figures, programmes and territories."""
    known = atlas.of(context.labels)
    places = {pk: known.with_parts([pk]) for pk in pks}
    everywhere = set().union(*places.values())
    figures = figures_of("border", everywhere, context)
    funding = programmes(known.programmes_on(everywhere), context)
    on_it = territories(set(known.territories_on(everywhere)), context)
    return {
        pk: {
            **shown,
            "key_figures": [
                figure
                for place in sorted(places[pk], key=lambda place: (place != pk, known.borders.index(place)))
                for figure in figures.get(place, [])
            ],
            "programmes": [funding[key] for key in known.programmes_on(places[pk]) if key in funding],
            "territories": [on_it[key] for key in known.territories_on(places[pk]) if key in on_it],
        }
        for pk, shown in borders(pks, context).items()
    }


def border_detail(pk: int, context: Context) -> BorderDetail | None:
    """A published border with its figures, programmes and territories."""
    return border_details({pk}, context).get(pk)


def territories(pks: set[int], context: Context) -> dict[int, TerritoryJson]:
    """Published territories by key."""
    known = atlas.of(context.labels)
    table = context.labels.table("borders.Territory").by_pk
    return {
        pk: _territory(territory, known, context)
        for pk, territory in context.labels.derived(published.territories).items()
        if pk in pks and pk in table
    }


def _territory(territory: Territory, known: atlas.Atlas, context: Context) -> TerritoryJson:
    labels, locale = context.labels, context.locale
    on = known.borders_of_territory.get(territory.pk, [])
    countries = dict.fromkeys(country for border in on for country in known.countries_of.get(border, ()))
    point = _point(territory)
    return {
        "code": territory.code,
        "label": labels.table("borders.Territory").by_pk[territory.pk].label(locale),
        "legal_form": enum(LegalForm, territory.legal_form),
        "scale": enum(TerritoryScale, territory.scale),
        "borders": labels.all_coded("borders.Border", on, locale),
        "countries": labels.all_coded("borders.Country", countries, locale),
        "point": point,
        "bbox": [point["lon"], point["lat"], point["lon"], point["lat"]] if point else None,
        "geometry": {"type": "Point", "coordinates": [point["lon"], point["lat"]]} if point else None,
        "page": fiche("territory", territory.pk, context),
    }


def territory_details(pks: set[int], context: Context) -> dict[int, TerritoryDetail]:
    """Published territories by key with members and figures."""
    figures = figures_of("territory", pks, context)
    members = context.labels.derived(published.members)
    found = context.labels.derived(published.territories)
    return {
        pk: {
            **shown,
            "founded": uncertain_date(found[pk].founded_on, found[pk].founded_precision),
            "seat": found[pk].seat,
            "website": found[pk].website,
            "members": [partner_json(member, context) for member in members.get(pk, ())],
            "key_figures": figures.get(pk, []),
        }
        for pk, shown in territories(pks, context).items()
    }


def territory_detail(pk: int, context: Context) -> TerritoryDetail | None:
    """A published territory with members and figures."""
    return territory_details({pk}, context).get(pk)
