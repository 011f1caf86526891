"""Records in Dublin Core's fifteen elements (https://www.dublincore.org/specifications/dublin-core/dces/)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cms.languages import DEFAULT
from cms.references import Context, Loaded, References
from cms.representation import document, uncertain_date
from resources.exchange import names
from resources.exchange.portable import loaded
from resources.files import RecordFile, RecordFileAccess
from resources.identifiers import Scheme, address
from resources.record_json_ld import LICENCES
from resources.record_numbers import permanent_address
from resources.record_shapes import INDEXED
from resources.record_types import Kind
from resources.records import AgentRole, Licence, Record, RecordLink

_ELEMENTS = {AgentRole.AUTHOR: "creator", AgentRole.PUBLISHER: "publisher"}
"""What those who did something else are: contributors."""
_IN_HOST = {Kind.ARTICLE: {Scheme.ISSN}, Kind.NEWSPAPER: {Scheme.ISSN}, Kind.CHAPTER: {Scheme.ISSN, Scheme.ISBN}}
"""Of parts, the numbers that are those of the whole."""


class Statement(NamedTuple):
    """An element with its text, and the language of that where it has one (ISO 639-1)."""

    element: str
    text: str
    language: str = ""


class _File(NamedTuple):
    url: str
    media_type: str


def described(records: Sequence[Record], context: Context) -> list[list[Statement]]:
    """What Dublin Core can carry of each record; labels of facts in all languages (a fixed number of queries)."""
    found = loaded(records)
    files, related = _files(found, context), _related(found, context)
    return [
        [one for one in _described(record, files[record.pk], related[record.pk], context) if one.text]
        for record in found
    ]


def _described(record: Record, files: Iterable[_File], related: Iterable[str], context: Context) -> Iterator[Statement]:
    original = record.original
    spoken = original.language if original else DEFAULT
    kind = Kind(record.type.kind)
    for text in sorted(record.texts.all(), key=lambda row: not row.is_original):
        yield Statement("title", names.full_title(text.title, text.subtitle), text.language)
        yield Statement("description", text.abstract, text.language)
    for link in record.agent_links.all():
        name = link.agent.name_in(spoken)
        yield Statement(_ELEMENTS.get(AgentRole(link.role), "contributor"), name)
    yield Statement("publisher", record.university)
    date = uncertain_date(record.date, record.date_precision)
    yield Statement("date", date["date"] if date else "")
    yield Statement("type", record.type.exported.dublin_core)
    yield from _labels("type", "resources.RecordType", [record.type_id], context)
    yield Statement("type", record.degree)
    yield Statement("identifier", permanent_address(record.code))
    for row in record.identifiers.all():
        element = "source" if row.scheme in _IN_HOST.get(kind, ()) else "identifier"
        named = f"urn:{row.scheme.upper()}:{row.value}" if row.scheme in {Scheme.ISBN, Scheme.ISSN} else row.value
        yield Statement(element, address(row.scheme, row.value) or named)
    yield Statement("identifier", record.url)
    for url, media_type in dict.fromkeys(files):
        yield Statement("identifier", url)
        yield Statement("format", media_type)
    yield Statement("source", _source(record))
    for language in record.languages.all():
        yield Statement("language", language.language)
    yield from _labels("subject", INDEXED["concepts"], [fact.pk for fact in record.concepts.all()], context)
    for keyword in record.keyword_list:
        yield Statement("subject", keyword, spoken)
    for relation in ("borders", "territories", "countries"):
        keys = [fact.pk for fact in getattr(record, relation).all()]
        yield from _labels("coverage", INDEXED[relation], keys, context)
    collection = context.labels.coded("resources.RecordCollection", record.collection_id, spoken)
    if collection:
        place = ", ".join(part for part in (collection["label"], record.collection_number) if part)
        yield Statement("relation", place)
    for url in related:
        yield Statement("relation", url)
    yield Statement("rights", str(Licence(record.licence).label) if record.licence else "")
    yield Statement("rights", LICENCES.get(record.licence, ""))


def _source(record: Record) -> str:
    """What the document appeared in, with its place there."""
    volume = f"{record.volume}({record.issue})" if record.volume and record.issue else record.volume or record.issue
    return ", ".join(part for part in (record.host, volume, record.pages) if part) if record.host else ""


def _labels(element: str, model: str, keys: Iterable[int], context: Context) -> Iterator[Statement]:
    """The preferred names of published facts in every language."""
    known = context.labels.table(model).by_pk
    for entry in sorted((known[key] for key in keys if key in known), key=lambda entry: entry.code):
        for language, name in sorted(entry.names.items()):
            yield Statement(element, name, language)


def _files(records: Sequence[Record], context: Context) -> defaultdict[int, list[_File]]:
    """The files that everybody may have today, by the key of their record."""
    rows = RecordFile.objects.filter(record__in=[record.pk for record in records], document__isnull=False)
    open_today = [row for row in rows if row.access_now == RecordFileAccess.OPEN]
    documents = {row.document_id for row in open_today if row.document_id}
    held = Loaded(References(documents=documents), context.labels)
    within = Context(context.locale, context.labels, held)
    found: defaultdict[int, list[_File]] = defaultdict(list)
    for row in open_today:
        link = document(row.document_id, within)
        if link and link["url"]:
            found[row.record_id].append(_File(link["url"], held.documents[link["id"]].content_type))
    return found


def _related(records: Sequence[Record], context: Context) -> defaultdict[int, list[str]]:
    """The addresses of the published records that each is related to, by its key."""
    links = RecordLink.objects.filter(record__in=[record.pk for record in records], target__live=True)
    found: defaultdict[int, list[str]] = defaultdict(list)
    for key, code in links.order_by("sort_order", "pk").values_list("record", "target__code"):
        found[key].append(permanent_address(code))
    return found
