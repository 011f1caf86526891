"""What an index holds: the documents and their fields, from which both engines make theirs."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from search.languages import EXACT, LANGUAGES, OTHER, field_of, fold, spelling, tokens

VERSION = 7
"""To be raised when documents are made otherwise; changes of fields and of their analysis show by themselves."""

TITLE, SUMMARY, BODY = PARTS = ("title", "summary", "body")
"""The parts of a document that have a field per language."""
EXACT_TITLE, EXACT_TEXT, NAMES, AUTHORS, STARTS, TITLE_STARTS = EXACT_FIELDS = (
    *("exact_title", "exact_text", "names", "authors"),
    *("starts", "starts_title"),
)
"""Fields in no language: titles and all text as typed; names of borders and territories in all languages; authors;
beginnings of all words and of those of titles, which relatives share from one language to the next (« coopération »,
"Kooperation")."""
START, LONG_START = 4, 6
"""Letters of a beginning: of one that ranks what was found, and of one by which something is found."""

KEYWORDS = ("kind", "type", "concept", "border", "territory", "scale", "country", "author", "language", "access")
"""Codes that facets count and filters ask for; a document may have several of each."""
IDENTIFIERS = "identifier"
"""DOI, ISBN, shelf marks: folded, letters and digits alone."""
NUMBERS = ("year", "date", "added")
"""A year; days and milliseconds since 1970-01-01. One of each at most."""
TIE = "tie"
"""A number that every document has of its own: where an order leaves documents equal, it decides, in both engines."""


def languages() -> tuple[str, ...]:
    """The languages that have fields: ours, then all others together."""
    return (*LANGUAGES, OTHER)


def text_fields() -> Iterator[tuple[str, str]]:
    """Every analysed field with the name of its analysis: a language, or `exact`."""
    for part in PARTS:
        for language in languages():
            yield f"{part}_{language}", EXACT if language == OTHER else language
    for name in EXACT_FIELDS:
        yield name, EXACT


def sort_fields() -> tuple[str, ...]:
    """Titles by language as they are put in order: missing ones stand in for one another as they are shown."""
    return tuple(f"sort_{language}" for language in LANGUAGES)


def fingerprint() -> str:
    """Short name of how documents are made and analysed: an index of another one is rebuilt."""
    analyses = [(language.code, language.stemmer) for language in LANGUAGES.values()]
    made = repr((VERSION, analyses, list(text_fields()), KEYWORDS, IDENTIFIERS, NUMBERS, TIE, sort_fields()))
    return hashlib.sha256(made.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Document:
    """One work: texts by language, codes, numbers, and what a result shows of it without asking the database.

    `id` names the work for ever ("page-<translation key>", "record-12"). Texts are clean (`languages.clean`).
    """

    id: str
    title: Mapping[str, str]
    summary: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)
    names: Sequence[str] = ()
    authors: Sequence[str] = ()
    keywords: Mapping[str, Sequence[str]] = field(default_factory=dict)
    identifiers: Sequence[str] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def fields(self) -> dict[str, list[Any]]:
        """The values of every field of the index but `id`, `digest` and `shown`."""
        found: dict[str, list[Any]] = {}
        for part in PARTS:
            for language, text in getattr(self, part).items():
                found.setdefault(f"{part}_{field_of(language)}", []).append(text)
        found[EXACT_TITLE] = list(dict.fromkeys(self.title.values()))
        found[EXACT_TEXT] = [*self.summary.values(), *self.body.values()]
        texts = (*self.title.values(), *self.summary.values(), *self.body.values())
        found[TITLE_STARTS] = [starts(title, START) for title in self.title.values()]
        words = [tokens(fold(text)) for text in texts]
        found[STARTS] = [f"{_starts(each, START)} {_starts(each, LONG_START)}" for each in words]
        found |= {NAMES: list(self.names), AUTHORS: list(self.authors)}
        found |= {name: list(values) for name, values in self.keywords.items()}
        found[IDENTIFIERS] = [identifier(value) for value in self.identifiers]
        found |= {name: [value] for name, value in self.numbers.items()}
        found[TIE] = [tie(self.id)]
        fallback = next(iter(self.title.values()), "")
        for language in LANGUAGES:
            title = self.title.get(language) or self.title.get("en") or self.title.get("fr") or fallback
            found[f"sort_{language}"] = [fold(title)[:100]]
        return {name: values for name, values in found.items() if values}

    def digest(self) -> str:
        """Short name of all that the index holds of it: equal documents have the same."""
        held = json.dumps([self.fields, dict(self.shown)], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(held.encode()).hexdigest()[:16]


def tie(name: str) -> int:
    """The number of the document with this id, which no other one has: 63 bits of a digest."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) >> 1


def starts(text: str, letters: int) -> str:
    """The beginnings of the words of a text that have at least START letters; the long ones of longer words alone."""
    return _starts(tokens(fold(text)), letters)


def _starts(words: Iterable[str], letters: int) -> str:
    least = START if letters == START else START + 1
    return " ".join([spelling(word)[:letters] for word in words if len(word) >= least])


def identifier(text: str) -> str:
    """A DOI, ISBN or shelf mark as it is compared: « 978-2-11-… » and "978211…" are one."""
    return "".join(tokens(fold(text).rpartition("doi.org/")[2]))[:100]
