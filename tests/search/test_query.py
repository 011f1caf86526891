"""What a reader typed, as a tree."""

import time

import pytest

from search.query import MAX_LEAVES, Excluded, Group, Phrase, Word, Years, parse
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
    assert leaves(node) <= MAX_LEAVES


def leaves(node) -> int:
    if isinstance(node, Group):
        return sum(leaves(child) for child in node.nodes)
    return leaves(node.node) if isinstance(node, Excluded) else 1 if node else 0
