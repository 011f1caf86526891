"""Measuring how well the search answers: a judged collection through the real query path, in a scratch index."""

import csv
import json
import math
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cms.labels import Labels
from search import languages, schema
from search.engines.base import Engine
from search.searching import Asked, search

DEPTH = 10
"""How far down the results are judged."""
SUCCESS = 5


class CollectionError(Exception):
    """A judged collection that cannot be read: the message names the file and the line."""


@dataclass(frozen=True)
class Judged:
    """A query with the documents that answer it, and how well (1 and more)."""

    id: str
    text: str
    language: str | None
    answers: dict[str, int]


@dataclass(frozen=True)
class Measures:
    """Means over queries: of 1/rank of the first best answer, nDCG at 10, answers within 5; median milliseconds."""

    queries: int
    mrr: float
    ndcg: float
    success: float
    p50: float


def documents(folder: Path) -> Iterator[schema.Document]:
    """The documents of `docs.jsonl`: id, title, text and, where it is known, lang."""
    for place, row in _rows(folder / "docs.jsonl"):
        text, title = _string(row, "text", place), languages.clean(row.get("title") or "")
        language = row.get("lang") or _language_of(text)
        yield schema.Document(
            _string(row, "id", place),
            {language: title},
            body={language: languages.clean(text)},
            keywords={"kind": ["page"]},
        )


def _language_of(text: str) -> str:
    """The language of a text that does not say it, by its first words."""
    likely = languages.weigh(" ".join(languages.tokens(text)[:200]), None)
    return max(likely, key=lambda code: likely[code])


def queries(folder: Path) -> list[Judged]:
    """The queries of `queries.jsonl` (id, text, lang) that `qrels.tsv` (query, document, relevance) judges."""
    answers: dict[str, dict[str, int]] = {}
    path = folder / "qrels.tsv"
    with _opened(path) as lines:
        for number, cells in enumerate(csv.reader(lines, delimiter="\t"), 1):
            if len(cells) == 4:  # TREC's own form, whose second column has no meaning
                del cells[1]
            if len(cells) != 3 or not (cells[2].lstrip("-").isdigit() or number == 1):
                raise CollectionError(f"{path}, line {number}: a query, a document and a relevance are expected.")
            if cells[2].isdigit() and int(cells[2]) > 0:
                answers.setdefault(cells[0], {})[cells[1]] = int(cells[2])
    found = []
    for place, row in _rows(folder / "queries.jsonl"):
        key = _string(row, "id", place)
        if key in answers:
            found.append(Judged(key, _string(row, "text", place), row.get("lang"), answers[key]))
    return found


def measure(
    engine: Engine, judged: list[Judged], locale: Callable[[Judged], str | None], names: Labels | None = None
) -> Measures:
    """Ask every query as a reader with that language would (None: it is guessed), and judge the first ten results.

    `names` are the facts whose names expand queries.
    """

    def ask(query: Judged) -> list[str]:
        asked = Asked(text=query.text, locale=locale(query), limit=DEPTH, names=names)
        return [hit.id for hit in search(engine, asked).hits]

    return judge(judged, ask)


def judge(judged: list[Judged], ask: Callable[[Judged], list[str]]) -> Measures:
    """Judge what is answered to each query: the ids of at most ten documents, the best first."""
    ranks, gains, successes, took = [], [], [], []
    for query in judged:
        begun = time.perf_counter()
        answer = ask(query)
        took.append((time.perf_counter() - begun) * 1000)
        found = [query.answers.get(name, 0) for name in answer]
        ranks.append(reciprocal_rank(query, answer))
        gains.append(_gain(found) / _gain(sorted(query.answers.values(), reverse=True)[:DEPTH]))
        successes.append(1.0 if any(found[:SUCCESS]) else 0.0)
    mean = statistics.fmean
    return Measures(len(judged), mean(ranks), mean(gains), mean(successes), statistics.median(took))


def reciprocal_rank(query: Judged, answer: list[str]) -> float:
    """1 over the place of the first of the best answers; 0 where there is none."""
    best = max(query.answers.values())
    return next((1 / place for place, name in enumerate(answer, 1) if query.answers.get(name) == best), 0.0)


def _gain(grades: list[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, 1))


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with _opened(path) as lines:
        for number, line in enumerate(lines, 1):
            place = f"{path}, line {number}"
            try:
                row = json.loads(line)
            except ValueError as error:
                raise CollectionError(f"{place}: no JSON: {error}") from error
            if not isinstance(row, dict):
                raise CollectionError(f"{place}: an object is expected.")
            yield place, row


def _opened(path: Path) -> Any:
    try:
        return path.open(encoding="utf-8")
    except OSError as error:
        raise CollectionError(f"{path}: {error.strerror}") from error


def _string(row: dict[str, Any], name: str, place: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise CollectionError(f"{place}: `{name}` must be a text.")
    return value
