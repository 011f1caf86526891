"""What happens when something is refused as it is published: a message where a person waits, a trace where none does.

A form says what is wrong before anything is stored. An approval, a bulk action or the schedule has no form: what was
right when it was proposed may clash with what was published since (cms.publishable), and all there is is a
ValidationError.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.core.management import call_command
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.log_actions import LogFormatter, log
from wagtail.models import Revision

from cms.publishable import row_panels
from cms.validation import refused_object

logger = logging.getLogger(__name__)

LOG_ACTION = "cms.publish.refused"


def reasons(error: ValidationError) -> str:
    """What a ValidationError says, in one line: “Border: The page “X” is already about it in this language.”"""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    refused = refused_object(error)
    said = []
    for field, found in error.message_dict.items():
        label = "" if field == NON_FIELD_ERRORS else _label(refused, field)
        said += [_("%(field)s: %(message)s") % {"field": label, "message": one} if label else one for one in found]
    return " ".join(said)


def _label(refused: Any, field: str) -> str:
    """What the form calls a column or child rows."""
    if panel := row_panels(type(refused)).get(field) if refused else None:
        return str(panel.heading)
    try:
        return str(capfirst(refused._meta.get_field(field).verbose_name))
    except (AttributeError, FieldDoesNotExist):
        return field


class RefusalsMiddleware:
    """Turns a ValidationError that no form of the admin met into its message, on the form of what was refused.

    Approvals and bulk actions let it through (https://github.com/wagtail/wagtail/issues/14253). Both are one
    transaction: nothing is stored, and the task still waits.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if (
            not isinstance(exception, ValidationError)
            or request.method != "POST"
            or not request.path.startswith(reverse("wagtailadmin_home"))
        ):
            return None
        modal = request.headers.get("x-requested-with") == "XMLHttpRequest"
        if modal and getattr(request.resolver_match, "url_name", "") != "workflow_action":
            return None
        refused = refused_object(exception)
        title = format_html(_("“{}” was not published."), str(refused)) if refused else _("Nothing was published.")
        messages.error(request, format_html("{} {}", title, reasons(exception)))
        address = self._form(request, refused)
        # As the modal of an approval is told where to go on.
        return JsonResponse({"step": "success", "redirect": address}) if modal else redirect(address)

    def _form(self, request: HttpRequest, refused: Any) -> str:
        """Where to mend it: its form where the user may open it, else the page that the user came from."""
        if refused and (address := AdminURLFinder(request.user).get_edit_url(refused)):
            return str(address)
        came_from = request.META.get("HTTP_REFERER", "")
        if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
            return came_from
        return reverse("wagtailadmin_home")


def publish_scheduled() -> None:
    """Publish and expire the pages and facts whose time has come.

    One that is refused stops none of the others, which Wagtail's command alone would let it do: it is taken off the
    schedule and stays a draft, and its history says why. What fails for another reason is tried again.
    """
    due = Revision.objects.filter(approved_go_live_at__lt=timezone.now()).order_by("approved_go_live_at")
    for revision in due:
        try:
            with transaction.atomic():
                revision.publish(log_action="wagtail.publish.scheduled")
        except ValidationError as error:
            _take_off(revision, reasons(error))
        except Exception:
            logger.exception("The scheduled publication of revision %s failed", revision.pk)
    call_command("publish_scheduled", verbosity=0)


def _take_off(revision: Revision, why: str) -> None:
    refused = revision.content_object
    logger.error("The scheduled publication of %s %s was refused: %s", refused._meta.label, refused.pk, why)
    with transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=None)
        log(refused, LOG_ACTION, revision=revision, data={"reason": why})


def register_log_action(actions: Any) -> None:
    """How histories show a refused publication."""

    @actions.register_action(LOG_ACTION)
    class Refused(LogFormatter):
        label = gettext_lazy("Refuse a scheduled publication")

        def format_message(self, entry: Any) -> str:
            return _("The scheduled publication was refused. %(reason)s") % {"reason": entry.data["reason"]}
