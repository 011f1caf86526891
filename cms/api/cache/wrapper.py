"""The WSGI application around Django: what is answered from the cache, and what every answer gets on its way out."""

import logging
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import JsonResponse

from cms import throttle
from cms.api import errors
from cms.api.cache import key as keys
from cms.api.cache import shared
from cms.api.cache.answer import CODINGS, Answer, Headers, made, preferred, send
from cms.api.cache.flights import Flights
from cms.api.cache.front import PREFIX, Front
from cms.api.cache.store import MemoryStore
from cms.api.cache.versions import Unreadable, Versions
from cms.api.caching import DEPENDS_ON, FOR_EVER, KEPT_UNTIL, cache_control

logger = logging.getLogger(__name__)

Environ = dict[str, Any]
Versioned = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

HIT, STORED, BYPASSED = "cms; hit", "cms; fwd=miss; stored", "cms; fwd=bypass"
"""Values of Cache-Status (RFC 9211)."""


class ApiCache:
    """Answers GETs of the API from what was answered before, while that is still true; Django answers the rest.

    Whatever is unusual is left to Django: another method, a cookie, a host or scheme that it refuses, parameters that
    are wrong, versions that cannot be read.
    """

    def __init__(self, django: Application) -> None:
        self.django = django
        self.versions = Versions()
        self.store = MemoryStore(settings.API_CACHE_BYTES)
        self.shared = shared.configured()
        self.flights = Flights()
        self.front = Front()
        self.key = lru_cache(maxsize=2_000)(keys.read)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith(PREFIX):
            return self.django(environ, start_response)
        if wait := throttle.seconds(environ):
            return self._too_many(environ, wait, start_response)
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self.django(environ, start_response)
        try:
            found = self._wanted(environ)
        except Unreadable:
            found = None
        except Exception:
            logger.exception("The cache of the API failed at %s", environ.get("PATH_INFO"))
            found = None
        if found is None:
            return self._passed_on(environ, start_response)
        key, versions = found
        status, answer = HIT, self._known(key, versions)
        if answer is None:
            flight = key, tuple(versions.values())
            status, answer = STORED, self.flights.once(flight, lambda: self._worked_out(environ, key, versions))
        more = [("Cache-Status", status if answer.until else BYPASSED)]
        if origin := environ.get("HTTP_ORIGIN"):
            more += self.front.cors(origin)
        return send(_timely(answer), environ, more, start_response)

    def _wanted(self, environ: Environ) -> tuple[tuple[keys.Key, bool], Versioned] | None:
        """What is asked for, and the content versions that hold; None for what only Django answers."""
        if not self.store.limit or environ.get("HTTP_COOKIE") or environ.get("HTTP_AUTHORIZATION"):
            return None
        secure = self.front.secure(environ)
        key = self.key(environ["PATH_INFO"], environ.get("QUERY_STRING", ""), environ.get("HTTP_ACCEPT"))
        if secure is None or key is None or environ.get("SCRIPT_NAME"):
            return None
        return (key, secure), self.versions.read()

    def _known(self, key: Any, versions: Versioned) -> Answer | None:
        return _holding(self.store.get(key), versions)

    def _worked_out(self, environ: Environ, key: Any, versions: Versioned) -> Answer:
        """The answer of another thread or process that has just finished, else Django's; kept if it may be."""
        if (answer := self._known(key, versions)) is not None:
            return answer
        if self.shared and (answer := _holding(self.shared.get(key), versions)):
            self.store.put(key, answer)
            return answer
        asked = {**self.front.passed(environ), "REQUEST_METHOD": "GET"}
        status, headers, chunks = self._ask_django(asked)
        answer = made(status, headers, _whole(chunks), CODINGS)
        until = asked.get(KEPT_UNTIL, 0.0)
        if until <= time.time() or any(name.lower() == "set-cookie" for name, _value in headers):
            return answer
        version = tuple((name, versions[name]) for name in ("", *asked[DEPENDS_ON]))
        answer = answer._replace(version=version, until=until)
        self.store.put(key, answer)
        if self.shared:
            self.shared.put(key, answer)
        return answer

    def _passed_on(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Django's answer to this very request, with a tag and in the coding asked for unless it is a stream."""
        status, headers, chunks = self._ask_django({**environ, "REQUEST_METHOD": "GET"})
        headers.append(("Cache-Status", BYPASSED))
        if not any(name.lower() == "content-length" for name, _value in headers):
            start_response(status, headers)
            return chunks
        coding = preferred(environ.get("HTTP_ACCEPT_ENCODING", ""), CODINGS)
        answer = made(status, headers, _whole(chunks), [coding] if coding else [])
        return send(answer, environ, [], start_response)

    def _ask_django(self, environ: Environ) -> tuple[str, Headers, Iterable[bytes]]:
        heard: list[tuple[str, Headers]] = []
        chunks = self.django(environ, lambda status, headers, exc_info=None: heard.append((status, headers)))
        return *heard[-1], chunks

    def _too_many(self, environ: Environ, seconds: int, start_response: StartResponse) -> Iterable[bytes]:
        status = HTTPStatus.TOO_MANY_REQUESTS
        problem = errors.problem(status, f"Too many requests from this address: wait {seconds} seconds.")
        answer = JsonResponse(
            problem,
            status=status,
            content_type=errors.MEDIA_TYPE,
            headers={"Retry-After": str(seconds), "Cache-Control": "no-store"},
        )
        response = self.front.with_headers(answer, {**environ})
        headers = [*response.items(), ("Content-Length", str(len(response.content)))]
        start_response(f"{response.status_code} {response.reason_phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.content]


def _holding(answer: Answer | None, versions: Versioned) -> Answer | None:
    """The answer if it is true now: no family that it depends on has changed since."""
    if answer is None or answer.until <= time.time():
        return None
    return answer if all(versions.get(name) == version for name, version in answer.version) else None


def _timely(answer: Answer) -> Answer:
    """The answer with the time that a CDN may keep it from now on."""
    if not settings.API_CDN_SECONDS or answer.until in {0.0, FOR_EVER}:
        return answer
    said = ("Cache-Control", cache_control(answer.until, time.time()))
    return answer._replace(headers=tuple(said if name == said[0] else (name, v) for name, v in answer.headers))


def _whole(chunks: Iterable[bytes]) -> bytes:
    try:
        return b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
