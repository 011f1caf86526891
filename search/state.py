"""What an address of the portal asks for: the whole state of its pages.

What it says wrongly is passed over, so that an old link still answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from cms.api import params
from search import facets, languages
from search.question import Question

PER_SHEET = 20
DEEPEST = 9_900
QUERY_LENGTH = 500
ORDERS = ("relevance", "-date", "-added", "title")
YEAR = params.integer(1000, 2200)
YEARS = ("year_from", "year_to")


@dataclass(frozen=True)
class State:
    """What an address of the portal asks for, as it could be read."""

    text: str
    chosen: Mapping[str, Sequence[str]]
    order: str
    sheet: int
    expand: bool
    years: tuple[int | None, int | None] = (None, None)
    """The first and the last of a range."""

    @classmethod
    def read(cls, request: HttpRequest) -> "State":
        """The state in a request's parameters; labels must be current."""
        given = request.GET
        chosen = {facet.name: _taken(facet.read, given.getlist(facet.name)) for facet in facets.FACETS}
        order = given.get("order", "")
        sheet = given.get("page", "")
        return cls(
            given.get("q", "")[:QUERY_LENGTH].strip(),
            {name: values for name, values in chosen.items() if values},
            order if order in ORDERS else ORDERS[0],
            max(1, int(sheet)) if sheet.isascii() and sheet.isdigit() and len(sheet) < 4 else 1,
            given.get("expand") != "false",
            (_year(given.get("year_from", "")), _year(given.get("year_to", ""))),
        )

    @property
    def is_home(self) -> bool:
        """Whether nothing is asked for yet."""
        return not self.text and not self.filtered and self.order == ORDERS[0] and self.sheet == 1

    @property
    def filtered(self) -> bool:
        """Whether a facet cuts the results."""
        return bool(self.chosen) or self.years != (None, None)

    def parameters(self, **changed: Any) -> list[tuple[str, str]]:
        """What an address with this state says, but for what is changed; a change of anything leads to sheet 1."""
        own = {"text": self.text, "chosen": self.chosen, "order": self.order, "expand": self.expand}
        values = {**own, "years": self.years, **changed}
        given: list[tuple[str, str]] = [("q", values["text"])] if values["text"] else []
        given += [(name, value) for name, chosen in values["chosen"].items() for value in chosen]
        years = zip(YEARS, values["years"], strict=True)
        given += [(name, str(year)) for name, year in years if year is not None]
        given += [("order", values["order"])] if values["order"] != ORDERS[0] else []
        given += [] if values["expand"] else [("expand", "false")]
        given += [("page", str(values["page"]))] if values.get("page", 1) != 1 else []
        return given

    def address(self, **changed: Any) -> str:
        """The query of an address with these parameters."""
        return "?" + urlencode(self.parameters(**changed))

    @property
    def beside_text(self) -> list[tuple[str, str]]:
        """What the form with the text sends beside it."""
        return self.parameters(text="")

    @property
    def beside_years(self) -> list[tuple[str, str]]:
        """What the form with a range of years sends beside it."""
        return self.parameters(chosen=self.without("year"), years=(None, None))

    def without(self, name: str) -> dict[str, Sequence[str]]:
        """What is chosen of the other facets."""
        return {other: values for other, values in self.chosen.items() if other != name}

    def with_value(self, name: str, code: str) -> str:
        """The address with one value more, or without it where it is chosen."""
        now = list(self.chosen.get(name, ()))
        values = [value for value in now if value != code] if code in now else [*now, code]
        chosen = {**self.chosen, name: values}
        return self.address(chosen={key: found for key, found in chosen.items() if found})

    def question(self, locale: str) -> Question:
        name = self.order.removeprefix("-")
        return Question(
            text=self.text,
            locale=locale,
            chosen={facet.name: _values(facet, self.chosen.get(facet.name, ())) for facet in facets.FACETS},
            year_from=self.years[0],
            year_to=self.years[1],
            order=name,  # type: ignore[arg-type]
            descending=name == "relevance" or self.order.startswith("-"),
            limit=PER_SHEET,
            offset=min(DEEPEST, (self.sheet - 1) * PER_SHEET),
            expand=self.expand,
        )

    def subscription(self, locale: str, limit: int) -> Question:
        """The same question for a feed: what came last, and nothing that only comes near."""
        return replace(self.question(locale), order="added", descending=True, limit=limit, offset=0, near=False)


def _taken(read: params.Reader, texts: Sequence[str]) -> list[str]:
    """The values that a reader takes, once each."""
    found = []
    for text in dict.fromkeys(texts[: params.MAX_VALUES]):
        if len(text) > params.MAX_LENGTH or languages.clean(text) != text:
            continue
        try:
            found.append(str(read(text)))
        except params.Refused:
            continue
    return list(dict.fromkeys(found))


def _year(text: str) -> int | None:
    try:
        return int(YEAR.read(text))
    except params.Refused:
        return None


def _values(facet: facets.Facet, texts: Sequence[str]) -> list[Any]:
    return [facet.read(text) for text in texts]
