"""Measures the search beside the bare engines, and how fast documents are indexed: `make bench-search`.

The same client sends each question to us and what we ask for it to the bare engine: bodies to Elasticsearch, and
requests to a server that does nothing but hand them to the embedded engine, which is a library and has none of its own
(tests.benchmarks.bare_engine). What the embedded engine takes for them without that server is told beside it.
"""

import argparse
import contextlib
import json
import os
import pickle
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.benchmarks import databases
from tests.benchmarks.databases import FOLDER, PRODUCTION
from tests.benchmarks.load import ROOT, Server, serving, stay_away_from_servers
from tests.benchmarks.report import Goals
from tests.services import elasticsearch

ENGINES = ("elasticsearch", "embedded")
STOPS = (2, 4, 7)
"""Letters after which suggestions are asked for while somebody types."""


def measure(goals: Goals, urls: Mapping[int, str], rounds: int) -> None:
    """Both engines on every size, each question to us and to the bare engine in turn."""
    found: dict[tuple[int, str], dict[str, list[float]]] = {}
    with elasticsearch.running() as address:
        elasticsearch.wait(address)
        print(f"{'':24} {'ours p50':>9} {'p95':>7} {'bare p50':>9} {'p95':>7} {'ratio':>6} {'suggestions p95':>16}  ms")
        for size, url in urls.items():
            with _portal(address, url, size) as portal:
                for engine in ENGINES:
                    times = found[size, engine] = portal.asked(engine, rounds)
                    ours, bare = (statistics.median(times[name]) for name in ("ours", "bare"))
                    print(
                        f"{engine:15} {size:8,} {ours:9.1f} {_p95(times['ours']):7.1f} {bare:9.1f} "
                        f"{_p95(times['bare']):7.1f} {ours / bare:6.2f} {_p95(times['suggestions']):16.1f}",
                        flush=True,
                    )
                    if times["within"]:
                        within = statistics.median(times["within"])
                        print(f"  without a server the engine takes {within:.1f}: ours is {ours / within:.2f} of that")
                    goals.add(f"{engine}, p50 to the bare engine's, {size:,} records", ours / bare, "≤", 1.5)
                    indexed = portal.indexed[engine]
                    goals.add(
                        f"{engine}, indexing to raw bulk, {size:,} records",
                        indexed["bulk"] / indexed["rebuild"],
                        "≥",
                        0.5,
                    )
                portal.told()
            main, standby = (statistics.median(found[size, engine]["ours"]) for engine in ENGINES)
            goals.add(f"speed of the standby to the main engine, {size:,} records", main / standby, "≥", 0.5)
    small, large = min(urls), max(urls)
    for engine in ENGINES if small < large else ():
        before, after = (statistics.median(found[size, engine]["ours"]) for size in (small, large))
        print(f"growth of the p50 from {small:,} to {large:,} records, {engine}: {after / before:.2f}")


class Portal:
    """A server for each engine over one database, the bare engines (addresses of searches), and what readers ask."""

    def __init__(self, servers: dict[str, Server], bare: dict[str, str], indexed: dict[str, Any], folder: Path):
        self.servers, self.bare, self.indexed = servers, bare, indexed
        self._questions = pickle.loads((folder / "questions.pickle").read_bytes())

    def asked(self, engine: str, rounds: int) -> dict[str, list[float]]:
        """Milliseconds of every question, the best of some rounds: ours, the bare engine's; and of suggestions."""
        at = urlsplit(self.bare[engine])
        with (
            _connected(self.servers[engine].address.removeprefix("http://")) as ours,
            _connected(at.netloc) as bare,
        ):
            times: dict[str, list[float]] = {"ours": [], "bare": [], "within": [], "suggestions": []}
            for question in self._questions:
                where = {"q": question["q"], "locale": question["locale"]}
                path = f"/api/v2/search/?{urlencode(where)}"
                bodies = question[engine]
                taken = [_both(ours, path, bare, at.path, bodies) for _round in range(rounds + 1)][1:]
                times["ours"].append(min(each for each, _bare in taken))
                times["bare"].append(min(each for _ours, each in taken))
                if engine == "embedded":
                    times["within"].append(question["within"])
                for letters in STOPS:
                    begun = {**where, "q": question["q"][:letters]}
                    suggest = partial(_get, ours, f"/api/v2/suggest/?{urlencode(begun)}")
                    times["suggestions"].append(min(_milliseconds(suggest) for _round in range(rounds)))
            return times

    def told(self) -> None:
        """Print how the indices were made, and the memory of each process."""
        for engine in ENGINES:
            made = self.indexed[engine]
            rates = (
                f"{name} {made[key]:.0f} s ({made['documents'] / made[key]:,.0f}/s)" for name, key in RATES.items()
            )
            print(f"  {engine}: {made['documents']:,} documents: {', '.join(rates)}")
        memory = [f"web server on {name} {server.megabytes():.0f} MB" for name, server in self.servers.items()]
        print(f"  memory: {', '.join(memory)}, indexing at most {self.indexed['memory']:.0f} MB, {_java()}", flush=True)


