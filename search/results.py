"""What was found, as JSON: results with marked passages, facets with labels, and how the question was understood."""

import html
import itertools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from django.conf import settings
from typing_extensions import TypedDict

from cms import changes, frontend, labels
from cms.json_types import Address
from cms.labels import Coded
from cms.languages import fallbacks
from cms.references import API_PATH
from cms.representation import UncertainDate, uncertain_date
from resources import hierarchy
from resources.models import Record
from search import facets, in_files, languages, promotions, schema
from search.answering import Answered, answer
from search.documents import CONCEPT, RECORD, public_pages
from search.engines.base import CLOSE, OPEN, After, Hit
from search.expansions import Expansion
from search.nothing import Nothing, explain
from search.question import Question
from search.searching import Asked, Behind, Found

MARK, END = "<mark>", "</mark>"


class Passage(TypedDict):
    """Where it matched, as HTML whose only tag is <mark>; `part` is title, summary or body, `locale` its language.

    `page` is that of the file, counted from 1, and `page_url` opens the file there; null where the passage is in none,
    or the file is not here.
    """

    part: str
    locale: str
    html: str
    page: int | None
    page_url: Address | None


class SearchResult(TypedDict):
    """A page with all its translations, or a document.

    `key` names it in the API: the number of a page (in the language shown), the number of a record. `locale` is the
    language shown: the reader's where there is one, else another, which `locales` lists. `passage` is null where
    nothing but facts or names matched. `thumbnail` is the first page of an open file (WebP), where there is one.
    `title_html` has what matched in <mark>. `promoted`: editors put it first for this query, with or without
    its words.
    """

    kind: Literal["page", "record"]
    key: str
    type: Coded
    locale: str
    locales: list[str]
    title: str
    title_html: str
    summary: str
    passage: Passage | None
    date: UncertainDate | None
    authors: list[str]
    thumbnail: Address | None
    promoted: bool
    html_path: str | None
    html_url: Address | None
    detail_url: Address


class FacetValue(TypedDict):
    """A value with how many results it would leave, whatever is chosen of its own facet.

    `narrower` are the concepts below a theme; other facets have none.
    """

    code: str
    label: str
    count: int
    selected: bool
    narrower: list["FacetValue"]


class FacetJson(TypedDict):
    """A facet; its name is the parameter."""

    name: str
    label: str
    values: list[FacetValue]


class ExpansionJson(TypedDict):
    """What was typed is a name of this fact, whose other names were asked for as well."""

    typed: str
    kind: Literal["concept", "border", "territory"]
    code: str
    labels: list[str]


class SearchMeta(TypedDict):
    """How a question was answered.

    `exact_count`: how many of the works have just what was asked for, or are promoted; the others come near.
    `relaxed`: too few have all that was asked for, so works that come near follow. `corrected`: what was asked instead,
    as nothing has the words that were typed; else empty. `degraded`: the standby engine answered. `next_cursor`
    is null at the end of the list.
    """

    total_count: int
    exact_count: int
    next_cursor: str | None
    relaxed: bool
    degraded: bool
    corrected: str


class SearchAnswer(TypedDict):
    """Results, the best first; `nothing` says what to try where there are none, else it is null."""

    meta: SearchMeta
    items: list[SearchResult]
    facets: list[FacetJson]
    expansions: list[ExpansionJson]
    nothing: Nothing | None


