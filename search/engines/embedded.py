"""The engine that comes with the portal: tantivy, in a folder of each host.

`current` in the folder names the index in use; a new one is made beside it. One process writes (the worker), all read.
"""

import contextlib
import json
import os
import re
import shutil
import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from importlib import metadata
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import tantivy
from rapidfuzz import process
from rapidfuzz.distance import OSA
from tantivy import Filter, Occur, Order, Query, Tokenizer

from search import schema
from search.engines import nodes
from search.engines.base import (
    CLOSE,
    NEAR_LEAST,
    NEAR_MOST,
    OPEN,
    PASSAGE,
    POSITION,
    SPELT,
    WRITTEN_IN,
    About,
    After,
    Answer,
    EngineError,
    Hit,
    Index,
    Position,
    Refused,
    Request,
    Value,
    as_written,
    told,
)
from search.languages import EXACT, LANGUAGES, TOKEN_BYTES, fold, telling, tokens

WRITER_BYTES = 64_000_000
WRITTEN_CHARACTERS = 100_000
"""How far into a text it is looked for how that writes a word."""
PREFIX_WORDS = 100
"""How many words a truncated one stands for at most."""
NEAR_TERMS = 100_000
"""Words of one first letter that are compared at most."""
ONE_EDIT = 5
"""Words of up to so many letters have one mistake at most; Elasticsearch's own measure."""
_STOP = re.compile(r"[^\w\s(\[]*")
SORTED_BY = {"date": "date", "added": "added"}
BUSY = "LockBusy"
BUSY_SECONDS = 60.0
"""How long one process waits for another that writes: a worker for a command, and the other way round."""

_told = told("The embedded index", ValueError, OSError, LookupError)
"""tantivy has ValueErrors for everything, a full disk and broken files included."""


