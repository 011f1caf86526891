"""The path of a query: what a reader asks, read and planned, to an engine and back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cms.labels import Labels
from search import languages, plan, query
from search.engines.base import After, Answer, Engine, Hit, Order, Request
from search.engines.nodes import Node
from search.expansions import Expansion, expand

FEW_RESULTS = 10
"""Under so many results, what has any of the words, or comes near them, is better than nothing."""


CORRECTED_WORDS = 8
"""Words of a query that is corrected at most: each asks the index."""


@dataclass(frozen=True)
class Behind:
    """Where an answer goes on, and how the one before came about, which this one then does as well."""

    after: After | None
    """None before the first hit."""
    wide: bool
    corrected: str
    above: tuple[str, ...]
    """Works that stood above the list, by their ids in the index."""


@dataclass(frozen=True)
class Asked:
    """A question of a reader; `locale` is the reader's language, None where it must be guessed."""

    text: str = ""
    locale: str | None = None
    filters: Mapping[str, Node] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    order: Order = "relevance"
    descending: bool = True
    offset: int = 0
    behind: Behind | None = None
    """Where to go on, instead of an offset."""
    limit: int = 20
    without: Sequence[str] = ()
    """Documents that are neither shown nor in the total, by their ids; facets count them."""
    names: Labels | None = None
    """The facts whose names expand the question; None where it is to be taken as it is."""
    marks: bool = True
    """Whether hits have passages with what matched."""
    near: bool = True
    """Whether works that only come near, or have what may have been meant, follow where few have what is asked for."""
    correct: bool = True
    """Whether what may have been meant is asked instead of what nothing answers."""


@dataclass(frozen=True)
class Found:
    """What was found, and how the question was understood."""

    answer: Answer
    expansions: list[Expansion]
    relaxed: bool
    """Whether works that only come near are among the results, as too few have what was asked for."""
    exact: int
    """How many have just what was asked for."""
    wide: bool
    """Whether it was asked for what comes near, found or not."""
    corrected: str = ""
    """What was asked instead, as what was typed is found nowhere; empty where that was asked."""

    @property
    def total(self) -> int:
        return self.answer.total

    @property
    def hits(self) -> list[Hit]:
        return self.answer.hits

    @property
    def counts(self) -> Mapping[str, Mapping[str, int]]:
        return self.answer.counts


def search(engine: Engine, asked: Asked) -> Found:
    """Answer a question; EngineError where the engine cannot.

    One that nothing answers, with words that the index does not know, is asked again as it may have been meant, unless
    it is to be taken as it is (`names` is None then).
    """
    if asked.behind and asked.behind.corrected:
        meant = _searched(engine, replace(asked, text=asked.behind.corrected))
        return replace(meant, corrected=asked.behind.corrected)
    found = _searched(engine, asked)
    if found.exact or asked.behind or asked.names is None or not (asked.near and asked.correct):
        return found
    corrected = _corrected(engine, asked.text)
    if not corrected:
        return found
    meant = _searched(engine, replace(asked, text=corrected))
    return replace(meant, corrected=corrected) if meant.exact else found


def _corrected(engine: Engine, text: str) -> str:
    """A query of words alone with those that the index does not know replaced; empty where there is nothing better."""
    parsed = query.parse(text)
    words = parsed.text.split()
    if not parsed.simple or len(words) > CORRECTED_WORDS:
        return ""
    changed = False
    for place, word in enumerate(words):
        if languages.tokens(word) == [word] and word.isalpha() and (near := engine.near(word)):
            words[place], changed = engine.written(near[0]), True
    return " ".join(words) if changed else ""


def totals(engine: Engine, questions: Sequence[Asked]) -> list[int]:
    """How many works `search` would find for each question, uncorrected: in one round."""
    read = [_read(asked) for asked in questions]
    requests = [request for one in read for request in (one.exact, one.relaxed and one.relaxed()) if request]
    found = iter(engine.totals(requests))
    counted = []
    for one in read:
        exact, relaxed = next(found), next(found) if one.relaxed else 0
        counted.append(max(exact, relaxed) if exact < one.enough else exact)
    return counted


@dataclass(frozen=True)
class _Read:
    """A question as it is asked of an engine: as it is, and where that finds less than enough, what comes near."""

    meant: list[Expansion]
    exact: Request
    relaxed: Callable[[], Request] | None
    enough: int


def _read(asked: Asked) -> _Read:
    parsed = query.parse(asked.text)
    likely = languages.weigh(parsed.text, asked.locale)
    meant = expand(parsed.text, likely, asked.names) if asked.names and parsed.simple else []
    exact = _request(asked, parsed, plan.plan(parsed, likely, meant))

    def relaxed() -> Request:
        return _request(asked, parsed, plan.plan(parsed, likely, meant, relaxed=True))

    comes_near = asked.near and parsed.quoted and parsed.node is not None
    return _Read(meant, exact, relaxed if comes_near else None, FEW_RESULTS if parsed.simple else 1)


def _searched(engine: Engine, asked: Asked) -> Found:
    read = _read(asked)
    if asked.behind and asked.behind.wide and read.relaxed:
        [exact] = engine.totals([read.exact])
        answer, wide = engine.search(read.relaxed()), True
    else:
        answer = engine.search(read.exact)
        exact, wide = answer.total, False
        if read.relaxed and exact < read.enough and not asked.behind:
            answer, wide = engine.search(read.relaxed()), True
    return Found(answer, read.meant, answer.total > exact, exact, wide)


def order_of(order: Order, parsed: query.Parsed) -> Order:
    """The order in which a question is answered: where nothing is looked for, nothing is relevant."""
    return "date" if order == "relevance" and parsed.node is None else order


def _request(asked: Asked, parsed: query.Parsed, made: plan.Plan) -> Request:
    return Request(
        node=made.node,
        filters=asked.filters,
        counts=asked.counts,
        order=order_of(asked.order, parsed),
        descending=asked.descending,
        sort_language=asked.locale or "fr",
        offset=asked.offset,
        after=asked.behind.after if asked.behind else None,
        limit=asked.limit,
        without=tuple(asked.without),
        marked=made.marked if asked.marks else (),
        marked_in=made.marked_in if asked.marks else {},
    )
