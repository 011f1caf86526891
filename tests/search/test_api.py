"""`/api/v2/search/`."""

import base64
import datetime
import json
import time
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resources.fact_merging import merge
from resources.files import FileText
from resources.models import Agent, Concept, RecordCopy, RecordFile
from search import answering, in_files, indexer
from search.breaker import Breaker
from search.engines.configured import engines
from tests.factories import borders, documents, resources
from tests.search.site import Broken, refresh
from tests.search.test_promotions import promote

pytestmark = pytest.mark.django_db
PATH = "/api/v2/search/"


def ask(client: Client, **parameters):
    response = client.get(PATH, parameters)
    assert response.status_code == 200, response.content
    return response.json()


def titles(answer) -> list[str]:
    return [item["title"] for item in answer["items"]]


def facet(answer, name: str) -> dict[str, int]:
    [found] = [facet for facet in answer["facets"] if facet["name"] == name]
    return {value["code"]: value["count"] for value in found["values"]}


def test_pages_and_documents_are_one_list_in_the_readers_language(client, library):
    found = ask(client, q="soins santé", locale="fr")
    assert found["meta"] == {
        "total_count": 2,
        "exact_count": 1,
        "next_cursor": None,
        "relaxed": True,
        "degraded": False,
        "corrected": "",
    }
    first = found["items"][0]
    assert first["kind"] == "page"
    assert first["key"] == str(library["page"].pk)
    assert first["title_html"] == "<mark>Soins</mark>"
    assert first["passage"]["html"] == "Les <mark>soins</mark> &amp; la &lt;<mark>santé</mark>&gt; des frontaliers."
    assert first["html_path"] == f"/fr/{library['page'].slug}/"
    assert first["locales"] == ["fr", "de"]
    german = ask(client, q="soins santé", locale="de")["items"][0]
    assert (german["locale"], german["title"], german["key"]) == ("de", "Pflege", str(library["german"].pk))
    assert german["passage"] == {
        "part": "summary",
        "locale": "de",
        "html": "<mark>Gesundheit</mark> der Grenzgänger",
        "page": None,
        "page_url": None,
    }


def test_a_document(client, library):
    [study] = ask(client, q="auteur:insee", locale="en")["items"]
    assert (study["kind"], study["key"], study["title"]) == ("record", library["study"].code, "Health trains")
    assert study["type"]["code"] == "report"
    assert study["authors"] == ["INSEE"]
    assert study["date"] == {"date": "2019-05-01", "precision": "day"}
    assert client.get(study["detail_url"].replace("http://localhost:8000", "")).status_code == 200
    [guide] = ask(client, q="treno", locale="en")["items"]
    assert (guide["locale"], guide["date"]) == ("it", {"date": "2021", "precision": "year"})


def test_facets_count_and_filter(client, library):
    found = ask(client, locale="de")
    assert facet(found, "kind") == {"page": 2, "record": 2}
    assert facet(found, "theme") == {"health": 1}
    assert facet(found, "border") == {"fr-de": 1}
    assert facet(found, "country") == {"fr": 1, "de": 1}
    assert facet(found, "year")["2019"] == 1
    [border] = [one for one in found["facets"] if one["name"] == "border"]
    assert border["values"][0]["label"] == "Frankreich – Deutschland"
    records = ask(client, kind="record", locale="fr")
    assert records["meta"]["total_count"] == 2
    assert facet(records, "kind") == {"record": 2, "page": 2}
    assert facet(records, "type") == {"report": 1, "guide": 1}
    assert titles(ask(client, kind="record", language="it")) == ["Il treno"]
    assert titles(ask(client, theme="health", locale="fr")) == ["Soins"]
    assert titles(ask(client, author="insee", locale="fr")) == ["Les trains de la santé"]
    assert titles(ask(client, year_from="2020", year_to="2022", locale="fr")) == ["Il treno"]
    assert titles(ask(client, kind="record", order="title", locale="fr")) == ["Il treno", "Les trains de la santé"]
    assert titles(ask(client, kind="record", order="-date", locale="fr")) == ["Il treno", "Les trains de la santé"]
    assert titles(ask(client, year="2019,2021", limit="1", offset="1", order="date", locale="fr")) == ["Il treno"]


