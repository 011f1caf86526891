"""Elasticsearch is killed, freezes, is red, full or answers garbage: readers are answered, and nothing is lost.

`FAULTS=all pytest tests/search/test_faults.py -s` prints what docs/search-operations.md has as a table.
"""

import os
import random
import shutil
import string
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import pytest
from django.test import Client

from cms import changes
from search import answering, indexer
from search.engines import elastic
from search.engines.base import Engine, EngineError
from search.engines.elastic import ElasticEngine
from search.engines.embedded import EmbeddedEngine
from tests.factories import resources
from tests.search.proxy import ANSWERS, Proxy
from tests.search.test_api import ask, titles
from tests.services import MissingServiceError, elasticsearch, in_ci

FIRST_SECONDS, NEXT_SECONDS = 2.0, 0.5
ALL = os.environ.get("FAULTS") == "all"
"""Whether faults that take long, or that other tests show faster, are measured as well."""
PUBLISHED_SECONDS = 10.0
"""Within which whatever was published is found, however busy the machine."""


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


@pytest.mark.django_db
@pytest.mark.elasticsearch
def test_a_server_that_refuses_or_answers_something_else(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, fault in enumerate(["refuses", *ANSWERS]):
        site.proxy.fail(fault)
        first = ask(client, q="santé", locale="fr")
        assert (fault, first["meta"]["degraded"], bool(titles(first))) == (fault, True, True)
        began = time.monotonic()
        assert titles(ask(client, q="santé", locale="fr")) == titles(first)
        assert time.monotonic() - began < NEXT_SECONDS
        title = f"Ornithorynque {number}"
        resources.record(title)
        site.look()
        assert titles(ask(client, q=title, locale="fr"))[0] == title
        site.proxy.heal()
        answering._breakers.clear()
    # However busy the machine, the server is well.
    monkeypatch.setattr(site.main, "quick", site.main.quick.options(request_timeout=30))
    site.look()
    found = ask(client, q="ornithorynque", locale="fr")
    assert (found["meta"]["degraded"], found["meta"]["total_count"]) == (False, number + 1)
    assert not indexer.check(site.main, repair=False)


@pytest.mark.django_db
@pytest.mark.elasticsearch
def test_a_question_that_is_too_much_moves_nobody_else(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    resources.record("Ornithorynque")
    site.look()
    monkeypatch.setattr(site.main, "quick", site.main.quick.options(request_timeout=0.2))
    monkeypatch.setattr(elastic, "LOOK_SECONDS", 30)  # however busy the machine, the server is well
    for fault in ("hangs", "a part, as it took too long", "400"):
        site.proxy.fail(fault, about=b"ornithorynque")
        for _round in range(2):
            heavy = ask(client, q="ornithorynque", locale="fr")
            assert (fault, heavy["meta"]["degraded"], titles(heavy)) == (fault, True, ["Ornithorynque"])
            assert answering._breakers["elasticsearch"].lets_through()
        site.proxy.heal()
    monkeypatch.setattr(elastic, "LOOK_SECONDS", 0.2)
    site.proxy.fail("hangs")
    assert ask(client, q="ornithorynque", locale="fr")["meta"]["degraded"] is True
    assert not answering._breakers["elasticsearch"].lets_through()


@pytest.mark.django_db
@pytest.mark.elasticsearch
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


@pytest.mark.django_db
@pytest.mark.elasticsearch
def test_an_index_that_was_removed_is_made_anew(client: Client, site: Site) -> None:
    site.main.drop()
    assert ask(client, q="santé", locale="fr")["meta"]["degraded"] is True
    site.look()
    answering._breakers.clear()
    assert ask(client, q="santé", locale="fr")["meta"]["degraded"] is False
    assert not indexer.check(site.main, repair=False)


class Row(NamedTuple):
    """What a fault was seen to do; seconds."""

    fault: str
    first: float
    following: float
    publication: float
    standby: float
    equal: float
    again: float
    lost: int

    def __str__(self) -> str:
        name, *seconds, lost = self
        return f"| {name} | {' | '.join(f'{number:.2f}' for number in seconds)} | {lost} |"


class Stage:
    """A site whose worker runs, on nodes of its own; a single one stands behind a proxy."""

    def __init__(self, client: Client, nodes: list[elasticsearch.Node], proxy: Proxy, folder: Any) -> None:
        self.client, self.nodes, self.proxy = client, nodes, proxy
        hosts = [node.address for node in nodes]
        self.main: Engine = ElasticEngine([proxy.url] if len(nodes) == 1 else hosts, "faults")
        self.admin = ElasticEngine(hosts, "faults").client
        self.standby: Engine = EmbeddedEngine(folder)
        self._titles: list[str] = []

    def timed(self, text: str) -> tuple[float, bool, int]:
        """Seconds of a search, whether it was degraded, and how many works it found."""
        began = time.monotonic()
        found = ask(self.client, q=text, locale="fr")
        return time.monotonic() - began, found["meta"]["degraded"], found["meta"]["total_count"]

    def publish(self) -> float:
        """Publish a record with a title that no other has; how long that takes."""
        self._titles.append("".join(random.choices(string.ascii_lowercase, k=12)))
        began = time.monotonic()
        resources.record(self._titles[-1])
        return time.monotonic() - began

    def equal(self, engine: Engine) -> bool:
        """Whether an engine is true to the database."""
        try:
            return (engine.position() or ())[:2] == changes.position() and not indexer.check(engine, repair=False)
        except EngineError:
            return False

    def settle(self) -> None:
        """Wait until all is well."""
        until(lambda: self.equal(self.main) and self.equal(self.standby), 60)
        until(lambda: not self.timed("santé")[1], 60)

    def suffer(
        self,
        fault: str,
        strike: Callable[[], object],
        heal: Callable[[], object],
        *,
        degraded: bool | None = True,
        heals_itself: bool = False,
    ) -> None:
        """Readers read and an editor publishes during a fault and after it, and nothing is lost.

        `degraded` says who answers meanwhile, None where either may; the end of the fault is waited for before `heal`
        where it `heals_itself`.
        """
        usual = max(self.publish() for _round in range(3))
        self.settle()
        strike()
        struck = time.monotonic()
        first, was_degraded, total = self.timed("santé")
        assert degraded is None or (fault, was_degraded) == (fault, degraded)
        following = [self.timed("santé") for _round in range(5)]
        assert {count for _took, _degraded, count in following} == {total}
        publication = self.publish()
        published = time.monotonic()
        until(lambda: self.equal(self.standby), PUBLISHED_SECONDS)
        standby = time.monotonic() - published
        if degraded:
            assert self.timed(self._titles[-1])[1:] == (True, 1)
        if not heals_itself:
            heal()
        began = struck if heals_itself else time.monotonic()
        until(lambda: self.equal(self.main), 90)
        equal = time.monotonic() - began
        until(lambda: self.timed(self._titles[-1])[1:] == (False, 1), 60)
        again = time.monotonic() - began
        if heals_itself:
            heal()
        lost = sum(self.timed(title)[2] != 1 for title in self._titles)
        longest = max(took for took, _degraded, _count in following)
        row = Row(fault, first, longest, publication, standby, equal, again, lost)
        print(row, flush=True)
        assert first < FIRST_SECONDS
        assert degraded is None or longest < NEXT_SECONDS
        assert publication < usual + 1.0, "Editors wait for Elasticsearch."
        assert lost == 0


def until(condition: Callable[[], bool], seconds: float) -> None:
    """Return as soon as something is so; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not so after {seconds} s"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def nodes(request: pytest.FixtureRequest) -> Iterator[list[elasticsearch.Node]]:
    """As many nodes of a cluster as the test asks for, which it may kill."""
    try:
        with elasticsearch.cluster(request.param) as found:
            elasticsearch.wait(found[-1].address)
            yield found
    except MissingServiceError as error:
        (pytest.fail if in_ci() else pytest.skip)(str(error))


@pytest.fixture
def stage(
    nodes: list[elasticsearch.Node],
    library: dict[str, Any],
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
) -> Iterator[Stage]:
    """The library on a cluster that may be killed, with the worker's threads running."""
    with Proxy(nodes[0].address) as proxy:
        found = Stage(client, nodes, proxy, tmp_path / "search")
        for module in (answering, indexer):
            monkeypatch.setattr(module, "engines", lambda: [found.main, found.standby])
        stop = threading.Event()
        worker = threading.Thread(target=indexer.run, args=(stop,), daemon=True)
        worker.start()
        found.settle()
        print("\n| fault | first answer | next | publication | standby has it | equal again | answers again | lost |")
        yield found
        proxy.heal()
        stop.set()
        worker.join(timeout=90)


@pytest.mark.timeout(1800)
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("nodes", [1], indirect=True)
def test_a_real_server(stage: Stage) -> None:
    [node], proxy, admin = stage.nodes, stage.proxy, stage.admin
    for fault in ("refuses", "hangs", "no JSON") if ALL else ():
        stage.suffer(fault, partial(proxy.fail, fault), proxy.heal)
    stage.suffer("frozen (SIGSTOP)", node.freeze, node.thaw)
    stage.suffer("killed (-9), started again", node.kill, lambda: (node.start(), elasticsearch.wait(node.address)))

    def redden() -> None:
        """The files of the index are gone, as after a broken disk."""
        node.kill()
        for shard in node.folder.glob("data/indices/*/0"):
            shutil.rmtree(shard)
        node.start()
        until(lambda: admin.ping() and admin.cluster.health()["status"] == "red", 60)

    stage.suffer("red for good, then `rebuild_index`", redden, lambda: indexer.rebuild(stage.main))

    def least_free(size: str) -> None:
        disk = "cluster.routing.allocation.disk"
        marks = {f"{disk}.watermark.{name}": size for name in ("low", "high", "flood_stage")}
        looks = {"cluster.info.update.interval": "10s", f"{disk}.threshold_enabled": True}
        admin.cluster.put_settings(persistent={**marks, **looks})

    def is_full() -> bool:
        [found] = admin.indices.get_settings(index="faults", flat_settings=True).values()
        return found["settings"].get("index.blocks.read_only_allow_delete") == "true"

    def fill() -> None:
        least_free("1pb")
        until(is_full, 30)

    if ALL:
        stage.suffer("disk full, so read-only", fill, lambda: least_free("1kb"), degraded=False)


@pytest.mark.timeout(1800)
@pytest.mark.slow
@pytest.mark.skipif(not ALL, reason="takes minutes: FAULTS=all measures it")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("nodes", [3], indirect=True)
def test_one_node_of_three(stage: Stage) -> None:
    shards = stage.admin.cat.shards(index="faults", format="json", h="node,prirep")
    [name] = [shard["node"] for shard in shards if shard["prirep"] == "p"]
    node = stage.nodes[int(name.removeprefix("node-"))]

    def again() -> None:
        node.start()
        elasticsearch.wait(node.address)

    stage.suffer("one node of three killed (-9)", node.kill, again, degraded=None, heals_itself=True)
    stage.suffer("one node of three frozen (SIGSTOP)", node.freeze, node.thaw, degraded=None)
