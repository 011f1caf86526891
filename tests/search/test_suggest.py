"""Suggestions of `/api/v2/suggest/`."""

import pytest
from django.test import Client

from resources.models import Agent, ConceptName
from search import answering, indexer
from tests.factories import borders, resources
from tests.search.site import Broken, refresh

pytestmark = pytest.mark.django_db
PATH = "/api/v2/suggest/"


def suggested(client: Client, q: str, locale: str = "fr", **parameters: str) -> list:
    response = client.get(PATH, {"q": q, "locale": locale, **parameters})
    assert response.status_code == 200, response.content
    return response.json()["items"]


def named(client: Client, q: str, locale: str = "fr", **parameters: str) -> list[tuple[str, str, str]]:
    items = suggested(client, q, locale, **parameters)
    return [(item["kind"]["code"], item["label"], item["matched"]) for item in items]


def test_each_kind_says_what_choosing_it_leads_to(client, library):
    page, study = library["page"], library["study"]
    assert suggested(client, "sant")[0] == {
        "kind": {"code": "concept", "label": "Thème"},
        "key": "health",
        "label": "santé",
        "matched": "",
        "facet": "theme",
        "count": 1,
        "address": "/fr/portail/?theme=health",
    }
    [border] = suggested(client, "fran")
    assert (border["kind"]["code"], border["key"], border["address"]) == (
        "border",
        "fr-de",
        "/fr/portail/?border=fr-de",
    )
    [author] = suggested(client, "ins")
    assert (author["kind"]["label"], author["count"], author["facet"]) == ("Auteur", 1, "author")
    assert author["address"] == "/fr/portail/?author=insee"
    assert suggested(client, "trains sant") == [
        {
            "kind": {"code": "record", "label": "Document"},
            "key": study.code,
            "label": "Les trains de la santé",
            "matched": "",
            "facet": None,
            "count": None,
            "address": f"/fr/portail/{study.code}/",
        }
    ]
    [soins] = suggested(client, "so")
    assert (soins["kind"]["code"], soins["key"], soins["address"]) == ("page", str(page.pk), f"/fr/{page.slug}/")


def test_both_engines_suggest_alike(client, library, engine, monkeypatch):
    indexer.rebuild(engine)
    monkeypatch.setattr(answering, "engines", lambda: [engine])
    assert named(client, "sante") == [("concept", "santé", ""), ("record", "Les trains de la santé", "")]
    assert [(item["key"], item["count"]) for item in suggested(client, "ins")] == [("insee", 1)]
    assert named(client, "gesunhe", "de")[0] == ("concept", "Gesundheit", "")
    assert named(client, "tarins") == [("record", "Les trains de la santé", "")]


def test_accents_case_and_order_of_words_do_not_matter(client, library):
    for typed in ("SANTE", "sante", "Santé"):
        assert named(client, typed)[0] == ("concept", "santé", "")
    assert named(client, "allemagne fra") == [("border", "France – Allemagne", "")]


def test_the_readers_language_comes_first_and_others_are_said(client, library):
    borders.border("fr-be", {"fr": "France – Gestel", "de": "Frankreich – Gestel"})
    other = resources.concept("gestion")
    ConceptName.objects.filter(fact=other, language="fr").update(text="gestion")
    resources.record("Gestion de l’eau", concepts=[other])
    refresh()
    assert named(client, "ges", "fr")[:2] == [("concept", "gestion", ""), ("concept", "santé", "Gesundheit")]
    assert named(client, "ges", "de")[0] == ("concept", "Gesundheit", "")
    assert ("record", "Health trains", "Les trains de la santé") in named(client, "trains de", "en")


def test_mistakes_are_forgiven_where_nothing_begins_so(client, library):
    assert named(client, "gesunhe", "de") == named(client, "gesundhe", "de") != []
    assert ("record", "Les trains de la santé", "") in named(client, "tarins")
    assert named(client, "xylophone") == []


def test_facts_that_lead_to_nothing_are_not_suggested(client, library):
    resources.concept("transport")
    ConceptName.objects.filter(fact__code="transport", language="fr").update(text="zeppelins")
    assert named(client, "zepp") == []


def test_under_two_letters_there_is_nothing(client, library):
    for typed in ("", " ", "s", "s t", "«»", "'"):
        assert named(client, typed) == []


def test_there_are_some_of_each_kind_within_the_limit(client, library):
    for number in range(10):
        resources.record(f"Santé {number}")
    refresh()
    kinds = [kind for kind, _label, _matched in named(client, "sant", limit="4")]
    assert kinds == ["concept", "record", "record", "record"]
    assert len(named(client, "sant", limit="1")) == 1


def test_nothing_shows_of_what_is_not_public(client, library):
    library["page"].unpublish()
    library["study"].unpublish()
    library["german"].refresh_from_db()
    library["german"].unpublish()
    for typed in ("soins", "trains", "health", "pflege"):  # still in the index
        assert [one for one in named(client, typed, "de") if one[0] in {"page", "record"}] == []
    Agent.objects.get(code="insee").unpublish()
    assert named(client, "ins") == []


def test_press_articles_are_left_out(client, library):
    resources.record("Coupure de presse", type="press-article")
    refresh()
    assert named(client, "coup") == []


def test_an_answer_takes_a_fixed_number_of_queries(client, library, django_assert_max_num_queries):
    suggested(client, "sa")
    for typed in ("sant", "ins", "les", "gesunhe"):
        with django_assert_max_num_queries(4):
            suggested(client, typed)


@pytest.mark.parametrize(
    "parameters", [{"limit": "0"}, {"limit": "21"}, {"q": "a" * 501}, {"locale": "xx"}, {"p": "1"}]
)
def test_a_bad_value_is_named(client, parameters):
    response = client.get(PATH, parameters)
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [*parameters]


def test_without_any_engine_the_answer_says_when_to_come_back(client, monkeypatch, tmp_path):
    monkeypatch.setattr(answering, "engines", lambda: [Broken(tmp_path)])
    response = client.get(PATH, {"q": "santé"})
    assert (response.status_code, bool(response.headers["Retry-After"])) == (503, True)
