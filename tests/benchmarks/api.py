"""The API's requests on each server: which there are, and how long their answers take."""

import argparse
import contextlib
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from tests.benchmarks.databases import FOLDER, PRODUCTION
from tests.benchmarks.load import Server, serving
from tests.benchmarks.report import Goals, Times

API = "/api/v2/pages/"
NEWS = {"type": "newsroom.NewsPage", "locale": "fr"}
SAME = {"fields": "introduction,sharing_image,date,category,kind,source_url"}
"""What stock must be asked for to tell what is in our cards (their borders, territories and themes it cannot tell)."""
LIGHT, HEAVY, CACHED = 1, 4, 16
"""Connections: for the time that one answer takes; for requests a second; the same for what is quick."""
SERVERS = ("stock", "off", "cached")
"""Stock Wagtail, and this project without and with its cache."""

Place = tuple[int, str]
"""The size of a database and a server on it."""
Found = dict[str, dict[Place, Times]]


class Asked(NamedTuple):
    """A kind of request: paths for us and, where it has the like, for stock; and whether the cache is of interest."""

    ours: list[str]
    stock: list[str] = []
    cached: bool = True

    def paths(self, server: str) -> list[str]:
        if server == "stock":
            return self.stock
        return self.ours if server == "off" or self.cached else []


def requests_of(server: Server) -> dict[str, Asked]:
    """The kinds of requests, found in the content itself; each with many paths, so that none is a special case."""
    total = server.get(_path(**NEWS))["meta"]["total_count"]
    last = max(total - 50, 0)
    shown = server.get(_path(**NEWS, limit="50", offset=str(min(100, last))))["items"]
    details = [f"{API}{item['id']}/" for item in shown]
    finds = [item["meta"]["html_path"] for item in shown]
    words = [" ".join(item["title"].split()[2:4]) for item in shown]
    categories = [{"category": name} for name in ("mot", "territories", "france", "states", "europe")]
    near = server.get(_path(**NEWS))["meta"]["next_cursor"]
    far = server.get(_path(**NEWS, offset=str(last)))["meta"]["next_cursor"]
    borders = ("fr-de", "fr-be", "fr-es,fr-ad", "fr-it")
    return {
        "list": Asked([_path(**NEWS)], [_path(**NEWS, **SAME)]),
        "filtered list": Asked(
            [_path(**NEWS, **category) for category in categories],
            [_path(**NEWS, **category, **SAME) for category in categories],
        ),
        "detail": Asked(details, details),
        "find": Asked(
            [f"{API}find/?{urlencode({'html_path': path})}" for path in finds],
            [f"{API}find/?{urlencode({'html_path': path.removeprefix('/fr')})}" for path in finds],
        ),
        "search": Asked(
            [_path(type=NEWS["type"], search=each) for each in words],
            [_path(type=NEWS["type"], search=each, **SAME) for each in words],
        ),
        "list, stock's default fields": Asked([_path(**NEWS)], [_path(**NEWS)], cached=False),
        "list of all types, the same": Asked([_path(locale="fr")], [_path(locale="fr")], cached=False),
        "list by border": Asked([_path(**NEWS, border=codes) for codes in borders], cached=False),
        "near end by cursor": Asked([_path(**NEWS, cursor=near)], cached=False),
        "far end by cursor": Asked([_path(**NEWS, cursor=far)], cached=False),
    }


def _path(**words: str) -> str:
    return f"{API}?{urlencode(words)}"


