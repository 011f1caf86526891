"""What a reader may mean who has typed a beginning: names of facts and authors, and titles, whatever their accents.

Each typed word begins a word of what is suggested. Names of facts are in memory; authors and titles come from an
engine, with how many works each name leads to. Where nothing begins so, the words are taken for mistakes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any
from urllib.parse import urlencode

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy
from rapidfuzz.distance import OSA
from typing_extensions import TypedDict

from cms import frontend
from cms.facts import NameKind
from cms.labels import CodedAs, Labels
from cms.languages import fallbacks, nearest
from resources.models import AgentName
from search import languages, schema
from search.answering import first
from search.documents import PRESS
from search.engines import nodes
from search.engines.base import NEAR_LEAST, Engine, Hit, Request
from search.expansions import MODELS, Name, Names
from search.results import still_public, versions_of

LEAST = 2
"""Letters of the shortest word that is looked for."""
MOST_WORDS = 8
CANDIDATES = 30
"""Of facts, and of titles: how many are looked at closely."""
COUNTED = 1_000
"""Codes of one field that are counted at most."""


class SuggestionKind(TextChoices):
    CONCEPT = "concept", pgettext_lazy("reader", "Theme")
    BORDER = "border", pgettext_lazy("reader", "Border")
    TERRITORY = "territory", pgettext_lazy("reader", "Territory")
    AUTHOR = "author", pgettext_lazy("reader", "Author")
    PAGE = "page", pgettext_lazy("reader", "Page")
    RECORD = "record", pgettext_lazy("reader", "Document")


FACETS = {"concept": "theme", "border": "border", "territory": "territory", "author": "author"}
"""The facet of the search that takes the codes of a kind."""


class Suggestion(TypedDict):
    """What is meant, and where choosing it leads.

    `key` is a code, or a page's number. `matched` is the other name, or the title in another language, that begins as
    was typed; empty where `label` does. `facet` is the parameter of `search/` that takes the key, and `count` what that
    finds; null for pages and records. `address` is a path on this server, or the page on the site's front end.
    """

    kind: CodedAs[SuggestionKind]
    key: str
    label: str
    matched: str
    facet: str | None
    count: int | None
    address: str


@dataclass(frozen=True)
class Found:
    """What begins so: the best name of each fact, how many works have which codes, and works by their titles."""

    facts: Sequence[Name]
    counts: Mapping[str, Mapping[str, int]]
    hits: Sequence[Hit]

    def __bool__(self) -> bool:
        return bool(self.hits or any(self.counts.values()))


def suggest(text: str, locale: str, limit: int, snapshot: Labels) -> list[Suggestion]:
    """At most `limit` suggestions, facts before authors before titles, some of each (three queries at most).

    answering.Unavailable where no engine can answer.
    """
    words = [word for word in languages.tokens(languages.fold(languages.clean(text))) if len(word) >= LEAST]
    if not words:
        return []
    names: Names = snapshot.derived(Names)

    def ask(engine: Engine) -> tuple[Sequence[str], Found]:
        typed = words[:MOST_WORDS]
        found = _begun(engine, typed, locale, names)
        if not found and (meant := _meant(engine, typed, names)) != typed:
            return meant, _begun(engine, meant, locale, names)
        return typed, found

    (taken, found), _engine, _degraded = first(ask)
    groups = (
        _facts(found, locale, snapshot),
        _authors(found, taken, locale),
        _titles(found, taken, locale, snapshot),
    )
    kept = [one for one in chain.from_iterable(zip_longest(*groups)) if one][:limit]
    return [one for group in groups for one in group if one in kept]


def _begun(engine: Engine, words: Sequence[str], locale: str, names: Names) -> Found:
    def rank(name: Name) -> tuple[bool, bool, int]:
        return name.language != locale, not name.words.startswith(f" {words[0]}"), len(name.text)

    best: dict[tuple[str, str], Name] = {}
    for name in sorted((name for name in names.every if languages.begin(words, name.words)), key=rank):
        best.setdefault((name.field, name.code), name)
    facts = list(best.values())[:CANDIDATES]

    def begin(field: str) -> nodes.Node:
        return nodes.Must(tuple(nodes.Prefix(field, word) for word in words))

    press = nodes.Values("kind", (PRESS,))
    having = [
        nodes.Values(field, codes) for field in MODELS if (codes := tuple(f.code for f in facts if f.field == field))
    ]
    counted = engine.search(
        Request(
            nodes.Must((nodes.Sum((begin(schema.AUTHORS), *having)),), (press,)),
            counts=dict.fromkeys(("author", *MODELS), COUNTED),
            limit=0,
        )
    )
    whole = nodes.Text(schema.EXACT_TITLE, words[-1])
    here = nodes.Values("language", (locale,))
    titled = engine.search(
        Request(nodes.Must((begin(schema.EXACT_TITLE),), (press,), better=(whole, here)), limit=CANDIDATES)
    )
    return Found([fact for fact in facts if fact.code in counted.counts[fact.field]], counted.counts, titled.hits)


def _meant(engine: Engine, words: Sequence[str], names: Names) -> list[str]:
    """The words, those that begin no name replaced by what they may be mistakes for: beginnings of names, or words."""
    known = {word for name in names.every for word in name.words.split()}
    return [_corrected(engine, word, known) for word in words]


def _corrected(engine: Engine, word: str, known: Iterable[str]) -> str:
    if len(word) < NEAR_LEAST or any(one.startswith(word) for one in known):
        return word
    lengths = (len(word) - 1, len(word), len(word) + 1)
    near = {one[:length] for one in known if one[0] == word[0] for length in lengths}
    edits = 1 if len(word) < 8 else 2
    far = {one: OSA.distance(word, one, score_cutoff=edits) for one in {*near, *engine.near(word)[:1]}}
    best = min(far, key=lambda one: (far[one], -len(one), one), default=word)
    return best if far.get(best, edits + 1) <= edits else word


def _facts(found: Found, locale: str, snapshot: Labels) -> list[Suggestion]:
    made = []
    for name in found.facts:
        entry = snapshot.table(MODELS[name.field]).by_code.get(name.code)
        if entry:
            label = entry.label(locale)
            made.append(_of_facet(name.field, name.code, label, name.text, found, locale))
    return made


def _authors(found: Found, words: Sequence[str], locale: str) -> list[Suggestion]:
    counts = found.counts["author"]
    names: dict[str, list[tuple[str, str, str]]] = {}
    rows = (
        AgentName.objects.filter(fact__code__in=list(counts), fact__live=True) if counts else AgentName.objects.none()
    )
    for code, kind, language, text in rows.values_list("fact__code", "kind", "language", "text"):
        names.setdefault(code, []).append((kind, language, text))
    made = []
    for code in (code for code in counts if code in names):
        begun = [text for _kind, _language, text in names[code] if languages.begin(words, languages.spaced(text))]
        label = nearest({lang: text for kind, lang, text in names[code] if kind == NameKind.PREFERRED}, locale).text
        if begun:
            matched = label if label in begun else begun[0]
            made.append(_of_facet(SuggestionKind.AUTHOR, code, label or matched, matched, found, locale))
    return sorted(made, key=lambda one: (-(one["count"] or 0), one["label"]))


def _of_facet(field: str, code: str, label: str, matched: str, found: Found, locale: str) -> Suggestion:
    facet = FACETS[field]
    return {
        "kind": _kind(field),
        "key": code,
        "label": label,
        "matched": "" if matched == label else matched,
        "facet": facet,
        "count": found.counts[field][code],
        "address": f"{frontend.portal_path(locale)}?{urlencode({facet: code})}",
    }


def _titles(found: Found, words: Sequence[str], locale: str, snapshot: Labels) -> list[Suggestion]:
    made = []
    for hit in still_public(found.hits, snapshot):
        shown = versions_of(hit)
        spaced = {code: languages.spaced(version["title"]) for code, version in shown.items()}
        order = [code for code in (*fallbacks(locale), *shown) if code in shown]
        matched = next((code for code in order if languages.begin(words, spaced[code])), None)
        if matched is None:
            continue
        rank = (matched != locale, not spaced[matched].startswith(f" {words[0]}"))
        made.append((rank, _of_title(hit, shown, order[0], matched, locale)))
    return [one for _rank, one in sorted(made, key=lambda pair: pair[0])]


def _of_title(hit: Hit, shown: Mapping[str, Any], language: str, matched: str, locale: str) -> Suggestion:
    version, kind = shown[language], hit.shown["kind"]
    if kind == "record":
        key = hit.shown["code"]
        address = frontend.portal_path(locale, key)
    else:
        key, path = str(version["page"]), version["html_path"]
        address = frontend.html_url(path) if frontend.is_elsewhere(language) else path
    return {
        "kind": _kind(kind),
        "key": key,
        "label": version["title"],
        "matched": "" if shown[matched]["title"] == version["title"] else shown[matched]["title"],
        "facet": None,
        "count": None,
        "address": address,
    }


def _kind(code: str) -> CodedAs[SuggestionKind]:
    kind = SuggestionKind(code)
    return {"code": kind, "label": str(kind.label)}
