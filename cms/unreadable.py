"""Forms of the admin that no browser sends: their counters, places and chosen keys are no numbers, or not there.

Wagtail reads blocks and choosers without looking (`int(data["body-count"])`, `objects.get(pk="abc")`), so a crafted
or truncated request raises a ValueError or KeyError, always before anything is stored.
"""

import logging
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

ROW_COUNTERS, MOST_DIGITS = ("-TOTAL_FORMS", "-INITIAL_FORMS"), 3
BLOCK_COUNTER = "-count"
KEY_DIGITS = 18
LIBRARIES = ("/wagtail/", "/django/forms/")
IMPORT = "wagtailredirects:process_import"
"""The second step of importing redirects, which expects what the first has signed, and its file, to be there."""
UNREADABLE = (ValueError, LookupError, OverflowError, AttributeError)

logger = logging.getLogger(__name__)

READS_WHAT_WAS_POSTED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "value_from_datadict": lambda variables: variables.get("prefix"),  # blocks
    "render": lambda variables: variables.get("name"),  # a chooser looks its choice up as the form is shown again
    "_clean_bound_field": lambda variables: _missing(variables["bf"]),
    "_check_values": lambda variables: variables["self"].label,  # of several keys, one no database can hold
}
"""Methods with what names the field, of their variables."""


class UnreadableFormsMiddleware:
    """Answers 400, with the field's name, where a posted form of the admin could not be read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Keys of a bulk action, and counters: of child rows, because Django would make thousands of forms of a huge
        one, and of blocks, because Wagtail would take fewer than none for none and drop what is there.
        """
        bulk = getattr(request.resolver_match, "url_name", "") == "wagtail_bulk_action"
        if bulk and not all(key == "all" or _is_key(key) for key in request.GET.getlist("id")):
            return _refused("id")
        if not _is_posted_form(request):
            return None
        for name, count in request.POST.items():
            if name.endswith(ROW_COUNTERS) and not (str(count).isdecimal() and len(str(count)) <= MOST_DIGITS):
                return _refused(name)
            if name.endswith(BLOCK_COUNTER) and str(count).lstrip().startswith("-"):
                return _refused(name.removesuffix(BLOCK_COUNTER))
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if getattr(request.resolver_match, "view_name", "") == IMPORT and isinstance(exception, (*UNREADABLE, OSError)):
            logger.warning("An import of redirects could not go on: %r", exception)
            messages.error(request, _("The import cannot go on: choose the file again."))
            return redirect("wagtailredirects:start_import")
        if not _is_posted_form(request) or not isinstance(exception, UNREADABLE):
            return None
        field = _field_being_read(exception.__traceback__)
        if field is None:
            return None
        logger.warning("The field %r of a form posted to %s cannot be read: %r", field, request.path, exception)
        return _refused(field)


def _missing(field: BoundField) -> str | None:
    """The name of a field that was not posted at all; another's trouble is not the browser's."""
    return None if field.html_name in field.form.data else field.html_name


def _is_key(text: str) -> bool:
    """Whether a text may be the key of an object: a number that every database can hold."""
    return text.isdecimal() and len(text) <= KEY_DIGITS


def _is_posted_form(request: HttpRequest) -> bool:
    return request.method == "POST" and request.path.startswith(reverse("wagtailadmin_home"))


def _refused(field: str) -> HttpResponse:
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
