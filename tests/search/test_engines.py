"""One set of contract tests that both engines pass, query by query."""

import uuid
from collections.abc import Callable, Iterable, Iterator

import pytest

from search import plan, query
from search.engines import embedded, nodes
from search.engines.base import CLOSE, OPEN, After, Engine, EngineError, Position, Request
from search.engines.embedded import EmbeddedEngine
from search.expansions import Expansion
from search.schema import Document, tie
from search.searching import Asked, Behind, search, totals
from tests.search.conftest import ENGINES
from tests.search.works import WORKS, work

EVERYTHING = nodes.Everything()


@pytest.fixture(scope="module", params=ENGINES)
def library(request: pytest.FixtureRequest, new_engine: Callable[[str], Engine]) -> Engine:
    """Each engine with the small library; not to be written to."""
    engine = new_engine(request.param)
    index = engine.begin()
    index.put(WORKS, position=Position(uuid.UUID(int=1), 7))
    engine.swap(index)
    return engine


def found(engine: Engine, text: str, locale: str | None = "fr", **options) -> list[str]:
    return [hit.id for hit in search(engine, Asked(text=text, locale=locale, **options)).hits]


@pytest.mark.parametrize(
    ("text", "locale", "first"),
    [
        ("GECT", "fr", "guide-egtc"),
        ("egtc", "en", "guide-egtc"),
        ("groupement europeen", "fr", "guide-egtc"),
        ("GROUPEMENTS TERRITORIAUX", "fr", "guide-egtc"),
        ("Comment crée-t-on un GECT ?", "fr", "guide-egtc"),
        ("10.2760/61205", "fr", "guide-egtc"),
        ("https://doi.org/10.2760/61205", "fr", "guide-egtc"),
        ("9789279123456", "de", "guide-egtc"),
        ("isbn:978-92-79-12345-6", "de", "guide-egtc"),
        ("cote gv 12.3", "fr", "guide-egtc"),
        ("santé", "fr", "health-fr-de"),
        ("sante frontiere", "fr", "health-fr-de"),
        ("Gesundheit Grenze", "fr", "health-fr-de"),
        ("Gesundheit", None, "health-fr-de"),
        ("Oberrhein", "es", "health-fr-de"),
        ("médecins", "fr", "health-fr-de"),
        ("Ärzte Straßburg", "de", "health-fr-de"),
        ("strassburg", "de", "health-fr-de"),
        ("hôpital", "fr", "health-fr-es"),
        ("l’hôpital", "fr", "health-fr-es"),
        ("cerdana", "es", "health-fr-es"),
        ("habitantes Pirineos", "fr", "health-fr-es"),
        ("travailleur frontalier", "fr", "workers"),
        ("Grenzgängern", "de", "workers"),
        ("200 000 salariés", "fr", "workers"),
        ("Wann fahren die Züge über die Grenze?", "de", "trains-de"),
        ("Wann fahren die Züge über die Grenze?", None, "trains-de"),
        ("Wann fahren die Züge über die Grenze?", "fr", "trains-de"),
        ("dell'acqua", "it", "water-it"),
        ("acqua alpina", "fr", "water-it"),
        ("leerling taal", "nl", "schools-nl"),
        ("bridge", "en", "bridge-en"),
        ("bridges", "en", "bridge-en"),
        ("Who rebuilt the bridge?", "en", "bridge-en"),
        ("fronteira Oiapoque", "fr", "brasil-pt"),
        ('"deux versants"', "fr", "health-fr-es"),
        ("auteur:müller", "fr", "workers"),
        ("author:Dupont", "de", "workers"),
        ("titre:santé", "fr", "health-fr-de"),
        ("année:2018", "fr", "guide-egtc"),
        ("santé année:2019", "fr", "health-fr-es"),
        ("Oiapoq*", "fr", "brasil-pt"),
        ("frontalier ET fiscalité", "fr", "workers"),
        ("(Oiapoque ODER Unsinn) UND rio", "de", "brasil-pt"),
        # What comes near is found where little else is.
        ("cooperazione territoriale", "it", "guide-egtc"),
        ("Kooperation territorial", "de", "guide-egtc"),
        ("Gesundheitswesen", "de", "health-fr-de"),
        # Nonsense is taken as words.
        ("AND hôpital )( OR", "fr", "health-fr-es"),
        ('hôpital "', "fr", "health-fr-es"),
        ("hôpital nom:", "fr", "health-fr-es"),
        # Words that nothing has do not sink those that something has.
        ("hôpital xylophone quantique", "fr", "health-fr-es"),
        ('"hôpital quantique"', "fr", "health-fr-es"),
    ],
)
def test_what_is_found_first(library, text, locale, first):
    assert found(library, text, locale)[:1] == [first]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("santé -Rhin", {"health-fr-es"}),
        ("santé SAUF médecin", {"health-fr-es"}),
        ("santé NICHT médecin", {"health-fr-es"}),
        ("titre:hôpital OU titre:bridge", {"health-fr-es", "bridge-en"}),
        ("bridge OR Oiapoque", {"bridge-en", "mention-en", "brasil-pt"}),
        ("année:2018..2019", {"guide-egtc", "health-fr-es"}),
        ("année:2021-", {"health-fr-de", "workers"}),
        ("titre:santé", {"health-fr-de"}),
        ('"santé à la frontière"', {"health-fr-de"}),
        ("frontali*", {"workers"}),
        ("", {document.id for document in WORKS}),
        (
            "-santé -bridge",
            {document.id for document in WORKS} - {"health-fr-de", "health-fr-es", "bridge-en", "mention-en"},
        ),
        ("xylophone", set()),
        ("auteur:Rhin", set()),
    ],
)
def test_what_is_found_at_all(library, text, expected):
    assert set(found(library, text)) == expected


