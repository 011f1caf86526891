"""The protocol of an engine, and what is asked of it and answered."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Literal, NamedTuple, ParamSpec, Protocol, TypeVar

from search import schema
from search.engines.nodes import Must, Node, Values
from search.schema import Document

OPEN, CLOSE = "\ue000", "\ue001"
"""What stands around a matched word in a passage; no clean text holds them."""
PASSAGE = 240
"""Characters of a passage, about."""
WRITTEN_IN = 5
"""Documents that are looked at for how they write a word."""
NEAR_LEAST, NEAR_MOST = 4, 5
"""Letters of the shortest word that may be a mistake; near words that are told at most."""
SPELT = (schema.EXACT_TITLE, schema.EXACT_TEXT)
"""Fields that have words as they are spelt."""
POSITION = "@position"
"""The id under which an index keeps its position."""


P = ParamSpec("P")
R = TypeVar("R")


class EngineError(Exception):
    """The engine did not answer, or not with what was asked: another may."""


class Refused(EngineError):
    """The engine is well, but does not take this one request."""


def told(engine: str, *errors: type[Exception]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator: what goes wrong with an engine, in any of these ways, is an EngineError that names it."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return function(*args, **kwargs)
            except EngineError:
                raise
            except errors as error:
                raise EngineError(f"{engine}: {type(error).__name__}: {error}"[:500]) from error

        return wrapped

    return decorate


def as_written(forms: Iterable[str], word: str) -> str:
    """Which of the forms in which a folded word was found is the one to show: the most frequent in small letters."""
    found = [form for form, _count in Counter(forms).most_common()]
    return next((form for form in found if form.islower()), found[0] if found else word)


class Position(NamedTuple):
    """How far in the change log an index is: the database's epoch and the version that it has reached."""

    epoch: uuid.UUID
    version: int
    moment: str = ""
    """When the change of this version was made: another one has this number where a backup was restored since."""


Order = Literal["relevance", "date", "added", "title"]
Value = float | int | str | None
"""What an order goes by: a score, a number, a title; None where a document has no such number, which comes last."""


class After(NamedTuple):
    """The hit behind which an answer begins: what it was ordered by, and its id."""

    value: Value
    id: str


@dataclass(frozen=True)
class Request:
    """One search. `filters` are nodes by facet: they cut the results, and each but its own the counts of a facet.

    What an order leaves equal is ordered by schema.TIE.
    """

    node: Node
    filters: Mapping[str, Node] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    """Facets to count (fields of schema.KEYWORDS, or `year`), with how many values at most."""
    order: Order = "relevance"
    descending: bool = True
    sort_language: str = "fr"
    offset: int = 0
    after: After | None = None
    """Where to begin instead of an offset. By relevance it is where that hit is now, and where one with its score would
    be if it is found no more."""
    limit: int = 20
    without: tuple[str, ...] = ()
    """Documents that are left out of the hits and their number by their ids; facets count them."""
    marked: tuple[str, ...] = ()
    """Words and phrases to mark in them."""
    marked_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The same in the fields of one language alone."""

    def passes(self) -> dict[str, dict[str, int]]:
        """What of `counts` is counted together, by the filter that is left out for it: its own, or "" for none."""
        found: dict[str, dict[str, int]] = {}
        for facet, size in self.counts.items():
            found.setdefault(facet if facet in self.filters else "", {})[facet] = size
        return found

    @property
    def left_out(self) -> list[Node]:
        """The node of `without`, if there is one."""
        return [Must((), (Values("id", self.without),))] if self.without else []

    @property
    def cuts(self) -> list[Node]:
        """All that leaves documents out of the results."""
        return [*self.filters.values(), *self.left_out]

    @property
    def goes_down(self) -> bool:
        """Whether the greatest value is the first."""
        return self.descending or self.order == "relevance"

    def marks(self, language: str) -> tuple[str, ...]:
        """What to mark in the fields of a language."""
        return (*self.marked, *self.marked_in.get(language, ()))


def no_passage(part: str, language: str) -> str:
    """Of what was found by nothing that it says."""
    return ""


def unknown_start(part: str, language: str, passage: str) -> int | None:
    """Of an engine that does not have the texts at hand."""
    return None


@dataclass(frozen=True)
class Hit:
    """A document that was found, what it was ordered by, and what it shows."""

    id: str
    value: Value
    shown: Mapping[str, Any]
    passage: Callable[[str, str], str] = no_passage
    """Of a part ("title") in the fields of a language: some of it, with marks around what matched; empty where nothing
    did. It may be made when it is asked for."""
    start: Callable[[str, str, str], int | None] = unknown_start
    """How many characters of a part, in the fields of a language, stand before what matched first in a passage of it;
    None where that is not known."""


@dataclass(frozen=True)
class Answer:
    """The hits of one request, how many there are in all, and for each facet how many have each value.

    `position`: up to which change all this is true; None where that is not known.
    """

    total: int
    hits: list[Hit]
    counts: Mapping[str, Mapping[str, int]]
    position: Position | None = None


@dataclass(frozen=True)
class About:
    """The software behind an engine, and the space on disk of its current index in bytes."""

    version: str
    size: int


class Index(Protocol):
    """One index of an engine, current or in the making. Whatever fails is an EngineError."""

    @property
    def key(self) -> str:
        """What the engine calls it."""

    def put(
        self,
        documents: Iterable[Document],
        removed: Iterable[str] = (),
        position: Position | None = None,
        more: bool = False,
    ) -> None:
        """Store documents in place of those with the same id, remove others, and then note the position.

        What was put is found at once. After a failure the position is the old one. `more`: another put follows, so that
        what an engine tidies up behind this one need not be waited for.
        """

    def position(self) -> Position | None:
        """What was noted last; None in an index that is to be made anew.

        That is one that is not there, cannot be read or is of another schema.fingerprint().
        """

    def count(self) -> int:
        """How many documents there are."""

    def digests(self) -> Iterator[tuple[str, str]]:
        """The id and the digest of every document, in no order."""


class Engine(Index, Protocol):
    """A search engine: its current index, and new ones beside it."""

    name: str

    def search(self, request: Request) -> Answer:
        """Answer a request; EngineError where it cannot be answered."""

    def totals(self, requests: Sequence[Request]) -> list[int]:
        """How many documents each request finds, asked in one round."""

    def near(self, word: str) -> list[str]:
        """Words of the index that are at most two letters away from one that is not in it, the likeliest first.

        Folded; none for a word that is there, and for short ones.
        """

    def written(self, word: str) -> str:
        """A folded word as texts of the index write it, in small letters where any does; itself where none is found."""

    def begin(self) -> Index:
        """A new, empty index beside the current one."""

    def discard(self, index: Index) -> None:
        """Remove an index that will not be the current one."""

    def about(self) -> About:
        """What an operator wants to know."""

    def swap(self, index: Index) -> None:
        """Make an index the current one in one step."""

    def tidy(self) -> None:
        """Remove all indexes but the current one and the one before it: older ones, and what a killed rebuild left.

        Nothing may be in the making.
        """
