"""The files of records: thumbnails for readers, and for editors how the reading of each ended."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.panels import Panel
from wagtail.log_actions import log

from cms import labels, publication
from cms.media import CmsDocument
from resources import languages
from resources.exchange.importing import ImportedRecord
from resources.extraction import read_file
from resources.files import FileText, RecordFile, RecordFileAccess, RecordFullText
from resources.records import Record

THUMBNAILS = "records/thumbnails/"
"""Where thumbnails are, below the site's root."""
BEGINNING = 1_000
"""Characters of an imported text that editors see."""


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
    """How the reading of a record's files ended, and the texts that came with it.

    Posted with the key of a `document`, that one is read again; with that of a `text`, that one is removed.
    """
    if not request.user.has_perm("resources.change_record"):
        raise PermissionDenied
    record = get_object_or_404(Record, pk=pk)
    rows = record.files.select_related("document__file_text").exclude(document=None)
    if request.method == "POST" and "text" in request.POST:
        _remove(get_object_or_404(record_texts(record), pk=_key(request.POST["text"])), record, request.user)
        messages.success(request, _("The imported text is removed: the search finds it no more."))
        return redirect("record_files", record.pk)
    if request.method == "POST":
        row = get_object_or_404(rows, document_id=_key(request.POST.get("document", "")))
        if row.access_now == RecordFileAccess.OPEN:
            read_file.enqueue(row.document_id)
            messages.success(request, _("The file is being read again: load this page again to see what came of it."))
        return redirect("record_files", record.pk)
    back = reverse(Record.snippet_viewset.get_url_name("edit"), args=[record.pk])  # type: ignore[attr-defined]
    shown = {"record": record, "rows": outcomes(rows), "texts": imported_texts(record), "back": back}
    return render(request, "resources/record_files.html", shown)


def _key(sent: str) -> int:
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 18 else 0


def record_texts(record: Record) -> QuerySet[RecordFullText]:
    """The texts that imports gave with a record."""
    return RecordFullText.objects.filter(number=int(record.code)).order_by("language")


def imported_texts(record: Record) -> list[dict[str, Any]]:
    """The texts that came with a record, each with its size and how it begins, and the sources that name the record."""
    sources = ImportedRecord.objects.filter(number=int(record.code)).order_by("pk").values_list("source", flat=True)
    return [
        {
            "text": text,
            "language": languages.coded(text.language)["label"],
            "pages": len(text.pages),
            "characters": sum(map(len, text.pages)),
            "beginning": "\n".join(text.pages)[:BEGINNING],
            "sources": ", ".join(dict.fromkeys(sources)),
        }
        for text in record_texts(record)
    ]


def _remove(text: RecordFullText, record: Record, user: Any) -> None:
    with transaction.atomic():
        text.delete()
        # A change of the record's row, by which the indexes learn of it, as the text is in no log of changes.
        Record.objects.filter(pk=record.pk, live=True).update(last_published_at=timezone.now())
        log(instance=record, action="wagtail.edit", user=user)


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
    """On the form of a record: how the reading of its published files ended, and the texts that an import gave."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "resources/file_outcomes_panel.html"

        def is_shown(self) -> bool:
            return self.instance.pk is not None and super().is_shown()

        def get_context_data(self, parent_context: Any = None) -> Any:
            rows = RecordFile.objects.filter(record=self.instance.pk).exclude(document=None)
            context = super().get_context_data(parent_context)
            shown = outcomes(rows.select_related("document__file_text"))
            address = reverse("record_files", args=[self.instance.pk])
            return {**context, "rows": shown, "texts": imported_texts(self.instance), "address": address}


def admin_urls() -> list[URLPattern]:
    """register_admin_urls."""
    return [path("records/<int:pk>/files/", record_files, name="record_files")]
