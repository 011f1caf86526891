"""What each model contributes to the search: one document per work, of what the public may see and of nothing else.

A page is one work with all its translations; pages that repeat another language (fallbacks) are none. Names of borders
and territories in all languages are folded in, so that a work is found by the place that it is about, whatever that is
called.
"""

import datetime
import logging
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db.models import Prefetch, QuerySet
from wagtail.models import Page

from borders import atlas
from cms import labels, publication
from cms.batches import batched
from cms.pages import SitePage
from cms.references import Loaded, References, page_type
from cms.translation import prose
from resources import hierarchy
from resources.exchange import names
from resources.file_views import thumbnail_path
from resources.files import OpenText, RecordAccess, RecordFile, accesses, open_texts
from resources.models import Record
from resources.record_types import Kind
from search import languages, schema

logger = logging.getLogger(__name__)

BORDER, TERRITORY, COUNTRY, CONCEPT = (
    "borders.Border",
    "borders.Territory",
    "borders.Country",
    "resources.Concept",
)
PRESS = "press"
"""Articles in the press, which the default results leave out."""
RECORD = "record-"
"""What stands before the key of a record in the name of its document."""
BATCH = 100
"""Works that are read from the database at once."""
EPOCH = datetime.date(1970, 1, 1)
BETWEEN = languages.clean("\n")
"""What stands between the pages of a file in its text."""
SUMMARY_SHOWN = 400
"""Characters of a summary that results show."""


@dataclass
class Works:
    """Works by what names them for ever: pages by the key that their translations share, records by their own."""

    pages: set[uuid.UUID] = field(default_factory=set)
    records: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.pages) + len(self.records)

    def batches(self) -> Iterator["Works"]:
        """The same in parts that are read at once."""
        for keys in batched(sorted(self.pages), BATCH):
            yield Works(pages=set(keys))
        for numbers in batched(sorted(self.records), BATCH):
            yield Works(records=set(numbers))

    def ids(self) -> set[str]:
        return {page_id(key) for key in self.pages} | {record_id(pk) for pk in self.records}


def page_id(key: uuid.UUID) -> str:
    return f"page-{key.hex}"


def record_id(pk: int) -> str:
    return f"{RECORD}{pk}"


def record_ids(codes: Sequence[str]) -> list[str]:
    """The ids of records by their permanent numbers, in their order; none of what is no record (one query)."""
    known = dict(Record.objects.filter(code__in=codes).values_list("code", "pk"))
    return [record_id(known[code]) for code in codes if code in known]


def every() -> Works:
    """All works that have a document, and some that may have none."""
    pages = Page.objects.type(SitePage).filter(live=True, alias_of=None, depth__gt=1)
    return Works(
        set(pages.order_by().values_list("translation_key", flat=True)),
        set(Record.objects.filter(live=True).order_by().values_list("pk", flat=True)),
    )


def documents(works: Works) -> list[schema.Document]:
    """The documents of works, without those that the public may not see (a fixed number of queries)."""
    snapshot = labels.current()
    return [*_of_pages(works.pages, snapshot), *_of_records(works.records, snapshot)]


def public_pages(snapshot: labels.Labels) -> Any:
    """Pages that the search may show, in any language."""
    return publication.public(Page.objects.type(SitePage), snapshot.private_paths).filter(alias_of=None)


def _made(name: str, make: Callable[[], schema.Document]) -> list[schema.Document]:
    """The document of one work; none where it cannot be made, which must not keep others out of the index."""
    try:
        return [make()]
    except Exception:
        logger.exception("%s cannot be searched: its document cannot be made", name)
        return []


def _of_pages(keys: Collection[uuid.UUID], snapshot: labels.Labels) -> Iterator[schema.Document]:
    if not keys:
        return
    found: dict[uuid.UUID, list[Any]] = {}
    for page in public_pages(snapshot).filter(translation_key__in=keys).order_by("path").specific():
        found.setdefault(page.translation_key, []).append(page)
    relations = ("border_links", "territory_links", "theme_links")
    pks = {page.pk for pages in found.values() for page in pages}
    links = Loaded(References(links=dict.fromkeys(relations, pks)), snapshot).links if pks else {}
    for key, pages in found.items():
        locales = {page.locale_id: page for page in pages}
        yield from _made(page_id(key), partial(_of_page, key, list(locales.values()), links, snapshot))


