"""A real worker that is killed while its receiver has the message and nothing of it is recorded."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from standardwebhooks import Webhook as Verifier

from cms.webhooks.models import Attempt, Delivery
from tests.factories.pages import home_page, standard_page
from tests.webhooks.conftest import webhook_to
from tests.webhooks.receiver import Receiver, answer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite, pytest.mark.slow]

SECONDS = 240


@pytest.fixture
def worker(test_database_environment: dict[str, str]) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start workers that may reach this machine; none is left behind."""
    started: list[subprocess.Popen[bytes]] = []
    environment = {**test_database_environment, "WEBHOOKS_ALLOWED_NETWORKS": "127.0.0.1"}

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "worker"]
        started.append(subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_killed_between_sending_and_recording_it_sends_again_under_the_same_id(
    receiver: Receiver, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    page = standard_page(home_page("fr"), "À propos", slug="a-propos")
    webhook = webhook_to(receiver)
    processes: list[subprocess.Popen[bytes]] = []

    def kill(handler: BaseHTTPRequestHandler) -> None:
        """The receiver has taken the message: the worker dies before it can know."""
        os.kill(processes[0].pid, signal.SIGKILL)
        answer(200)(handler)

    receiver.behaviours = [kill]
    page.title = "Qui nous sommes"
    page.save_revision().publish()
    processes.append(worker())
    assert processes[0].wait(timeout=SECONDS) == -signal.SIGKILL
    assert len(receiver.received) == 1
    assert not Attempt.objects.exists()
    assert Delivery.objects.get().delivered_at is None
    assert Delivery.objects.update(taken_until=timezone.now()) == 1  # the dead worker's lease runs out

    processes.append(worker())
    until(lambda: Delivery.objects.filter(delivered_at__isnull=False).exists())
    first, second = receiver.received[:2]
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    Verifier(webhook.secret).verify(second.body, second.headers)

    processes[1].send_signal(signal.SIGTERM)
    assert processes[1].wait(timeout=20) == 0
