"""What an event, a training or a call is at a moment: computed from its dates, never stored.

Each page type gives its `timeline()`; the SQL beside it answers the same for a whole list (tests compare the two).
"""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Case, DateTimeField, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import pgettext_lazy

FAR = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)


class State(models.TextChoices):
    """Events are upcoming, then past. Trainings and calls can also be open or closed to registrations and bids."""

    UPCOMING = "upcoming", pgettext_lazy("reader", "Upcoming")
    OPEN = "open", pgettext_lazy("reader", "Open")
    CLOSED = "closed", pgettext_lazy("reader", "Closed")
    PAST = "past", pgettext_lazy("reader", "Past")


class Timeline:
    """A first state and the moments from which others hold; moments that are not known are left out."""

    def __init__(self, first: State, *turns: tuple[datetime.datetime | None, State]) -> None:
        self.first = first
        self.turns = [(moment, state) for moment, state in turns if moment is not None]

    def state(self, now: datetime.datetime) -> State:
        """The state at a moment: a later turn prevails."""
        return next((state for moment, state in reversed(self.turns) if moment <= now), self.first)

    def moments(self) -> list[datetime.datetime]:
        """When the state changes, in order."""
        changes = []
        for moment in sorted({moment for moment, _state in self.turns}):
            if self.state(moment) != self.state(moment - datetime.timedelta(microseconds=1)):
                changes.append(moment)
        return changes


def event_timeline(end: datetime.datetime | None) -> Timeline:
    """Upcoming until the end of the last session, then past."""
    return Timeline(State.UPCOMING, (end, State.PAST))


def training_timeline(
    start: datetime.datetime | None, end: datetime.datetime | None, deadline: datetime.datetime | None
) -> Timeline:
    """Open until the registration deadline (else the first session), closed until the end of the last session, past.

    Without any date registration has not begun: upcoming.
    """
    closing = deadline or start
    return Timeline(State.OPEN if closing else State.UPCOMING, (closing, State.CLOSED), (end, State.PAST))


def call_timeline(opens_at: datetime.datetime, closes_at: datetime.datetime | None) -> Timeline:
    """Upcoming, open from its opening, closed from its closing; without one it stays open."""
    return Timeline(State.UPCOMING, (opens_at, State.OPEN), (closes_at, State.CLOSED))


def of_sessions(sessions: type[models.Model], aggregate: Any, **conditions: Any) -> Subquery:
    """An aggregate over the sessions of each page, for annotations and orderings of its type."""
    rows = sessions._default_manager.filter(page=OuterRef("pk"), **conditions).order_by().values("page")
    return Subquery(rows.annotate(found=aggregate).values("found"), output_field=DateTimeField())


def last_end_sql(sessions: type[models.Model]) -> Subquery:
    """When each page's last session is over."""
    return of_sessions(sessions, Max(Coalesce("end", "start")))


def next_start_sql(sessions: type[models.Model], now: datetime.datetime) -> Coalesce:
    """For ordering: when each page's next session starts, else its last one; pages without dates come last."""
    return Coalesce(of_sessions(sessions, Min("start"), end__gt=now), of_sessions(sessions, Max("start")), Value(FAR))


def event_state_sql(sessions: type[models.Model], now: datetime.datetime) -> dict[str, Any]:
    """Annotations that give `computed_state` of events."""
    return {
        "last_end": last_end_sql(sessions),
        "computed_state": _case((Q(last_end__lte=now), State.PAST), default=State.UPCOMING),
    }


def training_state_sql(sessions: type[models.Model], now: datetime.datetime) -> dict[str, Any]:
    """Annotations that give `computed_state` of trainings."""
    return {
        "last_end": last_end_sql(sessions),
        "closing": Coalesce(F("registration_deadline"), of_sessions(sessions, Min("start"))),
        "computed_state": _case(
            (Q(last_end__lte=now), State.PAST),
            (Q(closing__lte=now), State.CLOSED),
            (Q(closing__isnull=False), State.OPEN),
            default=State.UPCOMING,
        ),
    }


def call_state_sql(now: datetime.datetime) -> dict[str, Any]:
    """Annotations that give `computed_state` of calls."""
    return {
        "computed_state": _case(
            (Q(closes_at__lte=now), State.CLOSED), (Q(opens_at__lte=now), State.OPEN), default=State.UPCOMING
        )
    }


def _case(*branches: tuple[Q, State], default: State) -> Case:
    return Case(
        *(When(condition, then=Value(state.value)) for condition, state in branches),
        default=Value(default.value),
        output_field=models.CharField(),
    )


def with_state(pages: QuerySet[Any], states: Iterable[str], now: datetime.datetime) -> QuerySet[Any]:
    """Those pages of one type (events, trainings or calls) whose state is one of `states` at `now`."""
    return pages.alias(**pages.model.state_sql(now)).filter(computed_state__in=list(states))
