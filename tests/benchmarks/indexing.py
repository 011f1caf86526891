"""An index of each engine, made as the product makes it and in bulk: `python -m tests.benchmarks.indexing FOLDER`.

Writes into FOLDER `questions.pickle`, with the bodies that each question sends to the bare engines and the milliseconds
that the embedded one takes without a server. Prints for each engine the seconds of a rebuild
and of storing the same documents that lie ready in memory.
"""

import json
import pickle
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import django

django.setup()

from cms import labels  # noqa: E402
from search import documents, indexer  # noqa: E402
from search.engines.base import Engine, Request  # noqa: E402
from search.engines.configured import engines  # noqa: E402
from search.question import Question  # noqa: E402
from search.searching import Asked, search  # noqa: E402
from tests.benchmarks import bare_engine, library  # noqa: E402

QUESTIONS = 60
ADDRESS = {"index", "preference"}
"""What of a search stands in its address; only later pages prefer a copy of the index."""
NAMES = {"from_": "from", "source": "_source"}
"""What Elasticsearch's client calls otherwise than the server."""


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def indexed(engine: Engine) -> dict[str, float]:
    """How long a rebuild takes, and how long the engine takes for the same documents alone."""
    rebuilt = seconds(lambda: indexer.rebuild(engine))
    made = [document for batch in documents.every().batches() for document in documents.documents(batch)]
    bare = engine.begin()
    stored = seconds(lambda: bare.put(made))
    engine.discard(bare)
    return {"documents": len(made), "rebuild": rebuilt, "bulk": stored}


def noted(engine: Any, asked: Asked) -> list[dict[str, Any]]:
    """What the product sends to Elasticsearch for one question, as the bodies of searches."""
    sent: list[dict[str, Any]] = []
    send = engine.quick.search

    def note(**words: Any) -> Any:
        sent.append({NAMES.get(name, name): value for name, value in words.items() if name not in ADDRESS})
        return send(**words)

    with mock.patch.object(engine.quick, "search", note):
        search(engine, asked)
    return sent


def requested(engine: Any, asked: Asked) -> list[Request | str]:
    """What the product asks of an engine for one question: requests, and words that it seeks."""
    made: list[Request | str] = []

    def noting(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(one: Any) -> Any:
            made.append(one)
            return method(one)

        return call

    with mock.patch.multiple(engine, search=noting(engine.search), near=noting(engine.near)):
        search(engine, asked)
    return made


def main(folder: Path) -> None:
    found: dict[str, Any] = {engine.name: indexed(engine) for engine in engines()}
    first, embedded = engines()
    snapshot = labels.current()
    told = []
    for locale, text in library.questions(QUESTIONS):
        asked = Question(text=text, locale=locale).asked(snapshot)
        requests = requested(embedded, asked)
        within = min(seconds(partial(bare_engine.answers, locale, requests)) for _round in range(3))
        bodies = {
            "elasticsearch": [json.dumps(body).encode() for body in noted(first, asked)],
            "embedded": [pickle.dumps((locale, requests))],
        }
        told.append({"locale": locale, "q": text, "within": within * 1000, **bodies})
    (folder / "questions.pickle").write_bytes(pickle.dumps(told))
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
