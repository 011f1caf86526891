"""How a query that was read is asked of an engine: which fields, with what weight. Pure.

Each word is a node of its own: in one language it may match the title, the summary or the body, whose scores are added;
of several possible languages the best counts; and as typed it gains. So a document that has one word in its title and
another in its text has both.
"""

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from search import languages, query, schema
from search.engines import nodes
from search.expansions import Expansion
from search.languages import LANGUAGES

PART_WEIGHTS = {schema.TITLE: 1.2, schema.SUMMARY: 1.0, schema.BODY: 1.0}
EXACT_WEIGHTS = {schema.EXACT_TITLE: 0.6, schema.EXACT_TEXT: 0.3, schema.NAMES: 0.6}
START_WEIGHT, TITLE_START_WEIGHT = 1.0, 0.8
"""Of the beginning of a word, in whatever language, anywhere and in a title: it ranks what matches."""
RELATED_WEIGHT = 1.5
"""Of the beginning of a word in a title that does not have the word: it may be a relative in another language."""
NEAR_SCORE = 1.0
"""Of a longer beginning: it finds what comes near where little matches."""
PAIR_WEIGHT = 0.3
"""Of two words that stand together as in the query, beside each for itself."""
PAIR_SLOP = 2
LEAST_PART = 3
"""Letters that a part of a joined word needs for its parts to be words of their own."""
APOSTROPHES = ("'", "’")
ELIDED = frozenset[str]().union(*(language.elisions for language in LANGUAGES.values()))
SENTENCE = 4
"""Words from which on a query is a sentence, whose question words are left out."""
RANKING = 16
"""Words of a query, the first, whose beginnings and neighbours rank what matches."""
IN_LANGUAGES = 60
"""Words of a query times languages in which they are asked at most: the longer a query, the fewer languages. One at
least."""
FEW = 2
"""Up to so many words all must match; of more, a share."""
SHARE = 0.5
IDENTIFIER_SCORE = 50.0
TYPED_SCORE = 3.0
"""What a typed word gains where other names of the same are asked for as well: more than any of those is worth."""
EXPANDED_SCORES = {schema.TITLE: 1.5, schema.SUMMARY: 1.2, schema.BODY: 1.0}
"""What another name of the same is worth, however rare its words are: they would outdo what was typed."""
INDEXED_SCORE = 1.2
"""What a work that is indexed with what a name stands for is worth."""
NUANCE = 0.005
"""Of what the words of other names are worth as such: it puts works in order that have nothing else to tell them apart.
Six words, each in one of a million works, stay under 1."""


