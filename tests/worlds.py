"""Sites that many tests need to be there: made once for all tests in a row that use one, as making them takes longer.

A test's own changes are rolled back to what was made, so each finds it as it was.
"""

import contextlib
import copy
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from cms import labels


def shared(make: Callable[..., Any]) -> Any:
    """A fixture that writes to the database, once for tests in a row that use it: each gets a copy of what it returns.

    It may use other shared fixtures and nothing else. A test that commits makes it for itself.
    """
    names = ("db", "worlds", *inspect.signature(make).parameters)

    def fixture(worlds: "Worlds", **made: Any) -> Any:
        del made["db"]
        return worlds.copies[make] if make in worlds.copies else make(**made)

    signature = inspect.Signature([inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names])
    vars(fixture).update(makes=make, __signature__=signature, __doc__=make.__doc__)
    return pytest.fixture(fixture, name=make.__name__)


class Worlds:
    """What shared fixtures have made, each in a transaction inside that of the one before."""

    def __init__(self) -> None:
        self.copies: dict[Callable[..., Any], Any] = {}
        """What the present test may spoil."""
        self._made: dict[Callable[..., Any], Any] = {}
        self._open: list[tuple[Callable[..., Any], contextlib.ExitStack]] = []

    def prepare(self, item: pytest.Item, commits: bool) -> None:
        """Have there what the fixtures of a test are to find, and nothing else."""
        wanted = {} if commits else _wanted(item)
        kept = 0
        while kept < len(self._open) and self._open[kept][0] in list(wanted)[kept : kept + 1]:
            kept += 1
        self.leave(kept)
        for make, names in [*wanted.items()][kept:]:
            self._open.append((make, contextlib.ExitStack()))
            whole = transaction.atomic()
            whole._from_testcase = True  # what insists on being outermost may be inside, as in Django's TestCase
            self._open[-1][1].enter_context(whole)
            self._open[-1][1].callback(transaction.set_rollback, True)
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS changes_version IMMEDIATE")
            labels._current = labels.Labels(-1)  # the same version may come again with other content
            self._made[make] = make(**{name: self._made[other] for name, other in names.items()})
        if wanted:
            cache.clear()  # of what the last test did to the same site
        self.copies = copy.deepcopy(self._made)

    def leave(self, kept: int = 0) -> None:
        """Take back what was made, but for the first few."""
        while len(self._open) > kept:
            make, opened = self._open.pop()
            self._made.pop(make, None)
            opened.close()


def _wanted(item: Any) -> dict[Callable[..., Any], dict[str, Callable[..., Any]]]:
    """What makes each shared fixture of a test, those first that others need; with those by their names."""
    definitions = item._fixtureinfo.name2fixturedefs
    found: dict[Callable[..., Any], dict[str, Callable[..., Any]]] = {}

    def visit(name: str) -> Any:
        make = getattr(definitions[name][-1].func, "makes", None) if name in definitions else None
        if make and make not in found:
            names = {other: visit(other) for other in inspect.signature(make).parameters}
            found[make] = names
        return make

    for name in item.fixturenames:
        visit(name)
    return found
