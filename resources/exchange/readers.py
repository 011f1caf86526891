"""Which files can be read, and how each becomes records in their plain form."""

import io
from collections.abc import Callable, Iterable, Iterator
from typing import IO

from resources.exchange import bibtex, bibtex_in, portable, ris, table
from resources.exchange.importing import Carried, Entry

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


_Writer = Callable[[Iterable[portable.Portable]], str]
_PARTIAL: dict[str, _Writer] = {"bibtex": bibtex.write, "ris": ris.write}
"""Formats that hold a part of a record only, and how it is written there."""


def carried(format: str) -> Carried | None:
    """What a format keeps of a record: that, written and read again; None for one that keeps all, or is not known."""
    if (write := _PARTIAL.get(format)) is None:
        return None

    def again(one: portable.Portable) -> portable.Portable | portable.Unreadable:
        [(_place, found)] = READERS[format](io.BytesIO(write([one]).encode()))
        return found

    return again