def answered(
    question: Question, snapshot: labels.Labels, cursor: Callable[[Behind], str | None] = lambda last: None
) -> SearchAnswer:
    """The answer to a question (a fixed number of queries); answering.Unavailable where no engine can answer.

    What is promoted comes before what the engine finds, which has it not again. Facets count what has the words, as
    that is what choosing one of their values leaves. `cursor` writes down where the list goes on.
    """
    seen, above = _above(question)
    promoted = [*seen, *(hit.id for hit in above)]
    shown = above[question.offset :][: question.limit]
    below = replace(
        question,
        without=promoted,
        offset=max(0, question.offset - len(above)),
        # No engine is asked for nothing, and only one more tells whether a part is the last.
        limit=max(1, question.limit - len(shown) + (question.behind is not None)),
    )
    given, true = _asked(below.asked(snapshot))
    found = _put_in_order(given, below)
    hits = [*shown, *found][: question.limit]
    total = len(promoted) + given.found.total
    more = len(shown) + len(found) > len(hits) if question.behind else question.offset + len(hits) < total
    following = None
    if hits and more:
        following = cursor(_last(question, hits, seen, above, given.found))
    return {
        "meta": {
            "total_count": total,
            "exact_count": len(promoted) + given.found.exact,
            "next_cursor": following,
            "relaxed": given.found.relaxed,
            "degraded": given.degraded,
            "corrected": given.found.corrected,
        },
        "items": _results(hits, question, snapshot, true, promoted),
        "facets": _facets(given, question, snapshot, true),
        "expansions": [_expansion(one, question.locale) for one in given.found.expansions],
        "nothing": explain(question, snapshot) if not total and _asks(question) else None,
    }


def total(question: Question, snapshot: labels.Labels) -> int:
    """How many works answer a question."""
    return _asked(_plain(question, snapshot, limit=1))[0].found.total


def listed(question: Question, snapshot: labels.Labels) -> list[SearchResult]:
    """The works that a question asks for, without what matched: for files, which hold many."""
    given, true = _asked(_plain(question, snapshot))
    return _results(_put_in_order(given, question), question, snapshot, true)


def _plain(question: Question, snapshot: labels.Labels, **more: Any) -> Asked:
    return replace(question.asked(snapshot), counts={}, marks=False, **more)


def _asked(asked: Asked) -> tuple[Answered, bool]:
    """An answer, and whether it is true to the database as it was when this was called (one query)."""
    last = changes.last()
    given = answer(asked)
    position = given.found.answer.position
    if last is None or position is None:
        return given, False
    return given, (position.version, position.moment) == (last[0], last[1].isoformat())


def _above(question: Question) -> tuple[list[str], list[Hit]]:
    """The ids of what stood above the list in the parts before this one, and what is still to stand there."""
    if question.behind is None:
        return [], promotions.hits(question)
    seen = list(question.behind.above)
    if question.behind.after is not None:
        return seen, []
    return seen, [hit for hit in promotions.hits(question) if hit.id not in seen]


def _last(question: Question, hits: Sequence[Hit], seen: list[str], above: Sequence[Hit], found: Found) -> Behind:
    """The last of these hits, as the place behind which the list goes on."""
    names = [hit.id for hit in above]
    passed = [*seen, *names[: question.offset + question.limit]]
    if hits[-1].id in names:
        return Behind(None, found.wide, found.corrected, tuple(passed))
    return Behind(After(hits[-1].value, hits[-1].id), found.wide, found.corrected, tuple(passed))


def _put_in_order(given: Answered, question: Question) -> list[Hit]:
    """The hits of an answer; those of a selection as the reader chose them."""
    if question.order != "selected":
        return given.found.hits
    places = {name: place for place, name in enumerate(question.ids or ())}
    found = (replace(hit, value=places[hit.id]) for hit in given.found.hits)
    ordered = sorted(found, key=lambda hit: places[hit.id])
    if question.behind and (after := question.behind.after):
        last: Any = places.get(after.id, after.value)
        ordered = [hit for hit in ordered if places[hit.id] > last]
    return ordered[question.offset : question.offset + question.limit]


def _results(
    hits: Iterable[Hit], question: Question, snapshot: labels.Labels, true: bool, promoted: Collection[str] = ()
) -> list[SearchResult]:
    """Hits as results; of records nothing is asked of the database where the hits are `true` to it."""
    hits = still_public(hits, snapshot, records=not true)
    types = facets.types({hit.shown["type"] for hit in hits}, facets.Known(snapshot), question.locale)
    items = [_result(hit, question.locale, types, hit.id in promoted) for hit in hits]
    return _with_files(items, hits, snapshot, true)


def _asks(question: Question) -> bool:
    return (bool(question.text) or question.filtered) and question.ids is None


