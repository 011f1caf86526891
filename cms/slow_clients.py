"""Clients that are slow, by their network or on purpose, hold some of the server's threads, never all of them.

granian limits the time for a request's head only (https://github.com/emmett-framework/granian/issues/728): a body that
comes byte by byte, or a large file that is read so, keeps a thread busy as long as the client likes. A proxy that
buffers both puts an end to that (docs/operations.md); readers are answered with and without one.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

RESERVED = 3
"""Threads for what is answered at once; of few threads, half."""
WHOLE = 1024 * 1024
"""Bytes of an answer that are handed to the server in one piece, which then sends it without us."""
PATIENCE = 2.0
"""Seconds that one request waits for a place: those of people are free again within milliseconds."""

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class SlowClients:
    """Has a place for only so many requests at a time whose pace the client decides; one more gets a 503."""

    def __init__(self, application: Application, threads: int) -> None:
        self.application = application
        self._places = threading.BoundedSemaphore(max(threads - RESERVED, threads // 2, 1))
        self._waiting = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if environ["REQUEST_METHOD"] in {"GET", "HEAD", "OPTIONS"} or not length.isdigit() or not int(length):
            return self._answered(environ, start_response)
        leave = self._enter()
        if leave is None:
            return _busy(start_response)
        environ["wsgi.input"] = _Body(environ["wsgi.input"], int(length), leave)
        try:
            return self._answered(environ, start_response)
        finally:
            leave()

    def _enter(self) -> Callable[[], None] | None:
        """Takes a place and says how to leave it (any number of times); None where there is none."""
        if not self._places.acquire(blocking=False):
            if not self._waiting.acquire(blocking=False):
                return None
            try:
                if not self._places.acquire(timeout=PATIENCE):
                    return None
            finally:
                self._waiting.release()
        held = [self._places]

        def leave() -> None:
            if held:
                held.pop().release()

        return leave

    def _answered(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        heard: list[tuple[str, Headers]] = []
        chunks = self.application(environ, lambda status, headers, exc_info=None: heard.append((status, headers)))
        if not getattr(chunks, "streaming", False) or _length(heard[-1][1]) <= WHOLE:
            whole = list(chunks)
            _close(chunks)
            start_response(*heard[-1])
            return whole
        leave = self._enter()
        if leave is None:
            _close(chunks)
            return _busy(start_response)
        start_response(*heard[-1])
        return _Stream(chunks, leave)


class _Body:
    """A request's body, as far as Django asks for it. Leaves its place once everything is here."""

    def __init__(self, source: Any, length: int, leave: Callable[[], None]) -> None:
        self._source, self._left, self._leave = source, length, leave

    def read(self, size: int = -1) -> bytes:
        return self._counted(self._source.read(size))

    def readline(self, size: int = -1) -> bytes:
        return self._counted(self._source.readline(size))

    def _counted(self, got: bytes) -> bytes:
        self._left -= len(got)
        if self._left <= 0 or not got:
            self._leave()
        return got


class _Stream:
    """An answer that is sent piece by piece, as the client takes it."""

    def __init__(self, chunks: Iterable[bytes], leave: Callable[[], None]) -> None:
        self._chunks, self._leave = chunks, leave

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)

    def close(self) -> None:
        """Called by the server at the end, whether the client took everything or left."""
        self._leave()
        _close(self._chunks)


def _length(headers: Headers) -> float:
    return next((int(value) for name, value in headers if name.lower() == "content-length"), float("inf"))


def _close(chunks: Any) -> None:
    if hasattr(chunks, "close"):
        chunks.close()


def _busy(start_response: StartResponse) -> list[bytes]:
    body = b"The server is busy with slow requests. Try again in a moment.\n"
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body))), ("Retry-After", "5")]
    start_response("503 Service Unavailable", headers)
    return [body]
