"""Read and prune the log."""

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils import timezone

from cms.changes import registry
from cms.changes.models import DEPENDENCY, FAMILIES, RESET, UPDATE, Change, ChangeCounter

# `max(version) WHERE family = …` may walk back over an import of the other family: this order has one index only.
_LAST = """SELECT version FROM (
  SELECT family, version FROM cms_change WHERE version IS NOT NULL AND (family, version) <= (%s, 9223372036854775807)
  ORDER BY family DESC, version DESC LIMIT 1
) AS last WHERE family = %s"""

KEPT = datetime.timedelta(days=30)


class StartAfresh(Exception):
    """The log cannot say all that happened since: read everything again, from `position()` taken first."""


class Position(NamedTuple):
    """Where a reader is: a version means something only within the history of one database."""

    epoch: uuid.UUID
    version: int


def content_version(*families: str) -> int:
    """The version of the last committed change in these families (all when none is named); 0 if there is none.

    One query that touches one index entry per family, whatever the length of the log. Saving a draft leaves it
    as it is.
    """
    chosen = families or FAMILIES
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT max(version) FROM ({' UNION ALL '.join([_LAST] * len(chosen))}) AS lasts",  # noqa: S608
            [value for family in chosen for value in (family, family)],
        )
        return cursor.fetchone()[0] or 0


def versions_sql() -> str:
    """A statement without parameters whose one row is the epoch, then each family's content version in turn.

    For readers with a connection of their own who ask before every answer. No row while nothing was ever logged.
    """
    lasts = (f"coalesce(({_LAST % (repr(family), repr(family))}), 0)" for family in FAMILIES)
    return f"SELECT epoch, {', '.join(lasts)} FROM cms_changecounter WHERE id = 1"  # noqa: S608


def last() -> tuple[int, datetime.datetime] | None:
    """The version of the last committed change and its moment; None where there is none.

    In SQL, as every search asks it and the ORM takes three times as long.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version, created_at FROM cms_change WHERE version IS NOT NULL ORDER BY version DESC LIMIT 1"
        )
        row = cursor.fetchone()
    if row is None:
        return None
    version, made = row
    return version, made if made.tzinfo else made.replace(tzinfo=datetime.UTC)  # SQLite keeps no time zones


def position() -> Position:
    """This database's epoch and the last version given: what a reader that starts afresh notes before it reads."""
    counter, _ = ChangeCounter.objects.get_or_create(pk=1)
    return Position(counter.epoch, counter.version)


def changes_since(since: Position, *families: str, limit: int | None = None, until: int | None = None) -> list[Change]:
    """The committed changes after `since` (and up to version `until`), oldest first, at most `limit`.

    Of all families when none is named.

    Nothing can appear later behind a version that was seen. StartAfresh when the log no longer reaches back so
    far, when `since` comes from another database or from a future that a restored backup has undone, or when the
    triggers were out of order in between.
    """
    changes = Change.objects.filter(version__gt=since.version).order_by("version")
    if families:
        changes = changes.filter(family__in=families)
    if until is not None:
        changes = changes.filter(version__lte=until)
    found = list(changes[:limit])
    # After the rows: had a pruning come in between, it shows here.
    counter, _ = ChangeCounter.objects.get_or_create(pk=1)
    if since.epoch != counter.epoch:
        raise StartAfresh("This is another database.")
    if since.version > counter.version:
        raise StartAfresh(f"Version {since.version} lies ahead of this database's last, {counter.version}.")
    if since.version < counter.pruned:
        raise StartAfresh(f"Changes up to version {counter.pruned} are no longer kept.")
    if any(change.kind == RESET for change in found):
        raise StartAfresh("Changes may have gone by unseen.")
    return found


def record(instance: Model) -> None:
    """Log a change that the database cannot see: a state that depends on the time alone.

    Call it in the transaction of the note that it was done, so that it happens once.
    """
    _write(instance, UPDATE, None)


def record_dependants(instance: Model, dependants: Iterable[tuple[str, int]], *, withdrawn: bool = False) -> None:
    """Log what shows an object that is about to be deleted or untied ("app.model" and key), in that transaction.

    `withdrawn` says that readers no longer see the object itself.
    """
    for model, key in dependants:
        _write(instance, DEPENDENCY, {"model": model, "id": key, "withdrawn": withdrawn})


def record_end(instance: Model) -> None:
    """Log that an object is about to be deleted of which the database cannot know that readers see it."""
    _write(instance, DEPENDENCY, None)


def _write(instance: Model, kind: str, before: Mapping[str, Any] | None) -> None:
    table = registry.object_table(type(instance))
    Change.objects.create(
        family=table.family,
        kind=kind,
        model=table.model,
        object_id=instance.pk,
        created_at=timezone.now(),
        before=before,
    )


def prune(kept: datetime.timedelta = KEPT, batch: int = 10_000) -> int:
    """Delete changes older than `kept`, a batch per transaction; returns how many.

    The last change of each family stays, so that its content version does.
    """
    end = Change.objects.filter(created_at__lt=timezone.now() - kept).aggregate(end=Max("version"))["end"] or 0
    lasts = [content_version(family) for family in FAMILIES]
    removable = Change.objects.filter(version__lte=end).exclude(version__in=lasts).order_by("version")
    total = 0
    while versions := list(removable.values_list("version", flat=True)[:batch]):
        with transaction.atomic():
            total += Change.objects.filter(version__lte=versions[-1]).exclude(version__in=lasts).delete()[0]
            ChangeCounter.objects.update(pruned=versions[-1])
    return total


def renew_epoch() -> None:
    """Make this database a new one for every reader: to be called after a backup was restored."""
    ChangeCounter.objects.update(epoch=uuid.uuid4())
