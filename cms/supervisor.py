"""Running a few processes as one: they start together, and the end of any of them is the end of all."""

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType

from cms.children import end_with_parent

STOP_SECONDS = 10
TICK_SECONDS = 0.1


class UnusableAddressError(Exception):
    """No server can listen there; the message is one line that says why and what to do."""


def listening_address(host: str, port: int) -> str:
    """The IP address of a host of this machine, tried to be free; UnusableAddressError when it is not usable."""
    if not 0 < port < 65536:
        raise UnusableAddressError(f"PORT must be between 1 and 65535, not {port}.")
    try:
        # IPv4 first: a name such as localhost has both, and every browser tries both.
        found = sorted(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), key=lambda info: info[0])
    except (OSError, UnicodeError):
        raise UnusableAddressError(f"HOST is not an address of this machine: {host!r}.") from None
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise UnusableAddressError(_why(error, host, port)) from None
    return str(address[0])


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken: stop what listens there, or choose another, such as PORT={port + 1}."
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved to the system: choose one above 1023, such as PORT=8000."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST is not an address of this machine: {host!r}."
    return f"No server can listen on {host}, port {port}: {error.strerror}."


@contextlib.contextmanager
def beside(command: Sequence[str]) -> Iterator[None]:
    """Run a command while this process does something else; then ask it to stop and wait for it."""
    child = _start(command)
    try:
        yield
    finally:
        _stop([child], [])


def run(commands: Mapping[str, Sequence[str]], tick: Callable[[], None] = lambda: None) -> str | None:
    """Run the named commands until one of them ends or SIGINT, SIGTERM or SIGHUP arrives, then stop them all.

    `tick` is called about ten times a second. Returns why it ended, None when a signal asked for it. A second signal
    kills instead of waiting.
    """
    asked: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    with _handling((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), ask):
        children: dict[str, subprocess.Popen[bytes]] = {}
        try:
            for name, command in commands.items():
                children[name] = _start(command)
            while not asked:
                for name, child in children.items():
                    if (code := child.poll()) is not None:
                        return f"the {name} process ended ({_describe(code)}), so everything was stopped"
                tick()
                time.sleep(TICK_SECONDS)
            return None
        finally:
            _stop(list(children.values()), asked)


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    # In a session of its own a child hears of Ctrl-C from us only, so that we know why it ends.
    return subprocess.Popen(command, start_new_session=True, preexec_fn=end_with_parent)  # noqa: S603


@contextlib.contextmanager
def _handling(signals: Sequence[signal.Signals], handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _describe(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    return f"killed by {signal.Signals(-code).name}"


def _stop(children: list[subprocess.Popen[bytes]], asked: list[int]) -> None:
    """Ask each to end, wait, then kill what is left, grandchildren included."""
    for child in children:
        child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    patience = len(asked) + 1 if asked else 1
    while any(child.poll() is None for child in children) and time.monotonic() < deadline and len(asked) < patience:
        time.sleep(TICK_SECONDS / 5)
    for child in children:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    sys.stdout.flush()