@dataclass(frozen=True)
class Plan:
    """What to ask an engine, and the words to mark in what it finds."""

    node: nodes.Node
    marked: tuple[str, ...]
    marked_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The same by language: what names mean in it."""


def plan(
    parsed: query.Parsed, likely: Mapping[str, float], meant: Sequence[Expansion] = (), *, relaxed: bool = False
) -> Plan:
    """The plan of a query for the languages that it may be in (`languages.weigh`).

    `meant` are names that it holds, whose other forms are asked for as well. `relaxed`: any one word is enough, and the
    more match the better.
    """
    if parsed.node is None:
        return Plan(nodes.Everything(), ())
    most = max(1, IN_LANGUAGES // query.count(parsed.node))
    asked = dict(sorted(likely.items(), key=lambda one: -one[1])[:most])
    return _Planner(asked, relaxed, _dropped(parsed, likely), _by_word(meant)).whole(parsed)


def _by_word(meant: Sequence[Expansion]) -> dict[str, list[Expansion]]:
    """Expansions by each of the words that they stand for, folded."""
    found: dict[str, list[Expansion]] = {}
    for expansion in meant:
        for word in languages.tokens(languages.fold(expansion.typed)):
            found.setdefault(word, []).append(expansion)
    return found


def _dropped(parsed: query.Parsed, likely: Mapping[str, float]) -> frozenset[str]:
    """Words to leave out: those that say nothing in the languages that are about as likely as the likeliest."""
    known = [LANGUAGES[code] for code, weight in likely.items() if weight >= 0.5]
    stopped = frozenset[str]().union(*(language.stop_words for language in known))
    if len(languages.tokens(parsed.text)) < SENTENCE:
        return stopped
    return stopped.union(*(language.question_words for language in known))


@dataclass(frozen=True)
class _Planner:
    likely: Mapping[str, float]
    relaxed: bool
    dropped: frozenset[str]
    meant: Mapping[str, Sequence[Expansion]]

    def whole(self, parsed: query.Parsed) -> Plan:
        assert parsed.node is not None
        marked: list[str] = []
        node = self.node(parsed.node, marked)
        if node is None:  # nothing but exclusions
            node = nodes.Everything()
        if parsed.simple and _maybe_identifier(parsed.text):
            node = nodes.Sum((node, _identified(parsed.text)))
        meant: dict[str, list[str]] = {}
        for expansion in {id(one): one for found in self.meant.values() for one in found}.values():
            for language, names in expansion.names.items():
                meant.setdefault(language, []).extend(names)
        return Plan(node, tuple(dict.fromkeys(marked)), {code: tuple(names) for code, names in meant.items()})

    def node(self, node: query.Node, marked: list[str]) -> nodes.Node | None:
        match node:
            case query.Word(_text, field):
                return self.word(node, marked) if field else self.bag([node], marked)
            case query.Phrase(text, field):
                if self.relaxed and not field:
                    return self.bag([node], marked)
                marked.append(text)
                return self.text(text, field)
            case query.Years(low, high):
                return nodes.Between("year", low, high)
            case query.Excluded(inner):
                made = self.node(inner, [])
                return nodes.Must((), (made,)) if made is not None else None
            case query.Group("bag", children):
                return self.bag(children, marked)
            case query.Group("any", children):
                any_of = [made for child in children if (made := self.node(child, marked)) is not None]
                return nodes.total(any_of) if any_of else None
            case query.Group(_all, children):
                return self.all(children, marked)

    def all(self, children: Sequence[query.Node], marked: list[str]) -> nodes.Node | None:
        without = [made for child in _excluded(children) if (made := self.node(child, [])) is not None]
        wanted = [child for child in children if not isinstance(child, query.Excluded)]
        must = [made for child in wanted if (made := self.node(child, marked)) is not None]
        if not must and not without:
            return None
        return nodes.Must(tuple(must), tuple(without))

    def bag(self, children: Sequence[query.Node], marked: list[str]) -> nodes.Node | None:
        """Words side by side: most of the plain ones must match, all of the others."""
        plain = [child for child in children if isinstance(child, query.Word) and not child.field]
        rest = [child for child in children if child not in plain]
        if self.relaxed:
            plain += [query.Word(child.text) for child in rest if isinstance(child, query.Phrase) and not child.field]
            rest = []
        single = list(dict.fromkeys(part for word in plain for part in _parted(word)))
        telling = [word for word in single if not self.says_nothing(word.text)] or single
        made = [made for word in telling if (made := self.word(word, marked)) is not None]
        least = 1 if self.relaxed or len(made) < 2 else len(made) if len(made) <= FEW else math.ceil(SHARE * len(made))
        better = self.pairs(telling[:RANKING])
        # A word that has other names is found by those in other languages, and they may begin alike.
        unnamed = [word for word in telling[:RANKING] if languages.fold(word.text) not in self.meant]
        better += self.beginnings(unnamed)
        if self.relaxed:
            longer = _starts(telling, schema.LONG_START)
            made += [nodes.Constant(nodes.Text(schema.STARTS, start), NEAR_SCORE) for start in longer]
        words = nodes.total(made, least) if made else None
        if not rest and not better:
            return words
        without = [found for child in _excluded(rest) if (found := self.node(child, [])) is not None]
        wanted = [child for child in rest if not isinstance(child, query.Excluded)]
        must = [found for child in wanted if (found := self.node(child, marked)) is not None]
        must = [words, *must] if words is not None else must
        return nodes.Must(tuple(must), tuple(without), tuple(better)) if must or without else None

    def says_nothing(self, text: str) -> bool:
        return all(token.lower() in self.dropped for token in languages.tokens(text))

    def pairs(self, words: Sequence[query.Word]) -> list[nodes.Node]:
        """Neighbours that are near one another, in the likeliest language."""
        code = max(self.likely, key=lambda code: self.likely[code])
        if self.likely[code] < 1 or len(words) < 2:
            return []
        return [
            nodes.Boost(nodes.Phrase(f"{part}_{code}", f"{first.text} {second.text}", PAIR_SLOP), PAIR_WEIGHT)
            for first, second in itertools.pairwise(words)
            for part in schema.PARTS
        ]

    def beginnings(self, words: Sequence[query.Word]) -> list[nodes.Node]:
        """How words begin, anywhere and in titles; most of it in titles that do not have the words.

        A word that a title has was counted as such: counted fully again, a title that many share would outdo the text
        that answers.
        """
        found: list[nodes.Node] = []
        for start, begun in _starts(words, schema.START).items():
            in_title = nodes.Text(schema.TITLE_STARTS, start)
            there = tuple(nodes.Phrase(f"{schema.TITLE}_{code}", text) for code in self.likely for text in begun)
            found += [
                nodes.Boost(nodes.Text(schema.STARTS, start), START_WEIGHT),
                nodes.Boost(in_title, TITLE_START_WEIGHT),
                nodes.Boost(nodes.Must((in_title,), there), RELATED_WEIGHT),
            ]
        return found

    def word(self, word: query.Word, marked: list[str]) -> nodes.Node | None:
        found = _without_articles(word.text)
        if not found:
            return None
        text = " ".join(found)
        marked.append(text)
        if word.prefix:
            fields = [schema.EXACT_TITLE, schema.EXACT_TEXT, schema.NAMES]
            return nodes.Sum(tuple(nodes.Prefix(field, text) for field in fields))
        made = self.text(text, word.field)
        if word.field:
            return made
        if meant := self.meant.get(languages.fold(text)):
            others = nodes.Best(tuple(self.other(one) for one in meant))
            made = nodes.Sum((nodes.Raised(made, TYPED_SCORE), others))
        return nodes.Sum((made, _identified(text))) if _maybe_identifier(text) else made

    def other(self, meant: Expansion) -> nodes.Node:
        """What a name stands for, told in other words; for a name of several words each of them is worth its part."""
        said = {
            part: tuple(
                nodes.Phrase(f"{part}_{language}", name)
                for language, names in meant.names.items()
                if language in LANGUAGES
                for name in names
            )
            for part in schema.PARTS
        }
        indexed = nodes.Constant(nodes.Values(meant.field, (meant.code,)), INDEXED_SCORE)
        told = [nodes.Constant(nodes.Sum(names), EXPANDED_SCORES[part]) for part, names in said.items() if names]
        every = tuple(name for names in said.values() for name in names)
        nuance = (nodes.Boost(nodes.Best(every), NUANCE),) if every else ()
        # What only ranks is `better`: no engine then looks for it beyond what matches, nor where it counts.
        said_or_indexed = nodes.Must((nodes.Best((*told, indexed)),), better=nuance)
        return nodes.Boost(said_or_indexed, 1 / (meant.end - meant.start))

    def text(self, text: str, field: str) -> nodes.Node:
        """One word, or several that follow one another, in a field that was named or wherever it may be."""
        if field == "identifier":
            return _identified(text)
        if field == "author":
            return nodes.Phrase(schema.AUTHORS, text)
        parts = {schema.TITLE: 1.0} if field == "title" else PART_WEIGHTS
        exact = {schema.EXACT_TITLE: 0.2} if field == "title" else EXACT_WEIGHTS
        inside = [
            _weighted(
                nodes.total([_weighted(nodes.Phrase(f"{part}_{code}", text), by) for part, by in parts.items()]), of
            )
            for code, of in self.likely.items()
        ]
        best = inside[0] if len(inside) == 1 else nodes.Best(tuple(inside))
        typed = [_weighted(nodes.Phrase(name, text), weight) for name, weight in exact.items()]
        return nodes.Sum((best, *typed))


def _parted(word: query.Word) -> list[query.Word]:
    """« l'eau » is one word, « Tesla-Einheit » two that stand together; "fr-de", an ISBN and a DOI are one each."""
    found = _without_articles(word.text)
    joined = re.search(r"\w[./:_@]\w", word.text) or all(part.isdigit() or len(part) < LEAST_PART for part in found)
    if word.prefix or joined or len(found) < 2:
        return [word]
    return [query.Word(part) for part in found]


def _without_articles(text: str) -> list[str]:
    """The words of a text, without what elision leaves of an article before the first."""
    found = languages.tokens(text)
    while len(found) > 1 and found[0].lower() in ELIDED and text.partition(found[0])[2][:1] in APOSTROPHES:
        text = text.partition(found[0])[2]
        found = found[1:]
    return found


def _starts(words: Sequence[query.Word], letters: int) -> dict[str, list[str]]:
    """The beginnings of words, in any language, each with the words that begin so."""
    found: dict[str, list[str]] = {}
    for word in words:
        for start in () if word.prefix else schema.starts(word.text, letters).split():
            found.setdefault(start, []).append(word.text)
    return found


def _maybe_identifier(text: str) -> bool:
    return len(text) > LEAST_PART and any(char.isdigit() for char in text)


def _identified(text: str) -> nodes.Node:
    return nodes.Constant(nodes.Values(schema.IDENTIFIERS, (schema.identifier(text),)), IDENTIFIER_SCORE)


def _excluded(children: Sequence[query.Node]) -> list[query.Node]:
    return [child.node for child in children if isinstance(child, query.Excluded)]


def _weighted(node: nodes.Node, weight: float) -> nodes.Node:
    return node if weight == 1 else nodes.Boost(node, weight)