def measure(goals: Goals, urls: dict[int, str], options: argparse.Namespace) -> None:
    """Every kind of request on every server, the sizes in turn, so that they are compared under the same conditions."""
    found: Found = {}
    print(f"{'':37} {'stock':>17} {'cache off':>17} {'cached':>17}  {'off':>6} {'cached':>7}  {'growth':>6}")
    print(f"{'pages':>37} {'p50 ms   req/s':>17}{'p50 ms   req/s':>18}{'p50 ms   req/s':>18} ×stock  ×stock     off")
    with contextlib.ExitStack() as running:
        servers = {
            (size, name): running.enter_context(_server(name, url)) for size, url in urls.items() for name in SERVERS
        }
        kinds = {size: requests_of(servers[size, "off"]) for size in urls}
        for kind in kinds[min(urls)]:
            paths = {(size, name): kinds[size][kind].paths(name) for size, name in servers}
            asked = {place: each for place, each in paths.items() if each}
            times = found[kind] = {place: Times() for place in asked}
            for place, each in asked.items():
                servers[place].warm(each)
            for _round in range(options.rounds):
                for place, each in asked.items():
                    heavy = servers[place].asked(each, CACHED if place[1] == "cached" else HEAVY, options.seconds)
                    times[place].add(heavy, servers[place].asked(each, LIGHT, options.seconds))
            for size in urls:
                print(f"{kind:29} {size:7,} {_row(times, size, min(urls))}", flush=True)
        for size in urls:
            memory = (f"{name} {servers[size, name].megabytes():.0f} MB" for name in SERVERS)
            print(f"{'memory of each process':29} {size:7,} {', '.join(memory)}")
    _compare(goals, found, list(urls))


@contextlib.contextmanager
def _server(name: str, url: str):  # type: ignore[no-untyped-def]
    common = {**PRODUCTION, "DATABASE_URL": url}
    if name == "stock":
        stock = {**common, "DJANGO_SETTINGS_MODULE": "tests.benchmarks.stock"}
        with serving("django.core.wsgi:get_wsgi_application", stock, "--factory") as server:
            yield server
    else:
        own = {"API_CACHE_MEGABYTES": "0"} if name == "off" else {}
        with serving("cms.wsgi:application", {**common, **own}) as server:
            yield server


def _row(times: dict[Place, Times], size: int, smallest: int) -> str:
    """One line of the table: the servers, then what is compared with stock, then with the smallest database."""
    columns = [times.get((size, name)) for name in SERVERS]
    stock, off, cached = columns
    assert off
    shown = [f"{each.p50:8.2f} {each.rate:8,.0f}" if each else " " * 17 for each in columns]
    ratios = [f"{each.rate / stock.rate:7.1f}" if each and stock else " " * 7 for each in (off, cached)]
    growth = f"{off.p50 / times[smallest, 'off'].p50:7.2f}" if size != smallest else ""
    return " ".join([*shown, *ratios, growth])


def _compare(goals: Goals, found: Found, sizes: Sequence[int]) -> None:
    small, large = min(sizes), max(sizes)
    for size in sizes:
        for kind, server, wanted in (("list", "cached", 60), ("detail", "cached", 40), ("list", "off", 4)):
            what = f"{kind}, {'cached' if server == 'cached' else 'cache off'}, times stock, {size:,} pages"
            goals.add(what, found[kind][size, server].rate / found[kind][size, "stock"].rate, "≥", wanted)
        far, near = (found[f"{end} end by cursor"][size, "off"].p50 for end in ("far", "near"))
        goals.add(f"far end by cursor to near end, cache off, {size:,} pages", far / near, "≤", 1.05)
    for kind in ("list", "filtered list", "find", "detail") if small < large else ():
        growth = found[kind][large, "off"].p50 / found[kind][small, "off"].p50
        goals.add(f"{kind}, cache off, p50 at {large:,} to {small:,} pages", growth, "≤", 1.3)


def measure_bare(goals: Goals, url: str, options: argparse.Namespace) -> None:
    """A cached answer beside the same bytes from a view that does nothing."""
    body = FOLDER / "body"
    path = _path(**NEWS)
    with _server("cached", url) as ours:
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
    print()
    for name, times in found.items():
        print(f"{name:37} {times.p50:8.2f} {times.rate:8,.0f}", flush=True)
    for name in ("cached, 200", "cached, 304"):
        goals.add(f"{name}, times a bare view", found[name].rate / found["a bare Django view"].rate, "≥", 1)
