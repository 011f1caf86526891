"""What to read beside a page."""

import datetime
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from borders.models import Territory
from cms import publication
from home import related
from home.models import HomePage
from newsroom.models import NewsPage
from resources.models import Concept, PageTheme
from tests import worlds
from tests.factories import borders as make
from tests.factories import newsroom, resources
from tests.factories.pages import expired, home_page

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@dataclass
class Related:
    """A piece of news about a territory, its border and a theme, and pages that share some of it."""

    home: HomePage
    index: Page
    news: NewsPage
    territory: Territory
    theme: Concept
    closest: Page
    fiche: Page
    on_border: Page
    on_theme: Page


def piece(index: Page, title: str, *facts: Any, days: int = 0, **fields: Any) -> NewsPage:
    page = newsroom.news(index, title, first_published_at=timezone.now() - datetime.timedelta(days=days), **fields)
    make.link(page, *(fact for fact in facts if not isinstance(fact, Concept)))
    for fact in facts:
        if isinstance(fact, Concept):
            PageTheme.objects.create(page=page, fact=fact)
    return page


@worlds.shared
def found() -> Related:
    home = home_page("fr")
    border, other = make.border("fr-de"), make.border("fr-be")
    territory = make.territory("saarmoselle", [border])
    theme, unrelated = resources.concept("health"), resources.concept("culture")
    index = newsroom.news_index(home)
    news = piece(index, "Une nouvelle", border, territory, theme)
    closest = piece(index, "La plus proche", territory, border, theme, days=9)
    on_border = piece(index, "Même frontière", border, days=2)
    on_theme = piece(index, "Même thème", theme, days=1)
    piece(index, "Rien de commun", other, unrelated)
    fiche = make.border_page(make.border_index(home), border, first_published_at=timezone.now())
    return Related(home, index, news, territory, theme, closest, fiche, on_border, on_theme)


def get(client: Client, page: Page, query: str = "") -> Any:
    response = client.get(f"/api/v2/pages/{page.pk}/related/{query}")
    assert response.status_code == 200, response.content
    return response.json()


def ids(body: Any) -> list[int]:
    return [item["page"]["id"] for item in body["items"]]


def test_the_closest_come_first_with_what_they_share(client: Client, found: Related) -> None:
    body = get(client, found.news)
    assert ids(body) == [page.pk for page in (found.closest, found.fiche, found.on_border, found.on_theme)]
    assert [item["score"] for item in body["items"]] == [6, 2, 2, 1]
    assert body["meta"]["total_count"] == 4
    codes = {kind: [fact["code"] for fact in facts] for kind, facts in body["items"][0]["shared"].items()}
    assert codes == {"territories": ["saarmoselle"], "borders": ["fr-de"], "themes": ["health"]}
    assert body["items"][3]["shared"]["borders"] == []
    limited = get(client, found.news, "?limit=1")
    assert (ids(limited), limited["meta"]["total_count"]) == ([found.closest.pk], 4)
    assert client.get(f"/api/v2/pages/{found.news.pk}/related/?limit=21").status_code == 400


def test_wholes_and_parts_narrower_and_broader_are_shared(client: Client, found: Related) -> None:
    whole = make.border("fr-it-mc", geometry=None)
    one, other = (make.border(code, parent=whole) for code in ("fr-it", "fr-mc"))
    narrower = resources.concept("hospitals", broader=[found.theme])
    about_whole = piece(found.index, "Le tout", whole, days=4)
    about_part = piece(found.index, "Une partie", one, narrower, days=4)
    about_other_part = piece(found.index, "Autre partie", other, days=5)
    assert set(ids(get(client, about_whole))) == {about_part.pk, about_other_part.pk}
    shared = get(client, about_part)
    assert about_other_part.pk not in ids(shared)
    assert {about_whole.pk, found.on_theme.pk} <= set(ids(shared))


