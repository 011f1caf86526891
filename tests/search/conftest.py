"""Both engines: whatever one answers, the other does."""

import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from search import answering
from search.engines.base import Engine
from search.engines.elastic import ElasticEngine
from search.engines.embedded import EmbeddedEngine
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

    def make(name: str) -> Engine:
        if name == "embedded":
            return EmbeddedEngine(tmp_path_factory.mktemp("search"))
        made.append(ElasticEngine([request.getfixturevalue("elasticsearch_url")], f"test-{uuid.uuid4().hex[:12]}"))
        return made[-1]

    yield make
    for engine in made:
        engine.drop()


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


@pytest.fixture
def library(db: None) -> dict[str, Any]:
    """The site of tests.search.site."""
    return site.made()