class EmbeddedIndex:
    """One index in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._open: tantivy.Index | None = None
        self._loaded: tuple[int, int] | None = None
        self._writer: tantivy.IndexWriter | None = None
        """Of a put behind which more follows; nobody else writes meanwhile."""

    @property
    def key(self) -> str:
        return self.folder.name

    @_told
    def put(
        self,
        documents: Iterable[schema.Document],
        removed: Iterable[str] = (),
        position: Position | None = None,
        more: bool = False,
    ) -> None:
        index = self._index(create=True)
        writer, self._writer = self._writer or _writer(index), None
        try:
            for document in documents:
                writer.delete_documents_by_term("id", document.id)
                writer.add_document(_stored(document))
            for identifier in removed:
                writer.delete_documents_by_term("id", identifier)
            if position is not None:
                writer.delete_documents_by_term("id", POSITION)
                noted = {
                    "epoch": str(position.epoch),
                    "version": position.version,
                    "moment": position.moment,
                    "fingerprint": schema.fingerprint(),
                }
                writer.add_document(tantivy.Document(id=[POSITION], shown=[json.dumps(noted)]))
            writer.commit()
        except BaseException:
            writer.rollback()
            more = False
            raise
        finally:
            if more:
                self._writer = writer
            else:
                # Its segments are merged now and then, which takes seconds of a large index.
                with contextlib.suppress(ValueError):
                    writer.wait_merging_threads()

    @_told
    def position(self) -> Position | None:
        try:
            return _position(self.searcher())
        except EngineError:
            return None

    @_told
    def count(self) -> int:
        found: int = self.searcher().search(_everything(), 1).count  # type: ignore[attr-defined]
        return found

    @_told
    def digests(self) -> Iterator[tuple[str, str]]:
        searcher = self.searcher()
        hits = searcher.search(_everything(), max(1, searcher.num_docs)).hits
        held = (searcher.doc(address) for _score, address in hits)
        return iter([(stored["id"][0], stored["digest"][0]) for stored in held])

    @_told
    def searcher(self) -> tantivy.Searcher:
        """What is stored now; EngineError where there is no index that can be read."""
        index = self._index()
        # Each commit writes this file anew; to load again what is as it was would take a millisecond of every search.
        found = (self.folder / "meta.json").stat()
        if self._loaded != (state := (found.st_ino, found.st_mtime_ns)):
            index.reload()
            self._loaded = state
        return index.searcher()

    def _index(self, create: bool = False) -> tantivy.Index:
        with self._lock:
            if self._open is None:
                if create:
                    self.folder.mkdir(parents=True, exist_ok=True)
                    self._open = tantivy.Index(_schema(), str(self.folder))
                else:
                    self._open = tantivy.Index.open(str(self.folder))
                for name, analyzer in _analyzers().items():
                    self._open.register_tokenizer(name, analyzer)
            return self._open


class EmbeddedEngine:
    """tantivy in a folder."""

    name = "embedded"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._current: EmbeddedIndex | None = None

    @property
    def key(self) -> str:
        return self._index().key

    def search(self, request: Request) -> Answer:
        searcher = self._index().searcher()
        try:
            return _search(searcher, request)
        except ValueError as error:
            raise Refused(f"The embedded index: {error}"[:500]) from error

    def totals(self, requests: Sequence[Request]) -> list[int]:
        searcher = self._index().searcher()
        return [_total(searcher, request) for request in requests]

    def near(self, word: str) -> list[str]:
        searcher, word = self._index().searcher(), fold(word)
        if len(word) < NEAR_LEAST or any(searcher.doc_freq(field, word) for field in SPELT):
            return []
        # As in Elasticsearch, the first letter is taken to be right.
        known = {
            term: count
            for field in SPELT
            for term, count in searcher.terms_with_prefix(field, word[0], limit=NEAR_TERMS)
        }
        edits = 1 if len(word) <= ONE_EDIT else 2
        found = process.extract(word, list(known), scorer=OSA.distance, score_cutoff=edits, limit=None)
        ranked = sorted((distance, -known[term], term) for term, distance, _place in found)
        return [term for _distance, _count, term in ranked][:NEAR_MOST]

    def written(self, word: str) -> str:
        searcher = self._index().searcher()
        query = _made(nodes.Sum(tuple(nodes.Text(name, word) for name in SPELT)), searcher)
        places = [address for _score, address in searcher.search(query, WRITTEN_IN).hits]
        texts = (text for address in places for text in _texts(searcher, address))
        return as_written((form for text in texts for form in tokens(text) if fold(form) == word), word)

    def put(
        self,
        documents: Iterable[schema.Document],
        removed: Iterable[str] = (),
        position: Position | None = None,
        more: bool = False,
    ) -> None:
        self._index().put(documents, removed, position, more)

    def position(self) -> Position | None:
        try:
            return self._index().position()
        except EngineError:
            return None

    def count(self) -> int:
        return self._index().count()

    def digests(self) -> Iterator[tuple[str, str]]:
        return self._index().digests()

    @_told
    def begin(self) -> EmbeddedIndex:
        self.folder.mkdir(parents=True, exist_ok=True)
        index = EmbeddedIndex(self.folder / f"{time.time_ns():020}")
        index.put([])
        return index

    def discard(self, index: Index) -> None:
        shutil.rmtree(self.folder / index.key, ignore_errors=True)

    @_told
    def about(self) -> About:
        files = (self.folder / self.key).iterdir()
        return About(f"tantivy {metadata.version('tantivy')}", sum(path.stat().st_size for path in files))

    @_told
    def swap(self, index: Index) -> None:
        written = self.folder / f"current.{os.getpid()}"
        written.write_text(index.key)
        written.replace(self.folder / "current")

    @_told
    def tidy(self) -> None:
        current = self._named() or ""
        names = [folder.name for folder in self.folder.glob("[0-9]*") if folder.is_dir()]
        kept = {current, max((name for name in names if name < current), default="")}
        for name in set(names) - kept:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for written in self.folder.glob("current.*"):
            written.unlink(missing_ok=True)

    def _named(self) -> str | None:
        try:
            return (self.folder / "current").read_text().strip()
        except OSError:
            return None

    def _index(self) -> EmbeddedIndex:
        name = self._named()
        if not name:
            raise EngineError("There is no embedded index yet.")
        with self._lock:
            if self._current is None or self._current.folder.name != name:
                self._current = EmbeddedIndex(self.folder / name)
            return self._current


def _writer(index: tantivy.Index) -> tantivy.IndexWriter:
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return index.writer(WRITER_BYTES, num_threads=1)
        except ValueError as error:
            if BUSY not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.05)


@cache
def _analyzers() -> Mapping[str, tantivy.TextAnalyzer]:
    def analyzer(*filters: Filter) -> tantivy.TextAnalyzer:
        builder = tantivy.TextAnalyzerBuilder(Tokenizer.simple())
        for step in (Filter.remove_long(TOKEN_BYTES), Filter.lowercase(), *filters, Filter.ascii_fold()):
            builder = builder.filter(step)
        return builder.build()

    # Stemmed before folded: the stemmers know accents.
    found = {code: analyzer(Filter.stemmer(language.stemmer)) for code, language in LANGUAGES.items()}
    return {**found, EXACT: analyzer()}


@cache
def _analyses() -> Mapping[str, str]:
    return dict(schema.text_fields())


@cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("digest", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("shown", stored=True, tokenizer_name="raw", index_option="basic")
    for name, analysis in schema.text_fields():
        in_language = name.startswith(tuple(f"{part}_" for part in schema.PARTS))
        builder.add_text_field(name, stored=in_language, tokenizer_name=analysis)
    for name in (*schema.KEYWORDS, schema.IDENTIFIERS):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in schema.sort_fields():
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in (*schema.NUMBERS, schema.TIE):
        builder.add_integer_field(name, indexed=True, fast=True)
    return builder.build()


def _stored(document: schema.Document) -> tantivy.Document:
    shown = json.dumps(dict(document.shown), ensure_ascii=False)
    return tantivy.Document(id=[document.id], digest=[document.digest()], shown=[shown], **document.fields)


def _everything() -> Query:
    position = Query.term_query(_schema(), "id", POSITION, index_option="basic")
    return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, position)])


def _position(searcher: tantivy.Searcher) -> Position | None:
    hits = searcher.search(Query.term_query(_schema(), "id", POSITION), 1, count=False).hits
    noted = orjson.loads(searcher.doc(hits[0][1])["shown"][0]) if hits else {}
    if noted.get("fingerprint") != schema.fingerprint():
        return None
    return Position(uuid.UUID(noted["epoch"]), noted["version"], noted.get("moment", ""))


def _search(searcher: tantivy.Searcher, request: Request) -> Answer:
    query = _made(request.node, searcher)
    filters = {name: _made(node, searcher) for name, node in request.filters.items()}
    total, places = _window(searcher, _within(searcher, query, request), request)
    marks = _Marks(searcher, request)
    hits = []
    for place in places:
        stored = searcher.doc(place.address)
        shown, passage = orjson.loads(stored["shown"][0]), partial(marks.passage, stored)
        hits.append(Hit(stored["id"][0], place.value, shown, passage, partial(_start, stored)))
    return Answer(total, hits, _counts(searcher, query, filters, request), _position(searcher))


def _start(stored: tantivy.Document, part: str, language: str, passage: str) -> int | None:
    texts = stored.get_all(f"{part}_{language}")
    before, _, rest = passage.partition(OPEN)
    found = str(texts[0]).find(before + rest.replace(OPEN, "").replace(CLOSE, "")) if len(texts) == 1 else -1
    return found + len(before) if found >= 0 else None


def _within(searcher: tantivy.Searcher, query: Query, request: Request) -> Query:
    return _filtered(query, (_made(node, searcher) for node in request.cuts))


def _texts(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> Iterator[str]:
    """What a document says, in all languages, the beginnings of long texts."""
    stored = searcher.doc(address)
    for part in schema.PARTS:
        for language in schema.languages():
            for text in stored.get_all(f"{part}_{language}"):
                yield str(text)[:WRITTEN_CHARACTERS]


def _total(searcher: tantivy.Searcher, request: Request) -> int:
    found = searcher.search(_within(searcher, _made(request.node, searcher), request), 1)
    total: int = found.count  # type: ignore[attr-defined]
    return total


class _Place(NamedTuple):
    """A hit in its order."""

    value: Value
    tie: int
    address: tantivy.DocAddress


def _window(searcher: tantivy.Searcher, query: Query, request: Request) -> tuple[int, list[_Place]]:
    """How many documents a query finds, and the part of them that a request asks for.

    tantivy begins at no value, so behind a hit everything before it is looked at as well, without being read.
    """
    size = request.offset + request.limit
    while True:
        total, places = _ordered(searcher, query, request, max(1, size))
        whole = len(places) >= total
        start = request.offset if request.after is None else _behind(places, request.after, request, whole)
        found = places[start : start + request.limit]
        if whole or len(found) == request.limit:
            return total, found
        size = 4 * len(places)


def _behind(places: Sequence[_Place], after: After, request: Request, whole: bool) -> int:
    """Where what follows a hit begins; behind all of them if that may be further down."""
    tie = schema.tie(after.id)
    if request.order == "relevance":
        found = next((number for number, place in enumerate(places, 1) if place.tie == tie), None)
        if found is not None or not whole:
            return len(places) if found is None else found

    def follows(place: _Place) -> bool:
        if place.value == after.value:
            return place.tie > tie
        if place.value is None or after.value is None:
            return place.value is None
        return bool(place.value < after.value if request.goes_down else place.value > after.value)  # type: ignore[operator]

    return next((number for number, place in enumerate(places) if follows(place)), len(places))


def _ordered(searcher: tantivy.Searcher, query: Query, request: Request, least: int) -> tuple[int, list[_Place]]:
    """How many documents a query finds, and at least so many of the first ones."""
    if request.order == "relevance":
        return _tied(searcher, query, least, {})
    column = SORTED_BY.get(request.order, f"sort_{request.sort_language}")
    known = Query.const_score_query(Query.exists_query(column), 0.0)
    ordering = {"order_by_field": column, "order": Order.Desc if request.descending else Order.Asc}
    total, places = _tied(searcher, Query.boolean_query([(Occur.Must, query), (Occur.Must, known)]), least, ordering)
    # What lacks the value comes last in either direction.
    lacking = Query.boolean_query([(Occur.Must, query), (Occur.MustNot, known)])
    found = searcher.search(lacking, max(1, least - len(places)), order_by_field=schema.TIE, order=Order.Asc)
    if len(places) < least:
        places += [_Place(None, tie, address) for tie, address in found.hits]
    return total + found.count, places  # type: ignore[attr-defined]


def _tied(
    searcher: tantivy.Searcher, query: Query, least: int, ordering: Mapping[str, Any]
) -> tuple[int, list[_Place]]:
    """The same in an order of tantivy's, which leaves equal ones as they come: so all that are equal to the last."""
    size = least
    while True:
        # One more than asked for shows whether the last one ends a value.
        found = searcher.search(query, size + 1, **ordering)
        hits = found.hits
        if len(hits) <= size or hits[size][0] != hits[size - 1][0]:
            break
        size *= 4
    hits = hits[:size]
    ties = searcher.fast_field_values(schema.TIE, [address for _value, address in hits])
    places = [_Place(value, int(tie or 0), address) for (value, address), tie in zip(hits, ties, strict=True)]
    parts = (sorted(part, key=lambda place: place.tie) for _value, part in groupby(places, lambda place: place.value))
    return found.count, [place for part in parts for place in part]  # type: ignore[attr-defined]


