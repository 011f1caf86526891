"""Both engines: whatever one answers, the other does."""

import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cms import changes
from search import answering
from search.engines.base import Engine
from search.engines.configured import engines
from search.engines.elastic import ElasticEngine
from search.engines.embedded import EmbeddedEngine
from tests import worlds
from tests.search import site
from tests.services import elasticsearch

ENGINES = ["embedded", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)]


@pytest.fixture(scope="session")
def elasticsearch_url() -> str:
    """The address of a server that answers; mark the test with `elasticsearch`."""
    address = os.environ["TEST_ELASTICSEARCH_URL"]
    elasticsearch.wait(address)
    return address


@pytest.fixture(scope="session")
def new_engine(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], Engine]]:
    """Makes an engine by its name, without an index yet."""
    made: list[ElasticEngine] = []
    prefix = f"test-{uuid.uuid4().hex[:12]}"

    def make(name: str) -> Engine:
        if name == "embedded":
            return EmbeddedEngine(tmp_path_factory.mktemp("search"))
        engine = ElasticEngine([request.getfixturevalue("elasticsearch_url")], f"{prefix}-{len(made)}")
        engine.quick = engine.quick.options(request_timeout=60)  # on a machine that others keep busy
        made.append(engine)
        return engine

    yield make
    if made:  # all at once: one by one, each of hundreds waits for the server's turn
        indices = made[0].client.options(request_timeout=300).indices
        if names := list(indices.get(index=f"{prefix}-*", expand_wildcards="all", features="aliases")):
            indices.delete(index=names)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, new_engine: Callable[[str], Engine]) -> Engine:
    """Each engine with an empty index of its own."""
    found = new_engine(request.param)
    found.swap(found.begin())
    return found


@pytest.fixture(autouse=True)
def fresh_breakers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed in one test is asked again in the next."""
    monkeypatch.setattr(answering, "_breakers", {})


@worlds.shared
def small_library() -> dict[str, Any]:
    """The site of tests.search.site."""
    return site.made()


@pytest.fixture
def library(small_library: dict[str, Any]) -> dict[str, Any]:
    """The same, and the index true to it: what tests put into an index stays there."""
    if any((engine.position() or ())[:2] != changes.position() for engine in engines()):
        site.refresh()
    return small_library