def test_beginnings_of_words_rank_and_widen_nothing_where_enough_is_found(engine):
    engine.put([work(f"w{number}", title_fr=f"Frontière {number}") for number in range(12)])
    engine.put([work("near", title_it="Frontone")])
    assert "near" not in found(engine, "frontière", limit=50)
    assert search(engine, Asked("frontière", "fr")).relaxed is False
    assert found(engine, "frontiere 3")[0] == "w3"


def test_a_title_is_counted_once_where_the_text_answers(engine):
    about = {
        "answer": ("Enfants", "Les parents ont cinq jours pour déclarer une naissance à la mairie."),
        "leave": ("Naissance", "Le congé dure onze jours et se prend avant six mois."),
        "bonus": ("Naissance", "La prime se demande à la caisse, qui la verse en sept jours."),
    }
    others = {f"bridge-{number}": (f"Ponts {number}", "Un pont sur la rivière.") for number in range(30)}
    engine.put([work(name, title_fr=title, body_fr=body) for name, (title, body) in (about | others).items()])
    assert found(engine, "parents naissance jours")[0] == "answer"


@pytest.mark.parametrize("relaxed", [False, True])
def test_what_was_typed_is_above_its_other_names_in_the_same_field(engine, relaxed):
    others = {
        "de": ("Kooperation", "grenzüberschreitende Zusammenarbeit der Gebietskörperschaften"),
        "en": ("cooperation", "co-operation", "collaboration"),
        "es": ("cooperación",),
        "it": ("cooperazione",),
        "nl": ("samenwerking",),
    }
    long = "Une coopération " + "entre communes voisines depuis longtemps déjà " * 8
    works = [Document(f"common-{number}", {"fr": f"Coopération {number}"}) for number in range(60)]
    for part in ("title", "summary", "body"):
        works.append(work(f"typed-{part}", **{"title_fr": "Sans", f"{part}_fr": long}))
        titles = {language: names[-1] for language, names in others.items()}
        texts = {"title": {"de": "Ohne"}, part: titles if part == "title" else {"de": " ".join(others["de"] * 5)}}
        works.append(Document(f"other-{part}", keywords={"concept": ["coop"]}, **texts))
    engine.put(works)
    meant = [Expansion(0, 1, "coopération", "concept", code, others) for code in ("coop", "coop-2", "coop-3")]
    asked = plan.plan(query.parse("coopération"), {"fr": 1.0, "de": 0.25}, meant, relaxed=relaxed)
    order = [hit.id for hit in engine.search(Request(asked.node, limit=100)).hits]
    for part in ("title", "summary", "body"):
        assert order.index(f"typed-{part}") < order.index(f"other-{part}"), part
    assert order.index("other-title") < order.index("other-body")


