"""What Django's middleware says of a request before any view, and adds to any answer, for answers without Django.

It is the middleware itself that is asked, once for each kind of request, so that nothing is said twice.
"""

import io
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from django.utils.module_loading import import_string

PREFIX = "/api/v2/"
_HEADERS = "access-control-"
_ADDS_HEADERS = (
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "cms.headers.HeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)


class Front:
    """Remembers what the middleware said; make a new one where settings have changed."""

    def __init__(self) -> None:
        proxy_header = (settings.SECURE_PROXY_SSL_HEADER or ("HTTP_X_FORWARDED_PROTO",))[0]
        self._names = (
            *("HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT", "SERVER_NAME", "SERVER_PORT"),
            *("wsgi.url_scheme", proxy_header),
        )
        self._security = SecurityMiddleware(_nothing)
        self._secure = lru_cache(maxsize=1_000)(self._find_secure)
        self.cors = lru_cache(maxsize=1_000)(self._find_cors)

    def secure(self, environ: dict[str, Any]) -> bool | None:
        """Whether the request came by HTTPS; None where Django refuses its host or redirects it to HTTPS."""
        return self._secure(*map(environ.get, self._names))

    def passed(self, environ: dict[str, Any]) -> dict[str, Any]:
        """As much of a request's environment as an answer that is kept may depend on, its Accept header included."""
        kept = {*self._names, "HTTP_ACCEPT"}
        return {name: value for name, value in environ.items() if name in kept or not name.startswith("HTTP_")}

    def with_headers(self, response: HttpResponse, environ: dict[str, Any]) -> HttpResponse:
        """An answer of our own to this request with the headers that every answer of the API carries."""
        handler: Callable[..., Any] = lambda request: response  # noqa: E731
        for name in reversed([name for name in settings.MIDDLEWARE if name in _ADDS_HEADERS]):
            handler = import_string(name)(handler)
        answered: HttpResponse = handler(WSGIRequest(environ))
        return answered

    def _find_secure(self, *values: str | None) -> bool | None:
        request = _request({name: value for name, value in zip(self._names, values, strict=True) if value is not None})
        try:
            request.get_host()
        except DisallowedHost:
            return None
        return None if self._security.process_request(request) else request.is_secure()

    def _find_cors(self, origin: str) -> list[tuple[str, str]]:
        """The headers that let a script of this origin read an answer."""
        request = _request({"HTTP_ORIGIN": origin})
        response = CorsMiddleware(_nothing).add_response_headers(request, HttpResponse())
        return [(name, value) for name, value in response.items() if name.lower().startswith(_HEADERS)]


def _nothing(request: Any) -> HttpResponse:
    return HttpResponse()


def _request(environ: dict[str, str]) -> WSGIRequest:
    return WSGIRequest({"REQUEST_METHOD": "GET", "PATH_INFO": PREFIX, "wsgi.input": io.BytesIO(), **environ})
