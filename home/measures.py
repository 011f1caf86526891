"""Key figures as readers compare them: all values of one measure together, whatever their source says."""

from collections.abc import Iterable
from typing import Any

from typing_extensions import TypedDict

Figure = dict[str, Any]


class Measure(TypedDict):
    """What is measured where; `values` are key figures, the latest first."""

    label: str
    definition: str
    place: str
    flow: tuple[str, str] | None
    values: list[Figure]


def key(figure: Figure) -> tuple[Any, ...]:
    """What a figure measures: its indicator, place and direction."""
    ends = (figure["from_country"], figure["to_country"])
    return figure["indicator"]["code"], figure["place"]["code"], *(end and end["code"] for end in ends)


def measures(figures: Iterable[Figure]) -> list[Measure]:
    """Figures of one indicator, place and direction as one measure, in the order of their first figure."""
    found: dict[tuple[Any, ...], Measure] = {}
    for figure in figures:
        indicator = figure["indicator"]
        start, end = figure["from_country"], figure["to_country"]
        flow = (start["label"], end["label"]) if start and end else None
        measure = found.setdefault(
            key(figure),
            {
                "label": indicator["label"],
                "definition": indicator.get("definition", ""),
                "place": figure["place"]["label"],
                "flow": flow,
                "values": [],
            },
        )
        measure["values"].append(figure)
    for measure in found.values():
        measure["values"].sort(key=lambda figure: figure["year"], reverse=True)
    return list(found.values())


def shown_in(blocks: Iterable[dict[str, Any]]) -> set[str]:
    """Codes of the figures that blocks of a body show."""
    return {
        figure["code"] for block in blocks if block["type"] == "key_figures" for figure in block["value"]["figures"]
    }
