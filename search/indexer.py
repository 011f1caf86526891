"""Bringing every engine up to the database: a thread of the worker that reads the change log.

The position of an index says up to which change it is true, and moves only when the engine has taken what changed. An
index without a position (none yet, wiped, of another making), of another database or too far behind is made anew beside
the old one.
"""

import fcntl
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef

from cms import changes
from cms.changes.models import Change
from cms.worker import look_until
from resources.models import Agent, Record
from search import documents
from search.breaker import Breaker
from search.concerned import SHOWN, concerned
from search.documents import Works
from search.engines.base import Engine, EngineError, Index, Position
from search.engines.configured import engines
from search.schema import Document

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
"""Seconds for which an engine that failed is left alone."""
CHANGES = 2_000
"""Changes that are read at once."""
AHEAD = 1_000
"""Changes, and works, that are indexed before their turn at most."""
CATCH_UP = 50
"""How often a rebuild reads what was published meanwhile, before it leaves the rest to the next look."""

TIDY_SECONDS = 3_600
"""How often a worker looks for what rebuilds that were killed have left: when it starts, and then so often."""

Told = Callable[[int, int], object]
"""What a rebuild tells as it goes on: works done, and works in all."""


def run(stop: threading.Event) -> None:
    """Keep the engines true until told to stop, each in a thread of its own: one that hangs holds up no other."""
    threads = [threading.Thread(target=_keep, args=(engine, stop), daemon=True) for engine in engines()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _keep(engine: Engine, stop: threading.Event) -> None:
    index = f"The index of {engine.name}"
    look_until(
        stop,
        Keeper(engine).look,
        seconds=LOOK_SECONDS,
        waits=f"{index} waits for the database",
        fails=f"{index} failed",
    )


class Keeper:
    """Looks what changed, for one engine; one that failed is left alone for a while."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._breaker = Breaker(FIRST_PAUSE, LONGEST_PAUSE)
        self._tidy_at = 0.0

    def look(self) -> None:
        """Bring the engine up to date, if it answers."""
        if not self._breaker.lets_through():
            return
        try:
            if self._tidy_at <= time.monotonic() and tidy(self.engine):
                self._tidy_at = time.monotonic() + TIDY_SECONDS
            bring_up(self.engine)
        except EngineError as error:
            if self._breaker.failed():
                logger.warning("The index of %s has to wait: %s", self.engine.name, error)
        else:
            if self._breaker.answered():
                logger.info("The index of %s is up to date again", self.engine.name)


def bring_up(engine: Engine) -> None:
    """Index what changed since the engine's position; make it anew where that cannot be known.

    EngineError where the engine does not take it.
    """
    position = engine.position()
    if position is None:
        rebuild(engine)
        return
    try:
        follow(engine, position, ahead=_Ahead(engine, position))
    except changes.StartAfresh as reason:
        logger.warning("The index of %s is made anew: %s", engine.name, reason)
        rebuild(engine)


class _Ahead:
    """What editors have just done, indexed before its turn: nobody waits for an import.

    It is told by the versions that editors leave and imports do not. A position says nothing of it, so what is behind
    the position is indexed once more when its turn comes: whatever is killed in between, nothing is left out.
    """

    def __init__(self, index: Index, position: Position) -> None:
        self._index, self._seen = index, position.version

    def look(self) -> None:
        """Index the newest of what was done since the last look."""
        since, self._seen = self._seen, changes.content_version()
        found = Change.objects.filter(version__gt=since, version__lte=self._seen)
        for model in (Record, Agent):
            imported = model.objects.filter(pk=OuterRef("object_id"), latest_revision=None, live=True)
            found = found.exclude(Exists(imported), model=model._meta.label_lower)
        newest = list(found.order_by("-version")[:AHEAD])
        works = concerned(newest)
        if len(works) > AHEAD:  # another name on all of them may wait, what was itself published or withdrawn may not
            works = concerned([row for row in newest if row.model in SHOWN])
        for batch in works.batches():
            _put(self._index, batch, more=True)


def _put(index: Index, works: Works, position: Position | None = None, *, more: bool = False) -> None:
    """Store the documents of works as they are now, and remove those that have none."""
    made = documents.documents(works)
    index.put(made, works.ids() - {document.id for document in made}, position, more)


def follow(
    index: Index, position: Position, rounds: int | None = None, note: bool = True, ahead: _Ahead | None = None
) -> Position:
    """Index what changed since a position, until nothing is left or so often; the position that was reached.

    The index notes it unless `note` is off. Where several batches are to be indexed, `ahead` looks before each. Raises
    changes.StartAfresh.
    """
    if position.moment and _moment(position.version) not in {"", position.moment}:
        raise changes.StartAfresh(f"Version {position.version} is another change now.")
    while rounds is None or rounds > 0:
        rows = changes.changes_since(changes.Position(*position[:2]), limit=CHANGES)
        if not rows:
            break
        position = Position(position.epoch, rows[-1].version or 0, rows[-1].created_at.isoformat())
        batches = list(concerned(rows).batches()) or [Works()]
        for number, batch in enumerate(batches, 1):
            if ahead and number > 1:
                ahead.look()
            last = number == len(batches)
            _put(index, batch, position if note and last else None, more=not last)
        rounds = None if rounds is None else rounds - 1
    return position


def _here() -> Position:
    """Where the database is."""
    epoch, version = changes.position()
    return Position(epoch, version, _moment(version))


def _moment(version: int) -> str:
    """When a change was made; empty where the log no longer has it."""
    made = Change.objects.filter(version=version).values_list("created_at", flat=True).first()
    return made.isoformat() if made else ""


class Making(EngineError):
    """Another process makes the index anew."""


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """One process of this host at a time makes an index of an engine; Making where another does."""
    settings.SEARCH_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.SEARCH_DIR / f"making-{engine.name}").open("w") as lock:  # free again with the end of its process
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Making(f"The index of {engine.name} is being made anew by another process.") from error
        yield


def tidy(engine: Engine) -> bool:
    """Remove what a rebuild that was killed has left; False, and nothing is removed, while one is going on."""
    try:
        with _alone(engine):
            engine.tidy()
    except Making:
        return False
    return True


def rebuild(engine: Engine, told: Told | None = None) -> int:
    """Make an index anew beside the current one, let it catch up, and put it in its place; how many documents it has.

    EngineError where the engine does not hold what it was given; the current index stays then.
    """
    with _alone(engine):
        engine.tidy()
        count = _rebuilt(engine, told)
        engine.tidy()
    logger.info("The index of %s was made anew: %s documents", engine.name, count)
    return count


def _rebuilt(engine: Engine, told: Told | None) -> int:
    begun = _here()
    index = engine.begin()
    try:
        works = documents.every()
        stored = _Counted(works, told)
        index.put(stored, position=begun)
        if (held := index.count()) != stored.count:
            raise EngineError(f"The new index of {engine.name} holds {held} documents of {stored.count}.")
        follow(index, begun, CATCH_UP)
        engine.swap(index)
    except BaseException:
        with suppress(EngineError):
            engine.discard(index)
        raise
    return engine.count()


class _Counted:
    """The documents of works, read as they are asked for and counted."""

    def __init__(self, works: Works, told: Told | None) -> None:
        self.works, self.told, self.count = works, told, 0

    def __iter__(self) -> Iterator[Document]:
        total, done = len(self.works), 0
        for batch in self.works.batches():
            made = documents.documents(batch)
            self.count += len(made)
            yield from made
            done += len(batch)
            if self.told:
                self.told(done, total)


@dataclass(frozen=True)
class Differences:
    """Ids of documents in which an index and the database differ."""

    missing: set[str]
    superfluous: set[str]
    untrue: set[str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.superfluous or self.untrue)


def check(engine: Engine, *, repair: bool = True) -> Differences:
    """Compare an engine with the database both ways, and put right what differs unless `repair` is off.

    What the worker has yet to index differs as well.
    """
    begun = _here()
    held = dict(engine.digests())
    found = Differences(set(), set(), set())
    for batch in documents.every().batches():
        made = {document.id: document for document in documents.documents(batch)}
        missing = made.keys() - held.keys()
        untrue = {key for key in made.keys() & held.keys() if held[key] != made[key].digest()}
        if repair and (missing or untrue):
            engine.put([made[key] for key in missing | untrue])
        found.missing.update(missing)
        found.untrue.update(untrue)
        for key in made:
            held.pop(key, None)
    found.superfluous.update(held)
    if repair and held:
        engine.put([], list(held))
    if repair and found:
        # The worker may have stored newer documents just before ours: whatever changed meanwhile is made once more.
        follow(engine, begun, note=False)
    return found
