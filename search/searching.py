"""The path of a query: what a reader asks, read and planned, to an engine and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from search import languages, plan, query
from search.engines.base import Answer, Engine, Request
from search.engines.nodes import Node

FEW_RESULTS = 10
"""Under so many results, those of any word are better than none."""


@dataclass(frozen=True)
class Asked:
    """A question of a reader; `locale` is the reader's language, None where it must be guessed."""

    text: str = ""
    locale: str | None = None
    filters: Mapping[str, Node] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    order: Literal["relevance", "date", "added", "title"] = "relevance"
    descending: bool = True
    offset: int = 0
    limit: int = 20


def search(engine: Engine, asked: Asked) -> Answer:
    """Answer a question; EngineError where the engine cannot."""
    parsed = query.parse(asked.text)
    likely = languages.weigh(parsed.text, asked.locale)
    answer = engine.search(_request(asked, parsed, likely, relaxed=False))
    enough = FEW_RESULTS if parsed.simple else 1
    if parsed.quoted and answer.total < enough and len(languages.tokens(parsed.text)) > 1:
        answer = engine.search(_request(asked, parsed, likely, relaxed=True))
    return answer


def _request(asked: Asked, parsed: query.Parsed, likely: Mapping[str, float], *, relaxed: bool) -> Request:
    made = plan.plan(parsed, likely, relaxed=relaxed)
    order = asked.order
    if order == "relevance" and parsed.node is None:
        order = "date"
    first = [asked.locale] if asked.locale else []
    return Request(
        node=made.node,
        filters=asked.filters,
        counts=asked.counts,
        order=order,
        descending=asked.descending,
        sort_language=asked.locale or "fr",
        offset=asked.offset,
        limit=asked.limit,
        languages=tuple(dict.fromkeys([*first, *likely, *languages.LANGUAGES])),
        marked=made.marked,
    )
