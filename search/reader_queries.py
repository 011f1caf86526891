"""What readers search, kept so that nobody can be told from it.

A query is written down once SESSIONS different sessions have asked it within WEEKS weeks, a session being a reader's
network on one day. Until then there is no text, only a digest under the server's secret key. A session is a digest of
the network together with the query under a random salt of the day, which is deleted on the next: what one reader asked
cannot be put together, neither within a day nor across days, and paging and refining count once. Queries with an
e-mail address or a long number (but no year, DOI, ISBN or ISSN) are dropped, robots left out.

The request that answers a reader only appends to a list of limited length. A thread of each server process empties it
into the database every settings.READER_QUERIES_SECONDS; what fails goes to the log and is forgotten.
"""

import datetime
import hmac
import logging
import re
import secrets
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import Count, Model
from django.http import HttpRequest
from django.utils import timezone
from stdnum import isbn, issn

from cms import clients
from search import alike, languages
from search.models import QuerySighting, ReaderQuery, ReaderQueryWeek, SightingSalt
from search.question import Question
from search.results import SearchAnswer

logger = logging.getLogger(__name__)

SESSIONS = 3
"""Different sessions that must have asked a query before it is written down."""
WEEKS = 5
"""Weeks, this one included, for which sightings are kept."""
WEEKS_OF_COUNTS = 53
WAITING = 1_000
"""Queries that wait in one process to be written down; beyond, the oldest are forgotten."""
MOST_SIGHTINGS, MOST_QUERIES = 200_000, 20_000
LONGEST = 100
"""Characters of a query; longer ones are pasted texts."""

_ROBOT = re.compile(
    r"bot|crawl|spider|slurp|scrap|monitor|preview|headless|lighthouse|curl|wget|python|httpx|libwww|java/|go-http|feed",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"\S@\S")
_DOI = re.compile(r"\b10\.\d{4,9}/\S+")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NUMBER = re.compile(r"\d(?:[\s.,;:/()+_-]*\d){4,}X?", re.IGNORECASE)
"""Five digits or more, whatever stands between them."""


class Noted(NamedTuple):
    """A query as a reader asked it; `results` is how many have just its words, None where filters cut them."""

    text: str
    locale: str
    network: str
    results: int | None


_waiting: deque[Noted] = deque(maxlen=WAITING)
_starting = threading.Lock()
_writer: list[threading.Thread] = []


def note(request: HttpRequest, question: Question, found: SearchAnswer) -> None:
    """Have a reader's query written down later; costs the same whatever it is, and never fails."""
    try:
        if not _is_readers(request) or not question.text or question.ids is not None:
            return
        results = None
        if not question.filtered:
            # What was corrected is found nowhere as it was typed.
            results = 0 if found["meta"]["corrected"] else found["meta"]["exact_count"]
        network = clients.network(clients.address(request.META))
        _waiting.append(Noted(question.text[: LONGEST + 1], question.locale, network, results))
        if settings.READER_QUERIES_SECONDS and not _writer:
            _start()
    except Exception:
        logger.exception("A query could not be noted")


def _is_readers(request: HttpRequest) -> bool:
    """Whether a person asks, rather than a robot or a browser that looks ahead."""
    agent = request.headers.get("User-Agent", "")
    ahead = request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose", "")
    return request.method == "GET" and bool(agent) and not _ROBOT.search(agent) and "prefetch" not in ahead


def _start() -> None:
    with _starting:
        if not _writer:
            _writer.append(threading.Thread(target=_run, name="reader-queries", daemon=True))
            _writer[0].start()


def _run() -> None:
    while True:
        time.sleep(settings.READER_QUERIES_SECONDS)
        if not _waiting:
            continue
        close_old_connections()
        try:
            write()
        except DatabaseError as error:
            logger.warning("What readers search could not be written down: %s", error)
        except Exception:
            logger.exception("What readers search could not be written down")
        connection.close()


def without_persons(text: str) -> str:
    """A query as it may be written down: its words, or nothing where it may say who somebody is."""
    text = " ".join(languages.clean(text).split())
    if len(text) > LONGEST or _EMAIL.search(text):
        return ""
    bare = _NUMBER.sub(_unless_of_a_book, _DOI.sub("", text))
    return "" if _NUMBER.search(_YEAR.sub("", bare)) else text