def test_codes_of_what_was_merged_stand_for_the_other(client, library):
    merge(resources.agent("insee-2"), Agent.objects.get(code="insee"))
    merge(resources.concept("care"), Concept.objects.get(code="health"))
    refresh()
    found = ask(client, author="insee-2", locale="fr")
    assert titles(found) == ["Les trains de la santé"]
    [author] = [one["values"] for one in found["facets"] if one["name"] == "author"]
    assert [(value["code"], value["selected"]) for value in author] == [("insee", True)]
    assert titles(ask(client, theme="care", locale="fr")) == ["Soins"]
    assert 'href="/fr/portail/?theme=health' in client.get("/fr/portail/?theme=care&author=insee-2").content.decode()


def test_concepts_are_counted_below_their_themes(client, library):
    health = Concept.objects.get(code="health")
    care = resources.concept("care", broader=[health])
    resources.concept("rail", broader=[health])
    library["study"].concepts = [care]
    library["study"].save_revision().publish()
    refresh()
    [theme] = [one for one in ask(client, theme="care", locale="de")["facets"] if one["name"] == "theme"]
    [top] = theme["values"]
    assert (top["code"], top["count"], top["selected"]) == ("health", 2, False)
    assert [(one["code"], one["count"], one["selected"]) for one in top["narrower"]] == [("care", 1, True)]


def test_how_to_get_at_documents_and_the_scale_of_territories(client, library):
    record, _document = resources.record_with_text("Text")
    record.territories = [borders.territory("rhin", scale="euroregion")]
    record.copies = [RecordCopy(shelf_mark="GV 1")]
    record.url = "https://example.org/"
    record.save_revision().publish()
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    library["study"].files = [RecordFile(document=documents.document(title="Later"), open_from=tomorrow)]
    library["study"].url = "https://example.org/"
    library["study"].save_revision().publish()
    refresh()
    found = ask(client, kind="record", locale="fr")
    assert facet(found, "access") == {"open": 1, "paper": 1, "embargo": 1, "link": 1, "offline": 1}
    assert facet(found, "scale") == {"euroregion": 1}
    assert titles(ask(client, kind="record", access="embargo,offline", order="title")) == [
        "Il treno",
        "Les trains de la santé",
    ]
    assert titles(ask(client, scale="euroregion", access="paper")) == ["Titre"]


