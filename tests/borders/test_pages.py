"""Fiches, obstacles and practices: their JSON, filters, rules and forms in the admin."""

import json
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from borders.models import BorderPage, ObstaclePage, PracticePage, PracticePartner, TerritoryPage
from cms import page_json
from home.models import HomePage
from tests.borders.conftest import Places
from tests.factories import borders as make

pytestmark = pytest.mark.django_db


def codes(facts: list[dict[str, Any]]) -> list[str]:
    return [fact["code"] for fact in facts]


def body(*blocks: tuple[str, Any]) -> list[dict[str, Any]]:
    return [{"type": name, "value": value} for name, value in blocks]


def test_a_border_fiche_shows_its_facts(places: Places, home: HomePage) -> None:
    page = make.border_page(
        make.border_index(home),
        places.fr_de,
        governance="<p>Un <b>comité</b></p>",
        chronology=body(("entry", {"date": "1963-01-22", "precision": "day", "event": "<p>Traité</p>"})),
    )
    make.link(page, places.fr_it, places.fr_de)
    shown = page_json.detail(BorderPage.objects.get(pk=page.pk))
    assert shown["type"] == "borders.BorderPage"
    assert codes(shown["borders"]) == ["fr-de", "fr-it"]
    assert shown["governance"] == "<p>Un <b>comité</b></p>"
    assert shown["chronology"][0]["value"]["start"] == {"date": "1963-01-22", "precision": "day"}
    border = shown["border"]
    assert {figure["source"]["name"] for figure in border["key_figures"]} == {"MOT", "IGN"}
    assert border["geometry"] == make.LINE
    assert codes(border["territories"]) == ["trinational"]
    card = page_json.cards([page])[0]
    assert codes(card["borders"]) == ["fr-de", "fr-it"]
    assert "border" not in card


def test_labels_are_in_the_language_of_the_page(places: Places, german_home: HomePage) -> None:
    page = make.border_page(make.border_index(german_home), places.fr_de)
    border = page_json.detail(page)["border"]
    assert border["label"] == "Frankreich–Deutschland"
    assert border["kind"]["label"] == "Landgrenze"


def test_a_territory_fiche_counts_under_each_border(places: Places, home: HomePage, client: Client) -> None:
    page = make.territory_page(make.territory_index(home), places.territory)
    shown = page_json.detail(page)
    assert codes(shown["territories"]) == ["trinational"]
    assert codes(shown["borders"]) == ["fr-de", "fr-it"]
    assert shown["territory"]["legal_form"]["label"] == "Groupement européen de coopération territoriale (GECT)"
    for query in ("border=fr-de", "border=fr-it", "border=fr-it-mc", "territory=trinational", "country=it"):
        found = json.loads(client.get(f"/api/v2/pages/?{query}").content)
        assert [item["id"] for item in found["items"]] == [page.pk], query
    assert json.loads(client.get("/api/v2/pages/?border=fr-mc").content)["items"] == []


@pytest.mark.sqlite
def test_a_filter_on_the_whole_includes_its_parts(places: Places, home: HomePage, client: Client) -> None:
    fiche = make.border_page(make.border_index(home), places.fr_mc)
    obstacle = make.obstacle_page(make.obstacle_index(home))
    make.link(obstacle, places.fr_it)
    practice = make.practice_page(make.practice_index(home))
    programme = make.programme("alpine", [places.fr_it])
    make.link(practice, programme, places.territory)

    def found(query: str) -> set[int]:
        answer = json.loads(client.get(f"/api/v2/pages/?{query}").content)
        assert answer["meta"]["total_count"] == len(answer["items"])
        return {item["id"] for item in answer["items"]}

    assert found("border=fr-it-mc") == {fiche.pk, obstacle.pk}
    assert found("border=fr-it-mc&type=borders.BorderPage") == {fiche.pk}
    with CaptureQueriesContext(connection) as asked:
        assert found("border=fr-it-mc&type=borders.ObstaclePage") == {obstacle.pk}
    listed = [query["sql"] for query in asked if "borders_pageborder" in query["sql"] and "LIMIT" in query["sql"]]
    assert "UNION" not in " ".join(listed), "a set of all pages would be made first, and then looked at for a few"
    assert found("border=fr-it") == {obstacle.pk}
    assert found("border=fr-it,fr-mc") == {fiche.pk, obstacle.pk}
    assert found("border=fr-it-mc&type=borders.ObstaclePage") == {obstacle.pk}
    assert found("country=mc") == {fiche.pk}
    assert found("country=fr") == {fiche.pk, obstacle.pk}
    assert found("territory=trinational") == {practice.pk}
    assert found("programme=alpine") == {practice.pk}


