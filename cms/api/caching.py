"""What an endpoint says of its answers: whether they may be kept, until when, and by what they can be purged.

The cache around Django (`cms.api.cache`) and a CDN both go by it.
"""

import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from cms import changes, dependencies, labels, moments

KEPT_UNTIL = "cms.api.kept_until"
"""Where the request's environment says until when its answer holds (seconds since 1970); absent: not to be kept."""
DEPENDS_ON = "cms.api.families"
"""Where it says which families of changes its answer depends on."""
FOR_EVER = float("inf")
NEVER_KEPT = "no-store"
MAX_OBJECTS = 60


def cache_control(until: float, now: float) -> str:
    """The header of an answer that holds until a moment, both in seconds since 1970.

    Browsers ask again each time (304 is cheap). A CDN keeps it for API_CDN_SECONDS, but never beyond that moment.
    """
    header = "public, max-age=0, must-revalidate"
    shared = min(settings.API_CDN_SECONDS, int(until - now) if until != FOR_EVER else settings.API_CDN_SECONDS)
    return f"{header}, s-maxage={shared}" if shared > 0 else header


def surrogate_key(names: set[str]) -> str:
    """The header of an answer that depends on these families, kinds and objects; of too many objects it names none."""
    objects = sorted(name for name in names if ":" in name)
    others = sorted(name for name in names if ":" not in name)
    return " ".join([*others, *(objects if len(objects) <= MAX_OBJECTS else ())])


class Cacheable:
    """Mixed into a view whose answers depend on its path, its parameters and the format asked for, on nothing else."""

    families: ClassVar[tuple[str, ...]] = (changes.CONTENT,)
    """The families of changes that all its answers depend on; one whose objects an answer was made from is added."""
    cached: bool = True
    """Off for what differs from one request to the next."""
    cached_statuses: ClassVar[tuple[int, ...]] = (200,)

    begun: datetime.datetime
    """When the request came."""
    snapshot: labels.Labels | None = None
    """The labels that the answer was made with; an answer made without is not kept."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        begun = self.begun = timezone.now()
        with dependencies.recorded() as read:
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        until = self._kept_until(request, response, begun)
        if until is None:
            response.headers.setdefault("Cache-Control", NEVER_KEPT)
        else:
            families = {*self.families, *dependencies.families(read)}
            request.META[KEPT_UNTIL], request.META[DEPENDS_ON] = until, sorted(families)
            response.headers["Cache-Control"] = cache_control(until, begun.timestamp())
            response.headers["Surrogate-Key"] = surrogate_key(families | read)
        return response

    def _kept_until(self, request: HttpRequest, response: HttpResponseBase, begun: datetime.datetime) -> float | None:
        if not self.cached or self.snapshot is None or request.method != "GET":
            return None
        if response.status_code not in self.cached_statuses or response.has_header("Cache-Control"):
            return None
        moment = moments.next_after(begun, self.snapshot)
        return moment.timestamp() if moment else FOR_EVER