def still_public(hits: Iterable[Hit], snapshot: labels.Labels, *, records: bool = True) -> list[Hit]:
    """Hits without what was closed a moment ago and is still in the index (two queries).

    With `records` off, pages alone are looked at, which also end with time.
    """
    hits = list(hits)
    pages = {version["page"] for hit in hits if hit.shown["kind"] == "page" for version in versions_of(hit).values()}
    codes = {hit.shown["code"] for hit in hits if records and hit.shown["kind"] == "record"}
    public = set(public_pages(snapshot).filter(pk__in=pages).values_list("pk", flat=True)) if pages else set()
    live = set(Record.objects.filter(code__in=codes, live=True).values_list("code", flat=True)) if codes else set()

    def kept(hit: Hit) -> Hit:
        if hit.shown["kind"] == "record":
            versions = versions_of(hit) if not records or hit.shown["code"] in live else {}
        else:
            versions = {code: version for code, version in versions_of(hit).items() if version["page"] in public}
        if len(versions) == len(versions_of(hit)):
            return hit

        def passage(part: str, language: str) -> str:
            return hit.passage(part, language) if language in versions else ""

        return replace(hit, shown={**hit.shown, "languages": versions}, passage=passage)

    return [found for hit in hits if versions_of(found := kept(hit))]


def versions_of(hit: Hit) -> Mapping[str, Any]:
    """What a hit shows by language."""
    found: Mapping[str, Any] = hit.shown["languages"]
    return found


def _result(hit: Hit, locale: str, types: Mapping[str, str], promoted: bool) -> SearchResult:
    shown, versions = hit.shown, versions_of(hit)
    order = [locale, *versions] if shown["kind"] == "record" else [*fallbacks(locale), *versions]
    language = next(code for code in order if code in versions)
    version = versions[language]
    key = str(version["page"]) if shown["kind"] == "page" else shown["code"]
    path = version.get("html_path")
    here = languages.field_of(language)
    title, passage = passages(hit, here, locale)
    return {
        "kind": shown["kind"],
        "key": key,
        "type": {"code": shown["type"], "label": types[shown["type"]]},
        "locale": language,
        "locales": list(versions),
        "title": version["title"],
        "title_html": _marked(title) if title else html.escape(version["title"]),
        "summary": version["summary"],
        "passage": _passage(passage, language) if passage else None,
        "date": uncertain_date(shown.get("date"), shown.get("precision", "day")),
        "authors": list(shown.get("authors", ())),
        "thumbnail": None,
        "promoted": promoted,
        "html_path": path,
        "html_url": frontend.html_url(path) if path else None,
        "detail_url": f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{API_PATH}{shown['kind']}s/{key}/",
    }


def _with_files(items: list[SearchResult], hits: list[Hit], snapshot: labels.Labels, true: bool) -> list[SearchResult]:
    """Results with what is known of the files of records: first pages, and on which page a passage is."""
    keys = {hit.shown["code"]: int(hit.id.removeprefix(RECORD)) for hit in hits if hit.shown["kind"] == "record"}
    records = {keys[item["key"]]: item for item in items if item["kind"] == "record"}
    told = {keys[hit.shown["code"]]: hit for hit in hits if hit.shown["kind"] == "record"}
    passages = {}
    for pk, item in records.items():
        if item["passage"] and item["passage"]["part"] == schema.BODY:
            passages[pk] = _sought(item, item["passage"], told[pk])
    places = in_files.told(passages) if true else {}
    first = {pk: in_files.first_page(hit.shown["files"]) for pk, hit in told.items()} if true else {}
    thumbnails = {pk: path for pk, path in first.items() if path}
    unknown = passages.keys() - places.keys() if true else records.keys()
    if unknown:
        files = in_files.OpenFiles(unknown, snapshot.private_collections)
        places |= files.places({pk: passages[pk] for pk in unknown & passages.keys()})
        thumbnails |= files.thumbnails()
    here = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    for pk, item in records.items():
        if pk in passages:
            passage, place = item["passage"], places.get(pk)
            # What is in no open file was closed a moment ago.
            item["passage"] = None
            if passage and place:
                url = here + place.path if place.path else None
                item["passage"] = {**passage, "page": place.page, "page_url": url}
        if pk in thumbnails:
            item["thumbnail"] = here + thumbnails[pk]
    return items


