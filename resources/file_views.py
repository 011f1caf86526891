"""The files of records: thumbnails for readers, and for editors how the reading of each ended."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.panels import Panel

from cms import labels, publication
from cms.media import CmsDocument
from resources.extraction import read_file
from resources.files import FileText, RecordFile, RecordFileAccess
from resources.records import Record

THUMBNAILS = "records/thumbnails/"
"""Where thumbnails are, below the site's root."""


def thumbnail_path(key: UUID) -> str:
    """The address of a thumbnail on this server."""
    return f"/{THUMBNAILS}{key}.webp"


@require_safe
def thumbnail(request: HttpRequest, key: UUID) -> HttpResponse:
    """The first page of a file that is open, of a record that is published; kept, but asked for again each time."""
    found = FileText.objects.filter(key=key).first()
    public = publication.in_public_collection(CmsDocument.objects.all(), labels.current().private_collections)
    rows = RecordFile.objects.filter(document__file_text__key=key, document__in=public, record__live=True)
    if found is None or not found.thumbnail or not any(row.access_now == RecordFileAccess.OPEN for row in rows):
        raise Http404
    response = HttpResponse(bytes(found.thumbnail), content_type="image/webp")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    patch_cache_control(response, public=True, no_cache=True)
    return response


def record_files(request: HttpRequest, pk: int) -> HttpResponse:
    """How the reading of a record's files ended; posted with a document's key, that one is read again."""
    if not request.user.has_perm("resources.change_record"):
        raise PermissionDenied
    record = get_object_or_404(Record, pk=pk)
    rows = record.files.select_related("document__file_text").exclude(document=None)
    if request.method == "POST":
        sent = request.POST.get("document", "")
        row = get_object_or_404(rows, document_id=int(sent) if sent.isascii() and sent.isdigit() else 0)
        if row.access_now == RecordFileAccess.OPEN:
            read_file.enqueue(row.document_id)
            messages.success(request, _("The file is being read again: load this page again to see what came of it."))
        return redirect("record_files", record.pk)
    back = reverse(Record.snippet_viewset.get_url_name("edit"), args=[record.pk])  # type: ignore[attr-defined]
    return render(request, "resources/record_files.html", {"record": record, "rows": outcomes(rows), "back": back})


def outcomes(rows: Any) -> list[dict[str, Any]]:
    """Files with how the reading of each ended, in words."""
    return [
        {
            "row": row,
            "open": row.access_now == RecordFileAccess.OPEN,
            "text": (text := getattr(row.document, "file_text", None)),
            "pages": len(text.pages) if text else 0,
        }
        for row in rows
    ]


class FileOutcomesPanel(Panel):
    """On the form of a record: how the reading of its published files ended."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "resources/file_outcomes_panel.html"

        def is_shown(self) -> bool:
            return self.instance.pk is not None and super().is_shown()

        def get_context_data(self, parent_context: Any = None) -> Any:
            rows = RecordFile.objects.filter(record=self.instance.pk).exclude(document=None)
            context = super().get_context_data(parent_context)
            shown = outcomes(rows.select_related("document__file_text"))
            return {**context, "rows": shown, "address": reverse("record_files", args=[self.instance.pk])}


def admin_urls() -> list[URLPattern]:
    """register_admin_urls."""
    return [path("records/<int:pk>/files/", record_files, name="record_files")]