def _filtered(query: Query, filters: Iterable[Query]) -> Query:
    kept = [(Occur.Must, Query.const_score_query(node, 0.0)) for node in filters]
    return Query.boolean_query([(Occur.Must, query), *kept]) if kept else query


def _counts(
    searcher: tantivy.Searcher, query: Query, filters: Mapping[str, Query], request: Request
) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for own, facets in request.passes().items():
        within = _filtered(query, (node for name, node in filters.items() if name != own))
        asked = {facet: {"terms": {"field": facet, "size": size}} for facet, size in facets.items()}
        for facet, buckets in searcher.aggregate(within, asked).items():
            found[facet] = {_key(bucket["key"]): bucket["doc_count"] for bucket in buckets["buckets"]}
    return found


def _key(key: Any) -> str:
    return str(int(key)) if isinstance(key, float | int) else str(key)


class _Marks:
    """The passages of hits, with what was asked for marked."""

    def __init__(self, searcher: tantivy.Searcher, request: Request) -> None:
        self.searcher, self.request = searcher, request
        self._makers: dict[str, tantivy.SnippetGenerator] = {}
        self._meant: dict[str, list[frozenset[str]]] = {}
        """By field the terms of each name that is marked."""

    def passage(self, stored: tantivy.Document, part: str, language: str) -> str:
        name = f"{part}_{language}"
        if not self.request.marked or not (whole := stored.get_first(name)):
            return ""
        passage = _marked(self._maker(name, language).snippet_from_doc(stored), name, self._meant[name])
        if not passage:
            return ""
        # A snippet ends with a word, and so without a full stop or bracket; a title is shown to its end.
        rest = str(whole).partition(passage.replace(OPEN, "").replace(CLOSE, ""))[2]
        return passage + (rest if part == schema.TITLE else _STOP.match(rest)[0])  # type: ignore[index]

    def _maker(self, name: str, language: str) -> tantivy.SnippetGenerator:
        if name not in self._makers:
            # Of a phrase tantivy marks each word wherever it stands.
            words = [telling(text, language) for text in self.request.marks(language)]
            self._meant[name] = [frozenset(_terms(name, text)) for text in words]
            query = _made(nodes.Sum(tuple(nodes.Text(name, text) for text in words)), self.searcher)
            maker = tantivy.SnippetGenerator.create(self.searcher, query, _schema(), name)
            maker.set_max_num_chars(1000 if name.startswith(schema.TITLE) else PASSAGE)
            self._makers[name] = maker
        return self._makers[name]


