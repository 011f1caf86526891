"""With a real server: clients that send or take their bytes one by one keep nobody else from being answered."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.conf import settings

from cms import slow_clients
from cms.slow_clients import SlowClients
from tests.services.ports import free_port

APPLICATION = """
from django.conf import settings
settings.configure(DEBUG=False, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="k")
import django, io
django.setup()
from django.core.handlers.wsgi import WSGIHandler
from django.http import FileResponse, HttpResponse
from django.urls import path
from cms.slow_clients import SlowClients
urlpatterns = [
    path("quick", lambda request: HttpResponse("ok")),
    path("body", lambda request: HttpResponse(str(len(request.body)))),
    path("file", lambda request: FileResponse(open({path!r}, "rb"))),
]
application = SlowClients(WSGIHandler(), 8)
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a server with eight threads."""
    folder = tmp_path_factory.mktemp("application")
    large = folder / "large"
    large.write_bytes(b"x" * 20_000_000)
    (folder / "slow_application.py").write_text(APPLICATION.format(path=str(large)))
    port = free_port()
    words = ["--interface", "wsgi", "--port", str(port), "--blocking-threads", "8", "--no-log"]
    words += ["--workers-kill-timeout", "5"]
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "slow_application:application", *words],
        cwd=settings.BASE_DIR,
        env={**os.environ, "PYTHONPATH": f"{folder}:{settings.BASE_DIR}"},
    )
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f"http://127.0.0.1:{port}/quick", timeout=5)
                break
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def slow(port: int, path: str, method: str, length: int = 0) -> socket.socket:
    """A client that has asked, and neither goes on sending nor takes the answer."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.connect(("127.0.0.1", port))
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
    client.sendall(head.encode() + b"x" * min(length, 10))
    return client


@pytest.mark.slow
@pytest.mark.parametrize("request_line", [("/body", "POST", 100_000), ("/file", "GET", 0)])
def test_slow_clients_leave_threads_for_the_others(port: int, request_line: tuple[str, str, int]) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(30):
            stack.enter_context(contextlib.closing(slow(port, *request_line)))
        for _ in range(5):
            assert requests.get(f"http://127.0.0.1:{port}/quick", timeout=10).text == "ok"
    # The places are free again once the server has noticed that they left.
    deadline = time.monotonic() + 20
    while requests.head(f"http://127.0.0.1:{port}/file", timeout=10).status_code == 503:
        assert time.monotonic() < deadline
    assert requests.post(f"http://127.0.0.1:{port}/body", data=b"y" * 50_000, timeout=10).text == "50000"
    assert len(requests.get(f"http://127.0.0.1:{port}/file", timeout=10).content) == 20_000_000


def ask(application: SlowClients, **environ: Any) -> tuple[str, Any]:
    heard: list[str] = []
    chunks = application({"REQUEST_METHOD": "GET", **environ}, lambda status, headers: heard.append(status))
    return heard[0], chunks


class File:
    """What Django answers for a file."""

    streaming = True

    def __init__(self, size: int) -> None:
        self.size = size

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"x" * 1000] * (self.size // 1000))

    def close(self) -> None:
        pass


def test_a_place_is_left_at_the_end_of_a_stream_and_small_files_need_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_clients, "PATIENCE", 0.01)
    sizes = {"/small": 100_000, "/large": 2_000_000}

    def files(environ: dict[str, Any], start_response: Any) -> File:
        size = sizes[environ["PATH_INFO"]]
        start_response("200 OK", [("Content-Length", str(size))])
        return File(size)

    application = SlowClients(files, 4)
    held = [ask(application, PATH_INFO="/large") for _ in range(2)]
    assert [status for status, _chunks in held] == ["200 OK", "200 OK"]
    assert ask(application, PATH_INFO="/large")[0] == "503 Service Unavailable"
    status, chunks = ask(application, PATH_INFO="/small")
    assert (status, len(b"".join(chunks))) == ("200 OK", 100_000)
    for _ in range(2):
        held[0][1].close()
    status, chunks = ask(application, PATH_INFO="/large")
    assert (status, len(b"".join(chunks))) == ("200 OK", 2_000_000)
    assert ask(application, PATH_INFO="/large")[0] == "503 Service Unavailable"