def test_a_passage_has_its_page_and_a_result_its_first_page(
    client, library, engine, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(answering, "engines", lambda: [engine])
    _record, document = resources.record_with_text("")
    key = uuid.uuid4()
    filler = "Ein Satz, der nichts sagt. " * 40
    pages = [f"Deckblatt\x01 {filler}", filler, f"{filler}Der Xylophonbau & <Zölle> am Rhein.\n{filler}", filler]
    FileText.objects.update(pages=pages, thumbnail=b"webp", key=key)
    indexer.rebuild(engine)
    [found] = ask(client, q="Xylophonbau", locale="fr")["items"]
    assert found["passage"]["page"] == 3
    assert "<mark>Xylophonbau</mark>" in found["passage"]["html"]
    assert found["thumbnail"] == f"http://localhost:8000/records/thumbnails/{key}.webp"
    page = client.get("/fr/portail/", {"q": "Xylophonbau"}).content.decode()
    assert found["passage"]["page_url"] == f"http://localhost:8000{document.url}#page=3"
    assert f'<a class="result-page" lang="fr" href="{document.url}#page=3">p. 3</a>' in page
    assert f'<img src="/records/thumbnails/{key}.webp" alt=""' in page
    with monkeypatch.context() as bound:
        bound.setattr(in_files, "MOST_CHARACTERS", len(filler))
        [long] = ask(client, q="Xylophonbau", locale="fr")["items"]
    # The embedded engine has the texts at hand and need not ask the database for them.
    known = (3, found["passage"]["page_url"]) if engine.name == "embedded" else (None, None)
    assert (long["passage"]["page"], long["passage"]["page_url"]) == known
    assert long["passage"]["html"] == found["passage"]["html"]
    with CaptureQueriesContext(connection) as one:
        ask(client, q="Xylophonbau", locale="fr")
    queries = len(one)
    for _another in range(2):
        resources.record_with_text(pages[2])
    indexer.rebuild(engine)
    ask(client, q="Xylophonbau", locale="fr")  # labels are read anew
    with django_assert_max_num_queries(queries):
        assert len(ask(client, q="Xylophonbau", locale="fr")["items"]) == 3
    RecordFile.objects.update(access="paper")  # the index does not know yet
    found = ask(client, q="Xylophonbau", locale="fr")["items"]
    assert {(one["passage"], one["thumbnail"]) for one in found} == {(None, None)}


def test_a_name_in_another_language_is_found_and_said(client, library):
    found = ask(client, q="Gesundheit", locale="de")
    assert titles(found) == ["Pflege", "Les trains de la santé"]  # what was typed before what it means
    [expansion] = found["expansions"]
    assert (expansion["typed"], expansion["kind"], expansion["code"]) == ("Gesundheit", "concept", "health")
    assert {"santé", "health"} <= set(expansion["labels"])
    assert found["items"][1]["title_html"] == "Les trains de la <mark>santé</mark>"
    assert found["items"][1]["passage"] is None
    taken = ask(client, q="Gesundheit", locale="de", expand="false")
    assert (titles(taken), taken["expansions"]) == (["Pflege"], [])


def test_press_articles_are_found_where_they_are_asked_for(client, library):
    resources.record("Coupure de presse sur la santé", type="press-article")
    refresh()
    found = ask(client, q="santé", locale="fr")
    assert "Coupure de presse sur la santé" not in titles(found)
    assert facet(found, "kind")["press"] == 1
    assert titles(ask(client, q="santé", type="press-article", locale="fr")) == ["Coupure de presse sur la santé"]
    assert titles(ask(client, q="santé", kind="press", locale="fr")) == ["Coupure de presse sur la santé"]


def test_a_mistyped_word_is_asked_as_it_was_meant(client, library):
    found = ask(client, q="tarins santé", locale="fr")
    assert found["meta"]["corrected"] == "trains santé"
    assert titles(found)[0] == "Les trains de la santé"
    resources.record("La coopération")
    refresh()
    assert ask(client, q="coopertaion", locale="fr")["meta"]["corrected"] == "coopération"
    assert ask(client, q="tarins", locale="fr", expand="false")["meta"]["corrected"] == ""
    assert ask(client, q="trains", locale="fr")["meta"]["corrected"] == ""
    assert ask(client, q="xylophone", locale="fr")["meta"] == {
        **ask(client, q="qwertzuiop", locale="fr")["meta"],
        "total_count": 0,
        "corrected": "",
    }


def walked(client: Client, **parameters) -> list[str]:
    """The titles of a list part by part."""
    found = ask(client, **parameters)
    listed = titles(found)
    while cursor := found["meta"]["next_cursor"]:
        found = ask(client, **parameters, cursor=cursor)
        assert found["items"]
        listed += titles(found)
    return listed


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "santé"},
        {"q": "santé trains"},  # few have both, so others follow
        {"q": "tarins santé"},  # mistyped
        {},
        {"order": "title"},
        {"q": "santé", "order": "-added"},
        {"kind": "record", "order": "-date"},
    ],
)
def test_a_list_is_walked_by_cursor(client, library, engine, monkeypatch, asked):
    monkeypatch.setattr(answering, "engines", lambda: [engine])
    promote("santé", "trains santé", record=library["guide"])
    for number in range(3):
        resources.record(f"La santé {number}", date=f"20{number}0-01-01")
    indexer.rebuild(engine)
    whole = ask(client, locale="fr", **asked)
    assert whole["meta"]["total_count"] > 3
    for limit in (1, 2, 3, 20):
        assert walked(client, locale="fr", limit=limit, **asked) == titles(whole)
    first = ask(client, locale="fr", limit=2, offset=1, **asked)
    after = ask(client, locale="fr", limit=2, **asked, cursor=first["meta"]["next_cursor"])
    assert titles(after) == titles(whole)[3:5]
    assert {**after["meta"], "next_cursor": ""} == {**first["meta"], "next_cursor": ""}
    assert after["facets"] == first["facets"]