def _unless_of_a_book(number: re.Match[str]) -> str:
    found = number[0]
    is_isbn = isbn.is_valid(found) and len(isbn.compact(found)) == 13  # ten digits may be a telephone's
    is_issn = re.fullmatch(r"\d{4}-\d{3}[\dXx]", found) and issn.is_valid(found)
    return "" if is_isbn or is_issn else found


def write() -> None:
    """Write down what waits (a fixed number of queries); DatabaseError where the database cannot."""
    asked: dict[str, tuple[str, Noted]] = {}
    seen = set()
    today = timezone.localdate()
    noted = [_waiting.popleft() for _ in range(len(_waiting))]
    if not noted:
        return
    with transaction.atomic():
        salt = _salt(today)
        for one in noted:
            text = without_persons(one.text)
            if key := alike.key(text):
                query = _digest(settings.SECRET_KEY, one.locale, key)
                seen.add((query, _digest(salt, query, one.network)))
                known = asked[query][1].results if query in asked else None
                results = one.results if one.results is not None else known
                asked[query] = key, one._replace(text=text, results=results)
        monday = _monday(today)
        QuerySighting.objects.bulk_create(
            [QuerySighting(query=query, session=session, monday=monday) for query, session in sorted(seen)],
            ignore_conflicts=True,
        )
        _keep(asked, today)


def _keep(asked: dict[str, tuple[str, Noted]], today: datetime.date) -> None:
    """Write down those of the queries that several sessions have asked, and count all that were asked before."""
    weeks: Counter[tuple[str, datetime.date]] = Counter()
    rows = QuerySighting.objects.filter(query__in=asked).values("query", "monday").annotate(count=Count("pk"))
    for row in rows:
        weeks[row["query"], row["monday"]] = row["count"]
    sessions: Counter[str] = Counter()
    for (query, _week), count in weeks.items():
        sessions[query] += count
    keys = {key for key, _noted in asked.values()}
    known = {(one.locale, one.key): one for one in ReaderQuery.objects.filter(key__in=keys)}
    kept: dict[str, ReaderQuery] = {}
    for query, (key, noted) in sorted(asked.items()):
        before = known.get((noted.locale, key))
        if before is None and sessions[query] < SESSIONS:
            continue
        results = noted.results if noted.results is not None or before is None else before.results
        kept[query] = ReaderQuery(locale=noted.locale, key=key, text=noted.text, results=results, asked_on=today)
    ReaderQuery.objects.bulk_create(
        kept.values(),
        update_conflicts=True,
        unique_fields=["locale", "key"],
        update_fields=["results", "asked_on"],
    )
    ReaderQueryWeek.objects.bulk_create(
        [
            ReaderQueryWeek(query=kept[query], monday=monday, sessions=count)
            for (query, monday), count in weeks.items()
            if query in kept
        ],
        update_conflicts=True,
        unique_fields=["query", "monday"],
        update_fields=["sessions"],
    )


def _salt(today: datetime.date) -> str:
    """What today's sessions are named under; yesterday's is deleted, and with it who they were."""
    SightingSalt.objects.exclude(day=today).delete()
    return SightingSalt.objects.get_or_create(day=today, defaults={"salt": secrets.token_hex(32)})[0].salt


def _digest(secret: str, *parts: str) -> str:
    return hmac.digest(secret.encode(), "\n".join(("reader-queries", *parts)).encode(), "sha256").hex()


def _monday(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=day.weekday())


def prune() -> None:
    """Forget what is old, and what is more than there is room for."""
    today = timezone.localdate()
    monday = _monday(today)
    SightingSalt.objects.exclude(day=today).delete()
    QuerySighting.objects.filter(monday__lte=monday - datetime.timedelta(weeks=WEEKS)).delete()
    ReaderQueryWeek.objects.filter(monday__lte=monday - datetime.timedelta(weeks=WEEKS_OF_COUNTS)).delete()
    ReaderQuery.objects.filter(weeks=None).delete()
    _shorten(QuerySighting, MOST_SIGHTINGS, ["-pk"])
    _shorten(ReaderQuery, MOST_QUERIES, ["-asked_on", "-pk"])


def _shorten(model: type[Model], most: int, order: Iterable[str]) -> None:
    beyond = model._default_manager.order_by(*order).values_list("pk", flat=True)[most:]
    model._default_manager.filter(pk__in=list(beyond)).delete()
