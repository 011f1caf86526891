"""How records look as JSON, in a fixed number of queries whatever their number."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from typing_extensions import TypedDict

from cms.json_types import Address, Date, Moment
from cms.labels import Coded, CodedAs
from cms.references import Context, Loaded, References
from cms.representation import (
    DocumentLink,
    PageLink,
    UncertainDate,
    document,
    enum,
    page_link,
    uncertain_date,
)
from cms.structured_data import Described
from resources import identifiers, languages, record_json_ld
from resources.file_views import thumbnail_path
from resources.files import RecordFile, RecordFileAccess
from resources.records import (
    AgentRole,
    Licence,
    Record,
    RecordAgent,
    RecordLink,
    RecordText,
    RelationKind,
)

INDEXED = {
    "borders": "borders.Border",
    "territories": "borders.Territory",
    "countries": "borders.Country",
    "concepts": "resources.Concept",
}
"""What records are indexed by: relations with the models of their facts."""


class RecordAgentJson(TypedDict):
    """What a person or body did for a document; `code` leads to `agents/{code}/`."""

    code: str
    label: str
    role: CodedAs[AgentRole] | None


class InCollection(Coded):
    """The MOT collection that a document belongs to, with its number there."""

    number: str


class RecordRef(TypedDict):
    """As much of a record as a link to it needs."""

    code: str
    title: str
    title_language: Coded


class RecordJson(TypedDict):
    """A document: title and subtitle in the language of the answer where there are any, else in the document's own.

    `title_language` says which; agents are in the order of the title page.
    """

    code: str
    title: str
    subtitle: str
    title_language: Coded
    type: Coded | None
    date: UncertainDate | None
    agents: list[RecordAgentJson]
    collection: InCollection | None
    host: str
    languages: list[Coded]
    borders: list[Coded]
    territories: list[Coded]
    countries: list[Coded]
    concepts: list[Coded]
    url: str
    added_at: Moment


class RecordTextJson(TypedDict):
    """Title, subtitle and abstract in one language."""

    language: Coded
    is_original: bool
    title: str
    subtitle: str
    abstract: str


class IdentifierJson(TypedDict):
    """A number of the document in a register; `url` is empty where it leads nowhere."""

    scheme: CodedAs[identifiers.Scheme] | None
    value: str
    url: str


class CopyJson(TypedDict):
    """A copy on paper; without a location it is in the documentation centre."""

    shelf_mark: str
    location: str


class RecordFileJson(TypedDict):
    """A file of the document; `document` is null for who may not have it today, until `open_from` where that is given.

    `pages` and `thumbnail` (of the first page, WebP) are there once an open file has been read.
    """

    language: Coded
    access: CodedAs[RecordFileAccess] | None
    open_from: Date | None
    document: DocumentLink | None
    pages: int | None
    thumbnail: Address | None


class RelatedRecord(TypedDict):
    """Another document and how this one stands to it."""

    relation: CodedAs[RelationKind] | None
    record: RecordRef


class RecordDetailJson(RecordJson, Described):
    """All that is known of a document: `texts` in every language, the original first.

    `volume`, `issue`, `pages` and `edition` are those of the document in its `host`; `degree` and `university` those
    of a thesis.
    """

    texts: list[RecordTextJson]
    identifiers: list[IdentifierJson]
    place: str
    volume: str
    issue: str
    pages: str
    edition: str
    degree: str
    university: str
    licence: CodedAs[Licence] | None
    keywords: list[str]
    provenance: str
    copies: list[CopyJson]
    files: list[RecordFileJson]
    related_records: list[RelatedRecord]
    related_pages: list[PageLink]
    updated_at: Moment | None


class Indexing:
    """Keys of the facts that records are indexed by (a query a relation)."""

    def __init__(self, records: Iterable[Record]) -> None:
        keys = [record.pk for record in records]
        self._of: dict[tuple[str, int], list[int]] = defaultdict(list)
        for relation in INDEXED:
            through: Any = Record._meta.get_field(relation).remote_field.through  # type: ignore[union-attr]
            [target] = [f for f in through._meta.fields if f.is_relation and f.related_model is not Record]
            rows = through._default_manager.filter(record__in=keys).order_by("pk")
            for record, fact in rows.values_list("record_id", target.attname):
                self._of[relation, record].append(fact)

    def coded(self, relation: str, record: Record, context: Context) -> list[Coded]:
        """The published facts of one relation, by label."""
        found = context.labels.all_coded(INDEXED[relation], self._of[relation, record.pk], context.locale)
        return sorted(found, key=lambda coded: coded["label"].casefold())


def cards(records: Sequence[Record], context: Context) -> list[RecordJson]:
    """Records as they are listed (ten queries)."""
    _load(records)
    indexing = Indexing(records)
    return [_card(record, indexing, context) for record in records]


def detail(record: Record, context: Context) -> RecordDetailJson:
    """One record with all that is known of it; `context` needs no references, they are loaded here."""
    _load([record])
    links = RecordLink.objects.filter(record=record, target__live=True).select_related("target")
    links = links.prefetch_related("target__texts")
    pages = list(record.page_links.values_list("page_id", flat=True))
    files = list(record.files.select_related("document__file_text").defer("document__file_text__thumbnail"))
    documents = {row.document_id for row in files if row.document_id}
    loaded = Loaded(References(pages=set(pages), documents=documents), context.labels)
    within = Context(context.locale, context.labels, loaded)
    texts = sorted(record.texts.all(), key=lambda text: not text.is_original)
    card = _card(record, Indexing([record]), context)
    numbers = list(record.identifiers.all())
    return {
        **card,
        "texts": [_text(text) for text in texts],
        "identifiers": [_identifier(row.scheme, row.value) for row in numbers],
        "place": record.place,
        "volume": record.volume,
        "issue": record.issue,
        "pages": record.pages,
        "edition": record.edition,
        "degree": record.degree,
        "university": record.university,
        "licence": enum(Licence, record.licence),
        "keywords": record.keyword_list,
        "provenance": record.provenance,
        "copies": [{"shelf_mark": copy.shelf_mark, "location": copy.location} for copy in record.copies.all()],
        "files": [_file(row, within) for row in files],
        "related_records": [
            {"relation": enum(RelationKind, link.kind), "record": reference(link.target, context)} for link in links
        ],
        "related_pages": [
            shown for pk in pages if (shown := page_link(loaded.page(pk, context.locale), within)) is not None
        ],
        "updated_at": record.last_published_at.isoformat() if record.last_published_at else None,
        "json_ld": record_json_ld.described(record, card, numbers, context),
    }


def _file(row: RecordFile, context: Context) -> RecordFileJson:
    link = document(row.document_id, context)
    link = link if link and link["url"] and row.access_now == RecordFileAccess.OPEN else None
    text = getattr(row.document, "file_text", None) if link else None
    return {
        "language": languages.coded(row.language),
        "access": enum(RecordFileAccess, row.access),
        "open_from": row.open_from.isoformat() if row.open_from else None,
        "document": link,
        "pages": len(text.pages) if text and text.pages else None,
        "thumbnail": context.absolute(thumbnail_path(text.key)) if text and text.key else None,
    }


def reference(record: Record, context: Context) -> RecordRef:
    """A link to a record whose texts are prefetched."""
    text = record.text_in(context.locale)
    return {
        "code": record.code,
        "title": text.title if text else record.code,
        "title_language": languages.coded(text.language if text else ""),
    }


def _load(records: Sequence[Record]) -> None:
    """What `_card` shows of records, with the agents that are published."""
    agents = RecordAgent.objects.filter(agent__live=True).select_related("agent").prefetch_related("agent__names")
    prefetch_related_objects(list(records), "texts", "languages", Prefetch("agent_links", queryset=agents))


def _card(record: Record, indexing: Indexing, context: Context) -> RecordJson:
    named = reference(record, context)
    text = record.text_in(context.locale)
    return {
        **named,
        "subtitle": text.subtitle if text else "",
        "type": context.labels.coded("resources.RecordType", record.type_id, context.locale),
        "date": uncertain_date(record.date, record.date_precision),
        "agents": [
            {
                "code": link.agent.code,
                "label": link.agent.name_in(context.locale),
                "role": enum(AgentRole, link.role),
            }
            for link in record.agent_links.all()
        ],
        "collection": _collection(record, context),
        "host": record.host,
        "languages": [languages.coded(row.language) for row in record.languages.all()],
        "borders": indexing.coded("borders", record, context),
        "territories": indexing.coded("territories", record, context),
        "countries": indexing.coded("countries", record, context),
        "concepts": indexing.coded("concepts", record, context),
        "url": record.url,
        "added_at": record.added_at.isoformat(),
    }


def _collection(record: Record, context: Context) -> InCollection | None:
    found = context.labels.coded("resources.RecordCollection", record.collection_id, context.locale)
    return {**found, "number": record.collection_number} if found else None


def _text(text: RecordText) -> RecordTextJson:
    return {
        "language": languages.coded(text.language),
        "is_original": text.is_original,
        "title": text.title,
        "subtitle": text.subtitle,
        "abstract": text.abstract,
    }


def _identifier(scheme: str, value: str) -> IdentifierJson:
    return {
        "scheme": enum(identifiers.Scheme, scheme),
        "value": value,
        "url": identifiers.address(scheme, value),
    }