def _sought(item: SearchResult, passage: Passage, hit: Hit) -> in_files.Sought:
    field = languages.field_of(passage["locale"])
    before, _, after = passage["html"].partition(MARK)
    texts = html.unescape(before), html.unescape(after.replace(MARK, "").replace(END, ""))
    marked = html.unescape(passage["html"].replace(MARK, OPEN).replace(END, CLOSE))
    start = hit.start(schema.BODY, field, marked)
    return in_files.Sought(int(item["key"]), field, *texts, hit.shown.get("files", ()), start)


class Marked(NamedTuple):
    """A passage of a hit with marks around what matched; `language` is that of its field."""

    part: str
    language: str
    text: str


def passages(hit: Hit, here: str, locale: str) -> tuple[str, Marked | None]:
    """What is shown of a hit: its title in the language of a field, where that matched, and the best other passage.

    That is one in the same language, or, where neither it nor the title matched, in any other.
    """
    title = hit.passage(schema.TITLE, here)
    asked = [(part, here) for part in (schema.SUMMARY, schema.BODY)]
    if not title:
        others = [code for code in (*fallbacks(locale), languages.OTHER) if code != here]
        asked += itertools.product(schema.PARTS, others)
    found = (Marked(part, language, text) for part, language in asked if (text := hit.passage(part, language)))
    return title, next(found, None)


def _passage(marked: Marked, shown: str) -> Passage:
    locale = shown if marked.language == languages.field_of(shown) else marked.language
    return Passage(part=marked.part, locale=locale, html=_marked(marked.text), page=None, page_url=None)


def _marked(passage: str) -> str:
    return html.escape(passage).replace(OPEN, MARK).replace(CLOSE, END)


def _facets(given: Answered, question: Question, snapshot: labels.Labels, true: bool) -> list[FacetJson]:
    found: list[FacetJson] = []
    known = facets.Known(snapshot, given.found.answer.position if true else None)
    for facet in facets.FACETS:
        counts = dict(given.found.counts.get(facet.field, {}))
        chosen = [str(value) for value in question.chosen.get(facet.name, ())]
        for code in chosen:
            counts.setdefault(code, 0)
        named = facet.labelled(counts, known, question.locale)
        values: list[FacetValue] = [
            {"code": code, "label": named[code], "count": count, "selected": code in chosen, "narrower": []}
            for code, count in counts.items()
            if code in named
        ]
        if facet.name == "year":
            values.sort(key=lambda value: value["code"], reverse=True)
        else:
            values.sort(key=lambda value: (-value["count"], value["label"]))
        if facet.tree:
            values = _tree(values, snapshot)
        found.append({"name": facet.name, "label": str(facet.label), "values": values})
    return found


def _tree(values: Sequence[FacetValue], snapshot: labels.Labels) -> list[FacetValue]:
    """Concepts below the themes that they belong to, each level in the order given; under each of several broader ones.

    What is below no theme stands beside them.
    """
    known, table = hierarchy.of(snapshot), snapshot.table(CONCEPT)
    given = {table.by_code[value["code"]].pk: value for value in values}
    places = {pk: place for place, pk in enumerate(given)}
    placed: set[int] = set()

    def below(pk: int, above: frozenset[int]) -> FacetValue:
        placed.add(pk)
        narrower = (known.narrower.get(pk, set()) & given.keys()) - above
        if not narrower:
            return given[pk]
        return {
            **given[pk],
            "narrower": [below(one, above | {one}) for one in sorted(narrower, key=places.__getitem__)],
        }

    found = [below(pk, frozenset({pk})) for pk in given if pk in known.themes]
    return [*found, *(value for pk, value in given.items() if pk not in placed)]


def _expansion(one: Expansion, locale: str) -> ExpansionJson:
    told = [name for code in fallbacks(locale) for name in one.names.get(code, ())[:1]]
    return {
        "typed": one.typed,
        "kind": one.field,  # type: ignore[typeddict-item]
        "code": one.code,
        "labels": list(dict.fromkeys(told)),
    }
