"""Elasticsearch: one index behind an alias; new ones are made beside it."""

import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from elastic_transport import ConnectionTimeout, TransportError
from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, OrjsonSerializer, helpers

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
from search.languages import EXACT, LANGUAGES, TOKEN_BYTES, fold

SEARCH_SECONDS = 1.2
"""A search that takes longer is answered by another engine: the server gives it up by itself."""
ANSWER_SECONDS = SEARCH_SECONDS + 0.1
"""A server that takes longer may hang."""
LOOK_SECONDS = 0.25
"""A server that takes longer for the least that can be asked does hang."""
WRITE_SECONDS = 60

TOGETHER = "@together"
"""What facets are counted under that have no filter of their own."""
IN_MAKING = "-making"
"""What the alias of an index in the making ends with."""

_told = told("Elasticsearch", ApiError, TransportError, LookupError, TypeError, ValueError, AttributeError)
"""Whatever goes wrong with the server, garbage in its answers included, is an EngineError."""

P = ParamSpec("P")
R = TypeVar("R")


class _AtFault(EngineError):
    """The server gave this search up, as it takes too long or is more than it takes."""


def _for_a_reader(
    function: Callable[Concatenate["ElasticEngine", P], R],
) -> Callable[Concatenate["ElasticEngine", P], R]:
    """A decorator of what readers ask for: Refused where that is too much for a server that is well."""

    @_told
    @wraps(function)
    def wrapped(self: "ElasticEngine", *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(self, *args, **kwargs)
        except (ConnectionTimeout, BadRequestError, _AtFault) as error:
            # One reader's question must not send all the others to another engine: it is at fault, or the server is.
            self.look()
            raise Refused(f"Elasticsearch: {error}"[:500]) from error

    return wrapped


class ElasticIndex:
    """The index behind an alias. Without the alias nothing is written, so that no index comes about by itself."""

    def __init__(self, client: Elasticsearch, alias: str) -> None:
        self.quick = client
        self.client = client.options(request_timeout=WRITE_SECONDS)
        self.index = alias

    @property
    def key(self) -> str:
        return self.index.removesuffix(IN_MAKING)

    @_told
    def put(
        self,
        documents: Iterable[schema.Document],
        removed: Iterable[str] = (),
        position: Position | None = None,
        more: bool = False,
    ) -> None:
        actions = self._actions(documents, removed)
        bulk = helpers.streaming_bulk(self.client, actions, raise_on_error=False, require_alias=True)
        for done, result in bulk:
            if not done and result.get("delete", {}).get("result") != "not_found":
                raise EngineError(f"Elasticsearch refused a document: {result}"[:500])
        if position is None:
            self.client.indices.refresh(index=self.index)
        else:
            # Stored and seen in one request: whoever is killed after it leaves nothing to be seen later.
            self.client.index(
                index=self.index,
                id=POSITION,
                require_alias=True,
                refresh=True,
                document={
                    "shown": {
                        "epoch": str(position.epoch),
                        "version": position.version,
                        "moment": position.moment,
                        "fingerprint": schema.fingerprint(),
                    }
                },
            )

    def _actions(self, documents: Iterable[schema.Document], removed: Iterable[str]) -> Iterator[dict[str, Any]]:
        for document in documents:
            own = {"id": document.id, "digest": document.digest(), "shown": dict(document.shown)}
            source = {**own, **document.fields}
            yield {"_op_type": "index", "_index": self.index, "_id": document.id, "_source": source}
        for name in removed:
            yield {"_op_type": "delete", "_index": self.index, "_id": name}

    @_told
    def position(self) -> Position | None:
        try:
            noted = self.quick.get(index=self.index, id=POSITION)["_source"]["shown"]
        except NotFoundError:
            return None
        if noted["fingerprint"] != schema.fingerprint():
            return None
        return Position(uuid.UUID(noted["epoch"]), int(noted["version"]), noted.get("moment", ""))

    @_told
    def count(self) -> int:
        return int(self.client.count(index=self.index, query=_made(nodes.Everything()))["count"])

    @_told
    def digests(self) -> Iterator[tuple[str, str]]:
        asked = {"query": _made(nodes.Everything()), "_source": ["digest"]}
        found = helpers.scan(self.client, index=self.index, query=asked)
        return iter([(hit["_id"], hit["_source"]["digest"]) for hit in found])


class ElasticEngine(ElasticIndex):
    """The index that the alias `name` leads to, on one or several hosts."""

    name = "elasticsearch"

    def __init__(self, hosts: Sequence[str], alias: str) -> None:
        # A host that refuses is passed over at once; one that hangs is not waited for twice.
        client = Elasticsearch(
            list(hosts),
            max_retries=len(hosts) - 1,
            retry_on_timeout=False,
            retry_on_status=(),
            request_timeout=ANSWER_SECONDS,
            serializer=OrjsonSerializer(),
        )
        super().__init__(client, alias)

    @_told
    def look(self) -> None:
        """EngineError where the index does not answer the least of searches, or not at once."""
        asked = self.quick.options(request_timeout=LOOK_SECONDS)
        _whole(asked.search(index=self.index, size=0, terminate_after=1, track_total_hits=False))

    @_for_a_reader
    def search(self, request: Request) -> Answer:
        found = self._found(request)
        hits = [
            Hit(
                str(hit["_id"]),
                _value(hit),
                dict(hit["_source"]["shown"]),
                partial(_passage, {name: str(marked[0]) for name, marked in hit.get("highlight", {}).items()}),
            )
            for hit in found["hits"]["hits"]
        ]
        counts = {
            facet: {str(bucket["key"]): bucket["doc_count"] for bucket in part[facet]["buckets"]}
            for own, facets in request.passes().items()
            for part in [found["aggregations"][own or TOGETHER]]
            for facet in facets
        }
        return Answer(int(found["hits"]["total"]["value"]), hits, counts)

    def _found(self, request: Request) -> Any:
        """Elasticsearch's answer to a request, which is whole."""
        if request.after is not None and request.order == "relevance":
            # Every publication moves all scores a little, so the one that this hit had says less than what it has now.
            # Looked for behind the query, which scores to the last bit as it does for the others.
            asked = _asked(replace(request, offset=0, after=None, limit=1, marked=()))
            asked.pop("aggregations", None)
            asked["post_filter"] = _made(nodes.Values("id", (request.after.id,)))
            for hit in self._taken(asked, request)["hits"]["hits"]:
                request = replace(request, after=After(_value(hit), request.after.id))
        return self._taken(_asked(request), request)

    def _taken(self, asked: Mapping[str, Any], request: Request) -> Any:
        # Copies of an index may score differently: what goes on behind a hit asks the same one twice.
        preference = str(schema.tie(request.after.id)) if request.after else None
        found = self.quick.search(index=self.index, preference=preference, **asked)
        _whole(found)
        return found

    @_for_a_reader
    def totals(self, requests: Sequence[Request]) -> list[int]:
        asked: list[dict[str, Any]] = []
        for request in requests:
            within = {"must": _made(request.node), "filter": [_made(node) for node in request.cuts]}
            limits = {"size": 0, "track_total_hits": True, "timeout": f"{int(SEARCH_SECONDS * 1000)}ms"}
            asked += [{}, {"query": {"bool": within}, **limits}]
        found = self.quick.msearch(index=self.index, searches=asked)["responses"] if asked else []
        for part in found:
            _whole(part)
        return [int(part["hits"]["total"]["value"]) for part in found]

    @_for_a_reader
    def near(self, word: str) -> list[str]:
        word = fold(word)
        if len(word) < NEAR_LEAST:
            return []
        found = self.quick.search(
            index=self.index,
            size=0,
            query=_made(nodes.Sum(tuple(nodes.Text(name, word) for name in SPELT))),
            suggest={name: _near(name, word) for name in SPELT},
        )
        if found["hits"]["total"]["value"]:
            return []
        near: dict[str, tuple[float, int]] = {}
        for entries in found["suggest"].values():
            for option in entries[0]["options"] if entries else ():
                kept = near.get(option["text"], (0.0, 0))
                near[option["text"]] = max(kept, (option["score"], option["freq"]))
        return sorted(near, key=lambda term: (-near[term][0], -near[term][1], term))[:NEAR_MOST]

    @_for_a_reader
    def written(self, word: str) -> str:
        marked = {"pre_tags": [OPEN], "post_tags": [CLOSE], "number_of_fragments": 1}
        found = self.quick.search(
            index=self.index,
            size=WRITTEN_IN,
            source=False,
            query=_made(nodes.Sum(tuple(nodes.Text(name, word) for name in SPELT))),
            highlight={**marked, "fields": {name: {"type": "unified"} for name in SPELT}},
        )
        marked_in = [texts for hit in found["hits"]["hits"] for texts in hit.get("highlight", {}).values()]
        forms = (form for texts in marked_in for text in texts for form in re.findall(f"{OPEN}(.*?){CLOSE}", text))
        return as_written(forms, word)

    @_told
    def begin(self) -> ElasticIndex:
        name = f"{self.index}-{time.time_ns():020}"
        alias = f"{name}{IN_MAKING}"
        self.client.indices.create(index=name, aliases={alias: {}}, settings=_settings(), mappings=_mappings())
        return ElasticIndex(self.quick, alias)

    @_told
    def discard(self, index: Index) -> None:
        self.client.indices.delete(index=index.key, ignore_unavailable=True)

    @_told
    def about(self) -> About:
        stats = self.client.indices.stats(index=self.index, metric="store")
        version = self.client.info()["version"]["number"]
        return About(f"Elasticsearch {version}", stats["_all"]["primaries"]["store"]["size_in_bytes"])

    @_told
    def swap(self, index: Index) -> None:
        old = [{"remove": {"index": name, "alias": self.index}} for name in self._behind()]
        made = {"remove": {"index": index.key, "alias": f"{index.key}{IN_MAKING}"}}
        self.client.indices.update_aliases(actions=[*old, made, {"add": {"index": index.key, "alias": self.index}}])

    @_told
    def tidy(self) -> None:
        current = max(self._behind(), default="")
        kept = {current, max((name for name in self._names() if name < current), default="")}
        if names := [name for name in self._names() if name not in kept]:
            self.client.indices.delete(index=names)

    @_told
    def drop(self) -> None:
        """Remove the alias and every index behind it: the end of a scratch engine."""
        if names := self._names():
            self.client.indices.delete(index=names)

    def _names(self) -> list[str]:
        """The indexes of this alias, which may be the beginning of another site's."""
        found = self.client.indices.get(index=f"{self.index}-*", expand_wildcards="all", features="aliases")
        return [name for name in found if re.fullmatch(r"\d{20}", name.removeprefix(f"{self.index}-"))]

    def _behind(self) -> list[str]:
        if not self.client.indices.exists_alias(name=self.index):
            return []
        return list(self.client.indices.get_alias(name=self.index))


def _whole(found: Any) -> None:
    """Refuse an answer that has only a part of what was asked for."""
    if found.get("status") == 400:  # one of several searches
        raise _AtFault(str(found["error"]))
    if found["_shards"]["failed"]:
        raise EngineError("Elasticsearch answered in part only.")
    if found["timed_out"]:
        raise _AtFault("The search took too long.")


def _settings() -> dict[str, Any]:
    def analyzer(*filters: str) -> dict[str, Any]:
        return {"type": "custom", "tokenizer": "words", "filter": ["lowercase", *filters, "asciifolding"]}

    return {
        "number_of_shards": 1,
        "auto_expand_replicas": "0-1",
        "analysis": {
            "tokenizer": {
                "words": {
                    "type": "char_group",
                    "tokenize_on_chars": ["whitespace", "punctuation", "symbol"],
                    "max_token_length": TOKEN_BYTES,
                }
            },
            "filter": {
                f"stem_{code}": {"type": "snowball", "language": language.stemmer}
                for code, language in LANGUAGES.items()
            },
            # Stemmed before folded: the stemmers know accents.
            "analyzer": {EXACT: analyzer(), **{code: analyzer(f"stem_{code}") for code in LANGUAGES}},
        },
    }


def _mappings() -> dict[str, Any]:
    keyword = {"type": "keyword", "ignore_above": 1000}
    return {
        "dynamic": False,
        "properties": {
            "shown": {"type": "object", "enabled": False},
            "id": keyword,
            **{
                # With their places, so that passages of long texts are found without analysing them again.
                name: {"type": "text", "analyzer": analysis, "index_options": "offsets"}
                for name, analysis in schema.text_fields()
            },
            **dict.fromkeys((*schema.KEYWORDS, schema.IDENTIFIERS, *schema.sort_fields()), keyword),
            **{name: {"type": "long"} for name in (*schema.NUMBERS, schema.TIE)},
        },
    }


def _near(field: str, word: str) -> dict[str, Any]:
    term = {"field": field, "suggest_mode": "missing", "prefix_length": 1, "size": NEAR_MOST}
    return {"text": word, "term": term}


def _asked(request: Request) -> dict[str, Any]:
    """The body of a search."""
    filters = {name: _made(node) for name, node in request.filters.items()}
    # What cuts the results and not the counts of its own facet comes after the query, all else is within it.
    cutting = {name: made for name, made in filters.items() if name in request.counts}
    always = [made for name, made in filters.items() if name not in request.counts]
    query = _made(request.node)
    asked: dict[str, Any] = {
        "query": {"bool": {"must": query, "filter": always}} if always else query,
        "from_": request.offset,
        "size": request.limit,
        "source": ["shown"],
        "track_total_hits": True,
        "timeout": f"{int(SEARCH_SECONDS * 1000)}ms",
        "sort": _sort(request),
    }
    behind = [*cutting.values(), *map(_made, request.left_out)]
    if behind:
        asked["post_filter"] = {"bool": {"filter": behind}}
    if request.after:
        asked["search_after"] = [_as_sorted(request.after.value, request.goes_down), schema.tie(request.after.id)]
    if request.counts:
        asked["aggregations"] = {
            own or TOGETHER: {
                "filter": {"bool": {"filter": [made for name, made in cutting.items() if name != own]}},
                "aggregations": {facet: {"terms": {"field": facet, "size": size}} for facet, size in facets.items()},
            }
            for own, facets in request.passes().items()
        }
    if request.marked:
        asked["highlight"] = {
            "pre_tags": [OPEN],
            "post_tags": [CLOSE],
            "fields": dict(_marks(request)),
        }
    return asked


def _sort(request: Request) -> list[Any]:
    tie = {schema.TIE: {"order": "asc"}}
    if request.order == "relevance":
        return ["_score", tie]
    column = f"sort_{request.sort_language}" if request.order == "title" else request.order
    direction = "desc" if request.descending else "asc"
    return [{column: {"order": direction, "missing": "_last"}}, tie]


LAST = 2**63 - 1
"""What Elasticsearch orders documents by that lack a number; going down, its opposite."""


def _value(hit: Mapping[str, Any]) -> Value:
    value: Value = hit["sort"][0]
    return None if value in (LAST, -LAST - 1) else value


def _as_sorted(value: Value, goes_down: bool) -> Value:
    if value is None:
        return -LAST - 1 if goes_down else LAST
    return value


def _marks(request: Request) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in schema.PARTS:
        for language in schema.languages():
            name = f"{part}_{language}"
            words = tuple(nodes.Text(name, text) for text in request.marks(language))
            whole = part == schema.TITLE
            yield (
                name,
                {
                    "type": "unified",
                    "number_of_fragments": 0 if whole else 1,
                    **({} if whole else {"fragment_size": PASSAGE}),
                    "highlight_query": _made(nodes.Sum(words)),
                },
            )


def _passage(marked: Mapping[str, str], part: str, language: str) -> str:
    return marked.get(f"{part}_{language}", "")


def _made(node: nodes.Node) -> dict[str, Any]:
    """A node as Elasticsearch's query."""
    match node:
        case nodes.Text(field, text):
            return {"match_phrase": {field: text}}
        case nodes.Phrase(field, text, slop):
            return {"match_phrase": {field: {"query": text, "slop": slop}}}
        case nodes.Prefix(field, text):
            return {"prefix": {field: {"value": fold(text)}}}
        case nodes.Values(field, values):
            return {"constant_score": {"filter": {"terms": {field: list(values)}}}}
        case nodes.Between(field, low, high):
            bounds = {name: value for name, value in (("gte", low), ("lte", high)) if value is not None}
            return {"range": {field: bounds}}
        case nodes.Sum(children, least):
            return {"bool": {"should": [_made(child) for child in children], "minimum_should_match": max(1, least)}}
        case nodes.Best(children, tie):
            return {"dis_max": {"queries": [_made(child) for child in children], "tie_breaker": tie}}
        case nodes.Boost(child, factor):
            return {"bool": {"must": [_made(child)], "boost": factor}}
        case nodes.Constant(child, score):
            return {"constant_score": {"filter": _made(child), "boost": score}}
        case nodes.Raised(child, score):
            return {"bool": {"must": [_made(child), {"match_all": {"boost": score}}]}}
        case nodes.Must(children, without, better):
            return {
                "bool": {
                    "must": [_made(child) for child in children or (nodes.Constant(nodes.Everything(), 0.0),)],
                    "must_not": [_made(child) for child in without],
                    "should": [_made(child) for child in better],
                }
            }
        case nodes.Everything():
            return {"constant_score": {"filter": {"exists": {"field": "id"}}}}
