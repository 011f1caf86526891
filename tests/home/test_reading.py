"""What readers see of every page type."""

import datetime
import re
from html import escape
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page

from cms import publication
from cms.blocks import BodyBlock
from cms.languages import CODES
from cms.pages import SitePage
from cms.translation.models import TranslationStatus
from home.models.pages import SectionsBlock
from tests.factories import borders, newsroom, resources
from tests.factories.every_type import every_type
from tests.factories.pages import home_page, standard_page
from tests.home.html import Outline

pytestmark = pytest.mark.django_db

HOSTILE = "</p><script>alert(1)</script><img src=x onerror=alert(1)> \"'&lt; {{ 7 }}"


def path(page: Page) -> str:
    return publication.html_path(page.locale.language_code, page.url_path)


def text_of(client: Client, page: Page) -> str:
    answer = client.get(path(page))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def visible(html: str) -> str:
    """The text of a page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_every_page_type_can_be_read(client: Client) -> None:
    found = every_type("Un texte")
    assert set(found) == {m.__name__ for m in apps.get_models() if issubclass(m, SitePage)}
    for name, page in found.items():
        html = text_of(client, page)
        assert f"<h1>Un texte {name}</h1>" in html
        assert Outline(html).problems == [], name


def test_every_block_is_shown(client: Client) -> None:
    found = every_type("Un texte")
    assert {item["type"] for item in found["NewsPage"].body.get_prep_value()} == set(BodyBlock().child_blocks)
    assert {item["type"] for item in found["HomePage"].sections.get_prep_value()} == set(SectionsBlock().child_blocks)
    html = text_of(client, found["NewsPage"])
    for piece in (
        "<h2 id=",
        "<h3 id=",
        "<blockquote>",
        'role="note"',
        "<details><summary>Un texte</summary>",
        "<caption>Un texte</caption>",
        '<time datetime="1713">1713</time> – <time datetime="1715">1715</time>',
        "<svg class='map'",
        'href="https://vimeo.com/76979871"',
        "/documents/",
    ):
        assert piece in html, piece


def test_hostile_texts_are_shown_as_text(client: Client) -> None:
    for name, page in every_type(HOSTILE).items():
        html = text_of(client, page)
        assert escape(f"{HOSTILE} {name}").replace("&#x27;", "'") in html.replace("&#x27;", "'"), name
        assert "{{ 7 }}" in html
        assert Outline(html).problems == [], name


def test_a_border_shows_what_both_sources_say(client: Client) -> None:
    home = home_page()
    whole = borders.border("fr-ch", {"fr": "France–Suisse"})
    borders.key_figure("a", whole, "572", source_name="Wikipédia", year=2026)
    borders.key_figure("b", whole, "573.5", source_name="MOT", qualifier="about", year=2020)
    workers = borders.indicator("frontier-workers", "workers", {"fr": "Travailleurs frontaliers"})
    borders.key_figure("c", whole, 1234567, indicator=workers, from_country=borders.country("fr"))
    borders.programme("interreg-a", [whole], {"fr": "Interreg France–Suisse"}, website="https://example.org/interreg")
    page = borders.border_page(
        borders.border_index(home), whole, last_checked=datetime.date(2026, 5, 1), governance="<p>Un comité</p>"
    )
    html = text_of(client, page)
    shown = visible(html)
    for piece in (
        "572 km 2026, Wikipédia",
        "573,5 km 2020, MOT",
        "1 234 567",
        "Interreg France–Suisse",
        "1er mai 2026",
    ):
        assert piece in shown.replace("\u202f", " ").replace("\xa0", " "), piece
    assert '<section id="governance"' in html
    assert '<section id="chronology"' not in html


def test_figures_of_the_body_are_not_repeated_below_it(client: Client) -> None:
    home = home_page()
    territory = borders.territory()
    area = borders.indicator("area", "km2", {"fr": "Superficie"})
    figure = borders.key_figure("area", territory, 2468, indicator=area)
    page = borders.territory_page(borders.territory_index(home), territory)
    assert visible(text_of(client, page)).count("Superficie") == 1
    page.body = [{"type": "key_figures", "value": {"title": "Chiffres", "figures": [figure.pk]}}]
    page.save()
    assert visible(text_of(client, page)).count("Superficie") == 1


def test_sources_that_disagree_stand_together_where_the_body_shows_one(client: Client) -> None:
    home = home_page()
    territory = borders.territory()
    area = borders.indicator("area", "km2", {"fr": "Superficie"})
    figure = borders.key_figure("area", territory, 2468, indicator=area, source_name="Strasbourg")
    borders.key_figure("area-mot", territory, 2393, indicator=area, source_name="MOT")
    page = borders.territory_page(borders.territory_index(home), territory)
    page.body = [{"type": "key_figures", "value": {"title": "Chiffres", "figures": [figure.pk]}}]
    page.save()
    below = text_of(client, page).split('id="figures"')[1]
    assert visible(below).count("Superficie") == 1
    assert ("Strasbourg" in below, "MOT" in below) == (True, True)


def test_a_date_is_shown_as_far_as_it_is_known(client: Client) -> None:
    home = home_page()
    known = {"date": datetime.date(2024, 11, 1), "date_precision": "month"}
    index = newsroom.news_index(home)
    pages = [newsroom.news(index, **known), resources.position(resources.position_index(home), **known)]
    for page in (*pages, index):
        html = text_of(client, page)
        assert '<time datetime="2024-11">novembre 2024</time>' in html
        assert "1er novembre" not in html
    found = client.get(f"/api/v2/pages/{pages[0].pk}/").json()
    assert (found["date"], found["date_precision"]["code"]) == ("2024-11-01", "month")
    assert found["meta"]["json_ld"]["@graph"][0]["datePublished"] == "2024-11"


def test_an_obstacle_shows_its_steps_and_state(client: Client) -> None:
    page = borders.obstacle_page(
        borders.obstacle_index(home_page()), steps=[("2020-03-01", "identified"), ("2023-07-01", "solved")]
    )
    html = text_of(client, page)
    assert html.index("1er mars 2020") < html.index("1er juillet 2023")
    assert "state-solved" in html


def test_events_to_come_are_listed_first_and_the_soonest_of_them(client: Client) -> None:
    home = home_page()
    index = newsroom.event_index(home)
    now = timezone.now()
    for title, days in (("Vieux", -400), ("Lointain", 90), ("Passé", -3), ("Prochain", 2)):
        newsroom.event(index, title, [newsroom.event_session(now + days * newsroom.DAY)])
    html = text_of(client, index)
    order = re.findall(r"(Vieux|Lointain|Passé|Prochain)</a>", html)
    assert order == ["Prochain", "Lointain", "Passé", "Vieux"]
    home.sections = [{"type": "agenda", "value": {"title": "Agenda", "count": 1}}]
    home.save()
    assert re.findall(r"(Vieux|Lointain|Passé|Prochain)</a>", text_of(client, home)) == ["Prochain"]


def test_long_lists_come_in_sheets_the_latest_news_first(client: Client) -> None:
    index = newsroom.news_index(home_page())
    first = datetime.date(2026, 1, 1)
    for number in range(30):
        newsroom.news(index, f"Nouvelle {number}.", date=first + datetime.timedelta(days=number))
    html = text_of(client, index)
    assert "Nouvelle 29." in html
    assert "Nouvelle 5." not in html
    assert 'rel="next" href="?page=2"' in html
    assert "Nouvelle 5." in client.get(path(index) + "?page=2").content.decode()
    assert "Nouvelle 5." in client.get(path(index) + "?page=9999999999999").content.decode()
    assert client.get(path(index) + "?page=%27%3B").status_code == 200


def test_chapters_lead_to_one_another_and_to_their_notes(client: Client) -> None:
    dossier = resources.dossier(resources.dossier_index(home_page()))
    note = [{"type": "note", "value": {"number": 1, "text": "<p>Source</p>"}}]
    marked = [{"type": "paragraph", "value": "<p>Un fait[^1].</p>"}]
    chapters = [resources.chapter(dossier, title, body=marked, footnotes=note) for title in ("Un", "Deux", "Trois")]
    html = text_of(client, chapters[1])
    assert re.search(rf'rel="prev" href="{path(chapters[0])}".*rel="next" href="{path(chapters[2])}"', html)
    assert 'id="ref-1" href="#note-1"' in html
    assert Outline(html).problems == []
    assert "?print" in text_of(client, dossier)


def test_the_language_switch_says_in_what_state_each_language_is(client: Client) -> None:
    french, german, spanish, english = (home_page(code) for code in ("fr", "de", "es", "en"))
    for home in (german, spanish, english):
        home.translation_key = french.translation_key
        home.save()
    page = standard_page(french, "À propos", slug="a-propos")
    outdated = standard_page(german, "Über uns", slug="ueber-uns", translation_key=page.translation_key)
    TranslationStatus.objects.update_or_create(page=outdated, defaults={"outdated": True})
    summary = standard_page(spanish, "Quiénes somos", slug="somos", translation_key=page.translation_key)
    TranslationStatus.objects.update_or_create(page=summary, defaults={"completeness": "summary"})
    alias = standard_page(english, "À propos", slug="a-propos", translation_key=page.translation_key, alias_of=page)

    shown = visible(text_of(client, page))
    assert "DE Deutsch à mettre à jour ES Español résumé" in shown
    assert "EN English en français" in shown
    html = text_of(client, alias)
    assert '<div lang="fr"> <h1>' in html
    assert "You read it in French." in visible(html)
    head = html.split("</head>")[0]
    assert 'hreflang="en" href="http' not in head
    assert f'<link rel="canonical" href="http://localhost:8000{path(page)}">' in head
    assert path(page) in text_of(client, outdated)
    assert "Leer la página completa en francés" in visible(text_of(client, summary))


def test_the_first_address_leads_to_french_and_unknown_ones_to_a_page_in_their_language(client: Client) -> None:
    home_page("fr")
    assert client.get("/").headers["Location"] == "/fr/"
    german = client.get("/de/gibt-es-nicht/")
    assert german.status_code == 404
    assert '<html lang="de">' in german.content.decode()
    assert "Seite nicht gefunden" in german.content.decode()
    assert Outline(german.content.decode()).problems == []
    assert "Page introuvable" in client.get("/nowhere.php").content.decode()


def test_a_failure_is_told_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any) -> None:
        raise RuntimeError("a secret")

    page = standard_page(home_page("fr"), "À propos", slug="a-propos")
    monkeypatch.setattr("cms.page_json.detail", fails)
    answer = Client(raise_request_exception=False).get(path(page))
    assert answer.status_code == 500
    assert "Une erreur est survenue" in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_search_engines_are_sent_to_the_front_end_once_there_is_one(client: Client, settings: Any) -> None:
    home = home_page("fr")
    assert "X-Robots-Tag" not in client.get("/fr/").headers
    assert 'name="robots"' not in text_of(client, home)
    settings.FRONTEND_URLS = dict.fromkeys(CODES, "https://www.example.org")
    answer = client.get("/fr/")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert '<link rel="canonical" href="https://www.example.org/fr/">' in answer.content.decode()
    assert b"Disallow: /admin/" in client.get("/robots.txt").content


def test_the_number_of_queries_does_not_grow_with_a_list(client: Client) -> None:
    index = newsroom.event_index(home_page())
    counts = []
    for _round in range(2):
        for _number in range(5):
            newsroom.event(index, sessions=[newsroom.event_session(timezone.now() + newsroom.DAY)])
        text_of(client, index)
        with CaptureQueriesContext(connection) as asked:
            text_of(client, index)
        counts.append(len(asked))
    assert counts[0] == counts[1]
