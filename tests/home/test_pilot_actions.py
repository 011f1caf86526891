"""Pilot actions of all projects, as rows."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from resources.models import ProjectPage
from tests import worlds
from tests.changelog import Log
from tests.factories import borders, resources
from tests.factories.pages import expired, home_page

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def get(client: Client, query: str = "", status: int = 200) -> Any:
    response = client.get(f"/api/v2/pilot-actions/{query}")
    assert response.status_code == status, response.content
    return json.loads(response.content)


def titles(client: Client, query: str = "") -> list[str]:
    return [item["title"] for item in get(client, query)["items"]]


def action(title: str, **value: Any) -> dict[str, Any]:
    return {"type": "action", "id": f"id-{title}", "value": {"title": title, "partners": [], "borders": [], **value}}


@worlds.shared
def projects() -> dict[str, ProjectPage]:
    """Two French projects, one of them in German too, and three that nobody may see."""
    Log()
    fr_de = borders.border("fr-de")
    whole = borders.border("fr-it-mc", geometry=None)
    part = borders.border("fr-it", parent=whole)
    pamina = borders.territory("pamina", [fr_de])
    home, german = home_page("fr"), home_page("de")
    index = resources.project_index(home)
    german_index = resources.project_index(german, translation_key=index.translation_key)
    result = f'<p>Voir <a linktype="page" id="{home.pk}">ici</a></p><script>x</script>'
    first = [
        action("Tram", strand="Mobilité", territory=pamina.pk, start="2021-01-01", end="2022-06-30", result=result),
        action("Bus", strand="mobilité", borders=[{"type": "item", "value": part.pk, "id": "x"}], start="2023-05-01"),
        action("Atlas", strand="Observation", partners=[{"type": "item", "value": "MOT", "id": "y"}]),
    ]
    found = {
        "first": resources.project(index, "Premier", pilot_actions=first, start_date="2019-01-01"),
        "second": resources.project(index, "Second", pilot_actions=[action("Clinic", borders=[fr_de.pk])]),
    }
    borders.link(found["first"], fr_de)
    translated = [action("Straßenbahn", strand="Mobilität", territory=pamina.pk, start="2021-01-01")]
    found["german"] = resources.project(
        german_index, "Erstes", pilot_actions=translated, translation_key=found["first"].translation_key
    )
    resources.project(index, "Brouillon", pilot_actions=[action("Secret")], live=False)
    resources.project(index, "Expiré", pilot_actions=[action("Secret")], expire_at=expired())
    private = resources.project(index, "Privé", pilot_actions=[action("Secret")])
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    return found


def test_a_row_has_its_facts_and_its_project(client: Client, projects: dict[str, ProjectPage]) -> None:
    body = get(client, "?limit=1")
    assert body["meta"]["total_count"] == 4
    row = body["items"][0]
    page = row.pop("project")
    assert (page["id"], page["title"], page["is_fallback"]) == (projects["first"].pk, "Premier", False)
    assert page["html_path"].startswith("/fr/")
    assert row.pop("result").startswith('<p>Voir <a href="http')
    assert row == {
        "id": "id-Tram",
        "title": "Tram",
        "strand": "Mobilité",
        "territory": {"code": "pamina", "label": "PAMINA"},
        "borders": [],
        "partners": [],
        "start": "2021-01-01",
        "end": "2022-06-30",
    }
    atlas = get(client, "?strand=Observation")["items"][0]
    assert (atlas["partners"], atlas["borders"], atlas["start"]) == (["MOT"], [], None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Tram", "Bus", "Atlas", "Clinic"]),
        ("?locale=de", ["Straßenbahn"]),
        ("?locale=es", []),
        ("?border=fr-de", ["Tram", "Atlas", "Clinic"]),
        ("?border=fr-it-mc", ["Bus"]),
        ("?border=fr-it,fr-de&limit=2&offset=2", ["Atlas", "Clinic"]),
        ("?territory=pamina", ["Tram"]),
        ("?strand=MOBILITÉ", ["Tram", "Bus"]),
        ("?date_from=2022-07-01", ["Bus", "Atlas"]),
        ("?date_to=2022-01-01", ["Tram", "Atlas"]),
        ("?date_from=2020-01-01&date_to=2020-12-31", ["Atlas"]),
        ("?order=-start", ["Bus", "Tram", "Atlas", "Clinic"]),
        ("?order=title", ["Atlas", "Bus", "Clinic", "Tram"]),
    ],
)
def test_filters(client: Client, projects: dict[str, ProjectPage], query: str, expected: list[str]) -> None:
    assert titles(client, query) == expected


@pytest.mark.parametrize("order", ["", "start", "-start", "end", "-end", "title", "-title"])
def test_by_cursor_all_of_them_come_once(client: Client, projects: dict[str, ProjectPage], order: str) -> None:
    asked = f"?order={order}&" if order else "?"
    walked: list[str] = []
    cursor = ""
    while True:
        body = get(client, f"{asked}limit=1{cursor}")
        walked += [row["title"] for row in body["items"]]
        if body["meta"]["next_cursor"] is None:
            break
        cursor = f"&cursor={body['meta']['next_cursor']}"
    assert walked == titles(client, asked)
    assert len(walked) == body["meta"]["total_count"] == 4


def test_a_cursor_belongs_to_its_list(client: Client, projects: dict[str, ProjectPage]) -> None:
    first = get(client, "?order=start&limit=1")["meta"]["next_cursor"]
    for query in (f"?order=end&cursor={first}", f"?order=start&offset=1&cursor={first}"):
        assert get(client, query, 400)["errors"][0]["parameter"] == "cursor"


def test_of_one_project_in_any_language(client: Client, projects: dict[str, ProjectPage]) -> None:
    assert titles(client, f"?project={projects['second'].pk}") == ["Clinic"]
    assert titles(client, f"?project={projects['german'].pk}") == ["Tram", "Bus", "Atlas"]
    assert titles(client, f"?project={projects['first'].pk},{projects['second'].pk}&locale=de") == ["Straßenbahn"]
    hidden = ProjectPage.objects.get(title="Privé")
    assert get(client, f"?project={hidden.pk}", 400)["errors"][0]["parameter"] == "project"


def test_a_project_that_stands_in_says_so(client: Client, projects: dict[str, ProjectPage]) -> None:
    alias = projects["second"].copy_for_translation(projects["german"].locale, alias=True)
    assert alias.is_child_of(projects["german"].get_parent())
    found = get(client, "?locale=de")["items"]
    assert [(row["title"], row["project"]["is_fallback"]) for row in found] == [
        ("Straßenbahn", False),
        ("Clinic", True),
    ]
    assert titles(client, "?locale=de&fallback=false") == ["Straßenbahn"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("?project=0", "project"),
        ("?border=xx", "border"),
        ("?date_from=2022", "date_from"),
        ("?order=id", "order"),
        ("?cursor=x", "cursor"),
    ],
)
def test_bad_parameters_are_named(client: Client, query: str, parameter: str) -> None:
    assert get(client, query, 400)["errors"][0]["parameter"] == parameter


def test_queries_do_not_grow(client: Client, projects: dict[str, ProjectPage]) -> None:
    def queries() -> int:
        get(client, "?border=fr-de")
        with CaptureQueriesContext(connection) as captured:
            get(client, "?border=fr-de")
        return len(captured)

    before = queries()
    assert before <= 6
    index = projects["first"].get_parent()
    for number in range(5):
        stored = projects["first"].pilot_actions.get_prep_value()
        resources.project(index, f"Project {number}", pilot_actions=stored)
    assert queries() == before
