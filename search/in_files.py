"""What results tell of the files of records, asked of the database, which knows what has been closed a moment ago."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from resources.file_views import thumbnail_path
from resources.files import FileText, RecordFullText, open_today
from search import languages


class Sought(NamedTuple):
    """A passage of a record's text: clean text before and from its first match on, and the language of its field."""

    number: int
    """The record's permanent number."""
    language: str
    before: str
    after: str


class Place(NamedTuple):
    """A page of a file, counted from 1, and the path that opens the file there; none where the file is not here."""

    page: int
    path: str | None


class _File(NamedTuple):
    record: int
    language: str
    document: int
    thumbnail: UUID | None


class OpenFiles:
    """The files of some records that everybody may have today and that were read (one query)."""

    def __init__(self, records: Collection[int], private_collections: Iterable[str]) -> None:
        rows = open_today(private_collections).filter(record__in=records, document__file_text__isnull=False)
        rows = rows.order_by("sort_order", "pk") if records else rows.none()
        columns = ("record", "language", "document", "document__file_text__key")
        self._files = [_File(*row) for row in rows.values_list(*columns)]

    def thumbnails(self) -> dict[int, str]:
        """Paths of the first pages of the first file that has one, by the record's key."""
        found: dict[int, str] = {}
        for file in self._files:
            if file.thumbnail:
                found.setdefault(file.record, thumbnail_path(file.thumbnail))
        return found

    def places(self, passages: Mapping[int, Sought]) -> dict[int, Place]:
        """Where in its file, or in the text of an import, each passage is, by the record's key (two queries at most).

        None for what is in no file that is open any more.
        """
        files = [
            file
            for file in self._files
            if file.record in passages and languages.field_of(file.language) == passages[file.record].language
        ]
        texts = _texts({file.document for file in files})
        found: dict[int, Place] = {}
        for file in files:
            text = texts.get(file.document) if file.record not in found else None
            if text and (page := _page(text.pages, passages[file.record])):
                found[file.record] = Place(page, f"{text.document.url}#page={page}")
        rest = {passage.number: pk for pk, passage in passages.items() if pk not in found}
        for number, given in _imported(rest):
            page = _page(given, passages[rest[number]])
            if page:
                found.setdefault(rest[number], Place(page, None))
        return found


def _texts(documents: Collection[int]) -> dict[int, FileText]:
    if not documents:
        return {}
    rows = FileText.objects.filter(document__in=documents).select_related("document")
    return {row.document_id: row for row in rows.only("pages", "document__file")}


def _imported(numbers: Collection[int]) -> Iterable[tuple[int, Sequence[str]]]:
    """The pages of texts that imports gave, with the number of their record."""
    rows = RecordFullText.objects.filter(number__in=numbers).order_by("pk")
    return rows.values_list("number", "pages") if numbers else ()


def _page(pages: Sequence[str], sought: Sought) -> int | None:
    """The page on which the match of a passage stands, counted from 1."""
    joint = languages.clean("\n")
    clean = [languages.clean(page) for page in pages]
    place = joint.join(clean).find(sought.before + sought.after)
    return bisect_right(list(_starts(clean, len(joint))), place + len(sought.before)) if place >= 0 else None


def _starts(pages: Iterable[str], between: int) -> Iterator[int]:
    start = 0
    for page in pages:
        yield start
        start += len(page) + between
