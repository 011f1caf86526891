"""The pages about a border or a territory, beside the fact itself."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from cms.translation.models import TranslationStatus
from home.models import HomePage
from tests import worlds
from tests.borders.conftest import Places
from tests.factories import borders as make
from tests.factories import newsroom, resources
from tests.factories.pages import expired

pytestmark = pytest.mark.django_db


def get(client: Client, path: str) -> Any:
    response = client.get(path if path.startswith("/") else f"/api/v2/{path}")
    assert response.status_code == 200, response.content
    return json.loads(response.content)


@worlds.shared
def site(places: Places, home: HomePage, german_home: HomePage) -> dict[str, Any]:
    """Pages about fr-it, a part of fr-it-mc, and about a territory on it; a German obstacle; and what must not show."""
    obstacles = make.obstacle_index(home)
    german = make.obstacle_index(german_home, translation_key=obstacles.translation_key)
    found = {
        "solved": make.obstacle_page(obstacles, "Levé", [("2020-01-01", "solved")]),
        "open": make.obstacle_page(obstacles, "Ouvert"),
        "old": make.obstacle_page(obstacles, "Ancien"),
        "practice": make.practice_page(make.practice_index(home), "Hôpital"),
        "project": resources.project(resources.project_index(home), "Projet"),
        "news": newsroom.news(newsroom.news_index(home), "Nouvelle"),
        "german": make.obstacle_page(german, "Gelöst", [("2020-01-01", "solved")]),
        "draft": make.obstacle_page(obstacles, "Brouillon", live=False),
        "expired": make.obstacle_page(obstacles, "Expiré", expire_at=expired()),
        "private": make.obstacle_page(obstacles, "Privé"),
    }
    PageViewRestriction.objects.create(page=found["private"], restriction_type=PageViewRestriction.LOGIN)
    for page in found.values():
        make.link(page, places.fr_it)
    make.link(found["practice"], places.territory)
    return found


def of(body: Any, kind: str) -> tuple[int, list[str]]:
    group = next(group for group in body["pages"] if group["type"] == kind)
    return group["total_count"], [page["title"] for page in group["pages"]]


def test_pages_about_a_part_are_those_of_the_whole(client: Client, site: dict[str, Any]) -> None:
    for code in ("fr-it", "fr-it-mc"):
        body = get(client, f"borders/{code}/")
        assert {group["status"]["code"]: group["total_count"] for group in body["obstacles"]} == {
            "identified": 2,
            "studied": 0,
            "proposed": 0,
            "solved": 1,
            "unsolved": 0,
        }
        assert [page["title"] for page in body["obstacles"][0]["pages"]] == ["Ancien", "Ouvert"]
        assert of(body, "borders.PracticePage") == (1, ["Hôpital"])
        assert of(body, "resources.ProjectPage") == (1, ["Projet"])
        assert of(body, "newsroom.NewsPage") == (1, ["Nouvelle"])
        assert of(body, "newsroom.EventPage") == (0, [])
        assert "Priv" not in json.dumps(body)
    nothing = get(client, "borders/fr-de/")
    assert not any(group["total_count"] for group in [*nothing["obstacles"], *nothing["pages"]])


def test_every_list_is_the_one_that_it_is_the_beginning_of(client: Client, site: dict[str, Any]) -> None:
    body = get(client, "borders/fr-it-mc/")
    groups = [*body["obstacles"], *body["pages"]]
    assert {urlsplit(group["list_url"]).path for group in groups} == {"/api/v2/pages/"}
    for group in groups:
        address = urlsplit(group["list_url"])
        listed = get(client, f"{address.path}?{address.query}")
        assert listed["meta"]["total_count"] == group["total_count"]
        assert {item["id"] for item in listed["items"]} == {page["id"] for page in group["pages"]}


def test_pages_are_in_the_language_of_the_answer(client: Client, site: dict[str, Any]) -> None:
    alias = site["open"].copy_for_translation(site["german"].locale, alias=True)
    body = get(client, "borders/fr-it/?locale=de")
    shown = {group["status"]["code"]: group["pages"] for group in body["obstacles"]}
    assert [(page["title"], page["is_fallback"]) for page in shown["solved"]] == [("Gelöst", False)]
    assert [(page["id"], page["is_fallback"]) for page in shown["identified"]] == [(alias.pk, True)]
    assert body["obstacles"][3]["status"]["label"] == "Gelöst"
    assert of(body, "borders.PracticePage") == (0, [])


def test_a_territory_has_its_own_pages_and_the_programmes_of_its_borders(
    client: Client, site: dict[str, Any], places: Places
) -> None:
    make.programme("rhin", [places.fr_de])
    make.programme("elsewhere", [places.fr_mc])
    body = get(client, "territories/trinational/")
    assert of(body, "borders.PracticePage") == (1, ["Hôpital"])
    assert not any(group["total_count"] for group in body["obstacles"])
    assert [programme["code"] for programme in body["programmes"]] == ["rhin"]
    assert all("territory=trinational" in group["list_url"] for group in body["pages"])


def test_fiches_of_every_language(
    client: Client, places: Places, home: HomePage, german_home: HomePage, site: dict[str, Any]
) -> None:
    index = make.border_index(home)
    page = make.border_page(index, places.fr_de)
    german_index = make.border_index(german_home, translation_key=index.translation_key)
    german = make.border_page(german_index, places.fr_de, translation_key=page.translation_key)
    TranslationStatus.objects.create(page=german, completeness="partial", percent=40, outdated=True)
    fiches = get(client, "borders/fr-de/?locale=es")["fiches"]
    assert fiches == get(client, f"pages/{page.pk}/")["meta"]["translations"]
    assert [(fiche["locale"], fiche["completeness"], fiche["percent"], fiche["outdated"]) for fiche in fiches] == [
        ("fr", "full", 100, False),
        ("de", "partial", 40, True),
    ]
    german.expire_at = expired()
    german.save()
    assert [fiche["locale"] for fiche in get(client, "borders/fr-de/")["fiches"]] == ["fr"]
    assert get(client, "territories/trinational/")["fiches"] == []


@pytest.mark.sqlite
def test_related_borders_share_a_territory_or_a_programme(client: Client, places: Places) -> None:
    make.programme("alps", [places.whole, make.border("fr-ch")])
    make.border("fr-lu")

    def related(code: str) -> list[str]:
        return [border["code"] for border in get(client, f"borders/{code}/")["related_borders"]]

    assert related("fr-de") == ["fr-it"]
    assert related("fr-it-mc") == ["fr-de", "fr-ch"]
    assert related("fr-it") == ["fr-de"]
    assert related("fr-ch") == ["fr-it-mc"]
    assert related("fr-lu") == []


@pytest.mark.sqlite
def test_only_the_newest_are_linked_whatever_their_number(client: Client, site: dict[str, Any], places: Places) -> None:
    def queries() -> int:
        get(client, "borders/fr-it-mc/")
        with CaptureQueriesContext(connection) as captured:
            get(client, "borders/fr-it-mc/")
        return len(captured)

    before = queries()
    index = site["practice"].get_parent()
    for number in range(12):
        make.link(make.practice_page(index, f"Pratique {number}"), places.fr_mc)
    assert queries() == before
    total, titles = of(get(client, "borders/fr-it-mc/"), "borders.PracticePage")
    assert total == 13
    assert titles == [f"Pratique {number}" for number in range(11, 1, -1)]
