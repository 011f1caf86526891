"""What an answer was made from: the kinds of objects whose tables were read, found in the queries themselves.

So nobody has to say it, and nobody can forget. What is held in memory beyond one answer (`cms.labels`) is read under
`recorded` and noted again each time it is used.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.db import connection

from cms.changes import registry

PAGE = "wagtailcore.page"
_READS = re.compile(r'(?:FROM|JOIN) "(\w+)"')

_recording: ContextVar[set[str] | None] = ContextVar("dependencies", default=None)


@contextmanager
def recorded() -> Iterator[set[str]]:
    """Collects what is read meanwhile: the change log's names of kinds ("borders.border"), and of objects with an id.

    Whatever an outer block collects gets it as well.
    """
    outer = _recording.get()
    found: set[str] = set()
    token = _recording.set(found)
    try:
        with connection.execute_wrapper(_listen) if outer is None else nullcontext():
            yield found
    finally:
        _recording.reset(token)
        if outer is not None:
            outer |= found


@contextmanager
def aside() -> Iterator[None]:
    """What is read meanwhile is nothing that the answer shows."""
    token = _recording.set(None)
    try:
        yield
    finally:
        _recording.reset(token)


def note(names: Iterable[str]) -> None:
    """Add to what is being recorded, if anything is."""
    found = _recording.get()
    if found is not None:
        found.update(names)


def note_pages(keys: Iterable[int]) -> None:
    """Say that the answer shows these pages."""
    if _recording.get() is not None:
        note(f"{PAGE}:{key}" for key in keys)


def _listen(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    kinds = _kinds()
    note(kind for table in _READS.findall(sql) if (kind := kinds.get(table)))
    return execute(sql, params, many, context)


def families(names: Iterable[str]) -> set[str]:
    """The families of changes of some kinds; names of objects stand for nothing beside their kind's."""
    known = _families()
    return {known[name] for name in names if name in known}


@cache
def _families() -> dict[str, str]:
    return {table.model: table.family for table in registry.tables()}


@cache
def _kinds() -> dict[str, str]:
    return {table.name: table.model for table in registry.tables()}
