"""Asking the application as the server does, cache included."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import RequestFactory

from cms import changes, throttle
from cms.api.cache import ApiCache
from cms.api.cache.versions import Unreadable


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def cache(self) -> str:
        """hit, miss or bypass."""
        return self.headers["cache-status"].removeprefix("cms; ").removeprefix("fwd=").split(";")[0]


def ask(application: Callable[..., Any], path: str, method: str = "GET", **headers: str) -> Reply:
    """The reply to a request; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    environ = RequestFactory().generic(method, path, headers=named).environ
    heard: list[Any] = []
    with connection_kept():
        chunks = application(environ, lambda status, found, exc_info=None: heard.extend([status, found]))
        body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
    status, found = heard
    lowered = [(name.lower(), value) for name, value in found]
    assert len(dict(lowered)) == len(lowered), f"a header is there twice: {lowered}"
    return Reply(int(status.split()[0]), dict(lowered), body)


@contextmanager
def connection_kept() -> Iterator[None]:
    """The end of a request closes the connection of a test that never commits, unless it is told not to."""
    kept = connection.in_atomic_block
    for signal in (request_started, request_finished) if kept else ():
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished) if kept else ():
            signal.connect(close_old_connections)


class VersionsInTest:
    """Reads versions with the test's own connection, which alone sees what the test has not committed."""

    def read(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(changes.versions_sql())
            row = cursor.fetchone()
        if row is None:
            raise Unreadable("Nothing was logged yet.")
        return dict(zip(("", *changes.FAMILIES), row, strict=True))


def cached_application() -> ApiCache:
    """The application of a new process, for a test that does not commit."""
    throttle.of_process.cache_clear()
    application = ApiCache(WSGIHandler())
    application.versions = VersionsInTest()
    return application
