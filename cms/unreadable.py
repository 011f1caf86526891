"""A form of the admin that no browser sends: its counters, places and chosen keys are not numbers, or are not there.

Wagtail reads blocks and choosers without looking (`int(data["body-count"])`, `objects.get(pk="abc")`), so a crafted
or truncated request raises a ValueError or KeyError, always before anything is stored.
"""

import logging
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string
from django.urls import reverse

LIBRARIES = ("/wagtail/", "/django/forms/")

logger = logging.getLogger(__name__)

READS_WHAT_WAS_POSTED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "value_from_datadict": lambda variables: variables.get("prefix"),  # blocks
    "render": lambda variables: variables.get("name"),  # a chooser looks its choice up as the form is shown again
    "_check_values": lambda variables: variables["self"].label,  # of several keys, one no database can hold
}
"""Methods with what names the field, of their variables."""


class UnreadableFormsMiddleware:
    """Answers 400, with the field's name, where a posted form of the admin could not be read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if (
            request.method != "POST"
            or not isinstance(exception, ValueError | LookupError | OverflowError)
            or not request.path.startswith(reverse("wagtailadmin_home"))
        ):
            return None
        field = _field_being_read(exception.__traceback__)
        if field is None:
            return None
        logger.warning("The field %r of a form posted to %s cannot be read: %r", field, request.path, exception)
        return HttpResponseBadRequest(render_to_string("400.html", {"field": field}))


def _field_being_read(traceback: TracebackType | None) -> Any:
    """The name of the innermost field that was being read; None where the exception has another origin."""
    found = None
    while traceback:
        code, variables = traceback.tb_frame.f_code, traceback.tb_frame.f_locals
        if code.co_name in READS_WHAT_WAS_POSTED and any(library in code.co_filename for library in LIBRARIES):
            found = READS_WHAT_WAS_POSTED[code.co_name](variables) or found
        traceback = traceback.tb_next
    return found
