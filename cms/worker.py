"""The worker: background tasks and a schedule, in one process that nobody waits for.

An app adds a scheduled job in its AppConfig.ready():

    from cms.worker import schedule
    schedule(open_calls)                  # each minute
    schedule(prune, every_minutes=60)

and, for what must not wait for the next minute, a function that runs until it is told to stop (`look_until`):

    accompany("cms.webhooks.dispatch.run")

A job must be safe to run twice, and late: after a pause every job runs once, whatever was missed.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.db import DatabaseError, OperationalError, close_old_connections, connection
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import is_locked_database_exception

from cms import indexing

logger = logging.getLogger(__name__)

Job = Callable[[], object]
Companion = Callable[[threading.Event], None]

ATTEMPTS = 3
STOP_SECONDS = 8
BUSY = f"{OperationalError.__module__}.{OperationalError.__qualname__}"

_jobs: dict[str, tuple[Job, int]] = {}
_companions: list[str] = []


def schedule(job: Job, *, every_minutes: int = 1) -> Job:
    """Have the worker run the job each so many minutes; registering a job again changes nothing."""
    _jobs[f"{job.__module__}.{job.__qualname__}"] = (job, every_minutes)
    return job


def accompany(companion: str) -> None:
    """Have the worker run a `Companion` in a thread of its own; named, so that no other process loads what it needs."""
    if companion not in _companions:
        _companions.append(companion)


def look_until(stop: threading.Event, look: Callable[[], object], *, seconds: float, waits: str, fails: str) -> None:
    """A companion's loop: look every so many seconds until told to stop.

    Whatever goes wrong is logged and looked at again: `waits` says who waits for the database, `fails` what failed.
    """
    while not stop.is_set():
        close_old_connections()
        try:
            look()
        except DatabaseError as error:
            logger.warning("%s: %s", waits, error)
        except Exception:
            logger.exception(fails)
        stop.wait(seconds)
    connection.close()


class Schedule:
    """Runs what is due, and remembers when each job last ran."""

    def __init__(self) -> None:
        self._periods: dict[str, int] = {}

    def run_due(self, now: float) -> list[str]:
        """Run each job whose period (counted from the epoch, `now` in seconds) it has not run in; returns their names.

        A job that fails is logged and runs again in its next period; it never stops the others.
        """
        ran = []
        for name, (job, every_minutes) in list(_jobs.items()):
            period = int(now // (60 * every_minutes))
            if self._periods.get(name) == period:
                continue
            self._periods[name] = period
            ran.append(name)
            try:
                job()
            except Exception:
                logger.exception("The scheduled job %s failed", name)
        return ran

    def run(self, stop: threading.Event) -> None:
        """Run what is due at the start of each minute until told to stop."""
        while not stop.is_set():
            close_old_connections()
            self.run_due(time.time())
            stop.wait(60 - time.time() % 60)


def requeue_interrupted(worker_id: str) -> int:
    """Give back the tasks that a worker of this name began and never finished; returns how many.

    A task that was begun ATTEMPTS times fails: it is likely what kills the worker.
    """
    given_back = 0
    for task in DBTaskResult.objects.running():
        if task.worker_ids[-1:] != [worker_id]:
            continue
        if len(task.worker_ids) >= ATTEMPTS:
            task.set_failed(RuntimeError(f"Its worker died {ATTEMPTS} times while running it."))
            logger.error("Task %s was given up: its worker died %s times while running it", task.task_path, ATTEMPTS)
        else:
            _give_back(task)
            given_back += 1
    return given_back


def _give_back(task: DBTaskResult[Any, Any]) -> None:
    task.status = TaskResultStatus.READY
    task.save(update_fields=["status"])


class TaskRunner(Worker):
    """The library's worker, for all queues.

    It passes over index tasks whose object is gone. A task that the database could not serve, because somebody held
    SQLite's lock for longer than the timeout or in a deadlock, is tried up to ATTEMPTS times.
    """

    def __init__(self, worker_id: str, *, interval: float = 1) -> None:
        super().__init__(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=interval,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=worker_id,
        )

    def run_task(self, db_task_result: DBTaskResult) -> None:
        if indexing.is_void(db_task_result.task_path, db_task_result.args_kwargs["args"]):
            db_task_result.set_successful(None)
            return
        super().run_task(db_task_result)
        if db_task_result.exception_class_path == BUSY and len(db_task_result.worker_ids) < ATTEMPTS:
            _give_back(db_task_result)


def run(*, interval: float = 1) -> None:
    """Work until SIGTERM or SIGINT, then finish what is running and return; a second signal ends it at once.

    `interval` is the pause in seconds between two looks at an empty queue. WORKER_ID, by default the host's name, must
    differ between workers that share a database.
    """
    worker_id = os.environ.get("WORKER_ID") or socket.gethostname()[:64]
    worker = TaskRunner(worker_id, interval=interval)
    worker.configure_signals()
    stop = threading.Event()
    companions: list[Companion] = [Schedule().run, *(import_string(name) for name in _companions)]
    threads = [threading.Thread(target=companion, args=(stop,), daemon=True) for companion in companions]
    for thread in threads:
        thread.start()
    try:
        while worker.running:
            try:
                requeue_interrupted(worker_id)
                worker.run()
            except OperationalError as error:
                # Somebody held SQLite's lock for longer than the timeout: nothing is lost, look again.
                if not is_locked_database_exception(error):
                    raise
                logger.warning("The database was locked; the worker looks again")
    finally:
        stop.set()
        for thread in threads:
            thread.join(STOP_SECONDS)


def prune_task_results() -> None:
    """Forget finished tasks: successes after two days, failures after two weeks."""
    call_command("prune_db_task_results", min_age_days=2, failed_min_age_days=14, verbosity=0)


schedule(prune_task_results, every_minutes=60)