def test_a_fiche_is_about_its_fact(client: Client, found: Related) -> None:
    fiche = make.territory_page(make.territory_index(found.home), found.territory)
    body = get(client, fiche)
    assert ids(body)[0] == found.closest.pk or ids(body)[0] == found.news.pk
    assert {item["score"] for item in body["items"]} == {5, 2}
    assert fiche.pk in ids(get(client, found.fiche))


def test_never_itself_its_copies_what_is_above_or_not_public(client: Client, found: Related) -> None:
    make.link(found.index, found.territory)
    piece(found.index, "Un brouillon", found.territory, live=False)
    piece(found.index, "Expirée", found.territory, expire_at=expired())
    private = piece(found.index, "Privée", found.territory)
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    german = newsroom.news_index(home_page("de"))
    piece(german, "Auf Deutsch", found.territory)
    copy = found.news.create_alias(parent=found.index, update_slug="copie", update_locale=None)
    body = get(client, found.news)
    assert ids(body) == [page.pk for page in (found.closest, found.fiche, found.on_border, found.on_theme)]
    assert found.news.pk not in ids(get(client, copy))
    assert copy.pk not in ids(get(client, found.closest))
    assert client.get(f"/api/v2/pages/{private.pk}/related/").status_code == 404
    Territory.objects.filter(pk=found.territory.pk).update(live=False)
    assert get(client, found.news)["items"][0]["shared"]["territories"] == []


def test_fallbacks_can_be_left_out(client: Client, found: Related) -> None:
    german = newsroom.news_index(home_page("de"), translation_key=found.index.translation_key)
    one, other = (
        page.create_alias(parent=german, update_slug=slug, update_locale=german.locale)
        for page, slug in ((found.news, "eins"), (found.closest, "zwei"))
    )
    assert ids(get(client, one)) == [other.pk]
    assert get(client, one, "?fallback=false")["items"] == []


def test_queries_do_not_grow(client: Client, found: Related) -> None:
    def queries() -> int:
        client.get("/api/v2/locales/")  # facts are read again after a change, whatever is asked for
        get(client, found.news, "?limit=20")
        with CaptureQueriesContext(connection) as captured:
            get(client, found.news, "?limit=20")
        return len(captured)

    before = queries()
    for number in range(15):
        piece(found.index, f"Encore {number}", found.territory, found.theme)
    assert queries() == before
    assert before <= 12


def test_pages_are_looked_up_for_the_highest_scores_alone(
    client: Client, found: Related, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = get(client, found.news)
    monkeypatch.setattr(related, "LOOKED_UP", 1)
    with CaptureQueriesContext(connection) as asked:
        assert get(client, found.news, "?limit=1")["items"] == whole["items"][:1]
    ranking = [query["sql"] for query in asked if "shared_0" in query["sql"]]
    assert len(ranking) == 1
    assert ranking[0].count('FROM "resources_pagetheme"') == 1, "conditions, scores and orders would read it each"
    assert not any("COUNT(" in query["sql"] for query in asked), "known, until something changes"
    assert get(client, found.news) == whole
    NewsPage.objects.filter(pk__in=[found.closest.pk, found.on_border.pk]).update(live=False)
    assert ids(get(client, found.news, "?limit=1")) == [found.fiche.pk], "the highest scores are of drafts"


def test_readers_see_them_below_a_page(client: Client, found: Related) -> None:
    html = client.get(publication.html_path("fr", found.news.url_path)).content.decode()
    assert "À lire aussi" in html
    shown = html[html.index("À lire aussi") :]
    assert [title for title in ("La plus proche", "Même frontière", "Même thème") if title in shown] == [
        "La plus proche",
        "Même frontière",
    ]
    assert "À lire aussi" not in client.get("/fr/").content.decode()


def test_a_page_for_readers_asks_the_database_as_often_whatever_is_related(client: Client, found: Related) -> None:
    path = publication.html_path("fr", found.news.url_path)

    def queries() -> int:
        assert client.get(path).status_code == 200  # facts are read again after a change
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        return len(captured)

    before = queries()
    for number in range(15):
        piece(found.index, f"Encore {number}", found.territory, found.theme)
    assert queries() <= before <= 35
