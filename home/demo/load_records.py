"""Loads the documents of the portal, as any import would."""

from collections.abc import Callable

from home.demo.source import FOLDER, DemoError
from resources.exchange.importing import load as imported
from resources.exchange.readers import json_lines

SOURCE = "demo"
FILE = FOLDER / "records.jsonl"


def load(say: Callable[[str], None]) -> None:
    """Load every record that is not there yet; DemoError names the line that cannot be read."""
    with FILE.open("rb") as stream:
        total = sum(1 for _line in stream)
    with FILE.open("rb") as stream:
        for done, line in enumerate(imported(json_lines(stream), SOURCE), start=1):
            if line.outcome == "unreadable":
                raise DemoError(f"records.jsonl, line {line.place}: {line.why}")
            say(f"records: {done} / {total}")
