"""`manage.py serve`, what `make run` starts: real processes on a SQLite database of their own."""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from django.conf import settings
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tests import migrated
from tests.services.ports import free_port

pytestmark = pytest.mark.slow

PASSWORD = "a-long-enough-password"


class Site:
    """A prepared folder for `var/`, and the environment of commands that work in it."""

    def __init__(self, var: Path) -> None:
        self.port = free_port()
        self.database = var / "db.sqlite3"
        self.address = f"http://localhost:{self.port}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
            "VAR_DIR": str(var),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
        }

    def manage(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=settings.BASE_DIR,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )


class Serving:
    """A running `serve`: what it has printed so far, and its end."""

    def __init__(self, site: Site) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=settings.BASE_DIR,
            env=site.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self.greeted = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def output(self) -> str:
        return "".join(self.lines)

    def wait(self) -> int:
        code = self.process.wait(timeout=120)
        self._reader.join(timeout=30)
        assert not self._reader.is_alive(), "something that serve started lives on and holds its output"
        return code

    def child(self, word: str) -> int:
        """The process id of the child whose command line holds the word."""
        for path in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((path / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if parent == self.process.pid and word in (path / "cmdline").read_text():
                    return int(path.name)
            except OSError:
                continue
        raise LookupError(word)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if "Ctrl-C" in line:
                self.greeted.set()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A migrated database with one account (named as a demo account is), so that no demo content is loaded."""
    var = tmp_path_factory.mktemp("var")
    site = Site(var)
    shutil.copy(migrated.sqlite_original(), site.database)
    created = site.manage(
        *("createsuperuser", "--skip-checks", "--no-input", "--username", "admin", "--email", "a@example.org"),
        DJANGO_SUPERUSER_PASSWORD=PASSWORD,
    )
    assert created.returncode == 0, created.stderr
    return site


@pytest.fixture
def serving(site: Site) -> Iterator[Serving]:
    serving = Serving(site)
    try:
        assert serving.greeted.wait(240), serving.output
        yield serving
    finally:
        if serving.process.poll() is None:
            serving.process.terminate()
        serving.wait()


def log_in(site: Site) -> int:
    """The status of the admin's home page after a login, which writes a session and the account."""
    with requests.Session() as browser:
        browser.get(f"{site.address}/admin/login/", timeout=30)
        form = {
            "username": "admin",
            "password": PASSWORD,
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
            "next": "/admin/",
        }
        return browser.post(f"{site.address}/admin/login/", data=form, timeout=30).status_code


@pytest.mark.parametrize(("word", "name"), [("\0worker\0", "worker"), ("granian", "web")])
def test_either_process_dying_stops_the_other_with_a_reason(site, serving, word, name):
    os.kill(serving.child(word), signal.SIGKILL)
    assert serving.wait() == 1
    assert f"the {name} process ended (killed by SIGKILL), so everything was stopped." in serving.output
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{site.address}/healthz", timeout=2)


def test_it_greets_lets_many_write_at_once_and_stops_everything_at_ctrl_c(site, serving):
    assert f"{site.address}/admin/" in serving.output
    # Only accounts that are there are shown.
    assert re.findall(r" (\w+) / demo-", serving.output) == ["admin"]
    assert requests.get(f"{site.address}/healthz", timeout=10).text == "ok\n"
    children = [serving.child("granian"), serving.child("\0worker\0")]

    _write_all_at_once(site)
    assert "locked" not in serving.output

    serving.process.send_signal(signal.SIGINT)
    assert serving.wait() == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)


def _write_all_at_once(site: Site) -> None:
    """No writer finds the database locked while the web server, the worker and an import write."""
    environment = {**site.environment, "PYTHONPATH": str(settings.BASE_DIR)}
    code = "import django; django.setup(); from tests.home.writers import import_users; import_users(2)"
    importing = subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True)
    statuses: list[int] = []

    def keep_logging_in() -> None:
        while importing.poll() is None:
            statuses.append(log_in(site))

    browsers = [threading.Thread(target=keep_logging_in) for _ in range(3)]
    for browser in browsers:
        browser.start()
    _, errors = importing.communicate(timeout=120)
    for browser in browsers:
        browser.join()
    assert importing.returncode == 0, errors
    assert set(statuses) == {200}
    assert len(statuses) >= 3
    assert _finished_tasks(site) >= 20


def _finished_tasks(site: Site) -> int:
    """How many tasks the worker finished, when the queue is empty; none may have failed."""
    count = f"SELECT status, count(*) FROM {DBTaskResult._meta.db_table} GROUP BY status"
    deadline = time.monotonic() + 60
    with contextlib.closing(sqlite3.connect(site.database, timeout=20)) as reader:
        while time.monotonic() < deadline:
            found = dict(reader.execute(count).fetchall())
            if not found.keys() & {TaskResultStatus.READY, TaskResultStatus.RUNNING}:
                assert found.keys() == {TaskResultStatus.SUCCESSFUL}
                return found[TaskResultStatus.SUCCESSFUL]
            time.sleep(0.1)
    raise AssertionError("the worker did not empty its queue")


def test_a_taken_port_is_one_line(site):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = site.manage("serve", PORT=str(taken.getsockname()[1]))
    assert ran.returncode == 1
    assert re.fullmatch(r"CommandError: Port \d+ is taken: .+\n", ran.stderr)


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"PORT": "many"}, "PORT must be a whole number"),
        ({"HOST": "no.such.host.invalid"}, "HOST is not an address of this machine"),
        ({"DATABASE_URL": "mysql://localhost/x"}, "DATABASE_URL must look like"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "the database cannot be used: "),
        ({"DATABASE_URL": "sqlite:///no/such/folder/db.sqlite3"}, "the database cannot be used: unable to open"),
        ({"VAR_DIR": "/proc/nowhere"}, "VAR_DIR must be a folder that can be written"),
        ({"DJANGO_SETTINGS_MODULE": "nope"}, "DJANGO_SETTINGS_MODULE names no module: 'nope'"),
        (
            {"DJANGO_SETTINGS_MODULE": "cms.settings.nope"},
            "DJANGO_SETTINGS_MODULE names no module: 'cms.settings.nope'",
        ),
    ],
)
def test_a_broken_setting_is_one_line(site, environment, complaint):
    ran = site.manage("serve", **environment)
    assert ran.returncode == 1
    assert complaint in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1, ran.stderr


def test_a_second_start_on_an_unprepared_folder_is_one_line(site, tmp_path):
    with (tmp_path / "serve.lock").open("w") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        ran = site.manage("serve", VAR_DIR=str(tmp_path))
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"CommandError: another start is preparing the database in {tmp_path}")
    assert len(ran.stderr.strip().splitlines()) == 1, ran.stderr


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_a_missing_python_is_one_line(tmp_path):
    for name in ("Makefile", "requirements.txt", "constraints.txt"):
        shutil.copy(settings.BASE_DIR / name, tmp_path)
    ran = subprocess.run(
        ["make", "-C", tmp_path, "--no-print-directory", "run", "PYTHON=no-such-python"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "Python 3.11 to 3.14 with its venv module is needed" in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
