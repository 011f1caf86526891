"""When something public changes by time alone, known ahead so that no answer outlives it."""

import datetime
from typing import Any

import pytest
from django.utils import timezone

from cms import labels, moments
from tests.factories import newsroom as make
from tests.factories.pages import home_page, standard_page

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


def test_every_turn_is_foreseen(django_assert_num_queries: Any) -> None:
    now = timezone.now().replace(microsecond=0)
    home = home_page()
    standard_page(home, "Page", slug="page", expire_at=now + 1 * HOUR)
    standard_page(home, "Draft", slug="draft", expire_at=now + 1.5 * HOUR, live=False)
    make.event(make.event_index(home), sessions=[make.event_session(now + 2 * HOUR, now + 3 * HOUR)])
    make.training(
        make.training_index(home),
        sessions=[make.training_session(now + 5 * HOUR, now + 6 * HOUR)],
        registration_deadline=now + 4 * HOUR,
    )
    make.call(make.call_index(home), opens_at=now + 7 * HOUR, closes_at=now + 8 * HOUR)

    snapshot = labels.current()
    found, moment = [], now
    with django_assert_num_queries(1):
        while (following := moments.next_after(moment, snapshot)) is not None:
            found.append(following)
            moment = following
    assert found == [now + hours * HOUR for hours in range(1, 9)]


def test_those_further_ahead_are_read_when_time_has_come_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moments, "READ_AHEAD", 3)
    now = timezone.now().replace(microsecond=0)
    index = make.event_index(home_page())
    make.event(index, sessions=[make.event_session(now + n * DAY, now + n * DAY + HOUR) for n in range(1, 6)])
    snapshot = labels.current()
    found, moment = [], now
    while (following := moments.next_after(moment, snapshot)) is not None:
        found.append(following)
        moment = following
    assert found == sorted(now + n * DAY + part for n in range(1, 6) for part in (0 * HOUR, HOUR))
    # An answer that was begun before the moments were read again ends at once rather than too late.
    late = moments.next_after(now, snapshot)
    assert late is not None
    assert late <= now + 5 * DAY