def _of_page(
    key: uuid.UUID, pages: list[Any], links: Mapping[tuple[str, int], list[int]], snapshot: labels.Labels
) -> schema.Document:
    first = pages[0]
    texts: dict[str, dict[str, str]] = {part: {} for part in schema.PARTS}
    shown: dict[str, Any] = {}
    for page in pages:
        language = page.locale.language_code
        summary = languages.clean(page.introduction)
        texts[schema.TITLE][language] = languages.clean(page.title)
        texts[schema.SUMMARY][language] = summary
        below = prose.searchable(page).removeprefix(page.introduction)
        texts[schema.BODY][language] = languages.clean(below)
        shown[language] = {
            "page": page.pk,
            "title": page.title,
            "summary": _short(page.introduction),
            "html_path": publication.html_path(language, page.url_path),
        }

    def linked(relation: str, *more: int | None) -> set[int]:
        return {pk for page in pages for pk in links.get((relation, page.pk), ())} | {pk for pk in more if pk}

    places = _Places(
        snapshot,
        borders=linked("border_links", getattr(first, "border_id", None)),
        territories=linked("territory_links", getattr(first, "territory_id", None)),
        concepts=linked("theme_links"),
    )
    published = min((page.first_published_at for page in pages if page.first_published_at), default=None)
    day = getattr(first, "date", None) or (published.date() if published else None)
    return schema.Document(
        page_id(key),
        title=_filled(texts[schema.TITLE]),
        summary=_filled(texts[schema.SUMMARY]),
        body=_filled(texts[schema.BODY]),
        names=places.names,
        keywords={
            **places.keywords,
            "kind": ["page"],
            "type": [page_type(first.content_type_id)],
            "language": sorted(shown),
            "access": [str(RecordAccess.OPEN)],
        },
        numbers=_numbers(day, published),
        shown={"kind": "page", "type": page_type(first.content_type_id), "languages": shown},
    )


def _of_records(pks: Collection[int], snapshot: labels.Labels) -> Iterator[schema.Document]:
    if not pks:
        return
    rows = ("texts", "agent_links__agent__names", "languages", "identifiers", "copies")
    about = {relation: _chosen(relation, pks) for relation in ("borders", "territories", "countries", "concepts")}
    found: QuerySet[Record] = Record.objects.filter(pk__in=pks, live=True).select_related("type")
    files = open_texts(pks, snapshot.private_collections)
    placed = Prefetch("files", RecordFile.objects.select_related("document__collection"))
    for record in found.prefetch_related(*rows, placed):
        facts = {relation: chosen.get(record.pk, set()) for relation, chosen in about.items()}
        make = partial(_of_record, record, files.get(record.pk, ()), facts, snapshot)
        yield from _made(record_id(record.pk), make)


def _chosen(relation: str, records: Collection[int]) -> dict[int, set[int]]:
    """The keys of the facts that records are about, by the record's (one query, and no object for each)."""
    field: Any = Record._meta.get_field(relation)
    own, other = field.m2m_field_name(), field.m2m_reverse_field_name()
    rows = field.remote_field.through._default_manager.filter(**{f"{own}__in": records})
    found: dict[int, set[int]] = {}
    for record, fact in rows.values_list(f"{own}_id", f"{other}_id"):
        found.setdefault(record, set()).add(fact)
    return found


