"""One shape for every error: RFC 9457 problem details, with the `message` that Wagtail's API v2 clients read."""

import logging
import re
from collections.abc import Sequence
from typing import Any, NotRequired

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views import defaults
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from typing_extensions import TypedDict

logger = logging.getLogger(__name__)

_SECRET = re.compile(r"([?&]token=)[^&]*")


class ParameterError(TypedDict):
    """What is wrong with one parameter; `allowed` where there is a closed list."""

    parameter: str
    value: str
    message: str
    allowed: NotRequired[list[str]]


class Problem(TypedDict):
    """The body of every answer of 400 and above."""

    type: str
    title: str
    status: int
    detail: str
    message: str
    errors: NotRequired[list[ParameterError]]


class BadParameters(Exception):
    """One or more query parameters are unknown or wrong; answered as 400."""

    def __init__(self, errors: Sequence[ParameterError]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(f"{e['parameter']}: {e['message']}" for e in self.errors))


def bad(parameter: str, value: Any, message: str, allowed: Sequence[str] | None = None) -> BadParameters:
    """The error of one parameter."""
    error: ParameterError = {"parameter": parameter, "value": str(value)[:200], "message": message}
    if allowed is not None:
        error["allowed"] = list(allowed)
    return BadParameters([error])


class NotFound(Exception):
    """There is no such thing; `extra` joins the problem's members."""

    def __init__(self, detail: str, **extra: Any) -> None:
        self.extra = extra
        super().__init__(detail)


class Gone(Exception):
    """What was asked for is no longer to be had; `extra` joins the problem's members."""

    def __init__(self, detail: str, **extra: Any) -> None:
        self.extra = extra
        super().__init__(detail)


class Forbidden(Exception):
    """Whoever asks may not have it, for a reason that is worth telling."""


_TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    410: "Gone",
    415: "Unsupported media type",
    429: "Too many requests",
    500: "Server error",
    503: "Not ready",
}


MEDIA_TYPE = "application/problem+json"
NOTHING_HERE = "There is nothing at this address."
FAILED = "Something went wrong on our side; it has been logged."


def title(code: int) -> str:
    """What a status means, in two words."""
    return _TITLES.get(code, "Error")


def problem(code: int, detail: str, **extra: Any) -> Problem:
    """The body of an error."""
    body = {"type": "about:blank", "title": title(code), "status": code, "detail": detail}
    return {**body, "message": detail, **extra}  # type: ignore[typeddict-item]


def handle(exception: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler: always JSON, never a trace."""
    headers: dict[str, str] = {}
    if isinstance(exception, BadParameters):
        body = problem(status.HTTP_400_BAD_REQUEST, str(exception), errors=exception.errors)
    elif isinstance(exception, NotFound):
        body = problem(status.HTTP_404_NOT_FOUND, str(exception), **exception.extra)
    elif isinstance(exception, Gone):
        body = problem(status.HTTP_410_GONE, str(exception), **exception.extra)
    elif isinstance(exception, Forbidden):
        body = problem(status.HTTP_403_FORBIDDEN, str(exception))
    elif isinstance(exception, Http404):
        body = problem(status.HTTP_404_NOT_FOUND, NOTHING_HERE)
    elif isinstance(exception, PermissionDenied):
        body = problem(status.HTTP_403_FORBIDDEN, "This is not public.")
    elif isinstance(exception, APIException):
        with translation.override("en"):
            body = problem(exception.status_code, str(exception.detail))
        if wait := getattr(exception, "wait", None):
            headers["Retry-After"] = str(int(wait) + 1)
    else:
        logger.exception("API error at %s", _SECRET.sub(r"\1…", context["request"].get_full_path()))
        body = problem(status.HTTP_500_INTERNAL_SERVER_ERROR, FAILED)
    # Whatever the format asked for, an error is JSON.
    context["request"].accepted_renderer = JSONRenderer()
    context["request"].accepted_media_type = JSONRenderer.media_type
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def refuse_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: what is refused before any view, such as a host that is not ours."""
    if _is_api(request):
        return _answer(400, "This server does not answer such a request.")
    return defaults.bad_request(request, exception)


def nothing_there(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404: addresses beside the API's, such as that of another version."""
    if _is_api(request):
        return _answer(404, NOTHING_HERE)
    return defaults.page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """Django's handler500: what failed outside the views."""
    return _answer(500, FAILED) if _is_api(request) else defaults.server_error(request)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _answer(code: int, detail: str) -> JsonResponse:
    headers = {"Cache-Control": "no-store"}
    return JsonResponse(problem(code, detail), status=code, headers=headers, content_type=MEDIA_TYPE)
