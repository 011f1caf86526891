"""A few processes run as one."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cms import supervisor
from tests.services.ports import free_port

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def writes_its_pid(path: Path) -> list[str]:
    code = f"import os, time; open({str(path)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    return [sys.executable, "-c", code]


def read_pid(path: Path) -> int:
    assert wait_until(lambda: path.exists() and path.read_text())
    return int(path.read_text())


def test_one_ending_stops_the_other_with_a_reason(tmp_path):
    other = tmp_path / "other"
    dies = [
        sys.executable,
        "-c",
        f"import os, time\nwhile not os.path.exists({str(other)!r}): time.sleep(.01)\nexit(3)",
    ]
    reason = supervisor.run({"web": writes_its_pid(other), "worker": dies})
    assert reason == "the worker process ended (exit code 3), so everything was stopped"
    assert not alive(read_pid(other))


def test_a_killed_process_is_told_from_one_that_ended(tmp_path):
    def kill() -> None:
        if (tmp_path / "web").exists():
            os.kill(read_pid(tmp_path / "web"), signal.SIGKILL)

    reason = supervisor.run({"web": writes_its_pid(tmp_path / "web"), "worker": SLEEP}, kill)
    assert reason == "the web process ended (killed by SIGKILL), so everything was stopped"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_without_a_reason(tmp_path, number):
    pids = tmp_path / "a", tmp_path / "b"

    def ask() -> None:
        if all(path.exists() and path.read_text() for path in pids):
            os.kill(os.getpid(), number)

    assert supervisor.run({"a": writes_its_pid(pids[0]), "b": writes_its_pid(pids[1])}, ask) is None
    assert not any(alive(read_pid(path)) for path in pids)


def test_a_process_that_will_not_stop_is_killed_with_its_children(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.5)
    grandchild = tmp_path / "grandchild"
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"subprocess.Popen({writes_its_pid(grandchild)!r})\n"
        "time.sleep(60)"
    )

    def ask() -> None:
        if grandchild.exists() and grandchild.read_text():
            os.kill(os.getpid(), signal.SIGINT)

    assert supervisor.run({"stubborn": [sys.executable, "-c", code]}, ask) is None
    assert wait_until(lambda: not alive(read_pid(grandchild)))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help exists on Linux only")
def test_children_do_not_outlive_a_killed_supervisor(tmp_path):
    child = tmp_path / "child"
    parent = subprocess.Popen(
        [sys.executable, "-c", f"from cms import supervisor; supervisor.run({{'child': {writes_its_pid(child)!r}}})"]
    )
    pid = read_pid(child)
    parent.kill()
    parent.wait()
    assert wait_until(lambda: not alive(pid))


def test_a_taken_port_is_named_with_what_to_do():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(supervisor.UnusableAddressError, match=rf"Port {port} is taken: .*PORT={port + 1}"):
            supervisor.listening_address("localhost", port)


def test_a_free_port_gives_the_address_to_listen_on():
    port = free_port()
    assert supervisor.listening_address("localhost", port) == "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "port", "complaint"),
    [
        ("localhost", 0, "PORT must be between 1 and 65535, not 0"),
        ("localhost", 70000, "PORT must be between 1 and 65535, not 70000"),
        ("no.such.host.invalid", 8000, "HOST is not an address of this machine"),
        ("192.0.2.1", 8000, "HOST is not an address of this machine"),
    ],
)
def test_an_impossible_address_is_refused(host, port, complaint):
    with pytest.raises(supervisor.UnusableAddressError, match=complaint):
        supervisor.listening_address(host, port)
