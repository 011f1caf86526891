"""In the admin: a warning while a record is typed that looks like another, and the merging of two."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.panels import Panel
from wagtail.admin.widgets.button import Button

from resources.duplicates import Likeness, like
from resources.merging import merge
from resources.records import Record

MOST = 20
"""Titles and numbers of one form that are looked at."""


def edit_address(record: Record) -> str:
    """Where the admin edits a record."""
    return reverse(Record.snippet_viewset.get_url_name("edit"), args=[record.pk])  # type: ignore[attr-defined]


@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """Records like the one being typed, as a piece of HTML: `title`, `number` ("doi 10.1/x"), `date` and `record`."""
    if not request.user.has_perm("resources.view_record"):
        raise PermissionDenied
    given = request.GET
    typed = (text.partition(" ") for text in given.getlist("number")[:MOST])
    numbers = [(scheme, value[:200]) for scheme, _gap, value in typed]
    year = _year(given.get("date", ""))
    own = given.get("record", "")
    but = int(own) if own.isascii() and own.isdecimal() and len(own) < 18 else None
    return _shown(request, like([title[:500] for title in given.getlist("title")[:MOST]], year, numbers, but=but), but)


def _year(text: str) -> int | None:
    """The year of what is typed as a date: "2019", "03/2019", "2019-03-01", "01/03/2019"."""
    found = next((part for part in text.replace("/", "-").split("-") if len(part) == 4 and part.isdecimal()), None)
    return int(found) if found and 1000 <= int(found) <= 2200 else None


def _shown(request: HttpRequest, found: list[Likeness], own: int | None) -> HttpResponse:
    return render(request, "resources/duplicates.html", _context(found, own))


def _context(found: list[Likeness], own: int | None) -> dict[str, Any]:
    rows = [
        {
            "record": one.record,
            "reason": one.reason,
            "address": edit_address(one.record),
            "merge": reverse("record_merge", args=[own]) + f"?into={one.record.code}" if own else "",
        }
        for one in found
    ]
    return {"rows": rows}


class DuplicatesPanel(Panel):
    """On the form of a record: others that may describe the same document, renewed while it is typed."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "resources/duplicates_panel.html"

        def get_context_data(self, parent_context: Any = None) -> Any:
            record = self.instance
            found: list[Likeness] = []
            if record.pk:
                numbers = [(row.scheme, row.value) for row in record.identifiers.all()]
                found = like([row.title for row in record.texts.all()], record.year, numbers, but=record.pk)
            address = reverse("record_duplicates")
            context = super().get_context_data(parent_context)
            return {**context, **_context(found, record.pk), "address": address}

        class Media:
            js = ["resources/duplicates.js"]


def merge_records(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the record that this one is merged into, by its number, and do it."""
    if not (request.user.has_perm("resources.delete_record") and request.user.has_perm("resources.publish_record")):
        raise PermissionDenied
    record = get_object_or_404(Record, pk=pk)
    code = request.POST.get("into", request.GET.get("into", "")).strip()
    into = Record.objects.filter(code=code).first() if code else None
    problem = "" if into or not code else _("There is no record no. %(code)s.") % {"code": code[:20]}
    if request.method == "POST" and into is not None:
        try:
            kept = merge(record, into, request.user)
        except ValidationError as error:
            problem = " ".join(error.messages)
        else:
            message = _("Record no. %(code)s was merged into this one; its number leads here.")
            messages.success(request, message % {"code": record.code})
            return redirect(edit_address(kept))
    context = {"record": record, "into": into, "code": code, "problem": problem, "back": edit_address(record)}
    return render(request, "resources/merge.html", context, status=422 if problem and request.method == "POST" else 200)


def listing_buttons(snippet: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """register_snippet_listing_buttons."""
    if isinstance(snippet, Record) and user.has_perm("resources.delete_record"):
        address = reverse("record_merge", args=[snippet.pk])
        yield Button(_("Merge"), address, icon_name="resubmit", priority=60)


def admin_urls() -> list[URLPattern]:
    """register_admin_urls."""
    return [
        path("records/duplicates/", duplicates, name="record_duplicates"),
        path("records/<int:pk>/merge/", merge_records, name="record_merge"),
    ]