def _of_record(
    record: Record, files: Sequence[OpenText], facts: Mapping[str, set[int]], snapshot: labels.Labels
) -> schema.Document:
    titles, summaries, shown = {}, {}, {}
    read, told = _read(files)
    for text in sorted(record.texts.all(), key=lambda row: not row.is_original):
        title = names.full_title(text.title, text.subtitle, text.language)
        titles[text.language] = languages.clean(title)
        summaries[text.language] = languages.clean(text.abstract)
        shown[text.language] = {"title": title, "summary": _short(text.abstract)}
    agents = [link.agent for link in record.agent_links.all() if link.agent.live]
    places = _Places(snapshot, **facts)
    known = [row.value for row in record.identifiers.all()] + [row.shelf_mark for row in record.copies.all()]
    return schema.Document(
        record_id(record.pk),
        title=_filled(titles),
        summary=_filled(summaries),
        body=_filled(read),
        names=[*places.names, *map(languages.clean, [*record.keyword_list, record.host])],
        authors=[languages.clean(name.text) for agent in agents for name in agent.names.all()],
        keywords={
            **places.keywords,
            "kind": [PRESS if record.type.kind == Kind.NEWSPAPER else "record"],
            "type": [record.type.code],
            "language": [row.language for row in record.languages.all()],
            "author": list(dict.fromkeys(agent.code for agent in agents)),
            "access": list(map(str, accesses(record, snapshot.private_collections))),
        },
        identifiers=[record.code, *known],
        numbers=_numbers(record.date, record.added_at),
        shown={
            "kind": "record",
            "type": record.type.code,
            "code": record.code,
            "languages": shown,
            "authors": list(dict.fromkeys(str(agent) for agent in agents)),
            "date": record.date.isoformat() if record.date else None,
            "precision": record.date_precision,
            "files": told,
        },
    )


def _read(files: Iterable[OpenText]) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The clean texts of files by their language, one behind the other, and what results tell of each file.

    Of that, `pages` are the places in the text of its language at which its pages begin.
    """
    pages: dict[str, list[str]] = {}
    lengths: Counter[str] = Counter()
    told = []
    for file in files:
        starts = []
        for page in map(languages.clean, file.pages):
            pages.setdefault(file.language, []).append(page)
            starts.append(lengths[file.language])
            lengths[file.language] += len(page) + len(BETWEEN)
        thumbnail = thumbnail_path(file.thumbnail) if file.thumbnail else None
        own = {"name": file.name, "language": file.language, "path": file.path}
        told.append({**own, "thumbnail": thumbnail, "pages": starts})
    return {language: BETWEEN.join(texts) for language, texts in pages.items()}, told


class _Places:
    """The facts that a work is about, with all that they are part of, and what they are called."""

    def __init__(
        self,
        snapshot: labels.Labels,
        borders: set[int],
        territories: set[int],
        concepts: set[int],
        countries: Iterable[int] = (),
    ) -> None:
        known, thesaurus = atlas.of(snapshot), hierarchy.of(snapshot)
        # Of what is not published, neither what it is part of shows.
        borders = borders & snapshot.table(BORDER).by_pk.keys()
        concepts = concepts & snapshot.table(CONCEPT).by_pk.keys()
        borders = borders.union(*(known.borders_of_territory.get(pk, ()) for pk in territories))
        borders = borders.union(*(known.wholes_of(pk) for pk in borders))
        countries = {*countries}.union(*(known.countries_of.get(pk, ()) for pk in borders))
        concepts = thesaurus.with_broader(concepts)
        keys = {BORDER: borders, TERRITORY: territories, COUNTRY: countries, CONCEPT: concepts}
        entries = {
            model: [entry for pk in sorted(pks) if (entry := snapshot.table(model).by_pk.get(pk))]
            for model, pks in keys.items()
        }
        self.names = list(
            dict.fromkeys(
                languages.clean(name)
                for model in (BORDER, TERRITORY)
                for entry in entries[model]
                for name in entry.names.values()
            )
        )
        self.keywords = {
            "border": [entry.code for entry in entries[BORDER]],
            "territory": [entry.code for entry in entries[TERRITORY]],
            "scale": sorted({known.scale_of[pk] for pk in territories if pk in known.scale_of}),
            "country": [entry.code for entry in entries[COUNTRY]],
            "concept": [entry.code for entry in entries[CONCEPT]],
        }


def _numbers(day: datetime.date | None, added: datetime.datetime | None) -> dict[str, int]:
    found = {} if day is None else {"year": day.year, "date": (day - EPOCH).days}
    return found if added is None else {**found, "added": int(added.timestamp() * 1000)}


def _filled(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: text for language, text in texts.items() if text}


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SUMMARY_SHOWN else text[:SUMMARY_SHOWN].rsplit(" ", 1)[0] + " …"
