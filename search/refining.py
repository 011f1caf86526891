"""What a page of results offers to refine them: facets with addresses, years as a histogram, chips of what is set."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from search.results import FacetValue, SearchAnswer
from search.state import State

BARS = 40
"""Columns of a histogram at most: where there are more years, each column is of several."""
NO_YEARS = (None, None)
PAGES = {"author": "portal_author", "theme": "portal_theme"}
"""The names of the addresses (cms.urls) at which the values of a facet have pages of their own (search.subjects)."""


def refined(state: State, found: SearchAnswer) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Facets that have something to offer, and chips of what is chosen, each with the address without it."""
    rows: list[dict[str, Any]] = []
    chips: list[dict[str, Any]] = []
    for facet in found["facets"]:
        values = _offered(facet["name"], facet["values"], state)
        picked = {value["code"]: value for value in _whole(values) if value["selected"]}
        page = PAGES.get(facet["name"], "")
        chips += [{**value, "facet": facet["label"], "page": page} for value in picked.values()]
        row = {**facet, "values": values, "open": bool(picked)}
        if facet["name"] == "year":
            row |= {"bars": _histogram(facet["values"], state), "open": row["open"] or state.years != NO_YEARS}
            if state.years != NO_YEARS:
                first, last = ("" if year is None else year for year in state.years)
                label = str(first) if first == last else f"{first} – {last}"
                chips.append({"facet": facet["label"], "label": label, "address": state.address(years=NO_YEARS)})
        if any(value["count"] for value in values):
            rows.append(row)
    return rows, chips


def _offered(name: str, values: Sequence[FacetValue], state: State) -> list[dict[str, Any]]:
    """Values of a facet that lead somewhere, each with its address and, in a tree, whether it shows what is below."""
    found = []
    for value in values:
        if value["count"] or value["selected"]:
            below = _offered(name, value["narrower"], state)
            shows = value["selected"] or any(one["selected"] or one["open"] for one in below)
            address = state.with_value(name, value["code"])
            found.append({**value, "narrower": below, "open": shows, "address": address})
    return found


def _whole(values: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for value in values:
        yield value
        yield from _whole(value["narrower"])


def _histogram(values: Sequence[FacetValue], state: State) -> list[dict[str, Any]]:
    """Columns from the first year to the last, `height` in hundredths of the highest, each leading to its years."""
    counts = {int(value["code"]): value["count"] for value in values if value["count"]}
    if len(counts) < 2:
        return []
    span = max(counts) - min(counts) + 1
    width = next(step for step in (1, 2, 5, 10, 20, 50, 100, 500) if span <= step * (BARS - 1))
    starts = range(min(counts) // width * width, max(counts) + 1, width)
    totals = {start: sum(counts.get(year, 0) for year in range(start, start + width)) for start in starts}
    highest = max(totals.values())
    low, high = state.years
    chosen = set(state.chosen.get("year", ()))
    without = state.without("year")
    bars = []
    for start, count in totals.items():
        last = start + width - 1
        within = (low is None or last >= low) and (high is None or start <= high)
        years = {str(year) for year in range(start, last + 1)}
        bars.append(
            {
                "label": str(start) if width == 1 else f"{start} – {last}",
                "count": count,
                "height": max(4, round(100 * count / highest)) if count else 0,
                "selected": within and (not chosen or bool(chosen & years)),
                "address": state.address(chosen=without, years=(start, last)),
            }
        )
    return bars
