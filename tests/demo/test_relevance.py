"""How well the demo's readers are answered, on both engines beside plain BM25: `make relevance` prints it."""

from collections.abc import Callable

import pytest

from cms import labels
from search.engines.base import Engine
from search.relevance import Judged, Measures, judge, measure
from search.schema import Document
from tests.demo import judged
from tests.search.conftest import elasticsearch_url, new_engine  # noqa: F401

pytestmark = [
    pytest.mark.slow,
    pytest.mark.elasticsearch,
    pytest.mark.django_db,
    pytest.mark.timeout(1800),
]
GOAL = 0.85
APART = 0.03
"""How far apart the engines may be."""


def filled(engine: Engine, documents: list[Document]) -> Engine:
    index = engine.begin()
    index.put(documents)
    engine.swap(index)
    return engine


def row(name: str, found: Measures) -> str:
    return f"{name:32}{found.queries:8}{found.mrr:8.3f}{found.ndcg:9.3f}{found.success:8.3f}{found.p50:9.1f}"


def test_readers_of_the_demo_are_answered(new_engine: Callable[[str], Engine]) -> None:  # noqa: F811
    kinds = judged.read()
    every = [query for queries in kinds.values() for query in queries]
    assert len(every) >= 80
    assert {query.language for query in every} == {"fr", "en", "de", "es", "it", "nl"}
    documents, snapshot = judged.everything(), labels.current()
    ours: dict[str, Measures] = {}
    print(f"\n{'':32}{'queries':>8}{'MRR':>8}{'nDCG@10':>9}{'S@5':>8}{'p50 ms':>9}")
    for name in ("elasticsearch", "embedded"):
        engine = filled(new_engine(name), documents)

        def locale(query: Judged) -> str | None:
            return query.language

        for kind, queries in kinds.items():
            print(row(f"{name}: {kind}", measure(engine, queries, locale, snapshot)))
        ours[name] = measure(engine, every, locale, snapshot)
        print(row(name, ours[name]))
        bare = filled(new_engine(name), [judged.in_one_field(document) for document in documents])
        plain = judge(every, lambda query, bare=bare: judged.plain(bare, query))  # type: ignore[misc]
        print(row(f"{name}: plain BM25", plain))
        assert ours[name].mrr >= GOAL
        assert ours[name].mrr > plain.mrr
    assert abs(ours["elasticsearch"].mrr - ours["embedded"].mrr) <= APART
