"""Imports that somebody begins in the admin: read, looked at, confirmed and written by the worker, a piece at a time.

What was read waits in the database (`ImportLine`), so that whichever worker comes next goes on behind the last piece.
"""

import datetime
import io
import logging
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, cast

from django.conf import settings
from django.db import OperationalError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from cms import indexing
from cms.batches import batched
from resources.exchange import harvest, importing, readers
from resources.exchange.importing import Entry, Loader, Outcome
from resources.exchange.portable import Portable, Unreadable
from resources.exchange.recognising import title_of

logger = logging.getLogger(__name__)

MOST_BYTES = 50 * 1024**2
MOST_LINES = 60_000
STAGED = 500
"""Lines that are kept in one transaction while a file is read."""
SECONDS = 5
"""How long one task works before it lets others of the queue come first."""
STILL = datetime.timedelta(minutes=2)
"""After that long without a step nobody works at an import any more."""
TRIES = 2
"""How often lines may kill the worker before they go one by one, and one of them before it is given up."""


class State(models.TextChoices):
    """Where an import stands."""

    READING = "reading", _("being read")
    CHECKING = "checking", _("being looked at")
    CHECKED = "checked", _("waits for your confirmation")
    WRITING = "writing", _("going in")
    DONE = "done", _("done")
    FAILED = "failed", _("has failed")


NEVER_WRITTEN = (Outcome.UNREADABLE, Outcome.REPEATED)
"""What lines end as that are not written whatever is confirmed: an import of those alone is done."""
WORKING = (State.READING, State.CHECKING, State.WRITING)


class RecordImport(models.Model):
    """One import: where from, how far it is, and whose it is."""

    source = models.CharField(max_length=100)
    file_name = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=10, blank=True)
    address = models.URLField(max_length=1000, blank=True)
    set = models.CharField(max_length=200, blank=True)
    since = models.DateField(null=True, blank=True)
    token = models.TextField(blank=True)
    """Of a harvest: the catalogue, which part of it, and where it goes on."""
    leave_alike = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    """Lines of the present state that are behind it."""
    tries = models.PositiveSmallIntegerField(default=0)
    """How often the next step was begun and not ended."""
    alone_until = models.PositiveIntegerField(default=0)
    """Lines before that one go one by one, because several at once have killed the worker."""
    problem = models.CharField(max_length=500, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    begun_at = models.DateTimeField(default=timezone.now, db_index=True)
    moved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-begun_at", "-pk"]

    def __str__(self) -> str:
        return self.source

    @property
    def is_working(self) -> bool:
        """Whether the worker has something to do for it."""
        return self.state in WORKING

    @property
    def stands_still(self) -> bool:
        """Whether the worker should have moved it long ago."""
        return self.is_working and timezone.now() - self.moved_at > STILL

    def counted(self) -> dict[Outcome, int]:
        """How many lines ended how, in the order of Outcome (one query)."""
        rows = self.lines.exclude(outcome="").order_by().values_list("outcome").annotate(models.Count("pk"))
        found = dict(rows)
        return {outcome: found[outcome] for outcome in Outcome if outcome in found}


class ImportFile(models.Model):
    """The bytes of an upload until they are read: here, because web and worker may be on two machines."""

    record_import = models.OneToOneField(RecordImport, on_delete=models.CASCADE, related_name="file")
    content = models.BinaryField()

    def __str__(self) -> str:
        return str(self.record_import)


class ImportLine(models.Model):
    """One record of an import: what was read, until it is written, and what became of it."""

    record_import = models.ForeignKey(RecordImport, on_delete=models.CASCADE, related_name="lines")
    order = models.PositiveIntegerField()
    place = models.PositiveIntegerField()
    title = models.CharField(max_length=200, blank=True)
    given = models.JSONField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    code = models.CharField(max_length=80, blank=True)
    why = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["record_import", "order"], name="resources_importline_once")]
        indexes = [models.Index(fields=["record_import", "outcome"], name="resources_importline_outcome")]

    def __str__(self) -> str:
        return f"{self.place}: {self.title}"


def begin(name: str, content: bytes, *, source: str, format: str, user: Any) -> RecordImport:
    """Have the worker read a file and say what would come of it; nothing is written before `confirm`."""
    with transaction.atomic():
        begun = RecordImport.objects.create(source=source, file_name=name[-200:], format=format, user=user)
        ImportFile.objects.create(record_import=begun, content=content)
        go_on.enqueue(begun.pk)
    return begun


