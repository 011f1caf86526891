"""The thesaurus: its hierarchy, its API and the filter of pages by theme."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms import labels
from resources import hierarchy
from resources.models import Concept, ConceptScopeNote, PageTheme
from resources.thesaurus import closure, upwards
from tests.api.wsgi import ask, cached_application
from tests.factories import resources as make
from tests.resources.conftest import Library

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def get(client: Client, path: str, status: int = 200) -> Any:
    response = client.get(f"/api/v2/{path}")
    assert response.status_code == status, response.content
    return json.loads(response.content)


@pytest.fixture
def mobility() -> Concept:
    return make.concept("mobility", notation="11")


@pytest.fixture
def transport(mobility: Concept) -> Concept:
    return make.concept("public-transport", broader=[mobility], eurovoc_id="4512")


@pytest.fixture
def tram(transport: Concept) -> Concept:
    return make.concept("tram", broader=[transport])


def codes(body: dict[str, Any]) -> list[str]:
    return [item["code"] for item in body["items"]]


def test_list_with_its_filters(client: Client, tram: Concept) -> None:
    make.concept("health")
    make.concept("candidate-theme", status="candidate")
    make.concept("draft", live=False)
    assert codes(get(client, "concepts/")) == ["candidate-theme", "health", "mobility", "public-transport", "tram"]
    assert codes(get(client, "concepts/?theme=mobility")) == ["mobility", "public-transport", "tram"]
    assert codes(get(client, "concepts/?theme=public-transport,health")) == ["health", "public-transport", "tram"]
    assert codes(get(client, "concepts/?broader=mobility")) == ["public-transport"]
    assert codes(get(client, "concepts/?is_theme=true")) == ["health", "mobility"]
    assert codes(get(client, "concepts/?status=candidate")) == ["candidate-theme"]
    assert get(client, "concepts/?theme=unknown", 400)["errors"][0]["parameter"] == "theme"
    assert get(client, "concepts/?status=unknown", 400)["errors"][0]["allowed"] == [
        "candidate",
        "approved",
        "deprecated",
    ]


def test_detail_has_labels_and_neighbours_in_the_language_asked_for(
    client: Client, mobility: Concept, tram: Concept
) -> None:
    transport = Concept.objects.get(code="public-transport")
    make.concept("hidden", live=False, broader=[transport])
    bus = make.concept("bus")
    bus.related.set([transport])
    bus.save()
    ConceptScopeNote.objects.create(fact=transport, language="fr", text="Tramways, autobus et trains.")
    found = get(client, "concepts/public-transport/?locale=en")
    assert found == {
        "code": "public-transport",
        "label": "public-transport (en)",
        "notation": "",
        "status": {"code": "approved", "label": "Approved"},
        "is_theme": False,
        "themes": [{"code": "mobility", "label": "mobility (en)"}],
        "broader": [{"code": "mobility", "label": "mobility (en)"}],
        "narrower": [{"code": "tram", "label": "tram (en)"}],
        "related": [{"code": "bus", "label": "bus (en)"}],
        "alternative_labels": [],
        "scope_note": "Tramways, autobus et trains.",
        "scope_note_language": "fr",
        "labels": [
            {"language": "fr", "preferred": "public-transport (fr)", "alternative": ["public-transport bis"]},
            {"language": "en", "preferred": "public-transport (en)", "alternative": []},
        ],
        "eurovoc_id": "4512",
        "eurovoc_url": "http://eurovoc.europa.eu/4512",
    }
    assert get(client, "concepts/public-transport/?locale=fr")["alternative_labels"] == ["public-transport bis"]
    assert [item["code"] for item in get(client, "concepts/bus/")["related"]] == ["public-transport"]
    get(client, "concepts/hidden/", 404)


def test_a_loop_that_got_in_hangs_nothing(client: Client, mobility: Concept, tram: Concept) -> None:
    mobility.broader.set([tram])
    mobility.save()
    assert closure([tram.pk], upwards()) == set(Concept.objects.values_list("pk", flat=True))
    assert len(codes(get(client, "concepts/?theme=tram"))) == 3
    assert get(client, "concepts/tram/")["themes"] == []
    known, snapshot = hierarchy.of(labels.current()), labels.current()
    assert [step["code"] for step in known.path(tram.pk, snapshot, "fr")] == ["mobility", "public-transport"]


def test_a_filter_on_a_concept_finds_pages_about_narrower_ones(
    client: Client, library: Library, mobility: Concept, tram: Concept
) -> None:
    about_tram = make.dossier(library.dossiers, "Tram")
    about_mobility = make.dossier(library.dossiers, "Mobilité")
    about_health = make.dossier(library.dossiers, "Santé")
    health = make.concept("health")
    for page, fact in ((about_tram, tram), (about_mobility, mobility), (about_health, health)):
        PageTheme.objects.create(page=page, fact=fact, sort_order=0)
    PageTheme.objects.create(page=about_tram, fact=mobility, sort_order=1)

    def ids(query: str) -> list[int]:
        body = get(client, f"pages/?{query}")
        assert body["meta"]["total_count"] == len(body["items"])
        return [item["id"] for item in body["items"]]

    assert ids("theme=mobility") == [about_tram.pk, about_mobility.pk]
    assert ids("theme=public-transport") == [about_tram.pk]
    assert ids("theme=mobility,health&type=resources.DossierPage") == [
        about_tram.pk,
        about_mobility.pk,
        about_health.pk,
    ]
    found = get(client, f"pages/{about_tram.pk}/")
    assert [theme["code"] for theme in found["themes"]] == ["tram", "mobility"]


def test_queries_do_not_grow_with_the_thesaurus(client: Client, mobility: Concept) -> None:
    def queries(path: str) -> int:
        get(client, path)
        with CaptureQueriesContext(connection) as captured:
            get(client, path)
        return len(captured)

    paths = ("concepts/", "concepts/mobility/", "agents/", "agents/mot/")
    make.agent("mot")
    before = [queries(path) for path in paths]
    for number in range(19):
        make.concept(f"concept-{number}", broader=[mobility])
        make.agent(f"agent-{number}")
    assert [queries(path) for path in paths] == before
    assert max(before) <= 6


def test_agents(client: Client) -> None:
    make.agent("mot", isni="0000000121032683", website="https://www.espaces-transfrontaliers.org")
    make.agent("someone", kind="person", orcid="0000-0002-1825-0097")
    make.agent("draft", live=False)
    assert codes(get(client, "agents/")) == ["mot", "someone"]
    assert codes(get(client, "agents/?kind=person")) == ["someone"]
    found = get(client, "agents/mot/?locale=de")
    assert (found["label"], found["isni"], found["kind"]["code"], found["country"]) == (
        "MOT",
        "0000000121032683",
        "body",
        None,
    )
    get(client, "agents/draft/", 404)


def test_relations_live_in_drafts_and_revisions(mobility: Concept) -> None:
    health, tram = make.concept("health"), make.concept("tram")
    tram.broader.set([mobility])
    revision = tram.save_revision()
    assert not Concept.objects.get(pk=tram.pk).broader.exists()
    revision.publish()
    tram = Concept.objects.get(pk=tram.pk)
    assert list(tram.broader.all()) == [mobility]
    assert not tram.is_theme
    assert health.is_theme
    tram.broader.set([])
    tram.save_revision().publish()
    assert Concept.objects.get(pk=tram.pk).is_theme


def test_a_changed_agent_shows_in_the_next_cached_answer() -> None:
    app, agent = cached_application(), make.agent("mot")
    paths = ("/api/v2/agents/", "/api/v2/agents/mot/")
    for path in paths:
        assert [ask(app, path).cache, ask(app, path).cache] == ["miss", "hit"]
    agent.website = "https://example.org/"
    agent.save()
    for path in paths:
        reply = ask(app, path)
        assert reply.cache == "miss"
        assert b"https://example.org/" in reply.body
