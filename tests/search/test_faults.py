"""Elasticsearch refuses, hangs, answers garbage, is full: readers are answered all the same, and nothing is lost."""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.test import Client

from search import answering, indexer
from search.engines.elastic import ElasticEngine
from search.engines.embedded import EmbeddedEngine
from tests.factories import resources
from tests.search.proxy import Proxy
from tests.search.test_api import ask, titles

pytestmark = [pytest.mark.django_db, pytest.mark.elasticsearch]

FIRST_SECONDS, NEXT_SECONDS = 2.0, 0.5


class Site(NamedTuple):
    proxy: Proxy
    main: ElasticEngine
    standby: EmbeddedEngine
    keepers: list[indexer.Keeper]

    def look(self) -> None:
        for keeper in self.keepers:
            keeper.look()


@pytest.fixture
def site(
    library: dict[str, Any], elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, new_engine: Any
) -> Iterator[Site]:
    """The library on a server behind a proxy, with the embedded engine standing by; failures are forgiven at once."""
    alias = new_engine("elasticsearch").index  # removed in the end
    monkeypatch.setattr(indexer, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(answering, "FIRST_PAUSE", 60.0)
    monkeypatch.setattr(answering, "LONGEST_PAUSE", 60.0)
    with Proxy(elasticsearch_url) as proxy:
        main, standby = ElasticEngine([proxy.url], alias), EmbeddedEngine(tmp_path / "search")
        monkeypatch.setattr(answering, "engines", lambda: [main, standby])
        found = Site(proxy, main, standby, [indexer.Keeper(main), indexer.Keeper(standby)])
        found.look()
        yield found


@pytest.mark.parametrize("fault", ["refuses", "hangs", "garbage", "busy"])
def test_a_server_that_fails(client: Client, site: Site, fault: str) -> None:
    assert ask(client, q="santé", locale="fr")["meta"]["degraded"] is False
    site.proxy.fail(fault)
    began = time.monotonic()
    first = ask(client, q="santé", locale="fr")
    took = time.monotonic() - began
    assert first["meta"]["degraded"] is True
    assert titles(first)
    assert took < FIRST_SECONDS
    began = time.monotonic()
    assert titles(ask(client, q="santé", locale="fr")) == titles(first)
    assert time.monotonic() - began < NEXT_SECONDS

    resources.record("Ornithorynque")
    before = site.standby.position()
    site.look()
    assert site.standby.position() != before
    assert titles(ask(client, q="ornithorynque", locale="fr")) == ["Ornithorynque"]

    site.proxy.heal()
    answering._breakers.clear()
    site.look()
    found = ask(client, q="ornithorynque", locale="fr")
    assert (found["meta"]["degraded"], titles(found)) == (False, ["Ornithorynque"])
    assert not indexer.check(site.main, repair=False)


def test_a_server_that_is_full_still_answers_and_catches_up(client: Client, site: Site) -> None:
    blocks = "index.blocks.read_only_allow_delete"
    site.main.client.indices.put_settings(index=site.main.index, settings={blocks: True})
    resources.record("Ornithorynque")
    before = site.main.position()
    site.look()
    assert site.main.position() == before
    found = ask(client, q="santé", locale="fr")
    assert (found["meta"]["degraded"], bool(titles(found))) == (False, True)
    site.main.client.indices.put_settings(index=site.main.index, settings={blocks: None})
    site.look()
    assert titles(ask(client, q="ornithorynque", locale="fr")) == ["Ornithorynque"]


def test_an_index_that_was_removed_is_made_anew(client: Client, site: Site) -> None:
    site.main.drop()
    assert ask(client, q="santé", locale="fr")["meta"]["degraded"] is True
    site.look()
    answering._breakers.clear()
    assert ask(client, q="santé", locale="fr")["meta"]["degraded"] is False
    assert not indexer.check(site.main, repair=False)
