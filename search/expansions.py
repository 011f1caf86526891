"""What else a query means: names of concepts, borders and territories that it holds, in all languages.

« Gesundheit » is a label of the concept that is « santé » in French: works that say either, or are indexed with the
concept, are found.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.apps import apps

from cms.facts import Fact
from cms.labels import Labels
from search import languages

MODELS = {"concept": "resources.Concept", "border": "borders.Border", "territory": "borders.Territory"}
"""Facts whose names expand, by the field of the index that has their codes."""
LONGEST = 6
"""Words of a name that are looked for in a query."""
MOST_WORDS = 40
"""Words of a query in which names are looked for."""
MOST = 4
"""Names of one query that expand it."""


@dataclass(frozen=True)
class Expansion:
    """Words of a query that name a fact: from which to which word, the fact, and its other names by language."""

    start: int
    end: int
    typed: str
    field: str
    code: str
    names: Mapping[str, tuple[str, ...]]


class Name(NamedTuple):
    """One name of a fact: which field has the fact's code, and the name as `languages.begin` looks for words in it."""

    field: str
    code: str
    language: str
    text: str
    words: str


class Names:
    """All published names of facts by their language and the stems of their words; read once per content version."""

    def __init__(self) -> None:
        self.facts: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        self.names: dict[tuple[str, str], dict[str, list[str]]] = {}
        self.every: list[Name] = []
        """Preferred names first."""
        for field, label in MODELS.items():
            model: type[Fact] = apps.get_model(label)
            rows = model._meta.get_field("names").related_model._default_manager.filter(fact__live=True)  # type: ignore[union-attr]
            for code, language, written in rows.order_by("-kind", "pk").values_list("fact__code", "language", "text"):
                text = languages.clean(written)
                self.names.setdefault((field, code), {}).setdefault(language, []).append(text)
                self.every.append(Name(field, code, language, text, languages.spaced(text)))
                words = _stems(languages.tokens(text), language)
                if words and len(words) <= LONGEST and (field, code) not in self.facts[language, *words]:
                    self.facts[language, *words].append((field, code))


def expand(text: str, likely: Collection[str], snapshot: Labels) -> list[Expansion]:
    """The names that a query holds in one of its likely languages, the longest first where they overlap.

    No query of the database, three at first.
    """
    known = snapshot.derived(Names)
    typed = languages.tokens(text)[:MOST_WORDS]
    stems = {code: _stems(typed, code) for code in likely}
    found: list[Expansion] = []
    start = 0
    while start < len(typed) and len(found) < MOST:
        for end in range(min(len(typed), start + LONGEST), start, -1):
            facts = {
                fact: code for code, words in stems.items() for fact in known.facts.get((code, *words[start:end]), ())
            }
            if facts:
                said = " ".join(typed[start:end])
                found += [
                    Expansion(start, end, said, field, code, _others(known.names[field, code], stems, start, end))
                    for field, code in facts
                ]
                start = end - 1
                break
        start += 1
    return found


def _stems(words: Sequence[str], code: str) -> tuple[str, ...]:
    return tuple(languages.stem(word.lower(), code) for word in words)


def _others(
    names: Mapping[str, list[str]], stems: Mapping[str, tuple[str, ...]], start: int, end: int
) -> dict[str, tuple[str, ...]]:
    """The names of a fact without the one that was typed."""
    kept = {
        language: tuple(
            name
            for name in texts
            if language not in stems or _stems(languages.tokens(name), language) != stems[language][start:end]
        )
        for language, texts in names.items()
    }
    return {language: texts for language, texts in kept.items() if texts}