def test_stop_words_of_other_names_are_not_marked(engine):
    engine.put([work("remote", title_fr="Le travail à distance", summary_fr="Il tient à la distance")])
    meant = [Expansion(0, 1, "télétravail", "concept", "remote", {"fr": ["travail à distance"]})]
    made = plan.plan(query.parse("télétravail"), {"fr": 1.0}, meant)
    request = Request(made.node, marked=made.marked, marked_in=made.marked_in)
    [hit] = engine.search(request).hits
    assert hit.passage("title", "fr")
    assert hit.passage("summary", "fr") == "", "half of a name is not it"


def test_both_engines_put_results_in_one_order_and_give_them_once(library):
    assert found(library, "bridge", "en") == ["bridge-en", "mention-en"]
    assert found(library, "santé patients", "fr")[0] == "health-fr-de"
    answer = search(library, Asked("bridge", "en", limit=1, offset=1))
    assert (answer.total, [hit.id for hit in answer.hits]) == (2, ["mention-en"])
    assert search(library, Asked("bridge", "en", limit=1, offset=9_000)).hits == []


def test_orders(library):
    dated = {"filters": {"y": nodes.Between("year", 2000, 2100)}}
    assert found(library, "", order="date", **dated) == ["workers", "health-fr-de", "health-fr-es", "guide-egtc"]
    assert found(library, "", order="date", descending=False, **dated)[0] == "guide-egtc"
    assert found(library, "", order="added", **dated)[0] == "workers"
    in_german = found(library, "", "de", order="title", descending=False)
    assert in_german.index("health-fr-de") < in_german.index("workers") < in_german.index("trains-de")


def parts(engine: Engine, text: str, limit: int, **options) -> Iterator[list[str]]:
    """A list part by part, each asked for behind the one before."""
    behind = None
    while True:
        found = search(engine, Asked(text, "fr", limit=limit, behind=behind, **options))
        yield [hit.id for hit in found.hits]
        if len(found.hits) < limit:
            return
        behind = Behind(After(found.hits[-1].value, found.hits[-1].id), found.wide, found.corrected, ())


def bridges(numbers: Iterable[int]) -> list[Document]:
    """Works of which many have score, date and title in common, and every fifth has no date."""
    return [
        Document(
            f"record-{number}",
            {"fr": f"Pont {number % 3}"},
            body={"fr": "pont " * (number % 4)},
            numbers={"added": 1_700_000_000_000 + number} | ({"date": 10_000 + number % 2} if number % 5 else {}),
        )
        for number in numbers
    ]


ORDERS = [
    ("pont", {"order": "relevance"}),
    ("pont", {"order": "date"}),
    ("", {"order": "date", "descending": False}),
    ("", {"order": "added"}),
    ("pont", {"order": "title", "descending": False}),
]


def test_a_list_goes_on_behind_a_hit_in_every_order_whatever_is_equal(engine):
    engine.put(bridges(range(8)))
    engine.put(bridges(range(8, 23)))  # in parts of their own
    for text, order in ORDERS:
        whole = found(engine, text, limit=100, **order)
        assert len(set(whole)) == 23
        for limit in (1, 4, 23):
            assert [name for part in parts(engine, text, limit, **order) for name in part] == whole, order
        paged = [found(engine, text, limit=4, offset=offset, **order) for offset in range(0, 24, 4)]
        assert [name for part in paged for name in part] == whole, order
    by_date = found(engine, "", limit=100, order="date")
    undated = [name for name in by_date if int(name.removeprefix("record-")) % 5 == 0]
    assert by_date[-5:] == undated == sorted(undated, key=tie), "both engines end equal ones in one way"


def test_nothing_comes_twice_or_is_missed_while_works_are_published(engine):
    for text, order in ORDERS:
        engine.put(bridges(range(23)))
        before = found(engine, text, limit=100, **order)
        walk = parts(engine, text, 4, **order)
        seen = next(walk)
        engine.put(bridges(range(100, 130)))  # every score is another one now
        if order["order"] != "relevance":
            engine.put([], removed=seen[-1:])
        seen += [name for part in walk for name in part]
        assert len(set(seen)) == len(seen), order
        assert set(before) <= set(seen), order
        engine.put([], removed=[f"record-{number}" for number in range(100, 130)])


def test_a_hit_that_is_found_no_more_leaves_its_place(engine):
    engine.put(bridges(range(23)))
    whole = found(engine, "pont", limit=100)
    walk = parts(engine, "pont", 4)
    seen = next(walk)
    engine.put([], removed=seen[-1:])
    assert len([name for part in walk for name in part]) >= len(whole) - len(seen)
    engine.put([Document("record-1", {"fr": "Tunnel"})])