RATES = {"rebuilt": "rebuild", "raw bulk": "bulk"}


@contextlib.contextmanager
def _portal(address: str, url: str, size: int) -> Iterator[Portal]:
    folder = FOLDER / f"portal_{size}"
    folder.mkdir(exist_ok=True)
    index = f"bench-{size}"
    own = {**PRODUCTION, "DATABASE_URL": url, "VAR_DIR": str(folder), "ELASTICSEARCH_INDEX": index}
    (folder / "static").mkdir(exist_ok=True)
    both = {**own, "ELASTICSEARCH_URL": address}
    command = [sys.executable, "-m", "tests.benchmarks.indexing", str(folder)]
    told = subprocess.run(command, cwd=ROOT, env={**os.environ, **both}, check=True, stdout=subprocess.PIPE).stdout
    with (
        serving("cms.wsgi:application", both) as main,
        serving("cms.wsgi:application", own) as standby,
        serving("tests.benchmarks.bare_engine:application", own) as bare,
    ):
        servers = dict(zip(ENGINES, (main, standby), strict=True))
        searches = dict(zip(ENGINES, (f"{address}/{index}/_search", f"{bare.address}/"), strict=True))
        yield Portal(servers, searches, json.loads(told.splitlines()[-1]), folder)


def _both(
    ours: HTTPConnection, path: str, bare: HTTPConnection, search: str, bodies: Sequence[bytes]
) -> tuple[float, float]:
    """Milliseconds of one question to us, and of what we send for it to the bare engine."""
    return (
        _milliseconds(lambda: _get(ours, path)),
        _milliseconds(lambda: [_post(bare, search, body) for body in bodies]),
    )


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _get(connection: HTTPConnection, path: str) -> bytes:
    connection.request("GET", path)
    return _read(connection, path)


def _post(connection: HTTPConnection, path: str, body: bytes) -> bytes:
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    return _read(connection, path)


def _read(connection: HTTPConnection, path: str) -> bytes:
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {body[:300]!r}")
    return body


def _connected(address: str) -> contextlib.closing[HTTPConnection]:
    return contextlib.closing(HTTPConnection(address, timeout=60))


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _java() -> str:
    """The memory of Elasticsearch, where it runs on this machine outside of a container."""
    sizes = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            if b"org.elasticsearch.bootstrap" in status.with_name("cmdline").read_bytes():
                lines = status.read_text().splitlines()
                sizes += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")]
    return f"Elasticsearch {max(sizes):.0f} MB" if sizes else "Elasticsearch unknown"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-search ARGS=…", description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=[5_000, 50_000], help="records in a database")
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many counts")
    options = parser.parse_args()
    stay_away_from_servers()
    goals = Goals()
    with databases.running() as made:
        urls = {size: made.of(size, "records") for size in sorted(options.sizes)}
        load = " ".join(f"{value:.1f}" for value in os.getloadavg())
        print(f"Load of the machine at the start: {load}. One question at a time.\n")
        measure(goals, urls, options.rounds)
    goals.print()


if __name__ == "__main__":
    main()
