"""How often a client may ask for what costs something to answer: the API, the portal, harvesting.

There is one allowance for all of them (API_REQUESTS_A_MINUTE). For the API it is looked at before its cache
(cms.api.cache), for other views by `limited`.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from cms import clients

View = Callable[..., HttpResponse]

WINDOW = 60.0
REMEMBERED = 20_000
"""Clients; beyond, the one that was silent longest is forgotten, which only forgives it."""


class Throttle:
    """Lets each client ask so many times a minute, all at once or evenly; counted in this process.

    (The generic cell rate algorithm: of each client one number is kept, when its allowance will be whole again.)
    """

    def __init__(self, a_minute: int) -> None:
        self.interval = WINDOW / a_minute
        self._lock = threading.Lock()
        self._whole_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, client: str, now: float | None = None) -> float:
        """Seconds to wait before the next request; 0 where this one may pass, which is then counted."""
        now = time.monotonic() if now is None else now
        with self._lock:
            whole_at = max(self._whole_at.pop(client, now), now)
            wait = whole_at + self.interval - now - WINDOW
            self._whole_at[client] = whole_at if wait > 1e-6 else whole_at + self.interval
            if len(self._whole_at) > REMEMBERED:
                self._whole_at.popitem(last=False)
        return max(wait, 0.0) if wait > 1e-6 else 0.0


@lru_cache(maxsize=1)
def of_process(a_minute: int) -> Throttle:
    """The one of this process."""
    return Throttle(a_minute)


def seconds(environ: dict[str, Any]) -> int:
    """How long whoever sends a request must wait; 0 where it may pass, which is then counted."""
    a_minute = settings.API_REQUESTS_A_MINUTE
    wait = of_process(a_minute).wait(clients.network(clients.address(environ))) if a_minute else 0.0
    return int(wait) + 1 if wait else 0


def too_many(request: HttpRequest) -> HttpResponse:
    """The page for readers who asked too often."""
    return render(request, "429.html", {"requests": True}, status=429)


def limited(refuse: Callable[[HttpRequest], HttpResponse] = too_many) -> Callable[[View], View]:
    """A decorator of views: whoever asks too often gets what `refuse` answers, with Retry-After."""

    def decorated(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not (wait := seconds(request.META)):
                return view(request, *args, **kwargs)
            answer = refuse(request)
            answer["Retry-After"] = str(wait)
            add_never_cache_headers(answer)
            return answer

        return counted

    return decorated
