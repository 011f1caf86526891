"""Walking a list by cursor, while editors publish."""

import base64
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client

from newsroom.models import NewsPage
from tests import worlds
from tests.api.conftest import SmallSite
from tests.factories import newsroom
from tests.factories.borders import border, territory
from tests.factories.pages import standard_page

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def get(client: Client, path: str, status: int = 200, **query: Any) -> Any:
    response = client.get(f"/api/v2/{path}", query)
    assert response.status_code == status, response.content
    return response.json()


def walk(client: Client, path: str, **query: Any) -> Iterator[list[dict[str, Any]]]:
    """The parts of a list, each asked for when the one before was looked at."""
    body = get(client, path, **query)
    yield body["items"]
    while body["meta"]["next_cursor"]:
        body = get(client, path, **query, cursor=body["meta"]["next_cursor"])
        assert body["items"]
        yield body["items"]


def ids(parts: Iterator[list[dict[str, Any]]]) -> list[int]:
    return [item["id"] for part in parts for item in part]


@worlds.shared
def news(site: SmallSite) -> list[NewsPage]:
    """Seven pieces of news, of which some have their date in common."""
    index = newsroom.news_index(site.fr)
    return [newsroom.news(index, title=f"Nouvelle {n % 3}", date=date(2026, 1, 1 + n // 2)) for n in range(7)]


@pytest.mark.parametrize("order", ["", "id", "-id", "title", "-title", "date", "-date,title", "first_published_at"])
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_a_walk_gives_every_item_once_in_order(client: Client, news: list[NewsPage], order: str, limit: int) -> None:
    query = {"type": "newsroom.NewsPage", **({"order": order} if order else {})}
    whole = [item["id"] for item in get(client, "pages/", **query)["items"]]
    assert sorted(whole) == sorted(page.pk for page in news)
    assert ids(walk(client, "pages/", **query, limit=limit)) == whole


def test_a_walk_goes_on_by_cursor_from_an_offset(client: Client, news: list[NewsPage]) -> None:
    whole = [item["id"] for item in get(client, "pages/", type="newsroom.NewsPage")["items"]]
    cursor = get(client, "pages/", type="newsroom.NewsPage", offset=2, limit=2)["meta"]["next_cursor"]
    assert [item["id"] for item in get(client, "pages/", type="newsroom.NewsPage", cursor=cursor)["items"]] == whole[4:]


def test_a_walk_over_several_types(client: Client, news: list[NewsPage]) -> None:
    whole = [item["id"] for item in get(client, "pages/", order="-title")["items"]]
    assert len(whole) > len(news)
    assert ids(walk(client, "pages/", order="-title", limit=2)) == whole


@pytest.mark.parametrize("order", ["id", "-date"])
def test_nothing_twice_and_nothing_missed_while_editors_work(client: Client, news: list[NewsPage], order: str) -> None:
    there = {page.pk for page in news[1:]}
    seen: list[int] = []
    for number, part in enumerate(walk(client, "pages/", type="newsroom.NewsPage", order=order, limit=2)):
        seen += [item["id"] for item in part]
        if number == 0:
            newsroom.news(news[0].get_parent(), title="Toute fraîche", date=date(2027, 1, 1))
            news[0].unpublish()
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


def test_facts_without_a_value_come_last_in_either_direction(client: Client, site: SmallSite) -> None:
    there = [border("fr-de")]
    for number, founded in enumerate([None, date(2010, 1, 1), None, date(2001, 1, 1)]):
        territory(f"t-{number}", there, founded_on=founded)
    for order, expected in (
        ("founded_on", ["t-3", "t-1", "t-0", "t-2"]),
        ("-founded_on", ["t-1", "t-3", "t-0", "t-2"]),
    ):
        parts = walk(client, "territories/", order=order, limit=1)
        assert [item["code"] for part in parts for item in part] == expected


def forged(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def test_bad_cursors_are_refused_by_name(client: Client, news: list[NewsPage]) -> None:
    query = {"type": "newsroom.NewsPage", "order": "date", "limit": 2}
    cursor = get(client, "pages/", **query)["meta"]["next_cursor"]
    name = json.loads(base64.urlsafe_b64decode(cursor + "=="))[0]
    for wrong in (
        {**query, "cursor": "%"},
        {**query, "cursor": cursor[:-4]},
        {**query, "cursor": forged(name, "yesterday", 1)},
        {**query, "cursor": forged(name, [1], 1)},
        {**query, "cursor": forged(name, "2026-01-01", 2**70)},
        {**query, "cursor": forged(name, "2026-01-01", "x")},
        {**query, "cursor": forged(name)},
        {**query, "cursor": base64.urlsafe_b64encode(b"[" * 400).decode()},
        {**query, "cursor": cursor, "offset": 2},
        {**query, "cursor": cursor, "order": "-date"},
        {**query, "cursor": cursor, "locale": "fr"},
        {"search": "nouvelle", "cursor": cursor},
        {"order": "random", "cursor": cursor},
    ):
        assert get(client, "pages/", 400, **wrong)["errors"][0]["parameter"] == "cursor", wrong
    for order in ("-date", "slug,title"):
        (error,) = get(client, "pages/", 400, **{**query, "cursor": cursor, "order": order})["errors"]
        assert "other parameters" in error["message"], "by however many columns the other list is ordered"
    assert get(client, "pages/", **{**query, "limit": 5, "fields": "_,title"}, cursor=cursor)["items"]


def test_the_far_end_costs_as_many_queries_as_the_near_one(
    client: Client, site: SmallSite, django_assert_num_queries: Any
) -> None:
    for number in range(12):
        standard_page(site.about, f"Page {number}")
    query = {"type": "home.StandardPage", "limit": 5}
    first = get(client, "pages/", **query)
    with django_assert_num_queries(3):  # the total is known
        get(client, "pages/", **query)
    with django_assert_num_queries(3):
        get(client, "pages/", **query, cursor=first["meta"]["next_cursor"])