def test_facts_that_are_drafts_do_not_show_on_pages(places: Places, home: HomePage) -> None:
    page = make.border_page(
        make.border_index(home),
        places.fr_de,
        body=body(
            ("key_figures", {"title": "", "figures": [places.ours.pk, places.theirs.pk]}),
            ("map", {"title": "", "borders": [places.fr_mc.pk], "territories": [places.territory.pk]}),
        ),
    )
    shown = page_json.detail(page)["body"]
    assert [figure["code"] for figure in shown[0]["value"]["figures"]] == ["length-mot", "length-ign"]
    assert shown[1]["value"]["borders"][0]["geometry"]["type"] == "Point"
    assert shown[1]["value"]["territories"][0]["point"] == {"lat": 49.2, "lon": 7.0}
    for fact in (places.theirs, places.fr_mc, places.territory):
        type(fact).objects.filter(pk=fact.pk).update(live=False)
    shown = page_json.detail(page)["body"]
    assert [figure["code"] for figure in shown[0]["value"]["figures"]] == ["length-mot"]
    assert shown[1]["value"]["borders"] == []
    assert shown[1]["value"]["territories"] == []
    type(places.fr_de).objects.filter(pk=places.fr_de.pk).update(live=False)
    assert page_json.detail(page)["border"] is None


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ((), "identified"),
        ((("2020-01-01", "identified"), ("2022-05-01", "solved")), "solved"),
        ((("2022-05-01", "solved"), ("2020-01-01", "identified")), "solved"),
        ((("2022-05-01", "studied"), ("2022-05-01", "proposed")), "proposed"),
    ],
)
def test_the_latest_step_is_the_status(home: HomePage, steps: Any, status: str) -> None:
    page = make.obstacle_page(make.obstacle_index(home), steps=steps)
    assert ObstaclePage.objects.get(status=status) == page
    assert page_json.detail(page)["status"]["code"] == status


def test_obstacles_filter_by_their_closed_lists(home: HomePage, client: Client) -> None:
    index = make.obstacle_index(home)
    solved = make.obstacle_page(index, "Résolu", steps=[("2022-05-01", "solved")])
    make.obstacle_page(index, "Autre", kind="technical")
    path = "/api/v2/pages/?type=borders.ObstaclePage&status=solved,unsolved&kind=legal"
    assert [item["id"] for item in json.loads(client.get(path).content)["items"]] == [solved.pk]


def test_a_practice_shows_partners_and_programmes(places: Places, home: HomePage) -> None:
    page = make.practice_page(make.practice_index(home), start_year=2018, end_year=2021, budget=1_200_000)
    PracticePartner.objects.create(page=page, name="Ville", country=places.fr_de.countries.first())
    make.link(page, make.programme("rhin", [places.fr_de]))
    shown = page_json.detail(PracticePage.objects.get(pk=page.pk))
    assert (shown["start_year"], shown["end_year"], shown["budget"]) == (2018, 2021, 1_200_000)
    assert shown["partners"] == [{"name": "Ville", "country": {"code": "de", "label": "DE"}, "website": ""}]
    assert codes(shown["programmes"]) == ["rhin"]


