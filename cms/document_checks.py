"""Whether a document is what its name says: the kinds that are accepted are recognised by their content."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import PurePath
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _

HEAD = 4096
MAX_UNPACKED = 2 * 1024**3
"""Bytes that an archive may say it unpacks to."""
MAX_RATIO = 100
"""How many times its own size an archive may unpack to, beyond SMALL; office files stay far below."""
SMALL = 50 * 1024**2
"""Bytes that harm nobody, however well they are packed."""
MAX_JSON = 20 * 1024**2
"""Bytes up to which GeoJSON is parsed whole; beyond, its ends are looked at."""

WEB_PAGE = re.compile(rb"<\s*(!doctype\s+html|html|head|body|script|svg|iframe|\?php)|<\?php", re.IGNORECASE)
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
UTF16 = (b"\xff\xfe", b"\xfe\xff")

OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
MIMETYPES = {
    "epub": "application/epub+zip",
    "odp": f"{OPEN_DOCUMENT}presentation",
    "ods": f"{OPEN_DOCUMENT}spreadsheet",
    "odt": f"{OPEN_DOCUMENT}text",
}
OFFICE_PARTS = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml", "xlsx": "xl/workbook.xml"}


def extension_of(upload: File[Any]) -> str:
    """ "pdf" of "Rapport.PDF"; "" where there is none."""
    return PurePath(upload.name or "").suffix.lower().removeprefix(".")


def check_content(upload: File[Any], extensions: list[str]) -> None:
    """ValidationError where the extension is not accepted, or the content is of another kind, cut off or a trap."""
    extension = extension_of(upload)
    if extension not in extensions:
        raise ValidationError(
            _("Files of the kind “.%(extension)s” are not accepted. Accepted: %(accepted)s.")
            % {"extension": extension, "accepted": ", ".join(extensions)},
            code="invalid_extension",
        )
    source: IO[bytes] = upload.file or upload  # type: ignore[assignment]
    source.seek(0)
    head = source.read(HEAD)
    if check := CHECKS.get(extension):
        check(source, head, extension)


def _wrong(extension: str) -> ValidationError:
    return ValidationError(
        _("This file is named .%(extension)s but its content is something else, or it is damaged.")
        % {"extension": extension},
        code="content_mismatch",
    )


def _cut_off() -> ValidationError:
    return ValidationError(_("This file is cut off: its end is missing. Upload it again."), code="cut_off")


def _pdf(source: IO[bytes], head: bytes, extension: str) -> None:
    if not head.startswith(b"%PDF-"):
        raise _wrong(extension)
    source.seek(0, 2)
    source.seek(max(0, source.tell() - HEAD))
    if b"%%EOF" not in source.read():
        raise _cut_off()


def _archive(source: IO[bytes], head: bytes, extension: str) -> None:
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise _wrong(extension)
    try:
        with zipfile.ZipFile(source) as archive:
            names = set(archive.namelist())
            unpacked = sum(info.file_size for info in archive.infolist())
            if unpacked > MAX_UNPACKED:
                raise ValidationError(_("This archive unpacks to more than 2 GB."), code="archive_bomb")
            packed = sum(info.compress_size for info in archive.infolist())
            if unpacked > SMALL and unpacked > MAX_RATIO * packed:
                raise ValidationError(_("This archive unpacks to far more than it holds."), code="archive_bomb")
            if (part := OFFICE_PARTS.get(extension)) and not {part, "[Content_Types].xml"} <= names:
                raise _wrong(extension)
            if extension in MIMETYPES:
                with archive.open("mimetype") as declared:
                    if declared.read(100).strip() != MIMETYPES[extension].encode():
                        raise _wrong(extension)
    except KeyError:
        raise _wrong(extension) from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        raise _cut_off() from None  # a zip's list of contents is at its end


def _text(source: IO[bytes], head: bytes, extension: str) -> None:
    if not head.startswith(UTF16) and CONTROL.search(head):
        raise _wrong(extension)
    if WEB_PAGE.search(head.replace(b"\x00", b"")):
        raise ValidationError(_("This file contains a web page or a script, which is not accepted."), code="web_page")


def _geojson(source: IO[bytes], head: bytes, extension: str) -> None:
    _text(source, head, extension)
    source.seek(0, 2)
    size = source.tell()
    if size <= MAX_JSON:
        source.seek(0)
        try:
            if not isinstance(json.loads(source.read()), dict):
                raise _wrong(extension)
        except (ValueError, RecursionError):
            raise _wrong(extension) from None
        return
    source.seek(size - 64)
    if not head.lstrip().startswith(b"{") or not source.read().rstrip().endswith(b"}"):
        raise _cut_off()


def _calendar(source: IO[bytes], head: bytes, extension: str) -> None:
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().upper().startswith(b"BEGIN:VCALENDAR"):
        raise _wrong(extension)
    _text(source, head, extension)


def _mp3(source: IO[bytes], head: bytes, extension: str) -> None:
    if not head.startswith(b"ID3") and not (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0):
        raise _wrong(extension)


def _mp4(source: IO[bytes], head: bytes, extension: str) -> None:
    if head[4:8] != b"ftyp":
        raise _wrong(extension)


CHECKS: dict[str, Callable[[IO[bytes], bytes, str], None]] = {
    "csv": _text,
    "geojson": _geojson,
    "ics": _calendar,
    "mp3": _mp3,
    "mp4": _mp4,
    "pdf": _pdf,
    "txt": _text,
    **dict.fromkeys(("zip", *OFFICE_PARTS, *MIMETYPES), _archive),
}
