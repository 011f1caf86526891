"""The worker's reading of files: one process each, with limits, and a name for however it ends."""

import base64
import json
import signal
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from cms import changes
from cms.media import CmsDocument
from resources import read_pdf
from resources.files import FileText, Outcome, RecordFile, RecordFileAccess

MOST_BYTES = 200 * 1024**2
SECONDS = 90
"""Of the clock; a process that waits uses none of its processor time (read_pdf.SECONDS)."""


class Read(NamedTuple):
    """How a reading ended, with what was read."""

    outcome: Outcome
    pages: list[str]
    thumbnail: bytes


def read(path: Path, seconds: float = SECONDS) -> Read:
    """Text by page and thumbnail of a file; never raises for what the file is."""
    if path.suffix.lower() != ".pdf":
        return Read(Outcome.NOT_READ, [], b"")
    if path.stat().st_size > MOST_BYTES:
        return Read(Outcome.TOO_LARGE, [], b"")
    command = [sys.executable, "-I", str(Path(read_pdf.__file__)), str(path)]
    with tempfile.TemporaryFile() as output:
        try:
            ended = subprocess.run(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Read(Outcome.TOO_LONG, [], b"")
        if ended.returncode:
            return Read(_why(ended.returncode), [], b"")
        output.seek(0)
        found: dict[str, Any] = json.load(output)
    return Read(Outcome(found["outcome"]), found.get("pages", []), base64.b64decode(found.get("thumbnail", "")))


def _why(returncode: int) -> Outcome:
    """Of a process that did not come back: the limit that it met, else the file broke it."""
    if -returncode in {signal.SIGXCPU, signal.SIGKILL}:
        return Outcome.TOO_LONG
    return Outcome.TOO_LARGE if returncode == read_pdf.TOO_MUCH else Outcome.BROKEN


@task()
def read_file(document_id: int) -> None:
    """Read the file of a document while it is open, and tell whoever follows its records.

    Nothing of a file that was closed or replaced meanwhile is kept.
    """
    document = CmsDocument.objects.filter(pk=document_id).first()
    if document is None or not _is_open(document_id):
        return
    name = document.file.name
    try:
        found = read(Path(document.file.path))
    except OSError:
        found = Read(Outcome.BROKEN, [], b"")
    with transaction.atomic():
        now = CmsDocument.objects.select_for_update().filter(pk=document_id).first()
        if now is None or now.file.name != name or not _is_open(document_id):
            return
        kept: dict[str, Any] = {"outcome": found.outcome, "pages": found.pages, "thumbnail": found.thumbnail}
        kept["key"] = uuid.uuid4() if found.thumbnail else None
        FileText.objects.update_or_create(document=now, defaults={**kept, "file": name, "read_at": timezone.now()})
        for row in RecordFile.objects.filter(document=now, record__live=True).select_related("record"):
            changes.record(row.record)


def _is_open(document_id: int) -> bool:
    rows = list(RecordFile.objects.filter(document=document_id))
    return bool(rows) and all(row.access_now == RecordFileAccess.OPEN for row in rows)