def test_a_selection_is_walked_by_cursor(client, library):
    numbers = ",".join([library["guide"].code, "999", library["study"].code])
    assert walked(client, ids=numbers, limit=1, locale="fr") == ["Il treno", "Les trains de la santé"]


def test_the_standby_goes_on_where_the_first_one_stopped(client, library, monkeypatch, tmp_path):
    whole = titles(ask(client, q="santé soins trains", locale="fr"))
    cursor = ask(client, q="santé soins trains", locale="fr", limit=1)["meta"]["next_cursor"]
    [standby] = engines()
    monkeypatch.setattr(answering, "engines", lambda: [Broken(tmp_path), standby])
    found = ask(client, q="santé soins trains", locale="fr", cursor=cursor)
    assert (titles(found), found["meta"]["degraded"]) == (whole[1:], True)


def test_a_cursor_of_another_list_is_refused_by_name(client, library):
    cursor = ask(client, q="santé", locale="fr", limit=1)["meta"]["next_cursor"]
    name = json.loads(base64.urlsafe_b64decode(cursor + "==="))[0]

    def forged(*values: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps([name, *values]).encode()).decode().rstrip("=")

    asked = {"q": "santé", "locale": "fr"}
    for wrong in (
        {**asked, "q": "trains", "cursor": cursor},
        {**asked, "order": "title", "cursor": cursor},
        {**asked, "offset": "1", "cursor": cursor},
        {**asked, "format": "ris", "cursor": cursor},
        {**asked, "cursor": cursor[:-5]},
        {**asked, "cursor": "a" * 5000},
        {**asked, "cursor": forged("much", "record-1", 0, "", "")},
        {**asked, "cursor": forged(True, "record-1", 0, "", "")},
        {**asked, "cursor": forged(1.5, 7, 0, "", "")},
        {**asked, "cursor": forged(1.5, "record-1", 2, "", "")},
        {**asked, "cursor": forged(1.5, "record-1", 0, "")},
    ):
        response = client.get(PATH, wrong)
        assert response.status_code == 400, wrong
        assert [error["parameter"] for error in response.json()["errors"]] == ["cursor"]
    strange = forged(-(10.0**18), "_only_nodes:*", 1, "((( santé", "page-zz,,")
    assert ask(client, **asked, cursor=strange)["items"] == []


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"border": "nowhere"}, "border"),
        ({"theme": "nothing"}, "theme"),
        ({"type": "nothing"}, "type"),
        ({"kind": "files"}, "kind"),
        ({"language": "xx"}, "language"),
        ({"year": "soon"}, "year"),
        ({"offset": "10000"}, "offset"),
        ({"limit": "101"}, "limit"),
        ({"order": "best"}, "order"),
        ({"q": "a" * 501}, "q"),
        ({"unknown": "1"}, "unknown"),
    ],
)
def test_a_bad_value_is_named(client, parameters, named):
    response = client.get(PATH, parameters)
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [named]


def test_what_was_closed_a_moment_ago_does_not_show(client, library):
    library["page"].unpublish()
    library["study"].unpublish()
    assert titles(ask(client, q="santé Gesundheit frontaliers trains", locale="fr")) == ["Pflege"]
    assert "frontaliers" not in str(ask(client, q="frontaliers", locale="fr")["items"])


def test_an_answer_takes_a_fixed_number_of_queries(client, library, django_assert_max_num_queries):
    ask(client, q="santé")
    with django_assert_max_num_queries(6):
        ask(client, q="santé", limit="1")
    with django_assert_max_num_queries(6):
        ask(client, q="santé trains", limit="20")


def test_of_records_that_an_index_is_true_to_nothing_is_asked(client, library, django_assert_num_queries):
    resources.record_with_text("Der Xylophonbau am Rhein")
    refresh()
    ask(client, q="Xylophonbau", kind="record")
    with django_assert_num_queries(2):  # the versions of content and of everything
        [found] = ask(client, q="Xylophonbau", kind="record")["items"]
    assert found["passage"]["page"] == 1
    RecordFile.objects.update(access="paper")
    [found] = ask(client, q="Xylophonbau", kind="record")["items"]
    assert found["passage"] is None


