"""How many items lists have: counted once per content version and filter, for as long as time alone changes nothing."""

import datetime
from collections.abc import Hashable
from typing import Any, NamedTuple

from django.db.models import QuerySet

from cms import dependencies, labels, moments

MOST = 2_000
"""Counts that are held; whoever invents filters makes them be counted again, and no more."""


class _Count(NamedTuple):
    number: int
    until: datetime.datetime | None
    read: set[str]


class _Counts(dict[Hashable, _Count]):
    """What was counted at one content version."""


def total(of: Hashable, items: QuerySet[Any], begun: datetime.datetime, snapshot: labels.Labels) -> int:
    """How many these items are; `of` says what they are, `begun` is when the request came that their filters go by.

    The version was read before anything is counted, so a change in between shows in the count, and the next request
    asks under another version.
    """
    counts = snapshot.derived(_Counts)
    known = counts.get(of)
    if known is None or (known.until is not None and known.until <= begun):
        with dependencies.recorded() as read:
            number = items.order_by().count()
        if len(counts) >= MOST:
            counts.clear()
        known = counts[of] = _Count(number, moments.next_after(begun, snapshot), read)
    dependencies.note(known.read)
    return known.number
