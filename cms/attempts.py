"""Passwords are not guessed: after too many wrong ones from an address, a pause for that address alone.

django-axes counts logins per account and address, in the database, so for all processes at once. The forms of pages
and documents under a password, which it knows nothing of, are counted the same way per restriction and address.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

View = Callable[..., HttpResponse]


def throttled(view: View, thing: str) -> View:
    """Count wrong passwords of a view whose first argument is a restriction's key and that redirects when one is right.

    `thing` tells one kind of restriction from another.
    """

    @wraps(view)
    def counted(request: HttpRequest, restriction_id: int, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, restriction_id, **kwargs)
        credentials = {"username": f"password of {thing} {restriction_id}"}
        if not AxesProxyHandler.is_allowed(request, credentials):
            return locked(request)
        response = view(request, restriction_id, **kwargs)
        if response.status_code == 302:
            AxesProxyHandler.reset_attempts(ip_address=request.axes_ip_address, **credentials)  # type: ignore[attr-defined]
        else:
            AxesProxyHandler.user_login_failed(counted, credentials, request)  # the last one is answered by `locked`
        return response

    return counted


def locked(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:
    """AXES_LOCKOUT_CALLABLE: says how long to wait, in the language of the path."""
    pause = int(get_cool_off(request).total_seconds())  # type: ignore[union-attr]
    answer = render(request, "429.html", {"minutes": pause // 60}, status=429)
    answer["Retry-After"] = str(pause)
    add_never_cache_headers(answer)
    return answer