def test_what_is_left_out_is_counted_by_facets_alone(library):
    asked = Asked("santé", "fr", counts={"type": 20}, without=("health-fr-de",))
    answer = search(library, asked)
    assert ([hit.id for hit in answer.hits], answer.total) == (["health-fr-es"], 1)
    assert answer.counts["type"] == {"fiche": 2}
    assert totals(library, [asked]) == [1]


def test_counts_of_a_facet_ignore_its_own_selection(library):
    asked = Asked(
        filters={"concept": nodes.Values("concept", ("health",)), "border": nodes.Values("border", ("fr-de", "fr-lu"))},
        counts={"concept": 20, "border": 20, "type": 20, "year": 100},
    )
    answer = search(library, asked)
    assert [hit.id for hit in answer.hits] == ["health-fr-de"]
    assert answer.counts["concept"] == {"health": 1, "governance": 1, "employment": 1, "mobility": 1}
    assert answer.counts["border"] == {"fr-de": 1, "fr-es": 1}
    assert answer.counts["type"] == {"fiche": 1}
    assert answer.counts["year"] == {"2021": 1}


def test_a_range_and_values_of_years_are_one_facet(engine):
    for year in (1999, 2001, 2005):
        work = Document(f"of-{year}", title={"fr": str(year)}, numbers={"year": year}, keywords={"access": ["open"]})
        engine.put([work])
    between = nodes.Must((nodes.Sum((nodes.Between("year", 2001, 2001),)), nodes.Between("year", 2000, 2010)))
    answer = search(engine, Asked(filters={"year": between}, counts={"year": 400, "access": 20, "scale": 20}))
    assert [hit.id for hit in answer.hits] == ["of-2001"]
    assert answer.counts["year"] == {"1999": 1, "2001": 1, "2005": 1}
    assert (answer.counts["access"], answer.counts["scale"]) == ({"open": 1}, {})


def test_passages_are_marked(library):
    hit = search(library, Asked("frontaliers", "fr")).hits[0]
    assert hit.shown == {"key": "workers"}
    assert hit.passage("title", "fr") == f"Les travailleurs {OPEN}frontaliers{CLOSE} au Luxembourg"
    assert f"{OPEN}frontalier{CLOSE}" in hit.passage("body", "fr")
    library.put([Document("pilot", {"fr": "Expérimentation « bassins »"}, {"fr": "Aux bassins."})])
    [hit] = search(library, Asked("bassins", "fr")).hits
    assert hit.passage("title", "fr") == f"Expérimentation « {OPEN}bassins{CLOSE} »", "to its last bracket"
    assert hit.passage("summary", "fr") == f"Aux {OPEN}bassins{CLOSE}."
    assert f"{OPEN}Straßburg{CLOSE}" in search(library, Asked("Straßburg", "fr")).hits[0].passage("body", "de")


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("Luxembuorg", "luxembourg"),
        ("hopitla", "hopital"),
        ("Grenzganger", None),
        ("bridge", None),
        ("xylophone", None),
        ("eua", None),
    ],
)
def test_words_that_are_near(library, word, near):
    assert library.near(word)[:1] == ([near] if near else [])


def test_a_word_is_shown_as_texts_write_it(library, engine):
    written = {"hopital": "hôpital", "sante": "santé", "luxembourg": "Luxembourg", "gect": "GECT", "zzz": "zzz"}
    assert {word: library.written(word) for word in written} == written
    engine.put([Document("one", {"fr": "Coopération"}), Document("two", {"fr": "Pour la coopération"})])
    assert engine.written("cooperation") == "coopération"


NAUGHTY = [
    "a" * 10_000,
    "mot " * 2_500,
    "(" * 5_000,
    "(a " * 1_000 + ")" * 1_000,
    '"' * 999,
    "NOT " * 2_000 + "a",
    "-" * 500 + "a",
    "title:" * 800 + "a",
    "* ** *a a* .*.*.*.*.*",
    "[a-z]{1,9999}(a+)+$",
    "a~9 a^999 \\ / \x00\x01\x1f\x7f",
    "\ud800\udfff lone surrogates",
    "\ue000marks\ue001 \u202e\u200b",
    "年 هذا ελληνικά 🙂",
    "année:99999999999999999999",
    "année:0000-9999",
    "<script>alert(1)</script>' OR 1=1 --",
    "id:@position @position",
]


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
@pytest.mark.parametrize("locale", ["fr", None])
def test_no_query_fails(library, text, locale):
    assert "@position" not in found(library, text, locale)


