"""When what harvesters are told of a record last changed: a thread of the worker that reads the change log.

What is told of a record is made of much else: names of agents and borders, labels of concepts, files that open. So
whatever a change may concern is described again, and only what then reads otherwise gets a new datestamp.
"""

import datetime
import hashlib
import json
import logging
import threading
from collections.abc import Collection, Iterable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cms import changes, labels
from cms.batches import batched
from cms.changes.models import DELETE, Change
from cms.languages import DEFAULT
from cms.references import Context, Loaded, References
from cms.worker import look_until
from resources.exchange import dublin_core
from resources.record_api import public
from resources.record_numbers import RecordNumber
from resources.records import Record, RecordLink
from search.concerned import concerned
from search.models import HarvestItem, HarvestPosition
from search.oai.sets import Sets

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
CHANGES = 2_000
"""Changes that are read at once."""
BATCH = 100
"""Records that are described, and written in one transaction."""
LEAD = datetime.timedelta(seconds=2)
"""How far ahead datestamps lie. Lists end at the present moment, so no harvester has passed that of a change whose
transaction is still to end; it would never ask for it again."""
_RECORD, _COLLECTION = "resources.record", "resources.recordcollection"


def run(stop: threading.Event) -> None:
    """Keep the items true until told to stop."""
    look_until(
        stop,
        bring_up,
        seconds=LOOK_SECONDS,
        waits="What harvesters are told waits for the database",
        fails="What harvesters are told could not be brought up to date",
    )


def bring_up(now: datetime.datetime | None = None) -> None:
    """Give new datestamps to the records of which something else is told since the last time.

    Where that cannot be known, every record is looked at. `now` is the time of what is written, by default the clock's.
    """
    kept = HarvestPosition.objects.first()
    if kept is None or kept.making != _making():
        _look_at_all(now, again=False)
        return
    try:
        while rows := changes.changes_since(changes.Position(kept.epoch, kept.version), limit=CHANGES):
            _tell(_concerned(rows), _removed(rows), now)
            kept.version = rows[-1].version or 0
            kept.save(update_fields=["version"])
    except changes.StartAfresh as reason:
        logger.warning("What harvesters are told is looked at again: %s", reason)
        # From another database, harvesters may hold what this one never had.
        _look_at_all(now, again=kept.epoch != changes.position().epoch)


def _making() -> str:
    """Changes whenever the same record would be described otherwise; raise the number with dublin_core and sets."""
    return f"1 {settings.WAGTAILADMIN_BASE_URL} {settings.PORTAL_URL}".rstrip()


def _look_at_all(now: datetime.datetime | None, *, again: bool) -> None:
    """Describe every record; `again` gives all of them new datestamps."""
    begun = changes.position()
    if again:
        HarvestItem.objects.update(digest="")
    live = set(public().values_list("code", flat=True))
    gone = {str(pk) for pk in RecordNumber.objects.filter(gone_at__isnull=False).values_list("pk", flat=True)}
    told = set(HarvestItem.objects.filter(deleted=False).values_list("code", flat=True))
    _tell(list(Record.objects.order_by("pk").values_list("pk", flat=True)), (gone | told) - live, now)
    HarvestPosition.objects.update_or_create(
        pk=1, defaults={"epoch": begun.epoch, "version": begun.version, "making": _making()}
    )


def _concerned(rows: Collection[Change]) -> set[int]:
    """Keys of the records of which these changes may make something else told."""
    records = concerned(rows).records
    collections = {row.object_id for row in rows if row.model == _COLLECTION}
    if collections:
        records |= set(Record.objects.filter(collection__in=collections).values_list("pk", flat=True))
    changed = {row.object_id for row in rows if row.model == _RECORD}
    return records | set(RecordLink.objects.filter(target__in=changed).values_list("record", flat=True))


def _removed(rows: Iterable[Change]) -> set[str]:
    return {row.before["code"] for row in rows if row.model == _RECORD and row.kind == DELETE and row.before}


def _tell(records: Iterable[int], removed: Iterable[str], now: datetime.datetime | None) -> None:
    """Describe records by their keys, and note those that are gone by their numbers, a batch after the other."""
    for keys in batched(records, BATCH):
        _write([*_described(keys)], now)
    for codes in batched(removed, BATCH):
        _write([*_withdrawn(codes, _known_to_readers(codes))], now)


def _described(keys: Collection[int]) -> Iterable[HarvestItem]:
    """The items of records of which something else is told than before."""
    snapshot = labels.current()
    context = Context(DEFAULT, snapshot, Loaded(References(), snapshot))
    known = dict(Record.objects.filter(pk__in=keys).values_list("code", "first_published_at"))
    live = list(public().filter(pk__in=keys).order_by("pk"))
    told = HarvestItem.objects.in_bulk(known, field_name="code")
    sets = Sets(snapshot)
    for record, statements in zip(live, dublin_core.described(live, context), strict=True):
        within = sets.of(record)
        digest = hashlib.sha256(json.dumps([statements, within]).encode()).hexdigest()
        item = told.get(record.code)
        if item is None or item.deleted or item.digest != digest:
            yield HarvestItem(code=record.code, sets=f" {' '.join(within)} ", digest=digest)
    readable = {record.code for record in live}
    hidden = known.keys() - readable
    yield from _withdrawn(hidden, {code for code in hidden if known[code] is not None})


def _withdrawn(codes: Collection[str], known: Collection[str]) -> Iterable[HarvestItem]:
    """The items of records that are public no more, of those that harvesters or readers ever knew."""
    told = HarvestItem.objects.in_bulk(codes, field_name="code")
    for code in sorted(codes):
        item = told.get(code)
        if item is None and code in known:
            yield HarvestItem(code=code, deleted=True)
        elif item is not None and not item.deleted:
            yield HarvestItem(code=code, deleted=True, sets=item.sets)


def _known_to_readers(codes: Iterable[str]) -> set[str]:
    numbers = [int(code) for code in codes if code.isdecimal()]
    gone = RecordNumber.objects.filter(pk__in=numbers, gone_at__isnull=False)
    return {str(pk) for pk in gone.values_list("pk", flat=True)}


def _write(items: list[HarvestItem], now: datetime.datetime | None) -> None:
    if not items:
        return
    with transaction.atomic():
        stamp = ((now or timezone.now()) + LEAD).replace(microsecond=0)
        for item in items:
            item.datestamp = stamp
        HarvestItem.objects.bulk_create(
            items,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["datestamp", "deleted", "sets", "digest"],
        )
