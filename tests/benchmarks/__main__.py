"""Runs the benchmarks and prints them: `make bench`, or with ARGS="--help" what else it can do."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

from tests.benchmarks import api, databases
from tests.benchmarks.databases import PRODUCTION, Databases
from tests.benchmarks.load import ROOT, stay_away_from_servers
from tests.benchmarks.report import Goals

PUBLICATIONS = 60


def measure_publish(goals: Goals, url: str, made: Databases, options: argparse.Namespace) -> None:
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
    print(f"\npublishing a page, median: stock {best['stock']:.1f} ms, here {best['ours']:.1f} ms", flush=True)
    goals.add("publishing a page, times stock", best["ours"] / best["stock"], "≤", 1.3)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="make bench ARGS=…",
        description=__doc__,
        epilog='A short run, of a minute and a half: make bench ARGS="--sizes 1000 --rounds 1"',
    )
    parser.add_argument("--parts", nargs="+", default=["api", "bare", "publish"], choices=["api", "bare", "publish"])
    parser.add_argument("--sizes", nargs="+", type=int, default=[1_000, 100_000], help="pages in a database")
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many counts")
    parser.add_argument("--seconds", type=int, default=1, help="of each measurement")
    options = parser.parse_args()
    stay_away_from_servers()
    goals = Goals()
    with databases.running() as made:
        urls = {size: made.of(size) for size in sorted(options.sizes)}
        begun = time.monotonic()
        load = " ".join(f"{value:.1f}" for value in os.getloadavg())
        print(f"Load of the machine at the start: {load}. p50 with {api.LIGHT} connection, requests/s with more.\n")
        if "api" in options.parts:
            api.measure(goals, urls, options)
        if "bare" in options.parts:
            api.measure_bare(goals, urls[min(urls)], options)
        if "publish" in options.parts:
            measure_publish(goals, urls[min(urls)], made, options)
    goals.print()
    print(f"\nMeasured in {(time.monotonic() - begun) / 60:.1f} minutes.")


if __name__ == "__main__":
    main()
