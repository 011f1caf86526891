"""Killing a process at a chosen commit, on a database that goes back to what it was before each try.

What a killed process leaves is what it had committed. Between two commits of content every moment leaves the same, so
it is killed just before each of them, with all that the commit would make lasting already written: no moment is left
out, on whatever route.
"""

import faulthandler
import gc
import os
import shutil
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.db import connection, connections

from cms import labels
from cms.changes import registry
from tests import migrated

WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")
LONGEST_SECONDS = 120
"""After which a process that neither ends nor is killed hangs; it says where."""


class Commits:
    """Calls `before` ahead of each commit of content on this thread's connection, numbered from 1."""

    def __init__(self, before: Callable[[int], None]) -> None:
        self._before = before
        self._number = 0
        self._tables = tuple(f'"{table.name}"' for table in registry.tables())
        self._written = False

    def _next(self) -> None:
        self._number += 1
        self._before(self._number)

    def _execute(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(WRITES) and any(table in sql for table in self._tables):
            if connection.in_atomic_block:
                self._written = True
            else:
                self._next()
        return execute(sql, params, many, context)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch what is committed inside."""
        commit = connection._commit  # type: ignore[attr-defined]

        def committing() -> None:
            written, self._written = self._written, False
            if written:
                self._next()
            commit()

        connection._commit = committing  # type: ignore[attr-defined]
        try:
            with connection.execute_wrapper(self._execute):
                yield
        finally:
            connection._commit = commit  # type: ignore[attr-defined]


def run(route: Callable[[], object], kill_at: int = 0) -> bool:
    """Do something in a process of its own that is killed at a commit of content (0: never); says whether it was."""
    connections.close_all()
    gc.freeze()  # what is here already need not be copied for the child's collector
    child = os.fork()
    if child == 0:
        try:
            faulthandler.dump_traceback_later(LONGEST_SECONDS, exit=True)

            def reached(number: int) -> None:
                if number == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)

            with Commits(reached).watched():
                route()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    gc.unfreeze()
    _pid, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, -signal.SIGKILL), "the route failed or hangs, see its output"
    return code != 0


class Playground:
    """A copy of the test's database in its place, and how to take it back to where it was kept."""

    def __init__(self, folder: Path) -> None:
        self._origin = str(connection.settings_dict["NAME"])
        self._engine = Files(folder) if connection.vendor == "sqlite" else Tables(f"{self._origin}_played")

    @contextmanager
    def open(self) -> Iterator[None]:
        """Play with the copy."""
        connection.close()
        self._engine.copy(self._origin)
        connection.settings_dict["NAME"] = self._engine.name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = self._origin
            self._engine.drop()

    def keep(self) -> None:
        """Remember the database as it is."""
        connection.close()
        self._engine.keep()

    def back(self) -> None:
        """Make it again what was kept; versions come again with other content, so nothing may be remembered of them."""
        connection.close()
        self._engine.back()
        labels._current = labels.Labels(-1)
        cache.clear()


class Files:
    """SQLite: a database is a file."""

    def __init__(self, folder: Path) -> None:
        self.name = str(folder / "played.sqlite3")
        self._kept = str(folder / "kept.sqlite3")

    def copy(self, origin: str) -> None:
        shutil.copyfile(origin, self.name)

    def keep(self) -> None:
        shutil.copyfile(self.name, self._kept)

    def back(self) -> None:
        self.drop()
        shutil.copyfile(self._kept, self.name)

    def drop(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(self.name + suffix).unlink(missing_ok=True)


class Tables:
    """PostgreSQL: copying a database of hundreds of tables takes a second, rewriting their few rows a moment."""

    def __init__(self, name: str) -> None:
        self.name = name

    def copy(self, origin: str) -> None:
        self.drop()
        self._administer(f'CREATE DATABASE "{self.name}" TEMPLATE "{origin}" STRATEGY FILE_COPY')

    def keep(self) -> None:
        migrated.keep("kept")

    def back(self) -> None:
        migrated.put_back("kept")

    def drop(self) -> None:
        self._administer(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def _administer(self, statement: str) -> None:
        with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(statement)
