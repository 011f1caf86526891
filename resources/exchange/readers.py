"""Which files can be read, and how each becomes records in their plain form."""

from collections.abc import Callable, Iterator
from typing import IO

from resources.exchange import portable, ris
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


READERS: dict[str, Reader] = {"jsonl": json_lines, "ris": ris.read}


def format_of(name: str) -> str | None:
    """The format that a file's name ends in; None where it says nothing."""
    ending = name.rpartition(".")[2].lower()
    return ending if ending in READERS else None
