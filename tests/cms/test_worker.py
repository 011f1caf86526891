"""The worker: its schedule, the tasks of a worker that was killed, and its end."""

import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult
from wagtail.models import Page

from cms import refusals, worker


@task()
def noted(word: str) -> str:
    """A task for the tests."""
    return word.upper()


_locked_out: list[None] = []


@task()
def locked_out(times: int) -> None:
    """A task for the tests: so many times, somebody holds the database's lock for too long."""
    if len(_locked_out) < times:
        _locked_out.append(None)
        raise OperationalError("database is locked")


@pytest.fixture
def jobs(monkeypatch):
    """An empty schedule."""
    monkeypatch.setattr(worker, "_jobs", {})
    return worker._jobs


MINUTE = 60.0
NOON = 1_700_000_040.0 - 1_700_000_040.0 % 3600


def test_a_job_runs_once_in_its_period(jobs):
    ran = []
    worker.schedule(lambda: ran.append(1))
    schedule = worker.Schedule()
    for now in (NOON, NOON + 1, NOON + 59, NOON + MINUTE, NOON + 5 * MINUTE):
        schedule.run_due(now)
    assert len(ran) == 3


def test_a_period_may_be_longer(jobs):
    ran = []
    worker.schedule(lambda: ran.append(1), every_minutes=60)
    schedule = worker.Schedule()
    for minute in range(121):
        schedule.run_due(NOON + minute * MINUTE)
    assert len(ran) == 3


def test_a_failing_job_is_logged_and_stops_nothing(jobs, caplog):
    def fails() -> None:
        raise ValueError("broken")

    def works() -> None:
        ran.append(1)

    ran: list[int] = []
    worker.schedule(fails)
    worker.schedule(works)
    schedule = worker.Schedule()
    schedule.run_due(NOON)
    schedule.run_due(NOON + MINUTE)
    assert ran == [1, 1]
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert "fails" in caplog.records[0].getMessage()


def test_a_job_registered_twice_runs_once(jobs):
    worker.schedule(worker.prune_task_results)
    worker.schedule(worker.prune_task_results)
    assert list(jobs) == ["cms.worker.prune_task_results"]


def test_wagtail_scheduled_publication_is_on_the_schedule():
    assert "cms.refusals.publish_scheduled" in worker._jobs


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_page_goes_live_when_its_time_has_come():
    page = Page.objects.get(depth=1).add_child(instance=Page(title="Later", slug="later", live=False))
    page.go_live_at = timezone.now() - timedelta(seconds=1)
    page.save_revision(approved_go_live_at=page.go_live_at)
    refusals.publish_scheduled()
    page.refresh_from_db()
    assert page.live


@pytest.mark.django_db
def test_only_old_results_are_forgotten():
    old, recent = noted.enqueue("old"), noted.enqueue("recent")
    for result, days in ((old, 3), (recent, 1)):
        DBTaskResult.objects.filter(id=result.id).update(
            status=TaskResultStatus.SUCCESSFUL, finished_at=timezone.now() - timedelta(days=days)
        )
    worker.prune_task_results()
    assert [str(result.id) for result in DBTaskResult.objects.all()] == [recent.id]


def running_task(*worker_ids: str) -> DBTaskResult:
    result = DBTaskResult.objects.get(id=noted.enqueue("word").id)
    result.status = TaskResultStatus.RUNNING
    result.worker_ids = list(worker_ids)
    result.save()
    return result


@pytest.mark.django_db
def test_a_killed_worker_takes_up_its_own_tasks_again():
    own, foreign = running_task("here"), running_task("elsewhere")
    assert worker.requeue_interrupted("here") == 1
    own.refresh_from_db()
    foreign.refresh_from_db()
    assert (own.status, foreign.status) == (TaskResultStatus.READY, TaskResultStatus.RUNNING)


@pytest.mark.django_db
def test_a_task_that_keeps_killing_its_worker_is_given_up():
    result = running_task(*["here"] * worker.ATTEMPTS)
    assert worker.requeue_interrupted("here") == 0
    result.refresh_from_db()
    assert result.status == TaskResultStatus.FAILED


@pytest.mark.parametrize(
    ("times", "status"), [(2, TaskResultStatus.SUCCESSFUL), (worker.ATTEMPTS, TaskResultStatus.FAILED)]
)
@pytest.mark.django_db
def test_a_task_that_met_a_lock_is_tried_again_and_not_for_ever(times, status):
    _locked_out.clear()
    runner = worker.TaskRunner("here")
    result = DBTaskResult.objects.get(id=locked_out.enqueue(times).id)
    while result.status == TaskResultStatus.READY:
        result.claim("here")
        runner.run_task(result)
        result.refresh_from_db()
    assert (result.status, len(result.worker_ids)) == (status, worker.ATTEMPTS)


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_the_worker_runs_tasks_until_it_is_asked_to_stop(test_database_environment):
    result = noted.enqueue("mot")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker"], cwd=settings.BASE_DIR, env=test_database_environment
    )
    try:
        deadline = time.monotonic() + 30
        while not result.is_finished and time.monotonic() < deadline:
            time.sleep(0.05)
            result.refresh()
        assert result.return_value == "MOT"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
    finally:
        process.kill()
        process.wait()