@pytest.mark.sqlite
def test_one_fiche_per_border_and_language(places: Places, home: HomePage, german_home: HomePage) -> None:
    index = make.border_index(home)
    first = make.border_page(index, places.fr_de)
    second = BorderPage(title="Encore", slug="encore", border=places.fr_de, locale=home.locale)
    with pytest.raises(ValidationError) as refusal:
        index.add_child(instance=second)
    assert list(refusal.value.message_dict) == ["border"]
    assert make.border_page(make.border_index(german_home), places.fr_de).pk
    first.save()


def test_an_alias_is_no_second_fiche(places: Places, home: HomePage, german_home: HomePage) -> None:
    index = make.border_index(home)
    german_index = index.copy_for_translation(german_home.locale)
    page = make.border_page(index, places.fr_de)
    alias = page.copy_for_translation(german_home.locale, alias=True)
    assert alias.alias_of_id == page.pk
    own = make.border_page(german_index, places.fr_de, "Deutsch-französische Grenze")
    own.full_clean()


@pytest.mark.sqlite
def test_years_of_a_practice_are_in_order(home: HomePage) -> None:
    with pytest.raises(ValidationError) as refusal:
        make.practice_page(make.practice_index(home), start_year=2021, end_year=2018)
    assert list(refusal.value.message_dict) == ["end_year"]


@pytest.mark.parametrize("kind", ["borders", "territories", "obstacles", "practices"])
def test_queries_of_lists_and_details(places: Places, home: HomePage, client: Client, kind: str) -> None:
    indexes = {
        "borders": make.border_index,
        "territories": make.territory_index,
        "obstacles": make.obstacle_index,
        "practices": make.practice_index,
    }
    index = indexes[kind](home)

    def page(number: int) -> Page:
        figure = make.key_figure(f"figure-{number}", places.fr_de)
        on = make.border(f"xx-{number}", countries=["fr"])
        territory = make.territory(f"territory-{number}", [on])
        content = body(("key_figures", {"figures": [figure.pk]}), ("map", {"borders": [on.pk], "territories": []}))
        made: Any = {
            "borders": lambda: make.border_page(index, on, body=content),
            "territories": lambda: make.territory_page(index, territory, body=content),
            "obstacles": lambda: make.obstacle_page(index, f"Obstacle {number}", body=content),
            "practices": lambda: make.practice_page(index, f"Pratique {number}", body=content),
        }[kind]()
        make.link(made, places.fr_de, places.territory)
        return made

    def queries(path: str) -> int:
        assert client.get(path).status_code == 200
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    first = page(0)
    list_path = f"/api/v2/pages/?type={first._meta.label}"
    one, detail = queries(list_path), queries(f"/api/v2/pages/{first.pk}/")
    for number in range(1, 20):
        page(number)
    assert queries(list_path) == one <= 10
    assert (
        queries(f"/api/v2/pages/{first.pk}/") == detail <= 12
    )  # pictures and files take at most four more of the sixteen


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("editor", "editor@example.org", "a long pass phrase"))
    return client


def page_form(**fields: Any) -> dict[str, Any]:
    return nested_form_data(
        {
            "title": "Une page",
            "slug": "une-page",
            "introduction": "En deux phrases.",
            "body": streamfield([("paragraph", rich_text("<p>Bonjour</p>"))]),
            "comments": inline_formset([]),
            "border_links": inline_formset([]),
            "territory_links": inline_formset([]),
            "theme_links": inline_formset([]),
            "programme_links": inline_formset([]),
            "partners": inline_formset([]),
            "chronology": streamfield([]),
            "steps": streamfield([]),
            "governance": rich_text("<p>Comité</p>"),
            "hinders": rich_text("<p>Travailler</p>"),
            "affected": rich_text(""),
            "solution": rich_text(""),
            "legal_references": rich_text(""),
            "results": rich_text("<p>Un pont</p>"),
            "review_interval": "12",
            **fields,
        }
    )


