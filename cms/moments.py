"""The moments at which something public changes by time alone: a page expires, an event is over, a call opens.

Nothing is written then (the worker logs it later, if it runs), so whatever keeps an answer asks here how long it holds.
Apps register in `AppConfig.ready` where their moments are stored.
"""

import bisect
import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from wagtail.models import Page

from cms import dependencies, labels

READ_AHEAD = 100
LONGEST_ANSWER = datetime.timedelta(minutes=5)
"""Moments are known from so long ago, for answers that were begun before they were read."""

Source = Callable[[], Iterable[QuerySet[Any]]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Add what `column` gives: querysets of dates at which something public changes. Called when apps are ready."""
    _sources.append(source)


def column(rows: QuerySet[Any], name: str) -> QuerySet[Any]:
    """The moments in one column."""
    return rows.order_by().annotate(moment=F(name)).values_list("moment", flat=True)


def _expiries() -> Iterable[QuerySet[Any]]:
    return [column(Page.objects.filter(live=True), "expire_at")]


register(_expiries)


@dataclass(frozen=True)
class _Ahead:
    """The first moments after `since`, in order; none follow where they are fewer than READ_AHEAD."""

    since: datetime.datetime
    moments: tuple[datetime.datetime, ...]


class Horizon:
    """The moments to come at one content version; read again when time has passed those that were read."""

    def __init__(self) -> None:
        self._ahead = _read(timezone.now())

    def after(self, moment: datetime.datetime) -> datetime.datetime | None:
        """The first change after a moment; None where nothing will change. Of what is long past nothing is known:
        the answer is then a moment that is past as well."""
        ahead = self._ahead
        if len(ahead.moments) == READ_AHEAD and ahead.moments[-1] <= moment:
            ahead = self._ahead = _read(moment)
        if moment < ahead.since:
            return ahead.since
        found = bisect.bisect_right(ahead.moments, moment)
        return ahead.moments[found] if found < len(ahead.moments) else None


def next_after(moment: datetime.datetime, snapshot: labels.Labels) -> datetime.datetime | None:
    """When an answer that was begun at `moment` on this snapshot stops being true; None for never.

    One query per content version.
    """
    with dependencies.aside():
        return snapshot.derived(Horizon).after(moment)


def _read(now: datetime.datetime) -> _Ahead:
    since = now - LONGEST_ANSWER
    first, *others = [found.filter(moment__gt=since) for source in _sources for found in source()]
    return _Ahead(since, tuple(first.union(*others).order_by("moment")[:READ_AHEAD]))
