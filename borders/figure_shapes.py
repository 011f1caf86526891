"""How key figures look as JSON: never a number without its unit, year and source."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

from typing_extensions import TypeAliasType, TypedDict

from borders import published
from borders.figures import Indicator, KeyFigure, Qualifier, Unit
from cms.fields import plain
from cms.json_types import Date, LocaleCode
from cms.labels import Coded, CodedAs
from cms.references import Context
from cms.representation import enum


class Source(TypedDict):
    """Who published a figure, and where."""

    name: str
    url: str


class IndicatorJson(Coded):
    """What a figure measures; the definition is in the nearest language that has one, null where there is none."""

    definition: str
    definition_language: LocaleCode | None


PlaceType = TypeAliasType("PlaceType", Literal["border", "territory"])


class FigureJson(TypedDict):
    """One value of one source; `place` is a border or a territory; `read_on` is an ISO 8601 date.

    `note_language` is the language that the note is in, where there is one.
    """

    code: str
    indicator: IndicatorJson
    place: Coded
    place_type: PlaceType
    from_country: Coded | None
    to_country: Coded | None
    value: float
    unit: CodedAs[Unit] | None
    qualifier: CodedAs[Qualifier] | None
    year: int
    source: Source
    read_on: Date | None
    note: str
    note_language: LocaleCode | None


COLUMNS = (
    "code",
    "indicator.code",
    "indicator.label",
    "place_type",
    "place.code",
    "place.label",
    "from_country.code",
    "from_country.label",
    "to_country.code",
    "to_country.label",
    "qualifier.code",
    "qualifier.label",
    "value",
    "unit.code",
    "unit.label",
    "year",
    "source.name",
    "source.url",
    "read_on",
    "note",
    "note_language",
    "indicator.definition",
    "indicator.definition_language",
)
"""A figure as a row of a table (cms.api.tables)."""


def units() -> dict[int, str]:
    """Units of the published indicators by key (one query)."""
    return dict(Indicator.objects.filter(live=True).values_list("pk", "unit"))


def figure(row: KeyFigure, context: Context) -> FigureJson | None:
    """A published figure as JSON; None where its indicator or place was published a moment ago."""
    on_border = row.border_id is not None

    def coded(model: str, pk: int | None) -> Coded | None:
        return context.labels.coded(model, pk, context.locale)

    indicator = coded("borders.Indicator", row.indicator_id)
    place = coded("borders.Border", row.border_id) or coded("borders.Territory", row.territory_id)
    if indicator is None or place is None:
        return None
    unit = context.labels.derived(units).get(row.indicator_id, "")
    definition = context.labels.text("borders.IndicatorDefinition", row.indicator_id, context.locale)
    note = context.labels.text("borders.KeyFigureNote", row.pk, context.locale)
    return {
        "code": row.code,
        "indicator": {**indicator, "definition": definition.text, "definition_language": definition.language},
        "place": place,
        "place_type": "border" if on_border else "territory",
        "from_country": coded("borders.Country", row.from_country_id),
        "to_country": coded("borders.Country", row.to_country_id),
        "value": plain(row.value),
        "unit": enum(Unit, unit),
        "qualifier": enum(Qualifier, row.qualifier),
        "year": row.year,
        "source": {"name": row.source_name, "url": row.source_url},
        "read_on": row.read_on.isoformat() if row.read_on else None,
        "note": note.text,
        "note_language": note.language,
    }


def figures(pks: set[int], context: Context) -> dict[int, FigureJson]:
    """Published figures by key."""
    rows = context.labels.derived(published.figures)
    return {pk: shown for pk in pks if pk in rows and (shown := figure(rows[pk], context))}


def figures_of(
    kind: Literal["border", "territory"], places: Iterable[int], context: Context
) -> dict[int, list[FigureJson]]:
    """Published figures by the key of their border or territory, those of one indicator together."""
    wanted = set(places)
    found: dict[int, list[FigureJson]] = defaultdict(list)
    for row in context.labels.derived(published.figures).values():
        place = getattr(row, f"{kind}_id")
        if place in wanted and (shown := figure(row, context)):
            found[place].append(shown)
    return found