def test_the_standby_answers_and_the_first_is_left_alone_for_a_while(client, library, monkeypatch, tmp_path):
    broken, [standby] = Broken(tmp_path), engines()
    monkeypatch.setattr(answering, "engines", lambda: [broken, standby])
    for _reader in range(3):
        found = ask(client, q="santé", locale="fr")
        assert found["meta"]["degraded"] is True
        assert titles(found)
    assert broken.asked == 1


def test_without_any_engine_the_answer_says_when_to_come_back(client, monkeypatch, tmp_path):
    monkeypatch.setattr(answering, "engines", lambda: [Broken(tmp_path)])
    response = client.get(PATH)
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert response.json()["detail"] == "The search is being prepared. Try again in a moment."


def test_a_breaker_lets_one_reader_try_after_each_pause():
    now = 0.0
    breaker = Breaker(2, 30, lambda: now)
    assert breaker.lets_through()
    assert breaker.failed()
    assert not breaker.lets_through()
    now = 2.5
    assert breaker.lets_through()
    assert not breaker.lets_through()
    assert not breaker.failed()
    now = 5.0
    assert not breaker.lets_through()
    now = 7.0
    assert breaker.lets_through()
    assert breaker.answered()
    assert breaker.lets_through()
    assert not breaker.answered()


def test_where_nothing_is_found_the_answer_says_what_would_be(client, library, django_assert_max_num_queries):
    assert ask(client, q="soins", locale="fr")["nothing"] is None
    vain = ask(client, q="trains ET xylophone", locale="fr", language="de", year_from="2030")["nothing"]
    assert vain["words"] == [{"word": "trains", "count": 1}, {"word": "xylophone", "count": 0}]
    assert vain["alternatives"] == []
    filtered = ask(client, q="santé", locale="fr", kind="record", language="it", year_from="2000", expand="false")
    by_kind = {one["kind"]: one for one in filtered["nothing"]["alternatives"]}
    assert {kind: one["count"] for kind, one in by_kind.items()} == {"without_filters": 2, "any_language": 1}
    for one in by_kind.values():
        answer = client.get(f"{PATH}?{one['query']}").json()
        assert answer["meta"]["total_count"] == one["count"]
    [any_word] = ask(client, q="trains ET xylophone", locale="fr")["nothing"]["alternatives"]
    assert (any_word["kind"], any_word["q"], any_word["count"]) == ("any_word", "trains OR xylophone", 1)
    ask(client, q="quux", locale="fr")
    with CaptureQueriesContext(connection) as one_word:
        ask(client, q="quux", locale="fr")
    with django_assert_max_num_queries(len(one_word)):
        ask(client, q="titre:quux ET xylophone ET (zyzzyva OU wombat) ET year:1999", locale="fr", language="it")


def test_hostile_queries_are_answered_or_refused_by_name(client, library):
    texts = [
        "a" * 10_000,
        "mot " * 2_500,
        "(" * 2_000 + "a" + ")" * 2_000,
        "a* b* c* d* e* f* g* h* i* j* k* l* m*",
        "* ? ** *a* ???",
        "(a+)+$ [a-z]{1,9999} .*.*.*",
        "\x00\x01\x7f \u202e\ue000",
        '"' * 500,
        "title:" * 300 + "a",
    ]
    begun = time.monotonic()
    for path in (PATH, "/fr/portail/", "/api/v2/suggest/"):
        for text in texts:
            answer = client.get(path, {"q": text})
            assert answer.status_code in {200, 400}, (path, text[:40])
            if answer.status_code == 400:
                assert [error["parameter"] for error in answer.json()["errors"]] == ["q"], (path, text[:40])
        for broken in ("%ff%fe", "%ed%a0%80", "%00", "%c0%ae", "%f0%9f"):
            for name in ("q", "theme", "offset", "year_from", "ids"):
                assert client.get(f"{path}?{name}={broken}").status_code in {200, 400}, (path, name, broken)
    for name in ("offset", "limit", "year_from", "year_to"):
        for number in ("99999999999999999999999", "-1", "1e9", "٣", "0x10"):
            refused = client.get(PATH, {name: number})
            assert refused.status_code == 400, (name, number)
            assert name in refused.content.decode()
    assert time.monotonic() - begun < 60
