"""States change with time alone: each minute the worker logs a change of the pages whose state has changed."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from cms import changes, moments
from newsroom.calls import CallPage
from newsroom.events import EventPage, EventSession
from newsroom.trainings import TrainingPage, TrainingSession


class StateClock(models.Model):
    """One row: the moment up to which changes of state were logged, so that none is lost while the worker is down."""

    reached = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="newsroom_stateclock_one_row")]

    def __str__(self) -> str:
        return self.reached.isoformat()


def record_state_changes(now: datetime.datetime | None = None) -> int:
    """Log a change of every live page whose state changed since the last run; returns how many.

    The first run only notes the time.
    """
    now = now or timezone.now()
    with transaction.atomic():
        StateClock.objects.get_or_create(pk=1, defaults={"reached": now})
        clock = StateClock.objects.select_for_update().get(pk=1)
        if clock.reached >= now:
            return 0
        count = 0
        for page in _turning(clock.reached, now):
            if any(clock.reached < moment <= now for moment in page.timeline().moments()):
                changes.record(page)
                count += 1
        clock.reached = now
        clock.save()
    return count


def _turning(after: datetime.datetime, until: datetime.datetime) -> Iterator[Any]:
    """Live pages with a date between two moments."""

    def passed(*columns: str) -> Q:
        found = Q()
        for column in columns:
            found |= Q(**{f"{column}__gt": after, f"{column}__lte": until})
        return found

    meeting = passed("sessions__start", "sessions__end")
    yield from EventPage.objects.live().filter(meeting).distinct().prefetch_related("sessions")
    registration = passed("registration_deadline")
    yield from TrainingPage.objects.live().filter(meeting | registration).distinct().prefetch_related("sessions")
    yield from CallPage.objects.live().filter(passed("opens_at", "closes_at"))


def turns() -> Iterable[QuerySet[Any]]:
    """For `cms.moments`: whenever a state may change, or what comes next."""
    for rows, *names in (
        (EventSession.objects.all(), "start", "end"),
        (TrainingSession.objects.all(), "start", "end"),
        (TrainingPage.objects.live(), "registration_deadline"),
        (CallPage.objects.live(), "opens_at", "closes_at"),
    ):
        for name in names:
            yield moments.column(rows, name)
