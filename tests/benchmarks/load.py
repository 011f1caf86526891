"""Servers and the load on them, each on a core of its own: the server on the first, everything else on the second."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

from cms.children import end_with_parent
from tests.services import apt
from tests.services.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, OTHER_CORE = CORES[0], CORES[-1]
THREADS = 4
FEWEST, LONGEST = 10, 16
"""Answers of which a median means something; seconds after which it is taken of fewer."""
ASK = """
local requests, at = {}, 0
init = function(words)
  for line in io.lines(words[1]) do requests[#requests + 1] = wrk.format("GET", line) end
end
request = function() at = at % #requests + 1; return requests[at] end
done = function(summary, latency)
  io.write(string.format('{"requests": %d, "seconds": %f, "p50": %f, "failed": %d}\\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1e3, summary.errors.status + summary.errors.timeout))
end
"""


class Measured(NamedTuple):
    """Requests a second, and the median time of an answer in milliseconds."""

    rate: float
    p50: float


@dataclass
class Server:
    address: str
    process: subprocess.Popen[bytes]

    def get(self, path: str) -> Any:
        """The JSON at a path."""
        return json.loads(self.bytes(path))

    def bytes(self, path: str) -> bytes:
        with urlopen(self.address + path, timeout=60) as answer:
            return bytes(answer.read())

    def warm(self, paths: Sequence[str]) -> None:
        """Ask for each path once, so that what is read or made but once is there."""
        with contextlib.closing(HTTPConnection(self.address.removeprefix("http://"), timeout=60)) as connection:
            for path in paths:
                connection.request("GET", path)
                connection.getresponse().read()

    def etag(self, path: str) -> str:
        with urlopen(self.address + path, timeout=60) as answer:
            return str(answer.headers["ETag"])

    def megabytes(self) -> float:
        """What the server's process that answers holds in memory."""
        told = Path(f"/proc/{self._worker()}/status").read_text()
        return next(int(line.split()[1]) / 1024 for line in told.splitlines() if line.startswith("VmRSS"))

    def _worker(self) -> str:
        """The key of the process that granian starts for answering."""
        return Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()[-1]

    def _settle(self) -> None:
        """Wait until what was under way as the load ended is answered: it would burden the next measurement."""

        def ticks() -> int:
            return sum(map(int, Path(f"/proc/{self._worker()}/stat").read_text().rpartition(")")[2].split()[11:13]))

        before = -1
        while before != (before := ticks()):
            time.sleep(0.1)

    def asked(self, paths: Sequence[str], connections: int, seconds: int, **headers: str) -> Measured:
        """Ask for the paths in turn, over so many connections; RuntimeError where any answer is an error."""
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script, tempfile.NamedTemporaryFile("w") as asked:
            script.write(ASK)
            asked.write("".join(f"{path}\n" for path in paths))
            script.flush()
            asked.flush()
            named = [word for name, value in headers.items() for word in ("-H", f"{name.replace('_', '-')}: {value}")]
            command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", script.name, *named]
            told = subprocess.run(
                [*command, self.address, "--", asked.name], capture_output=True, text=True, check=True
            )
        self._settle()
        found = json.loads(told.stdout.splitlines()[-1])
        if not found["failed"] and found["requests"] < FEWEST and seconds < LONGEST:
            return self.asked(paths, connections, 4 * seconds, **headers)
        if found["failed"] or not found["requests"]:
            raise RuntimeError(f"{found['failed']} of {found['requests']} answers failed: {paths[:3]}")
        return Measured(found["requests"] / found["seconds"], found["p50"])


@contextlib.contextmanager
def serving(target: str, environment: dict[str, str], *words: str) -> Iterator[Server]:
    """granian with one process on the server's core, as `make run` starts it."""
    port = free_port()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", target, "--interface", "wsgi", "--no-ws", *words),
            *("--host", "127.0.0.1", "--port", str(port), "--blocking-threads", str(THREADS), "--log-level", "error"),
        ],
        cwd=ROOT,
        env={**os.environ, **environment},
        preexec_fn=lambda: (end_with_parent(), os.sched_setaffinity(0, {SERVER_CORE})),
    )
    try:
        _wait(server, port)
        yield Server(f"http://127.0.0.1:{port}", server)
    finally:
        server.terminate()
        server.wait()


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("A server did not start.")


def stay_away_from_servers() -> None:
    """Keep this process, and what it starts from here on, off the server's core; install the load generator."""
    if shutil.which("wrk") is None:
        apt.install("wrk", purpose="The load generator")
    os.sched_setaffinity(0, {OTHER_CORE})
