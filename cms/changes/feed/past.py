"""What was public before: the present turned back over the log.

The log keeps what an object was before each of its changes, so its state at any version that the log still reaches is
that of the first change after it, else the present. Who was told of an object that is no longer public must learn that
it is gone; who never could see it must not learn that it was there.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Min, Q

from cms.changes.models import CREATE, DEPENDENCY, PRIVACY, PUBLISH, Change

T = TypeVar("T")
Image = Mapping[str, Any]
"""The columns of an object that its watch remembers."""

SETTLED = datetime.timedelta(seconds=1)
"""On SQLite, how long a state must have lasted for anybody to have seen it.

Within a transaction an object may go through states that nobody sees: a private page that is deleted loses its
restriction first. On PostgreSQL all changes of a transaction have one moment, and those of another have a later one;
on SQLite nothing tells one transaction from the next.
"""
_LOOK_BACK = 1000


def outlasted(begun: datetime.datetime, ended: datetime.datetime) -> bool:
    """Whether what was so from one change to another was so between two transactions."""
    return ended - begun >= SETTLED if connection.vendor == "sqlite" else ended != begun


class Rows:
    """Changes of objects of one model from some version on, by object, oldest first."""

    def __init__(self, rows: Iterable[Change]) -> None:
        self.of: dict[int, list[Change]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.version or 0):
            self.of[row.object_id].append(row)

    def image(self, pk: int, version: int, now: Image | None) -> Image | None:
        """An object as it was before the change `version`, `now` being what it is; None where it was not there."""
        for row in self.of.get(pk, ()):
            if (row.version or 0) < version or row.kind in {PRIVACY, DEPENDENCY}:
                continue
            if row.before is not None:
                return row.before  # type: ignore[no-any-return]
            if row.kind in {CREATE, PUBLISH}:
                return None
        return now


class Restrictions:
    """Which places of a tree were closed, and when."""

    def __init__(self, rows: Rows, restricted: Iterable[int], paths: Mapping[int, str]) -> None:
        self._rows = rows
        self._restricted = set(restricted)
        self._paths = paths
        privacy = {pk for pk, found in rows.of.items() if any(row.kind == PRIVACY for row in found)}
        self.ever = self._restricted | privacy
        """Keys of all objects that had a restriction at any time since the first of the rows."""

    def cover(self, path: str, version: int) -> bool:
        """Whether a path was closed before the change `version`."""
        return any(
            self._was(pk, version) and (closed := self.path(pk, version)) is not None and path.startswith(closed)
            for pk in self.ever
        )

    def path(self, pk: int, version: int) -> str | None:
        """Where a place was before the change `version`; None where it is not known."""
        for row in self._rows.of.get(pk, ()):
            if (row.version or 0) >= version and row.before and "path" in row.before:
                return str(row.before["path"])
        return self._paths.get(pk)

    def _was(self, pk: int, version: int) -> bool:
        for row in self._rows.of.get(pk, ()):
            if row.kind == PRIVACY and (row.version or 0) >= version:
                return bool((row.before or {}).get("restricted"))
        return pk in self._restricted


def privacy_rows(model: str, first: int) -> list[Change]:
    """Changes of privacy from a version on."""
    return list(Change.objects.filter(version__gte=first, model=model, kind=PRIVACY))


def rows_of(model: str, keys: Iterable[int], first: int) -> Rows:
    """All changes of some objects, and those of anybody's privacy, from a version on."""
    chosen = Q(kind=PRIVACY) | Q(object_id__in=set(keys))
    return Rows(Change.objects.filter(chosen, version__gte=first, model=model))


class Window:
    """The versions after `since` up to `last` that a reader is told of; its first change was made at `moment`.

    `whole` is the last version up to `since` that is known to have ended a transaction.
    """

    def __init__(self, since: int, whole: int, rows: Sequence[Change]) -> None:
        self.since = since
        self.last = rows[-1].version or 0
        self._whole = whole
        self._moment = rows[0].created_at

    @cached_property
    def first(self) -> int:
        """The first version that may belong to the same transaction as the window's first change."""
        if self._whole >= self.since:
            return self.since + 1
        near = Change.objects.filter(
            version__gt=max(self._whole, self.since - _LOOK_BACK),
            version__lte=self.since,
            created_at__gte=self._moment - SETTLED,
        ).aggregate(first=Min("version"))["first"]
        return int(near or self.since + 1)

    def seen(self, rows: Iterable[Change], place: Callable[[int], T | None]) -> list[T]:
        """Where an object was while it was public, for each change of the window before which it was.

        `rows` are all changes on which that may depend; `place` says where it was before a version, None where it was
        not public.
        """
        found: list[T] = []
        previous: Change | None = None
        begun: datetime.datetime | None = None
        public = False
        for row in sorted(rows, key=lambda row: row.version or 0):
            if (row.version or 0) > self.last:
                break
            at = place(row.version or 0)
            if at is None:
                public = False
            else:
                if not public:
                    begun, public = previous.created_at if previous else None, True
                if (row.version or 0) > self.since and (begun is None or outlasted(begun, row.created_at)):
                    found.append(at)
            previous = row
        return found
