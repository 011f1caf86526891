"""Runs the benchmarks and prints them: `make bench`, or with ARGS="--help" what else it can do."""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

from tests.benchmarks import databases
from tests.benchmarks.databases import FOLDER, PRODUCTION, Databases
from tests.benchmarks.load import ROOT, Measured, Server, serving, stay_away_from_servers

API = "/api/v2/pages/"
NEWS = {"type": "newsroom.NewsPage", "locale": "fr"}
SAME = {"fields": "introduction,sharing_image,date,category,kind,source_url"}
"""What stock must be asked for to tell what is in our cards (their borders, territories and themes it cannot tell)."""
LIGHT, HEAVY, CACHED = 1, 4, 16
"""Connections: for the time that one answer takes; for requests a second; the same for what is quick."""
PUBLICATIONS = 60


class Asked(NamedTuple):
    """A kind of request: paths for us and, where it has the like, for stock."""

    ours: list[str]
    stock: list[str] = []


@dataclass
class Times:
    """The best of some rounds, beside which everything else is the machine's other work."""

    rate: float = 0.0
    p50: float = float("inf")

    def add(self, heavy: Measured, light: Measured) -> None:
        self.rate, self.p50 = max(self.rate, heavy.rate), min(self.p50, light.p50)

    def __str__(self) -> str:
        return f"{self.p50:9.2f} {self.rate:9,.0f}" if self.rate else " " * 19


@dataclass
class Report:
    """Prints a table while it is measured, then what was to be reached."""

    goals: list[tuple[str, float, str, float]] = field(default_factory=list)
    times: dict[tuple[int, str, str], Times] = field(default_factory=dict)

    def goal(self, what: str, found: float, sign: str, wanted: float) -> None:
        """`found` is to be at least (≥) or at most (≤) what is wanted."""
        self.goals.append((what, found, sign, wanted))

    def print_goals(self) -> None:
        print(f"\n{'goal':58} {'measured':>9} {'wanted':>9}")
        for what, found, sign, wanted in self.goals:
            met = found >= wanted if sign == "≥" else found <= wanted
            print(f"{what:58} {found:9.2f} {sign} {wanted:7.2f}  {'met' if met else 'NOT MET'}")


def requests_of(server: Server) -> dict[str, Asked]:
    """The kinds of requests, found in the content itself; each with many paths, so that none is a special case."""

    def lists(**words: str) -> Asked:
        return Asked([_path(**NEWS, **words)], [_path(**NEWS, **words, **SAME)])

    shown = server.get(_path(**NEWS, limit="50", offset="100"))["items"]
    total = server.get(_path(**NEWS))["meta"]["total_count"]
    details = [f"{API}{item['id']}/" for item in shown]
    finds = [item["meta"]["html_path"] for item in shown]
    words = [" ".join(item["title"].split()[2:4]) for item in shown]
    categories = [{"category": name} for name in ("mot", "territories", "france", "states", "europe")]
    filtered = [lists(**words) for words in categories]
    near = server.get(_path(**NEWS))["meta"]["next_cursor"]
    far = server.get(_path(**NEWS, offset=str(total - 50)))["meta"]["next_cursor"]
    return {
        "list": lists(),
        "list, its default fields": Asked([_path(**NEWS)], [_path(**NEWS)]),
        "list of all types, its defaults": Asked([_path(locale="fr")], [_path(locale="fr")]),
        "filtered list": Asked([one.ours[0] for one in filtered], [one.stock[0] for one in filtered]),
        "list by border": Asked([_path(**NEWS, border=code) for code in ("fr-de", "fr-be", "fr-es,fr-ad", "fr-it")]),
        "detail": Asked(details, details),
        "find": Asked(
            [f"{API}find/?{urlencode({'html_path': path})}" for path in finds],
            [f"{API}find/?{urlencode({'html_path': path.removeprefix('/fr')})}" for path in finds],
        ),
        "search": Asked(
            [_path(type=NEWS["type"], search=each) for each in words],
            [_path(type=NEWS["type"], search=each, **SAME) for each in words],
        ),
        "near end by cursor": Asked([_path(**NEWS, cursor=near)]),
        "far end by cursor": Asked([_path(**NEWS, cursor=far)]),
    }


def _path(**words: str) -> str:
    return f"{API}?{urlencode(words)}"


@contextlib.contextmanager
def all_servers(url: str) -> Iterator[dict[str, Server]]:
    """Stock Wagtail, and this project without and with its cache, on one database."""
    common = {**PRODUCTION, "DATABASE_URL": url}
    stock = {**common, "DJANGO_SETTINGS_MODULE": "tests.benchmarks.stock"}
    with (
        serving("django.core.wsgi:get_wsgi_application", stock, "--factory") as plain,
        serving("cms.wsgi:application", {**common, "API_CACHE_MEGABYTES": "0"}) as off,
        serving("cms.wsgi:application", common) as cached,
    ):
        yield {"stock": plain, "off": off, "cached": cached}


