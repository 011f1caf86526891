"""What results tell of the files of records, asked of the database, which knows what has been closed a moment ago."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from resources.file_views import thumbnail_path
from resources.files import FileText, RecordFullText, of_file, of_import, open_today
from search import languages

MOST_CHARACTERS = 8_000_000
"""Of all texts that are looked through for the pages of one answer, which takes a fifth of a second."""


class Sought(NamedTuple):
    """A passage of a record's text: clean text before and from its first match on, and the language of its field.

    `files` is what the index tells of the texts of the record that were searched (search.documents), and `start` how
    many characters of those in this language stand before the match, if that is known.
    """

    number: int
    """The record's permanent number."""
    language: str
    before: str
    after: str
    files: Sequence[Mapping[str, Any]]
    start: int | None


class Place(NamedTuple):
    """A page of a file, counted from 1, and the path that opens the file there; none where it is not known."""

    page: int | None
    path: str | None


def told(passages: Mapping[int, Sought]) -> dict[int, Place]:
    """Where passages are whose place an index tells that is true to the database, by the record's key (no query)."""
    found = {}
    for pk, passage in passages.items():
        own = [file for file in passage.files if languages.field_of(file["language"]) == passage.language]
        if passage.start is None or len({file["language"] for file in own}) != 1:
            continue
        file = [file for file in own if file["pages"] and file["pages"][0] <= passage.start][-1]
        page = bisect_right(file["pages"], passage.start)
        found[pk] = Place(page, f"{file['path']}#page={page}" if file["path"] else None)
    return found


def first_page(files: Iterable[Mapping[str, Any]]) -> str | None:
    """The path of the thumbnail of the first of some files that has one, as an index tells of them."""
    return next((file["thumbnail"] for file in files if file["thumbnail"]), None)


class _File(NamedTuple):
    record: int
    language: str
    document: int
    thumbnail: UUID | None
    text: int
    size: int


class OpenFiles:
    """The files of some records that everybody may have today and that were read (one query)."""

    def __init__(self, records: Collection[int], private_collections: Iterable[str]) -> None:
        rows = open_today(private_collections).filter(record__in=records, document__file_text__isnull=False)
        rows = rows.order_by("sort_order", "pk") if records else rows.none()
        of_text = (f"document__file_text__{name}" for name in ("key", "pk", "size"))
        columns = ("record", "language", "document", *of_text)
        self._files = [_File(*row) for row in rows.values_list(*columns)]

    def thumbnails(self) -> dict[int, str]:
        """Paths of the first pages of the first file that has one, by the record's key."""
        found: dict[int, str] = {}
        for file in self._files:
            if file.thumbnail:
                found.setdefault(file.record, thumbnail_path(file.thumbnail))
        return found

    def places(self, passages: Mapping[int, Sought]) -> dict[int, Place]:
        """Where in its file, or in the text of an import, each passage is, by the record's key (three queries at most).

        None for what is in no file that is open any more. What comes after MOST_CHARACTERS is not looked through: of
        that the page is not known.
        """
        imported = _sizes(passages)
        unread = self._unread(passages, imported)
        found = {pk: Place(None, None) for pk in unread if self._are_open(passages[pk], pk, imported)}
        passages = {pk: passage for pk, passage in passages.items() if pk not in unread}
        files = [file for pk, passage in passages.items() for file in self._with(pk, passage)]
        texts = _texts({file.document for file in files})
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

    def _with(self, record: int, passage: Sought) -> list[_File]:
        """The files of a record that may hold a passage."""
        own = (file for file in self._files if file.record == record)
        return [file for file in own if languages.field_of(file.language) == passage.language]

    def _unread(self, passages: Mapping[int, Sought], given: Mapping[int, Mapping[int, int]]) -> set[int]:
        """The records for whose texts there is no room."""
        room, unread = MOST_CHARACTERS, set()
        for pk, passage in passages.items():
            own = sum(file.size for file in self._with(pk, passage)) + sum(given.get(passage.number, {}).values())
            if own > room:
                unread.add(pk)
            else:
                room -= own
        return unread

    def _are_open(self, passage: Sought, record: int, given: Mapping[int, Mapping[int, int]]) -> bool:
        """Whether all texts that were searched are open still."""
        files = {of_file(file.text) for file in self._files if file.record == record}
        known = files.union(map(of_import, given.get(passage.number, ())))
        return bool(passage.files) and known.issuperset(file["name"] for file in passage.files)


def _sizes(passages: Mapping[int, Sought]) -> dict[int, dict[int, int]]:
    """The sizes of texts that imports gave, by the number of their record and their key."""
    found: dict[int, dict[int, int]] = {}
    numbers = {passage.number for passage in passages.values()}
    rows = RecordFullText.objects.filter(number__in=numbers).values_list("number", "pk", "size") if numbers else ()
    for number, pk, size in rows:
        found.setdefault(number, {})[pk] = size
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
