"""What a reader typed, as a tree."""

import itertools
import time

import pytest

from search import plan, query
from search.engines import nodes
from search.languages import LANGUAGES
from search.query import MAX_TRUNCATED, MAX_WORDS, Excluded, Group, Phrase, Word, Years, parse
from tests.search.test_engines import NAUGHTY


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", None),
        ("  ?! ", None),
        ("pont", Word("pont")),
        ("deux ponts", Group("bag", (Word("deux"), Word("ponts")))),
        ("« deux ponts »", Phrase(" deux ponts ")),
        ("„zwei Brücken“", Phrase("zwei Brücken")),
        ('"pont"', Word("pont")),
        ("pont -neuf", Group("bag", (Word("pont"), Excluded(Word("neuf"))))),
        ("fr-de", Word("fr-de")),
        ("pont - neuf", Group("bag", (Word("pont"), Word("neuf")))),
        ("a ET b", Group("all", (Word("a"), Word("b")))),
        ("a UND b", Group("all", (Word("a"), Word("b")))),
        ("a et b", Group("bag", (Word("a"), Word("et"), Word("b")))),
        ("a OU b ET c", Group("any", (Word("a"), Group("all", (Word("b"), Word("c")))))),
        ("(a ODER b) c", Group("bag", (Group("any", (Word("a"), Word("b"))), Word("c")))),
        ("a SAUF b", Group("bag", (Word("a"), Excluded(Word("b"))))),
        ("a AND NOT b", Group("all", (Word("a"), Excluded(Word("b"))))),
        ("auteur:Dupont", Word("Dupont", "author")),
        ("Autor:Dupont", Word("Dupont", "author")),
        ('titre:"deux ponts"', Phrase("deux ponts", "title")),
        ("title:(a b)", Group("bag", (Word("a", "title"), Word("b", "title")))),
        ("jahr:2019", Years(2019, 2019)),
        ("année:2015-2019", Years(2015, 2019)),
        ("year:2015..", Years(2015, None)),
        ("year:soon", Word("soon")),
        ("-année:2015", Excluded(Years(2015, 2015))),
        ("trunc*", Word("trunc", prefix=True)),
        ("t*", Word("t")),
        ("unknown:thing", Group("bag", (Word("unknown"), Word("thing")))),
        ("ET pont OU", Group("bag", (Word("ET"), Word("pont"), Word("OU")))),
        ("pont )", Word("pont")),
        ("((pont", Word("pont")),
        (") pont () ET (", Group("bag", (Word("pont"), Word("ET")))),
        ("(" * 20 + "pont" + ")" * 20 + " neuf", Group("bag", (Word("pont"), Word("neuf")))),
        ('pont "neuf', Group("bag", (Word("pont"), Word("neuf")))),
        ("e\u0301te\u0301", Word("été")),
    ],
)
def test_a_query_as_a_tree(text, node):
    assert parse(text).node == node


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_nothing_fails_or_takes_long(text):
    begun = time.perf_counter()
    node = parse(text).node
    assert time.perf_counter() - begun < 0.5
    assert node is None or query.count(node) <= MAX_WORDS


WORDS = [f"{first}{second}u" for first in "bcdfglmnprstv" for second in "aeiou"]
HEAVY = {
    "words": " ".join(WORDS),
    "alternatives": " OR ".join(WORDS),
    "excluded": "pont " + " ".join(f"-{word}" for word in WORDS),
    "truncated": " ".join(f"{word}*" for word in WORDS),
    "truncated titles": " OR ".join(f"title:{word}*" for word in WORDS),
    "one phrase": f'"{" ".join(WORDS)}"',
    "phrases": " ".join(f'"{one} {other}"' for one, other in itertools.pairwise(WORDS)),
    "in fields": " ".join(f"title:{word}" for word in WORDS),
    "joined": "-".join(WORDS),
    "joined by dots": ".".join(WORDS),
    "many joined": " ".join("-".join(WORDS[place : place + 5]) for place in range(0, 60, 5)),
    "nested": "".join(f"({word} OR " for word in WORDS) + "a",
    "numbers": " ".join(map(str, range(1000, 1100))),
}


@pytest.mark.parametrize("relaxed", [False, True])
@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY.keys())
def test_what_an_engine_is_asked_is_bounded(text, relaxed):
    made = plan.plan(parse(text), dict.fromkeys(LANGUAGES, 1.0), relaxed=relaxed).node
    found = list(clauses(made))
    assert len(found) <= 400
    assert sum(isinstance(one, nodes.Prefix) for one in found) <= 3 * MAX_TRUNCATED
    assert sum(len(one.text.split()) for one in found if isinstance(one, nodes.Phrase | nodes.Text)) <= 400


def test_a_word_that_is_said_again_is_asked_once():
    once, again = (plan.plan(parse(text), {"fr": 1.0}) for text in ("pont train", "pont train " * 20))
    assert (again.node, again.marked) == (once.node, once.marked)


def clauses(node):
    """The nodes of a plan that hold no others."""
    match node:
        case nodes.Sum(children) | nodes.Best(children):
            below = children
        case nodes.Must(children, without, better):
            below = (*children, *without, *better)
        case nodes.Boost(child) | nodes.Constant(child) | nodes.Raised(child):
            below = (child,)
        case _:
            yield node
            return
    for child in below:
        yield from clauses(child)
