"""The members' network over REST."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from borders.models import Country, CountryName
from cms import labels
from home.models import Member, MemberName
from tests.changelog import Log

pytestmark = pytest.mark.django_db


def country(code: str, **names: str) -> Country:
    made = Country(code=code)
    made.names = [CountryName(language=language, text=text) for language, text in names.items()]
    made.save()
    return made


def member(code: str, **fields: Any) -> Member:
    """A published member called after its code."""
    made = Member(code=code, **{"category": "region", "city": "Strasbourg", **fields})
    made.names = [MemberName(language="fr", text=f"Membre {code}"), MemberName(language="de", text=f"Mitglied {code}")]
    made.save()
    return made


@pytest.fixture
def network(db: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Member]:
    Log()  # versions move with each statement, since the test never commits
    monkeypatch.setattr(labels, "_current", labels.Labels(-1))  # another test's rolled-back version may be this one's
    france, germany = country("fr", fr="France", de="Frankreich"), country("de", fr="Allemagne", de="Deutschland")
    return {
        "alsace": member("alsace", country=france, lat="48.58", lon="7.75", website="https://example.org/"),
        "baden": member("baden", country=germany, category="chamber", city="Freiburg"),
        "draft": member("draft", country=france, live=False),
    }


def get(client: Client, path: str, status: int = 200, **headers: str) -> Any:
    response = client.get(f"/api/v2/{path}", headers=headers)
    assert response.status_code == status, response.content
    return json.loads(response.content)


def codes(body: Any) -> list[str]:
    return [item["code"] for item in body["items"]]


def test_a_member_has_labels_in_the_language_asked_for(client: Client, network: dict[str, Member]) -> None:
    found = get(client, "members/alsace/?locale=de")
    assert found.pop("json_ld")
    assert found == {
        "code": "alsace",
        "label": "Mitglied alsace",
        "category": {"code": "region", "label": "Region"},
        "country": {"code": "fr", "label": "Frankreich"},
        "city": "Strasbourg",
        "website": "https://example.org/",
        "point": {"lat": 48.58, "lon": 7.75},
        "bbox": [7.75, 48.58, 7.75, 48.58],
        "geometry": {"type": "Point", "coordinates": [7.75, 48.58]},
    }


@pytest.mark.sqlite
def test_filters_and_orders(client: Client, network: dict[str, Member]) -> None:
    assert codes(get(client, "members/")) == ["alsace", "baden"]
    assert codes(get(client, "members/?order=-city")) == ["alsace", "baden"]
    assert codes(get(client, "members/?country=de")) == ["baden"]
    assert codes(get(client, "members/?category=chamber,region")) == ["alsace", "baden"]
    assert codes(get(client, "members/?category=chamber&country=fr")) == []


@pytest.mark.parametrize("parameter", ["category=club", "country=zz", "order=name", "towns=Metz"])
def test_bad_parameters_are_named(client: Client, network: dict[str, Member], parameter: str) -> None:
    refused = get(client, f"members/?{parameter}", 400)
    assert [error["parameter"] for error in refused["errors"]] == [parameter.split("=")[0]]


def test_drafts_do_not_exist(client: Client, network: dict[str, Member]) -> None:
    assert get(client, "members/")["meta"]["total_count"] == 2
    get(client, "members/draft/", 404)
    get(client, "members/nobody/", 404)


def test_a_map_gets_all_of_them(client: Client, network: dict[str, Member]) -> None:
    body = get(client, "members/?format=geojson")
    assert [feature["id"] for feature in body["features"]] == ["alsace", "baden"]
    assert body["features"][0]["geometry"] == {"type": "Point", "coordinates": [7.75, 48.58]}
    assert body["features"][1]["geometry"] is None
    assert get(client, "members/alsace/", accept="application/geo+json")["type"] == "Feature"


def test_queries_do_not_grow_with_the_members(
    client: Client, network: dict[str, Member], django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        member(f"more-{number}", country=network["alsace"].country)
    with django_assert_max_num_queries(9):  # version, restrictions, what labels need, count, members
        assert len(get(client, "members/")["items"]) == 20
    get(client, "members/baden/")  # reads who publishes the site
    with django_assert_max_num_queries(2):  # the labels are in memory now: version, member
        get(client, "members/alsace/")


def test_closed_lists_are_vocabularies(client: Client) -> None:
    assert {"member_category", "menu", "social_network"} <= {v["code"] for v in get(client, "vocabularies/")["items"]}


@pytest.mark.parametrize("missing", ["lat", "lon"])
def test_half_a_point_is_refused(network: dict[str, Member], missing: str) -> None:
    alsace = network["alsace"]
    setattr(alsace, missing, None)
    with pytest.raises(ValidationError) as refused:
        alsace.full_clean()
    assert list(refused.value.message_dict) == [missing]
