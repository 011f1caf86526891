"""Which files can be read, and how each becomes records in their plain form."""

from collections.abc import Callable, Iterator
from typing import IO

from resources.exchange import bibtex_in, portable, ris, table
from resources.exchange.importing import Entry

Reader = Callable[[IO[bytes]], Iterator[Entry]]


def json_lines(stream: IO[bytes]) -> Iterator[Entry]:
    """A record a line; empty lines are passed over."""
    for place, line in enumerate(stream, start=1):
        if line.strip():
            try:
                yield place, portable.read(line)
            except portable.Unreadable as error:
                yield place, error


READERS: dict[str, Reader] = {"bibtex": bibtex_in.read, "csv": table.read, "jsonl": json_lines, "ris": ris.read}
ENDINGS = {
    "bib": "bibtex",
    "bibtex": "bibtex",
    "csv": "csv",
    "tsv": "csv",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "ris": "ris",
}
"""What names of files end in, and what they hold then."""


def format_of(name: str) -> str | None:
    """The format that a file's name ends in; None where it says nothing."""
    return ENDINGS.get(name.rpartition(".")[2].lower())
