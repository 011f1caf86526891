"""The least that a server of the embedded engine can do: it answers what the product asks of it, as JSON, over HTTP.

tantivy is a library: for a client that measures it as it measures Elasticsearch, it needs a server of its own.
"""

import pickle
from collections.abc import Callable, Iterable
from typing import Any

import django

django.setup()

import orjson  # noqa: E402

from search import languages, results  # noqa: E402
from search.engines.base import Hit, Request  # noqa: E402
from search.engines.configured import engines  # noqa: E402

ENGINE = engines()[-1]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Takes a pickled pair: a language, and what is asked of the engine for one question, requests and words."""
    locale, asked = pickle.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    body = orjson.dumps(answers(locale, asked))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def answers(locale: str, asked: Iterable[Request | str]) -> list[Any]:
    """What the engine says to each request, with the passages that the product shows, and to each word."""
    return [_answer(locale, one) for one in asked]


def _answer(locale: str, asked: Request | str) -> Any:
    if isinstance(asked, str):
        return ENGINE.near(asked)
    found = ENGINE.search(asked)
    return {"total": found.total, "counts": found.counts, "hits": [_hit(one, locale) for one in found.hits]}


def _hit(found: Hit, locale: str) -> Any:
    shown = next(code for code in (locale, *results.versions_of(found)) if code in results.versions_of(found))
    title, passage = results.passages(found, languages.field_of(shown), locale)
    return {"id": found.id, "value": found.value, "shown": found.shown, "passages": [title, *(passage or ())]}
