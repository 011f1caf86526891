"""What a reader has put aside: permanent numbers of documents in a cookie of their browser, and nowhere else.

The cookie is needed for nothing but this and set by nothing else; it is no secret and not trusted: what it says is read
as an address would be. Pages that show what is in it are kept by no shared cache.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers

COOKIE = "portal_selection"
SECONDS = 90 * 24 * 3600
MOST = 100
"""Documents in a selection: what a cookie and an address hold."""
SEPARATOR = "."
CODE_LENGTH = 20


def chosen(request: HttpRequest) -> list[str]:
    """The numbers that the reader has put aside, the first first."""
    return read(request.COOKIES.get(COOKIE, "").split(SEPARATOR))


def read(numbers: Iterable[str]) -> list[str]:
    """The numbers in what somebody wrote, each once, at most MOST; the rest is passed over."""
    found = (one for one in numbers if one.isascii() and one.isalnum() and len(one) <= CODE_LENGTH)
    return list(dict.fromkeys(found))[:MOST]


def keep(response: HttpResponse, numbers: Iterable[str]) -> None:
    """Let the reader's browser remember these numbers."""
    held = SEPARATOR.join(numbers)
    if held:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(COOKIE, held, SECONDS, httponly=True, samesite="Lax", secure=secure)
    else:
        response.delete_cookie(COOKIE, samesite="Lax")


def show(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = HTTPStatus.OK, private: bool = False
) -> HttpResponse:
    """A page of the portal, which knows what is put aside; asked for again each time, as it follows the index."""
    selection = chosen(request)
    here = {"selection": selection, "full": len(selection) >= MOST, "here": request.get_full_path()}
    response = render(request, template, {**here, **context}, status=status)
    patch_vary_headers(response, ["Cookie"])
    own = {"private": True} if private or COOKIE in request.COOKIES else {}
    patch_cache_control(response, no_cache=True, **own)
    return response
