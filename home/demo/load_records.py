"""Loads the documents of the portal, as any import would, and their files."""

from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from cms import indexing
from cms.media import CmsDocument
from home.demo.source import BROCHURES, FOLDER, DemoError, brochures, moment
from home.models import DemoItem
from resources import record_numbers
from resources.exchange.importing import ImportedRecord
from resources.exchange.importing import load as imported
from resources.exchange.readers import json_lines
from resources.files import RecordFile, RecordFileAccess
from resources.records import Record

SOURCE = "demo"
FILE = FOLDER / "records.jsonl"


def load(say: Callable[[str], None]) -> None:
    """Load every record that is not there yet; DemoError names the line that cannot be read."""
    with FILE.open("rb") as stream:
        total = sum(1 for _line in stream)
    with FILE.open("rb") as stream:
        for done, line in enumerate(imported(json_lines(stream), SOURCE), start=1):
            if line.outcome == "unreadable":
                raise DemoError(f"records.jsonl, line {line.place}: {line.why}")
            say(f"notices: {done} / {total}")
    for brochure in brochures():
        _attach(brochure["record"], brochure["files"])


def find(key: str) -> int | None:
    """The primary key of a record of the demo, or of the one that it was merged into; None where it was deleted."""
    code = _code(key)
    codes = [code, record_numbers.successor(code)]
    return Record.objects.filter(code__in=codes).values_list("pk", flat=True).first()


def _code(key: str) -> str:
    number = ImportedRecord.objects.filter(source=SOURCE, key=key).values_list("number", flat=True).first()
    if number is None:
        raise DemoError(f"There is no record {key!r}.")
    return str(number)


@indexing.at_once()
@transaction.atomic
def _attach(key: str, files: list[dict[str, Any]]) -> None:
    """Publish a record with its files, once; one that somebody has edited or deleted by then is left as it is."""
    if DemoItem.objects.filter(key=f"files:{key}").exists():
        return
    code = _code(key)
    record = Record.objects.filter(code=code, latest_revision=None).first()
    if record:
        record.files = [_file(file, record) for file in files]
        record.save_revision().publish()
    DemoItem.objects.create(key=f"files:{key}", object_id=code, done=True)


def _file(file: dict[str, Any], record: Record) -> RecordFile:
    name = f"{file['name']}.pdf"
    document = CmsDocument(title=record.name_in(file["language"]))
    document.file = ContentFile((BROCHURES / name).read_bytes(), name)
    document._set_document_file_metadata()
    document.save()
    access = file.get("access", RecordFileAccess.OPEN)
    return RecordFile(
        document=document, language=file["language"], access=access, open_from=moment(file.get("open_from"))
    )
