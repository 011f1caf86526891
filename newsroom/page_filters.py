"""Filters of page lists by state and by period; those on columns (kind, audience, level…) come by themselves."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from cms.api import page_filters, params
from newsroom import states
from newsroom.calls import CallPage
from newsroom.events import EventPage
from newsroom.news import NewsPage
from newsroom.trainings import TrainingPage

WITH_STATE: tuple[type[Any], ...] = (EventPage, TrainingPage, CallPage)
DATED: tuple[type[Any], ...] = (NewsPage, *WITH_STATE)


def pages_in_states(pages: QuerySet[Any], wanted: Iterable[str], now: datetime.datetime) -> QuerySet[Any]:
    """Events, trainings and calls that are in one of these states at a moment."""
    found = Q()
    for model in WITH_STATE:
        found |= Q(pk__in=states.with_state(model.objects.all(), wanted, now).values("pk"))
    return pages.filter(found)


def pages_from(pages: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    """What is dated, or still goes on, on this day (in Paris) or later."""
    start = _midnight(day)
    return pages.filter(
        Q(pk__in=NewsPage.objects.filter(date__gte=day).values("pk"))
        | Q(pk__in=_meetings(EventPage, end__gte=start))
        | Q(pk__in=_meetings(TrainingPage, end__gte=start))
        | Q(pk__in=CallPage.objects.filter(Q(closes_at__gte=start) | Q(closes_at__isnull=True)).values("pk"))
    )


def pages_until(pages: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    """What is dated, or has begun, on this day (in Paris) or earlier."""
    end = _midnight(day + datetime.timedelta(days=1))
    return pages.filter(
        Q(pk__in=NewsPage.objects.filter(date__lte=day).values("pk"))
        | Q(pk__in=_meetings(EventPage, start__lt=end))
        | Q(pk__in=_meetings(TrainingPage, start__lt=end))
        | Q(pk__in=CallPage.objects.filter(opens_at__lt=end).values("pk"))
    )


def _meetings(model: type[Any], **conditions: Any) -> QuerySet[Any]:
    sessions: Any = model._meta.get_field("sessions").related_model
    return sessions.objects.filter(**conditions).values("page")


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time.min, timezone.get_default_timezone())


@params.reader(datetime.date)
def _day(text: str) -> datetime.date:
    day: datetime.date = params.date(text)
    if not 1900 <= day.year <= 2200:
        raise params.Refused("must be a date between 1900 and 2200")
    return day


def _labels(models: Iterable[type[Any]]) -> tuple[str, ...]:
    return tuple(model._meta.label for model in models)


def register() -> None:
    """Add the filters to lists of these page types."""
    page_filters.register(
        page_filters.PageFilter(
            params.Param("state", params.choice(states.State), "States at this moment.", many=True),
            lambda pages, wanted, query: pages_in_states(pages, wanted, timezone.now()),
            types=_labels(WITH_STATE),
        ),
        page_filters.PageFilter(
            params.Param("date_from", _day, "Dated, or still going on, this day or later."),
            lambda pages, day, query: pages_from(pages, day),
            types=_labels(DATED),
        ),
        page_filters.PageFilter(
            params.Param("date_to", _day, "Dated, or begun, this day or earlier."),
            lambda pages, day, query: pages_until(pages, day),
            types=_labels(DATED),
        ),
    )