def harvest_from(address: str, *, source: str, set: str, since: datetime.date | None, user: Any) -> RecordImport:
    """Have the worker fetch what a catalogue gives by OAI-PMH; nothing is written before `confirm`."""
    with transaction.atomic():
        begun = RecordImport.objects.create(source=source, address=address, set=set, since=since, user=user)
        go_on.enqueue(begun.pk)
    return begun


def confirm(pk: int, *, leave_alike: bool) -> bool:
    """Have the worker write an import that was looked at; False where it is not one that waits for that."""
    with transaction.atomic():
        waiting = RecordImport.objects.filter(pk=pk, state=State.CHECKED)
        begun = waiting.update(
            state=State.WRITING, done=0, alone_until=0, leave_alike=leave_alike, moved_at=timezone.now()
        )
        if begun:
            ImportLine.objects.filter(record_import=pk).exclude(outcome__in=NEVER_WRITTEN).update(outcome="")
            go_on.enqueue(pk)
    return bool(begun)


@task()
def go_on(pk: int) -> None:
    """Work at an import for some seconds, and leave the rest to the next task."""
    until = time.monotonic() + SECONDS
    try:
        while step(pk):
            if time.monotonic() > until:
                go_on.enqueue(pk)
                return
    except Unreadable as error:
        _fail(pk, str(error))
    except OperationalError:
        RecordImport.objects.filter(pk=pk).update(tries=0)  # no line is guilty of a busy database
        raise
    except Exception:
        logger.exception("Import %s failed", pk)
        _fail(pk, gettext("Something went wrong here. Whoever runs the server finds it in the log."))
        raise


def go_on_with_still() -> int:
    """Take up the imports whose worker died too often at one task; returns how many. The worker's schedule calls it."""
    still = RecordImport.objects.filter(state__in=WORKING, moved_at__lt=timezone.now() - STILL)
    keys = list(still.values_list("pk", flat=True))
    with transaction.atomic():
        RecordImport.objects.filter(pk__in=keys).update(moved_at=timezone.now())
        for pk in keys:
            go_on.enqueue(pk)
    return len(keys)


def _kept(message: str) -> str:
    """A message as long as its column; PostgreSQL stores no text with a zero byte in it."""
    return message.replace("\0", "")[:500]


def _fail(pk: int, problem: str) -> None:
    RecordImport.objects.filter(pk=pk).update(state=State.FAILED, problem=_kept(problem), moved_at=timezone.now())
    ImportFile.objects.filter(record_import=pk).delete()


def step(pk: int) -> bool:
    """One piece of an import in one transaction; False when there is nothing to do any more."""
    now = RecordImport.objects.filter(pk=pk).first()
    if now is None or not now.is_working:
        return False
    now.tries += 1
    now.save(update_fields=["tries"])  # committed by itself, so that it stays when what follows kills the worker
    died = now.tries > TRIES
    if now.state == State.READING:
        if died:
            raise Unreadable(
                gettext("The worker died each time it read on behind record %(done)s.") % {"done": now.total}
            )
        if now.address:
            _fetch(now)
        else:
            _read(now)
    elif died:
        _give_up(now)
    else:
        _look_or_write(now)
    return True


def _read(begun: RecordImport) -> None:
    """Keep what the file holds; after an interruption, what is not kept yet."""
    entries = readers.READERS[begun.format](io.BytesIO(bytes(begun.file.content)))
    kept = begun.lines.count()
    for batch in batched(islice(enumerate(entries), kept, None), STAGED):
        kept += len(batch)
        if kept > MOST_LINES:
            message = gettext("It holds more than %(most)s records: divide it.")
            raise Unreadable(message % {"most": MOST_LINES})
        with transaction.atomic():
            ImportLine.objects.bulk_create(_line(begun, order, entry) for order, entry in batch)
            RecordImport.objects.filter(pk=begun.pk).update(total=kept, tries=0, moved_at=timezone.now())
    if not kept:
        raise Unreadable(gettext("It holds no record."))
    with transaction.atomic():
        RecordImport.objects.filter(pk=begun.pk).update(state=State.CHECKING, tries=0, moved_at=timezone.now())
        ImportFile.objects.filter(record_import=begun).delete()