def measure_api(report: Report, size: int, url: str, options: argparse.Namespace) -> None:
    """Every kind of request on every server, in turn."""
    with all_servers(url) as servers:
        for name, asked in requests_of(servers["off"]).items():
            found = {server: Times() for server in servers}
            for _round in range(options.rounds):
                for server, times in found.items():
                    paths = asked.stock if server == "stock" else asked.ours
                    if not paths:
                        continue
                    servers[server].asked(paths, LIGHT, 1)
                    heavy = servers[server].asked(paths, CACHED if server == "cached" else HEAVY, options.seconds)
                    times.add(heavy, servers[server].asked(paths, LIGHT, options.seconds))
            stock, off, cached = (found[server] for server in ("stock", "off", "cached"))
            ratios = f"{off.rate / stock.rate:8.1f} {cached.rate / stock.rate:8.1f}" if stock.rate else ""
            print(f"{name:31} {size:7,} {stock} {off} {cached} {ratios}", flush=True)
            report.times.update({(size, name, server): times for server, times in found.items()})
        memory = ", ".join(f"{name} {server.megabytes():.0f} MB" for name, server in servers.items())
    print(f"{'memory of each process':31} {size:7,} {memory}")


def compare_api(report: Report, sizes: list[int]) -> None:
    """The goals for the API."""
    small, large = min(sizes), max(sizes)
    for size in sizes:

        def rate(name: str, server: str, size: int = size) -> float:
            return report.times[size, name, server].rate

        for name, server, wanted in (("list", "cached", 60), ("detail", "cached", 40), ("list", "off", 4)):
            what = f"{name}, {'cached' if server == 'cached' else 'cache off'}, times stock, {size:,} pages"
            report.goal(what, rate(name, server) / rate(name, "stock"), "≥", wanted)
        times = [report.times[size, f"{end} end by cursor", "off"].p50 for end in ("far", "near")]
        report.goal(f"far end by cursor to near end, cache off, {size:,} pages", times[0] / times[1], "≤", 1.05)
    for name in ("list", "filtered list", "find", "detail") if small < large else ():
        growth = report.times[large, name, "off"].p50 / report.times[small, name, "off"].p50
        report.goal(f"{name}, cache off, p50 at {large:,} to {small:,} pages", growth, "≤", 1.3)


def measure_bare(report: Report, url: str, options: argparse.Namespace) -> None:
    """A cached answer beside the same bytes from a view that does nothing."""
    body = FOLDER / "body"
    path = _path(**NEWS)
    with serving("cms.wsgi:application", {**PRODUCTION, "DATABASE_URL": url}) as ours:
        body.write_bytes(ours.bytes(path))
        tag = ours.etag(path)
        with serving("tests.benchmarks.bare:application", {"BODY": str(body)}) as bare:
            kinds = {
                "a bare Django view": lambda connections: bare.asked(["/"], connections, options.seconds),
                "cached, 200": lambda connections: ours.asked([path], connections, options.seconds),
                "cached, 304": lambda connections: ours.asked([path], connections, options.seconds, If_None_Match=tag),
            }
            found = {name: Times() for name in kinds}
            for _round in range(options.rounds):
                for name, ask in kinds.items():
                    found[name].add(ask(CACHED), ask(LIGHT))
    for name, times in found.items():
        print(f"{name:39} {times}", flush=True)
    bare_rate = found["a bare Django view"].rate
    for name in ("cached, 200", "cached, 304"):
        report.goal(f"{name}, times a bare view", found[name].rate / bare_rate, "≥", 1)


def measure_publish(report: Report, url: str, made: Databases, options: argparse.Namespace) -> None:
    """A publication here and in stock Wagtail, on copies of one database."""

    def run(what: str, database: str) -> list[float]:
        command = [sys.executable, "-m", "tests.benchmarks.publish", what, str(PUBLICATIONS)]
        environment = {**os.environ, **PRODUCTION, "DATABASE_URL": database}
        told = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE).stdout
        return list(json.loads(told)) if told else []

    best: dict[str, float] = {}
    with made.copy(url, "prepared") as prepared:
        run("prepare", prepared)
        for _round in range(options.rounds):
            for what in ("stock", "ours"):
                with made.copy(prepared, f"publish_{what}") as copied:
                    median = statistics.median(run(what, copied)) * 1000
                best[what] = min(best.get(what, median), median)
    print(f"{'publishing a page, median':39} stock {best['stock']:.1f} ms, here {best['ours']:.1f} ms", flush=True)
    report.goal("publishing a page, times stock", best["ours"] / best["stock"], "≤", 1.3)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--parts", nargs="+", default=["api", "bare", "publish"], choices=["api", "bare", "publish"])
    parser.add_argument("--sizes", nargs="+", type=int, default=[1_000, 100_000], help="pages in a database")
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many counts")
    parser.add_argument("--seconds", type=int, default=2, help="of each measurement")
    options = parser.parse_args()
    with databases.running() as made:
        urls = {size: made.of(size) for size in options.sizes}
    stay_away_from_servers()
    report = Report()
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"Load of the machine at the start: {load}. p50 in ms with 1 connection, requests/s with more.\n")
    with databases.running() as made:
        urls = {size: made.of(size) for size in options.sizes}
        if "api" in options.parts:
            print(
                f"{'':39} {'stock: p50  req/s':>19} {'off: p50   req/s':>19} {'cached: p50 req/s':>19}  off/st  cached"
            )
            for size, url in urls.items():
                measure_api(report, size, url, options)
            compare_api(report, options.sizes)
        if "bare" in options.parts:
            measure_bare(report, urls[min(urls)], options)
        if "publish" in options.parts:
            measure_publish(report, urls[min(urls)], made, options)
    report.print_goals()


if __name__ == "__main__":
    main()
