"""A worker or a rebuild that is killed at any point: readers see no gap, the next one goes on, nothing stays behind."""

import itertools
import os
import shutil
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from elastic_transport import Transport
from elasticsearch import helpers

from resources.exchange import portable
from resources.exchange.importing import load
from search import documents, indexer
from search.engines import embedded
from search.engines.base import Engine
from search.engines.elastic import ElasticEngine
from search.engines.embedded import EmbeddedEngine, EmbeddedIndex
from search.searching import Asked, search
from tests.cms import killing
from tests.factories import resources
from tests.search.conftest import ENGINES

READING = ("GET", "HEAD")


def found(engine: Engine, text: str) -> int:
    return search(engine, Asked(text, "fr")).total


def indexes(engine: Engine) -> int:
    """How many there are, whatever for."""
    if isinstance(engine, EmbeddedEngine):
        return sum(path.is_dir() for path in engine.folder.iterdir())
    assert isinstance(engine, ElasticEngine)
    return len(engine._names())


def again(engine: Engine) -> Engine:
    """The same engine as another process has it."""
    if isinstance(engine, EmbeddedEngine):
        return EmbeddedEngine(engine.folder)
    assert isinstance(engine, ElasticEngine)
    return ElasticEngine([node.base_url for node in engine.client.transport.node_pool.all()], engine.index)


def killed(work: Callable[[], object], step: int) -> bool:
    """Do some work in a process of its own that is killed before it writes for the nth time; whether it came so far."""
    numbers = itertools.count(1)

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*words: Any, **named: Any) -> Any:
            asks = function is send and words[1] in READING
            if not asks and next(numbers) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*words, **named)

        return called

    send = Transport.perform_request
    writes = [(Transport, "perform_request"), (EmbeddedIndex, "put"), (embedded, "_stored"), (shutil, "rmtree")]
    writes += [(Path, "write_text"), (Path, "replace")]

    def route() -> None:
        for owner, name in writes:
            setattr(owner, name, counted(getattr(owner, name)))
        helpers.streaming_bulk = partial(helpers.streaming_bulk, chunk_size=1)
        work()

    return killing.run(route)


@pytest.mark.timeout(1800)
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ENGINES)
def test_killed_at_every_write(name: str, new_engine: Any) -> None:
    kept = new_engine(name)
    resources.record("Ornithorynque")
    indexer.Keeper(kept).look()

    def rebuilds() -> None:
        indexer.rebuild(again(kept))

    def looks() -> None:
        indexer.Keeper(again(kept)).look()

    steps = {}
    for work in (looks, rebuilds):
        for step in itertools.count(1):
            record = resources.record("Xylophone")
            was_killed = killed(work, step)
            assert found(again(kept), "ornithorynque") == 1
            next_one = again(kept)
            indexer.tidy(next_one)
            indexer.bring_up(next_one)
            assert (step, found(next_one, "xylophone"), indexes(next_one) <= 2) == (step, 1, True)
            assert not indexer.check(next_one, repair=False)
            record.delete()
            if not was_killed:
                break
        steps[work] = step
    assert steps[rebuilds] > steps[looks] > 2


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ENGINES)
def test_killed_behind_what_went_ahead(name: str, new_engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "BATCH", 1)
    kept = new_engine(name)
    indexer.Keeper(kept).look()
    before = kept.position()
    given = ({"type": "report", "texts": [{"language": "fr", "title": f"Notice {n}"}]} for n in range(5))
    assert {line.outcome for line in load(enumerate(map(portable.checked, given)), "x")} == {"created"}
    resources.record("Xylophone")
    put, puts = indexer._put, itertools.count(1)

    def deadly(*words: Any, **more: bool) -> None:
        if next(puts) == 3:  # behind the oldest of the import, and what an editor did since
            os.kill(os.getpid(), signal.SIGKILL)
        put(*words, **more)

    with monkeypatch.context() as patched:
        patched.setattr(indexer, "_put", deadly)
        assert killing.run(lambda: indexer.Keeper(again(kept)).look())
    assert (found(again(kept), "xylophone"), found(again(kept), "notice")) == (1, 1)
    assert again(kept).position() == before
    indexer.Keeper(kept).look()
    assert found(kept, "notice") == 5
    assert not indexer.check(kept, repair=False)
