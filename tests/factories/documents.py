"""Real documents of every accepted kind."""

import io
import zipfile
from typing import Any

from django.core.files.base import ContentFile

from cms.media import CmsDocument

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


def archive(**files: bytes) -> bytes:
    """A zip; `word__document_xml` would not read better, so names come as they are: archive(**{"a/b.xml": b""})."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


def office(part: str) -> bytes:
    return archive(**{"[Content_Types].xml": b"<Types/>", part: b"<document/>"})


def packaged(mimetype: str) -> bytes:
    return archive(mimetype=mimetype.encode(), **{"content.xml": b"<content/>"})


BY_NAME = {
    "report.pdf": PDF,
    "letter.docx": office("word/document.xml"),
    "figures.xlsx": office("xl/workbook.xml"),
    "slides.pptx": office("ppt/presentation.xml"),
    "letter.odt": packaged("application/vnd.oasis.opendocument.text"),
    "figures.ods": packaged("application/vnd.oasis.opendocument.spreadsheet"),
    "slides.odp": packaged("application/vnd.oasis.opendocument.presentation"),
    "book.epub": packaged("application/epub+zip"),
    "all.zip": archive(**{"a.txt": b"a"}),
    "plain.txt": "Été à la frontière".encode(),
    "latin.csv": "région;frontière\n".encode("cp1252"),
    "excel.csv": "région\tfrontière\n".encode("utf-16"),
    "meeting.ics": b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    "line.geojson": b'{"type": "FeatureCollection", "features": []}',
    "talk.mp3": b"ID3\x04\x00" + b"\x00" * 100,
    "film.mp4": b"\x00\x00\x00\x20ftypisom" + b"\x00" * 100,
}


def document(content: bytes = PDF, name: str = "report.pdf", **fields: Any) -> CmsDocument:
    """A saved document, as code makes one."""
    return CmsDocument.objects.create(**{"title": "A report", **fields}, file=ContentFile(content, name))
