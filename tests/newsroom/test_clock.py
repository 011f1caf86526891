"""A change of state is logged at its minute, once, however late the worker comes."""

import datetime

import pytest

from newsroom.clock import StateClock, record_state_changes
from tests.changelog import Log
from tests.factories import newsroom as make
from tests.newsroom.conftest import Newsroom

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

START = datetime.datetime(2026, 5, 20, 9, tzinfo=datetime.UTC)
MINUTE, HOUR, DAY = datetime.timedelta(minutes=1), datetime.timedelta(hours=1), datetime.timedelta(days=1)


@pytest.fixture
def log(newsroom: Newsroom) -> Log:
    record_state_changes(START - DAY)
    return Log()


def logged(log: Log) -> set[int]:
    return {object_id for _kind, _model, object_id in log.new()}


def test_first_run_only_notes_the_time(newsroom: Newsroom) -> None:
    make.event(newsroom.events, sessions=[make.event_session(START)])
    assert record_state_changes(START + DAY) == 0
    assert StateClock.objects.get().reached == START + DAY


def test_each_turn_is_logged_once(newsroom: Newsroom, log: Log) -> None:
    event = make.event(newsroom.events, sessions=[make.event_session(START, START + HOUR)])
    training = make.training(
        newsroom.trainings, sessions=[make.training_session(START, START + HOUR)], registration_deadline=START - HOUR
    )
    call = make.call(newsroom.calls, opens_at=START, closes_at=START + 2 * HOUR)
    draft = make.event(newsroom.events, "Brouillon", [make.event_session(START, START + HOUR)], live=False)
    log.new()

    turns = {
        START - HOUR: {training.pk},
        START: {call.pk},
        START + HOUR: {event.pk, training.pk},
        START + 2 * HOUR: {call.pk},
    }
    for moment, expected in turns.items():
        assert record_state_changes(moment - MINUTE) == 0
        assert record_state_changes(moment) == len(expected)
        assert logged(log) == expected
        assert record_state_changes(moment) == 0
    assert record_state_changes(START + DAY) == 0
    assert logged(log) == set()
    assert draft.timeline().moments() == [START + HOUR]


def test_nothing_is_lost_while_the_worker_is_down(newsroom: Newsroom, log: Log) -> None:
    event = make.event(newsroom.events, sessions=[make.event_session(START, START + HOUR)])
    call = make.call(newsroom.calls, opens_at=START, closes_at=START + HOUR)
    log.new()
    assert record_state_changes(START + 30 * DAY) == 2
    assert logged(log) == {event.pk, call.pk}


def test_a_clock_that_goes_back_changes_nothing(newsroom: Newsroom, log: Log) -> None:
    assert record_state_changes(START - 2 * DAY) == 0
    assert StateClock.objects.get().reached == START - DAY
