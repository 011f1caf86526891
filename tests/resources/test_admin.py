"""Editing the thesaurus, agents, dossiers, positions and projects in the admin."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from resources.models import Agent, ChapterPage, Concept, DossierPage, PageTheme, PositionPage, ProjectPage
from tests.admin import administrator, edit_page, errors_of, inline_formset, new_page, posted, rich, streamfield
from tests.factories import resources as make
from tests.resources.conftest import Library

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def signed_in(client: Client) -> None:
    administrator(client)


def url(model: Any, view: str, *args: Any) -> str:
    return reverse(model.snippet_viewset.get_url_name(view), args=args)


def names(*rows: tuple[str, str, str]) -> Any:
    return inline_formset([{"language": language, "kind": kind, "text": text} for language, kind, text in rows])


def save_fact(client: Client, address: str, **changes: Any) -> Any:
    """Open the form at an address, change fields and publish."""
    return posted(client, address, **{"action-publish": "on", **changes})


def test_concept_is_created_with_names_notes_and_relations(client: Client) -> None:
    mobility, bus = make.concept("mobility"), make.concept("bus")
    response = save_fact(
        client,
        url(Concept, "add"),
        code="tram",
        names=names(("fr", "preferred", "Tramway"), ("fr", "alternative", "Tram"), ("de", "preferred", "Straßenbahn")),
        scope_notes=inline_formset([{"language": "fr", "text": "Sur rails."}]),
        status="approved",
        eurovoc_id="2477",
        broader=[str(mobility.pk)],
        related=[str(bus.pk)],
    )
    assert response.status_code == 302, errors_of(response)
    tram = Concept.objects.get(code="tram")
    assert (tram.live, tram.name_in("de"), list(tram.broader.all())) == (True, "Straßenbahn", [mobility])
    assert list(tram.related.all()) == [bus]


def test_a_loop_is_refused_on_broader(client: Client) -> None:
    top = make.concept("top")
    middle = make.concept("middle", broader=[top])
    bottom = make.concept("bottom", broader=[middle])
    for wrong in (bottom, middle, top):
        response = save_fact(client, url(Concept, "edit", top.pk), broader=[str(wrong.pk)])
        assert set(errors_of(response)) == {"broader"}
    assert not top.broader.exists()
    accepted = save_fact(client, url(Concept, "edit", bottom.pk), broader=[str(middle.pk), str(top.pk)])
    assert accepted.status_code == 302, errors_of(accepted)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"names": names(("fr", "preferred", "Un"), ("fr", "preferred", "Deux"))}, "names-1-language"),
        ({"names": names(("de", "preferred", "Eins"))}, "names"),
        ({"code": "Not A Code"}, "code"),
        ({"code": "taken"}, "code"),
        ({"eurovoc_id": "deux"}, "eurovoc_id"),
        ({"scope_notes": inline_formset([{"language": "fr", "text": "a"}] * 2)}, "scope_notes"),
        ({"scope_notes": inline_formset([{"language": "fr", "text": "a" * 1001}])}, "scope_notes-0-text"),
    ],
)
def test_concept_is_refused_on_its_field(client: Client, wrong: dict[str, Any], field: str) -> None:
    make.concept("taken")
    good = {"code": "tram", "names": names(("fr", "preferred", "Tramway")), "status": "approved"}
    response = save_fact(client, url(Concept, "add"), **{**good, **wrong})
    assert field in errors_of(response)
    assert not Concept.objects.filter(code="tram").exists()


def test_list_shows_the_place_in_the_tree_with_a_fixed_number_of_queries(client: Client) -> None:
    mobility = make.concept("mobility")
    make.concept("tram", broader=[make.concept("transport", broader=[mobility])])

    def listed() -> tuple[int, str]:
        client.get(url(Concept, "list"))
        with CaptureQueriesContext(connection) as captured:
            html = client.get(url(Concept, "list")).content.decode()
        return len(captured), html

    before, html = listed()
    assert "mobility (fr) › transport (fr)" in html
    for number in range(20):
        make.concept(f"concept-{number}", broader=[mobility])
    assert listed()[0] == before


def test_lists_are_filtered_searched_and_exported(client: Client) -> None:
    mobility = make.concept("mobility")
    make.concept("tram", broader=[mobility], status="candidate")
    make.agent("mot")

    def found(model: Any, **query: Any) -> list[str]:
        return [row.code for row in client.get(url(model, "list"), query).context["object_list"]]

    assert found(Concept, status="candidate") == ["tram"]
    assert found(Concept, broader=mobility.pk) == ["tram"]
    assert found(Concept, theme="true") == ["mobility"]
    assert found(Concept, q="tram bis") == ["tram"]
    assert found(Agent, kind="body") == ["mot"]
    assert found(Agent, kind="person") == []
    exported = b"".join(client.get(url(Concept, "list"), {"export": "csv"}).streaming_content).decode()
    assert "tram (fr)" in exported
    assert "mobility" in exported


def test_agent(client: Client) -> None:
    good = {"code": "someone", "names": names(("fr", "preferred", "Une personne")), "kind": "person"}
    refused = save_fact(client, url(Agent, "add"), **good, orcid="0000-0002-1825-0098")
    assert set(errors_of(refused)) == {"orcid"}
    accepted = save_fact(client, url(Agent, "add"), **good, orcid="0000-0002-1825-0097", isni="0000 0001 2103 2683")
    assert accepted.status_code == 302, errors_of(accepted)
    assert Agent.objects.get(code="someone").isni == "0000000121032683"


def test_dossier_and_chapter_with_footnotes(client: Client, library: Library) -> None:
    theme = make.concept("health")
    body = streamfield([("paragraph", rich("<p>Un accord[^1].</p>"))])
    notes = streamfield([("note", {"number": "1", "text": rich("<p>Source</p>")})])
    response = new_page(
        client,
        DossierPage,
        library.dossiers,
        title="Santé",
        slug="sante",
        body=body,
        footnotes=notes,
        theme_links=inline_formset([{"fact": str(theme.pk)}]),
    )
    assert response.status_code == 302, errors_of(response)
    dossier = DossierPage.objects.get(slug="sante", alias_of=None)
    assert PageTheme.objects.get(page=dossier).fact == theme

    refused = new_page(client, ChapterPage, dossier, title="Accès", slug="acces", body=body)
    assert set(errors_of(refused)) == {"footnotes"}
    accepted = new_page(client, ChapterPage, dossier, title="Accès", slug="acces", body=body, footnotes=notes)
    assert accepted.status_code == 302, errors_of(accepted)
    chapter = ChapterPage.objects.get(slug="acces", alias_of=None)
    assert edit_page(client, chapter, title="Accès aux soins").status_code == 302
    chapter.refresh_from_db()
    assert chapter.title == "Accès aux soins"


def test_the_same_theme_twice_is_refused(client: Client, library: Library) -> None:
    theme = make.concept("health")
    response = new_page(
        client,
        DossierPage,
        library.dossiers,
        title="Santé",
        slug="sante",
        theme_links=inline_formset([{"fact": str(theme.pk)}] * 2),
    )
    assert errors_of(response)["theme_links"] == ["Le même choix est fait deux fois."]
    assert not DossierPage.objects.exists()


def test_position(client: Client, library: Library) -> None:
    response = new_page(
        client,
        PositionPage,
        library.positions,
        title="Contribution",
        slug="contribution",
        date="2014-04-01",
        addressee="Comité européen des régions",
        signatories=inline_formset([{"name": "MOT", "website": "https://example.org"}]),
    )
    assert response.status_code == 302, errors_of(response)
    page = PositionPage.objects.get(slug="contribution", alias_of=None)
    assert page.date == datetime.date(2014, 4, 1)
    assert page.signatories.get().name == "MOT"


ACTION = {
    "strand": "Alerte",
    "title": "Annuaire",
    "territory": "",
    "borders-count": "0",
    "partners-count": "1",
    "partners-0-deleted": "",
    "partners-0-order": "0",
    "partners-0-type": "item",
    "partners-0-id": "",
    "partners-0-value": "Service de secours",
    "start": "2026-01-01",
    "end": "2026-06-01",
    "result": rich("<p>Un annuaire</p>"),
}


def test_project(client: Client, library: Library) -> None:
    response = new_page(
        client,
        ProjectPage,
        library.projects,
        title="Bassins de vie",
        slug="bassins",
        kind="alliance",
        start_date="2026-01-01",
        end_date="2027-01-01",
        budget="1000.50",
        partners=inline_formset([{"name": "MOT", "country": "", "website": ""}]),
        pilot_actions=streamfield([("action", ACTION)]),
    )
    assert response.status_code == 302, errors_of(response)
    page = ProjectPage.objects.get(slug="bassins", alias_of=None)
    assert page.pilot_actions[0].value["partners"][0] == "Service de secours"
    assert edit_page(client, page, title="Bassins").status_code == 302


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"start_date": "2026-01-01", "end_date": "2025-01-01"}, "end_date"),
        ({"budget": "-1"}, "budget"),
        ({"pilot_actions": streamfield([("action", {**ACTION, "end": "2025-01-01"})])}, "pilot_actions"),
        ({"partners": inline_formset([{"name": "", "country": "", "website": "https://a.eu"}])}, "partners-0-name"),
        ({"introduction": "a" * 601}, "introduction"),
    ],
)
def test_project_is_refused_on_its_field(client: Client, library: Library, wrong: dict[str, Any], field: str) -> None:
    response = new_page(client, ProjectPage, library.projects, title="Projet", slug="projet", **wrong)
    assert set(errors_of(response)) == {field}
