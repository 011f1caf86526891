"""In the admin: importing records from a file, looked at before anything is written."""

import csv
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.core.validators import FileExtensionValidator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.menu import MenuItem

from cms.spreadsheets import cell, in_this_language
from cms.webhooks import networks
from resources.duplicate_views import edit_address
from resources.exchange import readers, table
from resources.exchange.importing import Outcome
from resources.exchange.imports import MOST_BYTES, RecordImport, State, begin, confirm, go_on, harvest_from
from resources.records import Record

PER_PAGE = 100
RIGHTS = ("resources.add_record", "resources.change_record", "resources.publish_record", "resources.publish_agent")
"""What an import does: records go in published, with those who made them."""


def may_import(user: Any) -> bool:
    """Whether somebody may import records."""
    return bool(user.has_perms(RIGHTS))


def _require(request: HttpRequest) -> None:
    if not may_import(request.user):
        raise PermissionDenied


class FileForm(forms.Form):
    """A file, and who it comes from."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("RIS, BibTeX, CSV or JSON Lines, at most 50 MB."),
        validators=[FileExtensionValidator(sorted(readers.ENDINGS))],
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=100,
        help_text=gettext_lazy(
            "Who the records come from, such as “zotero”. The next import of the same source finds them again and "
            "brings them up to date."
        ),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("This file is larger than 50 MB: divide it."))
        return file


class CatalogueForm(forms.Form):
    """A catalogue that answers OAI-PMH."""

    address = forms.URLField(
        label=gettext_lazy("Address of the catalogue"),
        max_length=1000,
        assume_scheme="https",
        help_text=gettext_lazy("Where it answers OAI-PMH, such as https://www.example.org/oai."),
        validators=[networks.check_url],
    )
    set = forms.CharField(
        label=gettext_lazy("Set"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("The part of the catalogue; without one, all of it."),
    )
    since = forms.DateField(
        label=gettext_lazy("Changed since"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


def imports(request: HttpRequest) -> HttpResponse:
    """Past imports, and the form that begins one."""
    _require(request)
    harvests = request.method == "POST" and "address" in request.POST
    of_catalogue = CatalogueForm(request.POST if harvests else None)
    if harvests and of_catalogue.is_valid():
        asked = of_catalogue.cleaned_data
        source = (urlsplit(asked["address"]).hostname or "")[:100]
        begun = harvest_from(**asked, source=source, user=request.user)
        return redirect("record_import", begun.pk)
    sent = request.method == "POST" and not harvests
    form = FileForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        format = readers.format_of(file.name)
        assert format is not None
        source = form.cleaned_data["source"]
        begun = begin(file.name, file.read(), source=source, format=format, user=request.user)
        return redirect("record_import", begun.pk)
    past = Paginator(RecordImport.objects.select_related("user"), 20).get_page(request.GET.get("p"))
    context = {"form": form, "of_catalogue": of_catalogue, "past": past, "template": reverse("record_import_template")}
    return render(request, "resources/imports.html", context, status=422 if form.errors or of_catalogue.errors else 200)


@require_safe
def one_import(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an import is, and what becomes of each line; `outcome` shows those alone."""
    _require(request)
    shown = get_object_or_404(RecordImport.objects.select_related("user"), pk=pk)
    lines = shown.lines.exclude(outcome="").defer("given")
    outcome = request.GET.get("outcome", "")
    if outcome in Outcome.values:
        lines = lines.filter(outcome=outcome)
    context = {**_progress(shown), "lines": Paginator(lines, PER_PAGE).get_page(request.GET.get("p")), "only": outcome}
    return render(request, "resources/import.html", context)


def _progress(shown: RecordImport) -> dict[str, Any]:
    counted = shown.counted()
    return {
        "import": shown,
        "counts": [(outcome.value, outcome.label, number) for outcome, number in counted.items()],
        "duplicates": counted.get(Outcome.DUPLICATE, 0),
        "waits": shown.state == State.CHECKED,
        "done": shown.state == State.DONE,
    }


@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an import is, as a piece of HTML."""
    _require(request)
    shown = get_object_or_404(RecordImport, pk=pk)
    return render(request, "resources/import_progress.html", _progress(shown))


@require_POST
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write an import that was looked at."""
    _require(request)
    confirm(pk, leave_alike="alike" not in request.POST)
    return redirect("record_import", pk)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with an import that stands still, as after a worker that died again and again."""
    _require(request)
    if get_object_or_404(RecordImport, pk=pk).stands_still:
        go_on.enqueue(pk)
    return redirect("record_import", pk)


class _Echo:
    def write(self, text: str) -> str:
        return text


@require_safe
def report(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """What became of each line, as CSV."""
    _require(request)
    shown = get_object_or_404(RecordImport, pk=pk)
    head = [_("Line"), _("Outcome"), _("Number of the record"), _("Title"), _("Why")]
    rows = csv.writer(_Echo())

    def text() -> Iterator[str]:
        yield "\ufeff" + rows.writerow(head)
        for line in shown.lines.defer("given").iterator(chunk_size=2000):
            yield rows.writerow([line.place, line.get_outcome_display(), line.code, cell(line.title), cell(line.why)])

    response = StreamingHttpResponse(in_this_language(text()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{slugify(shown.source) or shown.pk}.csv"'
    return response


@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """An empty table with every column that is read."""
    _require(request)
    response = HttpResponse(table.template(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="notices.csv"'
    return response


@require_safe
def by_number(request: HttpRequest, code: str) -> HttpResponse:
    """The form of the record of a number."""
    return redirect(edit_address(get_object_or_404(Record, code=code)))


class ImportMenuItem(MenuItem):
    """The entry of the menu, for those who may."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_import(request.user)


def menu_item(order: int) -> MenuItem:
    """The entry beside the records."""
    address = reverse("record_imports")
    return ImportMenuItem(
        gettext_lazy("Import records"), address, name="record-imports", icon_name="upload", order=order
    )


def admin_urls() -> list[URLPattern]:
    """register_admin_urls."""
    return [
        path("records/imports/", imports, name="record_imports"),
        path("records/imports/template.csv", template, name="record_import_template"),
        path("records/numbers/<str:code>/", by_number, name="record_by_number"),
        path("records/imports/<int:pk>/", one_import, name="record_import"),
        path("records/imports/<int:pk>/progress/", progress, name="record_import_progress"),
        path("records/imports/<int:pk>/write/", write, name="record_import_write"),
        path("records/imports/<int:pk>/again/", again, name="record_import_again"),
        path("records/imports/<int:pk>/report.csv", report, name="record_import_report"),
    ]