def _fetch(begun: RecordImport) -> None:
    """Keep one answer of a catalogue, with where it goes on."""
    since = begun.since.isoformat() if begun.since else ""
    found = harvest.page(begun.address, set=begun.set, since=since, token=begun.token)
    with transaction.atomic():
        now = RecordImport.objects.select_for_update().get(pk=begun.pk)
        if (now.state, now.token) != (State.READING, begun.token):
            return  # another worker was quicker
        entries = enumerate(enumerate(found.records, start=now.total + 1), start=now.total)
        ImportLine.objects.bulk_create(_line(now, order, entry) for order, entry in entries)
        now.total += len(found.records)
        if now.total > MOST_LINES:
            message = gettext("It holds more than %(most)s records: divide it.")
            raise Unreadable(message % {"most": MOST_LINES})
        ended = not found.token or found.token == now.token
        if ended and not now.total:
            raise Unreadable(gettext("It holds no record."))
        now.token, now.state = found.token, State.CHECKING if ended else State.READING
        now.moved_at, now.tries = timezone.now(), 0
        now.save(update_fields=["total", "token", "state", "moved_at", "tries"])


def _line(begun: RecordImport, order: int, entry: Entry) -> ImportLine:
    place, one = entry
    line = ImportLine(record_import=begun, order=order, place=place)
    if isinstance(one, Unreadable):
        line.outcome, line.why = Outcome.UNREADABLE, _kept(str(one))
    else:
        line.given, line.title = one, title_of(one)[:200]
    return line


_going: dict[tuple[int, str, int], Loader] = {}
"""The loader of the import that this process works at, by that, its state and the lines behind it."""


def _loader(now: RecordImport) -> Loader:
    """The loader that this process has left there, else one that knows the lines before."""
    left = _going.pop((now.pk, now.state, now.done), None)
    if left and now.done:
        left.by = now.user_id  # None where the account was deleted meanwhile
        return left
    dry = now.state == State.CHECKING
    made = Loader(
        now.source,
        dry_run=dry,
        leave_alike=dry or now.leave_alike,
        carried=readers.carried(now.format),
        origin=now.file_name or now.address,
        by=now.user_id,
    )
    before = now.lines.filter(order__lt=now.done, outcome__in=importing.SPEAKS) if dry else now.lines.none()
    for place, one in _entries(before.iterator(chunk_size=STAGED)):
        made.pass_by(place, one)
    return made


def _look_or_write(now: RecordImport) -> None:
    """A batch of lines; one transaction holds the records, what is told of them and how far it is."""
    dry = now.state == State.CHECKING
    several = 1 if now.done < now.alone_until else importing.BATCH
    batch = list(now.lines.filter(order__gte=now.done)[:several])
    given = [line for line in batch if line.given is not None]
    entries: list[Entry] = [*_entries(given)]
    loader = _loader(now)
    looked_at = loader.look_at(entries)
    with indexing.at_once():
        if not _is_there(now):
            return
        _tell(given, loader.write(looked_at), dry)
        _move(now, len(batch))
    _going.clear()
    _going[now.pk, now.state, now.done] = loader


def _entries(lines: Iterable[ImportLine]) -> Iterator[tuple[int, Portable]]:
    return ((line.place, cast(Portable, line.given)) for line in lines)


def _give_up(now: RecordImport) -> None:
    """Have the lines that killed the worker go one by one, and leave out the one that does it alone."""
    with transaction.atomic():
        if not _is_there(now):
            return
        if now.done >= now.alone_until:
            now.alone_until = now.done + importing.BATCH
            _move(now, 0)
            return
        why = gettext("The worker died each time it came to this line.")
        line = now.lines.filter(order=now.done)
        line.update(outcome=Outcome.UNREADABLE, why=why, given=None)
        logger.error("Import %s: line %s was given up: the worker died of it", now.pk, now.done)
        _move(now, 1)


def _is_there(now: RecordImport) -> bool:
    """Whether an import is where it was read to be, and stays there until this transaction ends."""
    held = RecordImport.objects.select_for_update().get(pk=now.pk)
    return (held.state, held.done) == (now.state, now.done)


def _move(now: RecordImport, lines: int) -> None:
    """Note that so many more lines are behind an import."""
    now.done += lines
    if now.done >= now.total:
        waits = now.state == State.CHECKING and now.lines.exclude(outcome__in=NEVER_WRITTEN).exists()
        now.state = State.CHECKED if waits else State.DONE
    now.moved_at, now.tries = timezone.now(), 0
    now.save(update_fields=["done", "state", "moved_at", "tries", "alone_until"])


def _tell(lines: list[ImportLine], told: list[importing.Line], dry: bool) -> None:
    for line, one in zip(lines, told, strict=True):
        line.code, line.outcome, line.why = one.code, one.outcome, _kept(one.why)
        if not dry or one.outcome == Outcome.REPEATED:
            line.given = None
    ImportLine.objects.bulk_update(lines, ["outcome", "code", "why", "given"])
