"""States follow from the dates, in every time zone, and SQL says the same as Python."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsroom.models import EventPage, EventSession
from newsroom.states import State, with_state
from tests.factories import newsroom as make
from tests.newsroom.conftest import Newsroom

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

PARIS, CAYENNE = ZoneInfo("Europe/Paris"), ZoneInfo("America/Cayenne")
NOON = datetime.datetime(2026, 5, 20, 12, tzinfo=PARIS)
SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)


def assert_state(page: Any, now: datetime.datetime, expected: State) -> None:
    """Python and SQL agree on the expected state."""
    assert page.timeline().state(now) == expected
    model = type(page)
    found = [state for state in State if with_state(model.objects.filter(pk=page.pk), [state], now).exists()]
    assert found == [expected]


def test_event_is_upcoming_until_its_last_session_ends(newsroom: Newsroom) -> None:
    page = make.event(
        newsroom.events, sessions=[make.event_session(NOON), make.event_session(NOON + DAY, NOON + DAY + make.HOUR)]
    )
    end = NOON + DAY + make.HOUR
    assert_state(page, NOON - DAY, State.UPCOMING)
    assert_state(page, NOON + DAY, State.UPCOMING)
    assert_state(page, end - SECOND, State.UPCOMING)
    assert_state(page, end, State.PAST)
    assert page.timeline().moments() == [end]


def test_event_without_sessions_is_upcoming(newsroom: Newsroom) -> None:
    page = make.event(newsroom.events)
    assert_state(page, NOON, State.UPCOMING)
    assert page.timeline().moments() == []


def test_all_day_session_lasts_until_midnight_of_its_place(newsroom: Newsroom) -> None:
    midday = datetime.datetime(2026, 5, 20, 12, tzinfo=CAYENNE)
    page = make.event(
        newsroom.events,
        sessions=[EventSession(start=midday, timezone="America/Cayenne", all_day=True)],
    )
    page = EventPage.objects.get(pk=page.pk)
    assert_state(page, datetime.datetime(2026, 5, 21, 2, 30, tzinfo=PARIS), State.UPCOMING)
    assert_state(page, datetime.datetime(2026, 5, 20, 23, 59, 58, tzinfo=CAYENNE), State.UPCOMING)
    assert_state(page, datetime.datetime(2026, 5, 21, 0, 0, tzinfo=CAYENNE), State.PAST)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_all_day_session_on_the_day_the_clocks_change(newsroom: Newsroom, day: str) -> None:
    midday = datetime.datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=PARIS)
    page = make.event(newsroom.events, sessions=[EventSession(start=midday, all_day=True)])
    session = EventSession.objects.get(page=page)
    assert session.start.astimezone(PARIS).isoformat()[:19] == f"{day}T00:00:00"
    assert session.end is not None
    assert session.end.astimezone(PARIS).isoformat()[:19] == f"{day}T23:59:59"


def test_saving_an_all_day_session_again_does_not_stretch_it(newsroom: Newsroom) -> None:
    page = make.event(newsroom.events, sessions=[EventSession(start=NOON, end=NOON + DAY, all_day=True)])
    session = EventSession.objects.get(page=page)
    before = session.start, session.end
    session.save()
    session.refresh_from_db()
    assert (session.start, session.end) == before
    assert session.moment(session.end) == "2026-05-21"


def test_training_is_open_until_the_deadline_then_closed_then_past(newsroom: Newsroom) -> None:
    page = make.training(
        newsroom.trainings, sessions=[make.training_session(NOON)], registration_deadline=NOON - 5 * DAY
    )
    assert_state(page, NOON - 6 * DAY, State.OPEN)
    assert_state(page, NOON - 5 * DAY, State.CLOSED)
    assert_state(page, NOON + make.HOUR, State.CLOSED)
    assert_state(page, NOON + 3 * make.HOUR, State.PAST)
    assert page.timeline().moments() == [NOON - 5 * DAY, NOON + 3 * make.HOUR]


def test_training_without_deadline_closes_when_it_starts(newsroom: Newsroom) -> None:
    page = make.training(newsroom.trainings, sessions=[make.training_session(NOON)])
    assert_state(page, NOON - SECOND, State.OPEN)
    assert_state(page, NOON, State.CLOSED)


def test_training_without_any_date_is_upcoming(newsroom: Newsroom) -> None:
    assert_state(make.training(newsroom.trainings), NOON, State.UPCOMING)


def test_training_that_has_a_deadline_only(newsroom: Newsroom) -> None:
    page = make.training(newsroom.trainings, registration_deadline=NOON)
    assert_state(page, NOON - DAY, State.OPEN)
    assert_state(page, NOON + DAY, State.CLOSED)


def test_call_opens_and_closes(newsroom: Newsroom) -> None:
    page = make.call(newsroom.calls, opens_at=NOON, closes_at=NOON + DAY, timezone="America/Cayenne")
    assert_state(page, NOON - SECOND, State.UPCOMING)
    assert_state(page, NOON, State.OPEN)
    assert_state(page, NOON + DAY, State.CLOSED)
    assert page.timeline().moments() == [NOON, NOON + DAY]


def test_call_without_closing_stays_open(newsroom: Newsroom) -> None:
    assert_state(make.call(newsroom.calls, opens_at=NOON), NOON + 900 * DAY, State.OPEN)


def test_next_session_is_the_one_that_is_not_over(newsroom: Newsroom) -> None:
    page = make.event(newsroom.events, sessions=[make.event_session(NOON + DAY), make.event_session(NOON)])
    assert page.next_session_start(NOON - DAY) == NOON
    assert page.next_session_start(NOON + make.HOUR) == NOON
    assert page.next_session_start(NOON + 4 * make.HOUR) == NOON + DAY
    assert page.next_session_start(NOON + 2 * DAY) is None


def test_order_by_start_takes_the_next_session_else_the_last(newsroom: Newsroom) -> None:
    now = datetime.datetime.now(datetime.UTC)
    undated = make.event(newsroom.events, "Sans date")
    later = make.event(newsroom.events, "Plus tard", [make.event_session(now + 9 * DAY)])
    running = make.event(
        newsroom.events, "En cours", [make.event_session(now - 30 * DAY), make.event_session(now + DAY)]
    )
    past = make.event(newsroom.events, "Passé", [make.event_session(now - 3 * DAY)])
    ordered = EventPage.objects.order_by(EventPage.orderings["start"].asc())
    assert list(ordered) == [past, running, later, undated]
    assert list(EventPage.next_first(EventPage.objects.all())) == [running, later, undated]