def _marked(snippet: tantivy.Snippet, field: str, meant: Iterable[frozenset[str]]) -> str:
    """The passage with marks on what it has the whole of; empty where nothing matched. Places are counted in bytes."""
    text = snippet.fragment().encode()
    parts, last = [], 0
    places = [(place, _terms(field, text[place.start : place.end].decode())) for place in snippet.highlighted()]
    there = {term for _place, terms in places for term in terms}
    whole = set().union(*(name for name in meant if name <= there))
    for place, terms in places:
        if place.start < last or whole.isdisjoint(terms):
            continue
        parts += [text[last : place.start].decode(), OPEN, text[place.start : place.end].decode(), CLOSE]
        last = place.end
    return "".join([*parts, text[last:].decode()]) if parts else ""


def _terms(field: str, text: str) -> list[str]:
    return _analyzers()[_analyses()[field]].analyze(text)


def _made(node: nodes.Node, searcher: tantivy.Searcher) -> Query:
    """A node as tantivy's query."""
    match node:
        case nodes.Text(field, text):
            return _words(field, text, 0)
        case nodes.Phrase(field, text, slop):
            return _words(field, text, slop)
        case nodes.Prefix(field, text):
            terms = searcher.terms_with_prefix(field, fold(text), limit=PREFIX_WORDS)
            queries = [Query.term_query(_schema(), field, term) for term, _count in terms]
            return Query.const_score_query(_any(queries), 1.0)
        case nodes.Values(field, values):
            queries = [Query.term_query(_schema(), field, value, index_option="basic") for value in values]
            return Query.const_score_query(_any(queries), 1.0)
        case nodes.Between(field, low, high):
            return Query.const_score_query(
                Query.range_query(_schema(), field, tantivy.FieldType.Integer, low, high), 1.0
            )
        case nodes.Sum(children, least):
            parts = [(Occur.Should, _made(child, searcher)) for child in children]
            return Query.boolean_query(parts, minimum_number_should_match=max(1, least))
        case nodes.Best(children, tie):
            return Query.disjunction_max_query([_made(child, searcher) for child in children], tie)
        case nodes.Boost(child, factor):
            return Query.boost_query(_made(child, searcher), factor)
        case nodes.Constant(child, score):
            return Query.const_score_query(_made(child, searcher), score)
        case nodes.Raised(child, score):
            more = Query.const_score_query(Query.all_query(), score)
            return Query.boolean_query([(Occur.Must, _made(child, searcher)), (Occur.Must, more)])
        case nodes.Must(children, without, better):
            parts = [(Occur.Must, _made(child, searcher)) for child in children or (nodes.Constant(_ALL, 0.0),)]
            parts += [(Occur.MustNot, _made(child, searcher)) for child in without]
            parts += [(Occur.Should, _made(child, searcher)) for child in better]
            return Query.boolean_query(parts)
        case nodes.Everything():
            return Query.const_score_query(_everything(), 1.0)


_ALL = nodes.Everything()


def _any(queries: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries]) if queries else Query.empty_query()


def _words(field: str, text: str, slop: int) -> Query:
    terms = _terms(field, text)
    if not terms:
        return Query.empty_query()
    if len(terms) == 1:
        return Query.term_query(_schema(), field, terms[0])
    return Query.phrase_query(_schema(), field, list(terms), slop)
