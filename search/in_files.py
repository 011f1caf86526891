"""What results tell of the files of records, asked of the database, which knows what has been closed a moment ago."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from cms import publication
from cms.media import CmsDocument
from resources.file_views import thumbnail_path
from resources.files import OpenText, RecordFile, RecordFileAccess, open_texts
from search import languages


def thumbnails(records: Collection[int], private_collections: Iterable[str]) -> dict[int, str]:
    """Paths of the first pages of the first open file of records that have one, by the record's key (one query)."""
    if not records:
        return {}
    public = publication.in_public_collection(CmsDocument.objects.all(), private_collections)
    rows = RecordFile.objects.filter(
        record__in=records, access=RecordFileAccess.OPEN, document__in=public, document__file_text__key__isnull=False
    )
    found: dict[int, str] = {}
    rows = rows.select_related("document__file_text").order_by("sort_order", "pk")
    for row in rows.defer("document__file_text__thumbnail", "document__file_text__pages"):
        if row.access_now == RecordFileAccess.OPEN:
            found.setdefault(row.record_id, thumbnail_path(row.document.file_text.key))
    return found


class Place(NamedTuple):
    """A page of a file, counted from 1, and the path that opens the file there; none where the file is not here."""

    page: int
    path: str | None


def places(passages: Mapping[int, tuple[str, str]], private_collections: Iterable[str]) -> dict[int, Place]:
    """Where in its file each passage begins to match, by the record's key (a fixed number of queries).

    Passages are clean text before and from their first match on. None for what is in no file that is open any more.
    """
    if not passages:
        return {}
    texts = open_texts(list(passages), private_collections)
    found = {pk: _place(texts.get(pk, ()), *passage) for pk, passage in passages.items()}
    return {pk: place for pk, place in found.items() if place is not None}


def _place(texts: Iterable[OpenText], before: str, after: str) -> Place | None:
    joint = languages.clean("\n")
    for text in texts:
        pages = [languages.clean(page) for page in text.pages]
        place = joint.join(pages).find(before + after)
        if place >= 0:
            starts = [0]
            for page in pages[:-1]:
                starts.append(starts[-1] + len(page) + len(joint))
            number = bisect_right(starts, place + len(before))
            return Place(number, f"{text.path}#page={number}" if text.path else None)
    return None
