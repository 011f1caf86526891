"""Key figures of several borders lined up by indicator, year and source, and what stands in the way of comparing them.

A figure says something beside another only where both are of one year, from one source, in the same direction and
equally precise. Everything is made from memory (see borders.published).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import pgettext_lazy
from typing_extensions import TypedDict

from borders import atlas
from borders.figure_shapes import COLUMNS as FIGURE_COLUMNS
from borders.figure_shapes import FigureJson, IndicatorJson, figures_of
from borders.figures import Unit
from cms.labels import Coded, CodedAs
from cms.references import Context
from cms.representation import enum


class ComparisonProblem(models.TextChoices):
    """What stands in the way of comparing borders by an indicator.

    Never the unit: it belongs to the indicator.
    """

    MISSING = "missing", pgettext_lazy("reader", "No figure for one of the borders")
    PARTS_ONLY = "parts_only", pgettext_lazy("reader", "Figures for parts of a border only")
    DIFFERENT_YEARS = "different_years", pgettext_lazy("reader", "Different years")
    DIFFERENT_DIRECTIONS = "different_directions", pgettext_lazy("reader", "Different directions of the flow")
    DIFFERENT_SOURCES = "different_sources", pgettext_lazy("reader", "Different sources")
    DIFFERENT_QUALIFIERS = "different_qualifiers", pgettext_lazy("reader", "Not equally precise")
    SEVERAL_VALUES = "several_values", pgettext_lazy("reader", "Several values from one source")
    DISAGREEING_SOURCES = "disagreeing_sources", pgettext_lazy("reader", "Sources that disagree")


class ComparedBorder(Coded):
    """A border that is compared; figures of its parts are shown beside its own."""

    parts: list[Coded]


class BorderFigures(TypedDict):
    """What a line says of one border: its own figure, figures of its parts, or nothing."""

    border: Coded
    figures: list[FigureJson]


class ComparedLine(TypedDict):
    """Figures of one year, source and direction, an entry for each border in the order asked for.

    `comparable` where each border has one figure of its own, all equally precise.
    """

    year: int
    source: str
    comparable: bool
    borders: list[BorderFigures]


class ComparedIndicator(TypedDict):
    """Borders compared by one indicator: `comparable` where a line is, else `problems` say why not.

    Where a line is comparable, sources that disagree with it are still named.
    """

    indicator: IndicatorJson
    unit: CodedAs[Unit] | None
    comparable: bool
    problems: list[CodedAs[ComparisonProblem]]
    lines: list[ComparedLine]


class BorderComparison(TypedDict):
    """Borders in the order asked for, and every indicator that at least one of them has a figure of."""

    borders: list[ComparedBorder]
    indicators: list[ComparedIndicator]


COLUMNS = ("border.code", "border.label", "comparable", "problems", *FIGURE_COLUMNS)
"""A figure in a comparison as a row of a table: `comparable` is that of its line, `problems` are the codes of its
indicator's.
"""

Direction = tuple[str, str]
OTHER = "*"
"""In a direction: the country on the far side of a border, seen from a country that all of them share."""


class _Line(NamedTuple):
    """What figures must have in common to stand in one line."""

    year: int
    direction: Direction
    source: str


_FEATURES = (
    ComparisonProblem.DIFFERENT_YEARS,
    ComparisonProblem.DIFFERENT_DIRECTIONS,
    ComparisonProblem.DIFFERENT_SOURCES,
    ComparisonProblem.DIFFERENT_QUALIFIERS,
)
"""What is said where the parts of a line, and the precision of its figures, differ."""


class _Figures(NamedTuple):
    """The figures of one border by line: its own, and those of its parts."""

    own: Mapping[_Line, Sequence[FigureJson]]
    parts: Mapping[_Line, Sequence[FigureJson]]


def compare(pks: Sequence[int], context: Context) -> BorderComparison:
    """Published borders by key, with all that there is to compare (no query beside what is held in memory)."""
    labels, locale = context.labels, context.locale
    known = atlas.of(labels)
    entries = labels.table("borders.Border").by_pk
    pks = [pk for pk in pks if pk in entries]  # one may have gone since the codes were read
    extents = {pk: known.with_parts([pk]) for pk in pks}
    figures = figures_of("border", set().union(*extents.values()), context)
    shared = _shared_countries(pks, known, context)

    def by_indicator(places: Iterable[int]) -> dict[str, dict[_Line, list[FigureJson]]]:
        found: dict[str, dict[_Line, list[FigureJson]]] = defaultdict(lambda: defaultdict(list))
        for place in sorted(places, key=known.borders.index):
            for figure in figures.get(place, ()):
                found[figure["indicator"]["code"]][_line(figure, shared)].append(figure)
        return found

    own = [by_indicator([pk]) for pk in pks]
    parts = [by_indicator(extents[pk] - {pk}) for pk in pks]
    borders = [entries[pk].coded(locale) for pk in pks]
    return {
        "borders": [
            {**border, "parts": labels.all_coded("borders.Border", known.parts_of.get(pk, ()), locale)}
            for pk, border in zip(pks, borders, strict=True)
        ],
        "indicators": [
            _compared(
                borders,
                [_Figures(one.get(code, {}), other.get(code, {})) for one, other in zip(own, parts, strict=True)],
            )
            for code in sorted({code for found in (*own, *parts) for code in found})
        ],
    }


def rows(comparison: BorderComparison) -> list[dict[str, Any]]:
    """A comparison as rows of a table (COLUMNS), a figure each."""
    return [
        {
            **figure,
            "border": on["border"],
            "comparable": line["comparable"],
            "problems": " ".join(problem["code"] for problem in found["problems"]),
        }
        for found in comparison["indicators"]
        for line in found["lines"]
        for on in line["borders"]
        for figure in on["figures"]
    ]


def _shared_countries(pks: Iterable[int], known: atlas.Atlas, context: Context) -> set[str]:
    """Codes of the countries that lie on every one of these borders."""
    of_each = [set(known.countries_of.get(pk, ())) for pk in pks]
    shared = set.intersection(*of_each) if of_each else set()
    return {coded["code"] for coded in context.labels.all_coded("borders.Country", shared, context.locale)}


def _line(figure: FigureJson, shared: set[str]) -> _Line:
    return _Line(figure["year"], _direction(figure, shared), figure["source"]["name"].strip().casefold())


def _direction(figure: FigureJson, shared: set[str]) -> Direction:
    """Where a flow comes from and goes to, as it can be compared: from France to the other side, whichever that is."""
    start, end = (country["code"] if country else "" for country in (figure["from_country"], figure["to_country"]))
    if start in shared and end not in shared:
        return start, OTHER if end else ""
    if end in shared and start not in shared:
        return OTHER if start else "", end
    return start, end


def _compared(borders: Sequence[Coded], found: Sequence[_Figures]) -> ComparedIndicator:
    """One indicator; `found` are the figures of each border."""
    any_figure = next(figure for on in found for lines in on for same in lines.values() for figure in same)
    keys = {key for on in found for lines in on for key in lines}
    lines = [_compared_line(key, borders, found) for key in sorted(keys, key=lambda key: (-key.year, *key[1:]))]
    comparable = any(line["comparable"] for line in lines)
    problems = {ComparisonProblem.DISAGREEING_SOURCES} if any(_disagree(on.own) for on in found) else set()
    if not comparable:
        problems |= _problems(found)
    return {
        "indicator": any_figure["indicator"],
        "unit": any_figure["unit"],
        "comparable": comparable,
        "problems": [coded for one in ComparisonProblem if one in problems and (coded := enum(ComparisonProblem, one))],
        "lines": lines,
    }


def _compared_line(key: _Line, borders: Sequence[Coded], found: Sequence[_Figures]) -> ComparedLine:
    own = [on.own.get(key, ()) for on in found]
    cells: list[BorderFigures] = [
        {"border": border, "figures": [*on.own.get(key, ()), *on.parts.get(key, ())]}
        for border, on in zip(borders, found, strict=True)
    ]
    source = next(figure["source"]["name"] for cell in cells for figure in cell["figures"])
    one_each = all(len(figures) == 1 for figures in own)
    comparable = one_each and len({_precision(figure) for figures in own for figure in figures}) == 1
    return {"year": key.year, "source": source, "comparable": comparable, "borders": cells}


def _precision(figure: FigureJson) -> str:
    return figure["qualifier"]["code"] if figure["qualifier"] else ""


def _disagree(own: Mapping[_Line, Sequence[FigureJson]]) -> bool:
    """Whether two sources give one border different values for the same year and direction."""
    values: dict[tuple[int, Direction], set[float]] = defaultdict(set)
    sources: dict[tuple[int, Direction], set[str]] = defaultdict(set)
    for key, figures in own.items():
        values[key.year, key.direction].update(figure["value"] for figure in figures)
        sources[key.year, key.direction].add(key.source)
    return any(len(values[same]) > 1 and len(sources[same]) > 1 for same in values)


def _problems(found: Sequence[_Figures]) -> set[ComparisonProblem]:
    """Why no line has one figure of each border: what one of them lacks, or what their figures never share."""
    problems: set[ComparisonProblem] = set()
    if any(not on.own and not on.parts for on in found):
        problems.add(ComparisonProblem.MISSING)
    if any(not on.own and on.parts for on in found):
        problems.add(ComparisonProblem.PARTS_ONLY)
    known = [
        {(*key, _precision(figure)) for key, figures in on.own.items() for figure in figures} for on in found if on.own
    ]
    if not known:
        return problems
    problems |= {
        problem
        for place, problem in enumerate(_FEATURES)
        if not set.intersection(*({figure[place] for figure in figures} for figures in known))
    }
    for end, problem in enumerate(_FEATURES, 1):  # each may be shared, but not by the same figures
        if not set.intersection(*({figure[:end] for figure in figures} for figures in known)):
            return problems | {problem}
    return problems if len(known) < len(found) else problems | {ComparisonProblem.SEVERAL_VALUES}