def add(editor: Client, model: str, parent: Page, **fields: Any) -> Any:
    path = reverse("wagtailadmin_pages:add", args=("borders", model, parent.pk))
    assert editor.get(path).status_code == 200
    return editor.post(path, {**page_form(**fields), "action-publish": "1"})


def test_every_page_type_is_created_in_the_admin(editor: Client, places: Places, home: HomePage) -> None:
    borders, territories = make.border_index(home), make.territory_index(home)
    obstacles, practices = make.obstacle_index(home), make.practice_index(home)
    moment = {"date": "1963-01-22", "precision": "day", "end": "", "event": rich_text("<p>Traité</p>")}
    step = {"date": "2024-03-01", "precision": "month", "status": "proposed", "note": "Loi"}
    links = inline_formset([{"fact": places.fr_it.pk}])
    for model, parent, fields in (
        ("borderpage", borders, {"border": places.fr_de.pk, "chronology": streamfield([("entry", moment)])}),
        ("territorypage", territories, {"territory": places.territory.pk}),
        (
            "obstaclepage",
            obstacles,
            {"kind": "legal", "level": "bilateral", "steps": streamfield([("step", step)]), "border_links": links},
        ),
        (
            "practicepage",
            practices,
            {
                "start_year": "2018",
                "end_year": "2021",
                "budget": "50000",
                "partners": inline_formset([{"name": "Ville", "country": "", "website": ""}]),
            },
        ),
    ):
        response = add(editor, model, parent, **fields)
        assert response.status_code == 302, (model, response.context["form"].errors)
        page = Page.objects.child_of(parent).get().specific
        assert page.live
        assert editor.get(reverse("wagtailadmin_pages:edit", args=(page.pk,))).status_code == 200
    assert codes(page_json.detail(ObstaclePage.objects.child_of(obstacles).get())["borders"]) == ["fr-it"]
    assert {page.status for page in ObstaclePage.objects.all()} == {"proposed"}  # fallbacks too
    assert page_json.detail(TerritoryPage.objects.child_of(territories).get())["governance"] == "<p>Comité</p>"


@pytest.mark.parametrize("model", ["borderindexpage", "territoryindexpage", "obstacleindexpage", "practiceindexpage"])
def test_one_index_of_each_kind_below_the_home_page(editor: Client, home: HomePage, model: str) -> None:
    assert add(editor, model, home).status_code == 302
    path = reverse("wagtailadmin_pages:add", args=("borders", model, home.pk))
    assert editor.get(path).status_code in {302, 403}


def test_a_second_fiche_is_refused_on_the_field(editor: Client, places: Places, home: HomePage) -> None:
    index = make.border_index(home)
    make.border_page(index, places.fr_de)
    response = add(editor, "borderpage", index, border=places.fr_de.pk)
    assert response.status_code == 200
    assert "border" in response.context["form"].errors


def test_a_fiche_is_not_copied_by_mistake(editor: Client, places: Places, home: HomePage) -> None:
    index = make.border_index(home)
    page = make.border_page(index, places.fr_de)
    for copied in (page, index):
        path = reverse("wagtailadmin_pages:copy", args=(copied.pk,))
        response = editor.post(path, {"new_title": "Copie", "new_slug": "copie", "copy_subpages": "on"}, follow=True)
        assert "messages" in response.context
        assert BorderPage.objects.count() == 1


def test_fields_have_limits(editor: Client, home: HomePage) -> None:
    index = make.obstacle_index(home)
    too_long = {"competent_body": "x" * 251, "introduction": "x" * 601, "hinders": rich_text(f"<p>{'x' * 20_001}</p>")}
    response = add(editor, "obstaclepage", index, kind="legal", level="local", **too_long)
    assert set(too_long) <= set(response.context["form"].errors)