def test_what_is_put_is_found_at_once_and_replaced_and_removed(engine):
    first, second = Position(uuid.UUID(int=5), 1), Position(uuid.UUID(int=5), 2)
    assert engine.position() is None
    engine.put([work("one", title_fr="Un pont"), work("two", title_fr="Un tunnel")], position=first)
    assert engine.position() == first
    assert (engine.count(), sorted(dict(engine.digests()))) == (2, ["one", "two"])
    engine.put([work("one", title_fr="Une passerelle")], removed=["two", "never-there"], position=second)
    assert (engine.position(), engine.count(), list(dict(engine.digests()))) == (second, 1, ["one"])
    assert found(engine, "passerelle") == ["one"]
    assert found(engine, "pont") == []


def test_a_new_index_is_made_beside_the_old_one(engine):
    engine.put([work("old", title_fr="Ancien")])
    index = engine.begin()
    index.put([work("new", title_fr="Nouveau")], position=Position(uuid.UUID(int=1), 3))
    assert found(engine, "ancien nouveau") == ["old"]
    engine.swap(index)
    assert found(engine, "ancien nouveau") == ["new"]
    assert engine.position() == Position(uuid.UUID(int=1), 3)
    engine.put([work("newer", title_fr="Nouveau")])
    assert sorted(dict(engine.digests())) == ["new", "newer"]


def test_an_index_of_another_making_has_no_position(engine, monkeypatch):
    engine.put([], position=Position(uuid.UUID(int=1), 3))
    monkeypatch.setattr("search.schema.VERSION", 999)
    assert engine.position() is None


@pytest.mark.parametrize("name", ENGINES)
def test_without_an_index_there_is_an_error_and_nothing_is_made(name, new_engine):
    engine = new_engine(name)
    assert engine.position() is None
    for attempt in (
        lambda: engine.search(Request(EVERYTHING)),
        lambda: engine.put([work("one", title_fr="Un")]),
        engine.count,
        lambda: list(dict(engine.digests())),
    ):
        with pytest.raises(EngineError):
            attempt()
    assert engine.position() is None


def test_long_texts_are_taken_whole(engine):
    body = "frontière coopération " * 60_000 + "ornithorynque"
    engine.put([Document("long", {"fr": "Long"}, body={"fr": body})])
    hit = search(engine, Asked("ornithorynque", "fr")).hits[0]
    assert f"{OPEN}ornithorynque{CLOSE}" in hit.passage("body", "fr")
    assert len(hit.passage("body", "fr")) < 1_000


def test_what_would_be_found_is_counted_in_one_round(library):
    questions = [
        Asked("hôpital", "fr", near=False),
        Asked("xylophone", "fr", near=False),
        Asked("bridge OR Oiapoque", "en"),
        Asked("santé", "fr", filters={"border": nodes.Values("border", ("fr-es",))}),
        Asked("hôpital xylophone quantique", "fr"),
        Asked("", "fr"),
    ]
    found = totals(library, questions)
    assert found == [search(library, asked).total for asked in questions]
    assert found[:4] == [1, 0, 3, 1]
    assert totals(library, []) == []


def test_an_index_is_tidied_up_when_no_more_follows(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "BUSY_SECONDS", 0.0)
    index, other = embedded.EmbeddedIndex(tmp_path), embedded.EmbeddedIndex(tmp_path)
    index.put([work("one", title_fr="Un pont")], more=True)
    assert other.count() == 1
    with pytest.raises(EngineError, match="LockBusy"):
        other.put([])
    index.put([work("two", title_fr="Un tunnel")])
    other.put([work("three", title_fr="Un bac")])
    assert index.count() == 3


def test_what_another_process_writes_is_found_at_once(tmp_path):
    writer, reader = EmbeddedEngine(tmp_path), EmbeddedEngine(tmp_path)
    writer.swap(writer.begin())
    for number in range(3):
        writer.put([work(f"w{number}", title_fr="Pont")])
        assert len(found(reader, "pont")) == number + 1
    writer.put([], removed=["w0"])
    assert len(found(reader, "pont")) == 2
