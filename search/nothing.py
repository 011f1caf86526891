"""Where nothing is found: which word finds nothing, and what else could be asked, each with how much it would give."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal
from urllib.parse import urlencode

from typing_extensions import TypedDict

from cms import labels
from search import languages, query
from search.answering import first
from search.question import Question
from search.searching import totals

WORDS = 8
"""Words of a query that are counted at most."""

Kind = Literal["without_filters", "any_word", "any_language", "other_names"]


class WordCount(TypedDict):
    """A word or phrase of the query, and how many works have it, whatever the filters."""

    word: str
    count: int


class Alternative(TypedDict):
    """Another question that finds something, how much, and its parameters as they stand in an address.

    `without_filters`: the same words anywhere. `any_word`: any of the words. `any_language`: in whatever
    language documents are. `other_names`: with the names that concepts, borders and territories have elsewhere.
    """

    kind: Kind
    q: str
    count: int
    query: str


class Nothing(TypedDict):
    """Why nothing is found, and what would be."""

    words: list[WordCount]
    alternatives: list[Alternative]


def explain(question: Question, snapshot: labels.Labels) -> Nothing:
    """What to try instead of a question that nothing answers (one round to the engine, no query of the database)."""
    words = _telling(question)
    others = list(_others(question, words))
    everywhere = replace(question, chosen={}, year_from=None, year_to=None, limit=0, offset=0)
    alone = [replace(everywhere, text=word, near=False) for word in words]
    asked = [one.asked(snapshot) for one in (*alone, *(replace(other, limit=0, offset=0) for _kind, other in others))]
    counts, _engine, _degraded = first(lambda engine: totals(engine, asked))
    return {
        "words": [{"word": word, "count": count} for word, count in zip(words, counts, strict=False)],
        "alternatives": [
            {"kind": kind, "q": other.text, "count": count, "query": urlencode(other.parameters())}
            for (kind, other), count in zip(others, counts[len(words) :], strict=True)
            if count
        ],
    }


def _telling(question: Question) -> list[str]:
    """The words of a query that say something in the reader's language, the first ones of a long query."""
    stopped = languages.LANGUAGES[question.locale].stop_words
    return [word for word in query.wanted(query.parse(question.text)) if word.lower() not in stopped][:WORDS]


def _others(question: Question, words: Sequence[str]) -> list[tuple[Kind, Question]]:
    found: list[tuple[Kind, Question]] = []
    if question.filtered:
        found.append(("without_filters", replace(question, chosen={}, year_from=None, year_to=None)))
    if len(words) > 1:
        found.append(("any_word", replace(question, text=" OR ".join(words))))
    if question.chosen.get("language"):
        chosen = {name: values for name, values in question.chosen.items() if name != "language"}
        found.append(("any_language", replace(question, chosen=chosen)))
    if not question.expand:
        found.append(("other_names", replace(question, expand=True)))
    return found
