"""What a reader typed, as a tree: pure, and it never fails. What cannot be read as syntax is taken as words.

    words  "a phrase"  -without  trunc*  author:name  title:"a phrase"  year:2015-2020  a AND (b OR c) NOT d

Operators are in capitals and, like the names of fields, in the six languages of the site.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from search import languages

MAX_CHARACTERS = 2_000
"""What is read of a query; the rest is ignored, as no reader types it."""
MAX_WORDS = 40
"""Words that are asked for at most, those of phrases and of joined words included; the rest is ignored."""
MAX_TRUNCATED = 6
"""Words with a star that are asked for at most; further ones are taken as they are, as each stands for many."""
MAX_DEPTH = 8
PREFIX_LEAST = 2
"""Letters before the star of a truncated word: fewer are every word of the index."""

AND = frozenset({"AND", "ET", "UND", "Y", "E", "EN"})
OR = frozenset({"OR", "OU", "ODER", "O", "OPPURE", "OF"})
NOT = frozenset({"NOT", "SAUF", "NON", "NICHT", "OHNE", "SIN", "SENZA", "NIET", "ZONDER"})

FIELDS = {
    name: key
    for key, names in {
        "author": "author auteur autor autora autore verfasser schrijver",
        "title": "title titre titel título titulo titolo",
        "year": "year année annee jahr año ano anno jaar",
        "identifier": "doi isbn issn cote signatur signatura collocazione identifier",
    }.items()
    for name in names.split()
}


@dataclass(frozen=True)
class Word:
    """One word as typed; with `prefix`, what begins with it."""

    text: str
    field: str = ""
    prefix: bool = False


@dataclass(frozen=True)
class Phrase:
    """Words that must follow one another."""

    text: str
    field: str = ""


@dataclass(frozen=True)
class Years:
    """From a year to a year, both included; None where it is open."""

    low: int | None
    high: int | None


@dataclass(frozen=True)
class Excluded:
    """What must not match."""

    node: "Node"


@dataclass(frozen=True)
class Group:
    """Several nodes: a `bag` of words of which most must match, `all` of them, or `any`."""

    kind: Literal["bag", "all", "any"]
    nodes: tuple["Node", ...]


Node = Word | Phrase | Years | Excluded | Group

_LEXEME = re.compile(
    r"""
    (?P<open>\() | (?P<close>\)) |
    (?P<minus>(?<![^\s(])[-−](?=[^\s-])) |
    (?P<plus>(?<![^\s(])\+(?=\S)) |
    (?P<field>(?P<name>[^\W\d_]{2,20}):(?=["«“„(\w])) |
    ["“„«](?P<phrase>[^"”“»]*)["”“»] |
    (?P<word>[^\s()"“”„«»]+) |
    (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_YEARS = re.compile(r"(\d{4})?(-|\.\.|–)?(\d{4})?")


@dataclass(frozen=True)
class Parsed:
    """A query that was read: its text as cleaned, and its tree (None where nothing was typed)."""

    text: str
    node: Node | None
    simple: bool
    """Words alone, without any syntax: what may be corrected and relaxed."""
    quoted: bool = False
    """Words and phrases alone: what may be relaxed where nothing has the phrases."""


@dataclass
class _Lexeme:
    kind: str
    text: str


def parse(text: str) -> Parsed:
    """The tree of any text at all, in time that grows with its length only; never an error."""
    text = languages.clean(text[:MAX_CHARACTERS]).strip()
    lexemes = _lexemes(text)
    simple = all(lexeme.kind == "word" and not lexeme.text.endswith("*") for lexeme in lexemes)
    quoted = all(lexeme.kind in {"word", "phrase"} for lexeme in lexemes)
    reader = _Reader(lexemes)
    nodes = []
    while reader.more():
        nodes.append(reader.either())
        if reader.at("close"):  # of a parenthesis too deep
            reader.next()
    return Parsed(text, _group("bag", nodes), simple, quoted)


def wanted(parsed: Parsed) -> list[str]:
    """The words and phrases that a query asks for, each once, as queries; not what it excludes, nor years."""
    found: list[str] = []

    def walk(node: Node | None) -> None:
        if isinstance(node, Word):
            found.append(f"{node.text}*" if node.prefix else node.text)
        elif isinstance(node, Phrase):
            found.append(f'"{node.text}"')
        elif isinstance(node, Group):
            for child in node.nodes:
                walk(child)

    walk(parsed.node)
    return list(dict.fromkeys(found))


def count(node: Node) -> int:
    """How many words a query asks for or excludes, those of phrases included."""
    match node:
        case Excluded(inner):
            return count(inner)
        case Group(_kind, children):
            return sum(map(count, children))
        case Word(text) | Phrase(text):
            return len(languages.tokens(text))
        case Years():
            return 1


def _lexemes(text: str) -> list[_Lexeme]:
    found = []
    for match in _LEXEME.finditer(text):
        kind = match.lastgroup or ""
        if match["phrase"] is not None:
            found.append(_Lexeme("phrase", match["phrase"]))
        elif match["name"] is not None:
            key = FIELDS.get(match["name"].lower())
            found.append(_Lexeme("field", key) if key else _Lexeme("word", match["name"]))
        elif kind == "word" and (found and found[-1].kind in {"field", "minus"}):
            found.append(_Lexeme("word", match[0]))
        elif kind == "word" and match[0] in AND | OR | NOT:
            found.append(_Lexeme("and" if match[0] in AND else "or" if match[0] in OR else "not", match[0]))
        elif kind in {"open", "close", "minus", "word"}:
            found.append(_Lexeme(kind, match[0]))
        if len(found) >= 4 * MAX_WORDS:
            break
    return _only_operators_between(_balanced(found))


def _balanced(lexemes: list[_Lexeme]) -> list[_Lexeme]:
    """Without parentheses that have no partner, or nothing between them."""
    kept: list[_Lexeme | None] = []
    open_at: list[int] = []
    for lexeme in lexemes:
        if lexeme.kind == "open":
            open_at.append(len(kept))
        elif lexeme.kind == "close":
            if not open_at:
                continue
            begun = open_at.pop()
            if not any(kept[begun + 1 :]):
                kept[begun] = None
                continue
        kept.append(lexeme)
    for place in open_at:
        kept[place] = None
    return [lexeme for lexeme in kept if lexeme is not None]


def _only_operators_between(lexemes: list[_Lexeme]) -> list[_Lexeme]:
    """An operator at an edge or beside another is a word: « Y a-t-il », "E 40"."""
    ends = {"word", "phrase", "close"}
    begins = {"word", "phrase", "open", "minus", "field", "not"}
    for index, lexeme in enumerate(lexemes):
        before = lexemes[index - 1].kind if index else ""
        after = lexemes[index + 1].kind if index + 1 < len(lexemes) else ""
        if lexeme.kind in {"and", "or"} and not (before in ends and after in begins):
            lexeme.kind = "word"
        if lexeme.kind == "not" and after not in begins - {"not"}:
            lexeme.kind = "word"
    return lexemes


@dataclass
class _Reader:
    lexemes: list[_Lexeme]
    place: int = 0
    depth: int = 0
    words: int = 0
    truncated: int = 0

    def more(self) -> bool:
        return self.place < len(self.lexemes)

    def at(self, kind: str) -> bool:
        return self.more() and self.lexemes[self.place].kind == kind

    def next(self) -> _Lexeme:
        lexeme = self.lexemes[self.place]
        self.place += 1
        return lexeme

    def either(self) -> Node | None:
        nodes = [self.both()]
        while self.at("or"):
            self.next()
            nodes.append(self.both())
        return _group("any", nodes)

    def both(self) -> Node | None:
        nodes = [self.several()]
        while self.at("and"):
            self.next()
            nodes.append(self.several())
        return _group("all", nodes)

    def several(self) -> Node | None:
        nodes: list[Node | None] = []
        while self.more() and not self.at("and") and not self.at("or") and not self.at("close"):
            nodes.append(self.one())
        return _group("bag", nodes)

    def one(self) -> Node | None:
        lexeme = self.next()
        if lexeme.kind in {"minus", "not"}:
            node = self.one() if self.more() and not self.at("close") else None
            if isinstance(node, Excluded):
                return node.node
            return Excluded(node) if node is not None else None
        if lexeme.kind == "field":
            node = self.one() if self.more() else None
            return _in_field(node, lexeme.text)
        if lexeme.kind == "open":
            return self.inside()
        if lexeme.kind == "close":
            return None
        return self.leaf(lexeme)

    def leaf(self, lexeme: _Lexeme) -> Node | None:
        """The words of a lexeme for which there is room."""
        node = _leaf(_Lexeme(lexeme.kind, languages.beginning(lexeme.text, MAX_WORDS - self.words)))
        if isinstance(node, Word) and node.prefix:
            self.truncated += 1
            node = replace(node, prefix=self.truncated <= MAX_TRUNCATED)
        if node is not None:
            self.words += count(node)
        return node

    def inside(self) -> Node | None:
        if self.depth >= MAX_DEPTH:
            return None  # a parenthesis too deep is no syntax: what follows is read on this level
        self.depth += 1
        node = self.either()
        self.depth -= 1
        if self.at("close"):
            self.next()
        return node


def _leaf(lexeme: _Lexeme) -> Node | None:
    found = languages.tokens(lexeme.text)
    if not found:
        return None
    if lexeme.kind == "phrase":
        return Phrase(lexeme.text) if len(found) > 1 else Word(found[0])
    if lexeme.text.endswith("*") and len(found[-1]) >= PREFIX_LEAST and len(found) == 1:
        return Word(found[0], prefix=True)
    return Word(lexeme.text.strip("*?"))


def _in_field(node: Node | None, key: str) -> Node | None:
    """The node asked for in one field alone; a year that is none is a word like any other."""
    if isinstance(node, Excluded):
        inner = _in_field(node.node, key)
        return Excluded(inner) if inner is not None else None
    if isinstance(node, Group):
        return _group(node.kind, [_in_field(child, key) for child in node.nodes])
    if not isinstance(node, Word | Phrase):
        return node
    if key != "year":
        return replace(node, field=key)
    match = _YEARS.fullmatch(node.text)
    if not match or not (match[1] or match[3]):
        return node
    low, high = (int(year) if year else None for year in (match[1], match[3]))
    return Years(low, high if match[2] else low)


def _group(kind: Literal["bag", "all", "any"], nodes: Sequence[Node | None]) -> Node | None:
    kept = tuple(node for node in nodes if node is not None)
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else Group(kind, kept)
