"""The content versions that hold right now, read from the database before every answer, as cheaply as possible."""

import logging
import os
import time
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections

from cms import changes

logger = logging.getLogger(__name__)

LOCKED_MILLISECONDS = 500
RETRY_SECONDS, RECHECK_SECONDS = 1.0, 60.0
"""Without trying: after no connection could be made; after the change log was found to be out of order."""


class Unreadable(Exception):
    """The versions cannot be read: Django is asked instead, which says what is wrong."""


class Versions:
    """Reads them with connections of its own, outside any transaction.

    Each serves one request at a time, so there are at most as many as the server has threads.
    """

    def __init__(self) -> None:
        self._idle: list[_SQLite | _PostgreSQL] = []
        self._sql = changes.versions_sql()
        self._columns = ("", *changes.FAMILIES)
        self._sound = False
        self._paused_until = 0.0

    def read(self) -> dict[str, Any]:
        """Each family's version under its name, the database's epoch under ""; Unreadable where there are none.

        Values mean something only by being equal to those of another time.
        """
        return dict(zip(self._columns, self._with_idle() or self._with_new(), strict=True))

    def _with_idle(self) -> Any:
        try:
            connection = self._idle.pop()
        except IndexError:
            return None
        try:
            row = connection.read()
        except Exception:  # the database was restarted, or its file replaced: so are the others' connections
            self._idle.clear()
            return None
        self._idle.append(connection)
        return row

    def _with_new(self) -> Any:
        if time.monotonic() < self._paused_until:
            raise Unreadable("Tried a moment ago.")
        try:
            self._require_log()
            wrapper = connections.create_connection(DEFAULT_DB_ALIAS)
            wrapper.connect()
            kind = _PostgreSQL if wrapper.vendor == "postgresql" else _SQLite
            connection = kind(wrapper.connection, self._sql)
            row = connection.read()
        except ImproperlyConfigured as error:
            self._paused_until = time.monotonic() + RECHECK_SECONDS
            logger.error("Answers of the API are not cached: %s", error)
            raise Unreadable(str(error)) from error
        except Exception as error:
            self._paused_until = time.monotonic() + RETRY_SECONDS
            logger.warning("Answers of the API are not cached for a moment: %s", error)
            raise Unreadable(str(error)) from error
        self._idle.append(connection)
        return row

    def _require_log(self) -> None:
        """Without sound triggers a change could go by unseen."""
        if not self._sound:
            changes.require()
            self._sound = True


class _SQLite:
    def __init__(self, connection: Any, sql: str) -> None:
        self._connection, self._sql = connection, sql
        self._path = connection.execute("PRAGMA database_list").fetchone()[2]
        self._file = self._identity()
        connection.execute(f"PRAGMA busy_timeout = {LOCKED_MILLISECONDS}")

    def _identity(self) -> tuple[int, int]:
        found = os.stat(self._path)
        return found.st_dev, found.st_ino

    def read(self) -> Any:
        if self._identity() != self._file:  # replaced, by a restored backup: an open file would stay as it was
            raise Unreadable("The database file was replaced.")
        rows = self._connection.execute(self._sql).fetchall()  # all, or the statement would hold its snapshot
        if not rows:
            raise Unreadable("Nothing was logged yet.")
        return rows[0]


class _PostgreSQL:
    """Speaks to libpq itself: half the time of a query through a cursor, and the others' threads run meanwhile."""

    NAME = b"cms_content_versions"

    def __init__(self, connection: Any, sql: str) -> None:
        self._connection = connection
        # A plan that is kept from when the log was short would read all of it (docs/decisions/0001-change-log.md).
        connection.execute("SET enable_seqscan = off")
        connection.execute("SET jit = off")
        self._checked(connection.pgconn.prepare(self.NAME, sql.encode()))

    def read(self) -> Any:
        result = self._checked(self._connection.pgconn.exec_prepared(self.NAME, None))
        if result.ntuples != 1:
            raise Unreadable("Nothing was logged yet.")
        return tuple(result.get_value(0, column) for column in range(result.nfields))

    @staticmethod
    def _checked(result: Any) -> Any:
        if result.error_message:
            raise Unreadable(result.error_message.decode(errors="replace").strip())
        return result
