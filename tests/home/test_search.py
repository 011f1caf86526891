"""Wagtail's search of pages, in the API and in the admin: all that readers see on a page, titles first, no drafts."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail.models import PageViewRestriction
from wagtail_localize.fields import TranslatableField, get_translatable_fields

from home.models import HomePage, StandardPage
from tests.admin import administrator, edit_page, posted, rich, streamfield
from tests.factories import newsroom
from tests.factories.every_type import every_type
from tests.factories.pages import home_page, standard_page

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

ELSEWHERE = {"title", "slug", "seo_title", "search_description", "sharing_title", "sharing_description"}


def work() -> None:
    """What the worker does with its queue."""
    for task in DBTaskResult.objects.exclude(task_path__contains="renditions"):
        task.task.call(*task.args_kwargs["args"])
    DBTaskResult.objects.all().delete()


def found(client: Client, words: str, **more: Any) -> list[str]:
    """The titles that the API's search finds."""
    answer = client.get(f"/api/v2/pages/?{urlencode({'search': words, **more})}")
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["meta"]["total_count"] == len(body["items"])
    return [item["title"] for item in body["items"]]


def paragraph(html: str) -> list[dict[str, Any]]:
    return [{"type": "paragraph", "value": html, "id": "paragraph"}]


@pytest.fixture
def home(db: Any) -> HomePage:
    return home_page()


def test_every_text_of_every_type_is_found_and_nothing_else(client: Client) -> None:
    pages = every_type("Quinconce")
    work()
    assert set(found(client, "quinconce", limit=100)) == {page.title for page in pages.values()}
    for page in pages.values():
        assert set(re.findall(r"[\w-]+", page.prose)) <= {"Quinconce", "1"}, page
        fields = {f.field_name for f in get_translatable_fields(type(page)) if isinstance(f, TranslatableField)}
        stored = [page._meta.get_field(name).value_to_string(page) for name in fields - ELSEWHERE]
        assert page.prose.count("Quinconce") == " ".join(stored).count("Quinconce") > 0, page
    for code in ("warning", "h2", "vimeo", "minutes", "block-1", "identified"):
        assert found(client, code) == [], code


@pytest.mark.parametrize("words", ["frontaliere", "Frontalière", "coopération FRONTALIERE", "l'élargissement", "coeur"])
def test_words_of_the_text_with_and_without_accents(client: Client, home: HomePage, words: str) -> None:
    text = "<p>Une <b>coopération</b></p><p>frontalière, depuis l’élargissement, au coeur de l’Europe</p>"
    standard_page(home, "Accords", body=paragraph(text))
    work()
    assert found(client, words) == ["Accords"]


def test_names_of_partners_and_places_are_found(client: Client, home: HomePage) -> None:
    session = newsroom.event_session(timezone.now(), place="Hendaye", address="Quai de la Bidassoa")
    newsroom.event(newsroom.event_index(home), "Rencontre", sessions=[session])
    work()
    assert found(client, "hendaye") == found(client, "bidassoa quai") == ["Rencontre"]


def test_titles_come_first_then_the_texts_that_say_more(client: Client, home: HomePage) -> None:
    often = "<p>" + "Le <b>télétravail</b> des frontaliers. " * 40 + "</p>"
    standard_page(home, "Souvent", slug="souvent", body=paragraph(often))
    standard_page(home, "Une fois", slug="une-fois", introduction="Le télétravail, " + "un mot parmi d’autres, " * 20)
    long = standard_page(home, "Le télétravail, vu de loin et sans y revenir", slug="titre", introduction="Rien. " * 80)
    for number in range(8):  # words that every page has weigh nothing
        standard_page(home, f"Autre {number}", slug=f"autre-{number}", introduction="Sans rapport")
    work()
    assert found(client, "teletravail") == [long.title, "Souvent", "Une fois"]
    assert found(client, "teletravail frontaliers") == ["Souvent"]
    long.introduction = "Pour les frontaliers"
    long.save()
    work()
    assert found(client, "frontaliers teletravail") == [long.title, "Souvent"]


def test_search_goes_with_filters_order_and_window(
    client: Client, home: HomePage, django_assert_max_num_queries: Any
) -> None:
    german = home_page("de")
    for number in range(12):
        standard_page(home, f"Page {number:02}", slug=f"page-{number}", introduction="Un quinconce")
    standard_page(german, "Seite", introduction="Ein Quinconce")
    newsroom.news(newsroom.news_index(home), "Nouvelle", introduction="Quinconce")
    work()
    assert found(client, "quinconce", locale="de") == ["Seite"]
    assert found(client, "quinconce", type="newsroom.NewsPage") == ["Nouvelle"]
    only = {"type": "home.StandardPage", "locale": "fr"}
    assert found(client, "quinconce", order="-title", **only)[:2] == ["Page 11", "Page 10"]
    with django_assert_max_num_queries(10):
        answer = client.get("/api/v2/pages/", {"search": "quinconce", "limit": 3, "offset": 6, **only})
    assert answer.json()["meta"]["total_count"] == 12
    assert len(answer.json()["items"]) == 3


def test_drafts_are_found_by_nobody_and_what_is_hidden_not_by_readers(client: Client, home: HomePage) -> None:
    administrator(client)
    live = standard_page(home, "Publiée", introduction="Une ancienne phrase")
    hidden = standard_page(home, "Privée", introduction="Un quinconce privé")
    PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)
    standard_page(home, "Dépubliée", introduction="Un quinconce dépublié", live=False)
    edit = reverse("wagtailadmin_pages:edit", args=(live.pk,))
    draft = {"introduction": "Un quinconce secret", "body": streamfield([("paragraph", rich("<p>quinconce</p>"))])}
    posted(client, edit, **draft)
    work()
    assert found(client, "quinconce") == []
    assert found(client, "phrase") == ["Publiée"]
    assert "secret" not in live.__class__.objects.get(pk=live.pk).prose
    edit_page(client, live)
    work()
    assert found(client, "quinconce") == found(client, "secret") == ["Publiée"]
    assert found(client, "phrase") == []


def test_editors_find_texts_in_the_list_in_the_search_and_in_choosers(client: Client, home: HomePage) -> None:
    administrator(client)
    in_title = standard_page(home, "Le quinconce", slug="titre", introduction="Rien d’autre")
    in_text = standard_page(home, "Ailleurs", slug="texte", body=paragraph("<p>Plantés en quinconce. Quinconce !</p>"))
    standard_page(home, "Rien", slug="rien")
    work()
    for name, arguments in (
        ("wagtailadmin_pages:search", ()),
        ("wagtailadmin_explore", (home.pk,)),
        ("wagtailadmin_choose_page_search", ()),
    ):
        answer = client.get(reverse(name, args=arguments), {"q": "quincon"})
        shown = answer.context["pages"]
        assert [page.pk for page in shown] == [in_title.pk, in_text.pk], name


def test_indexing_asks_no_more_for_long_texts(client: Client, django_assert_num_queries: Any) -> None:
    page = every_type("Un texte")["StandardPage"]
    with django_assert_num_queries(0):
        assert isinstance(page, StandardPage)
        assert len(page.prose) > 100


@pytest.mark.postgres
def test_words_are_found_by_an_index(client: Client, home: HomePage) -> None:
    with CaptureQueriesContext(connection) as asked:
        found(client, "quinconce")
    (sql,) = (query["sql"] for query in asked if "ts_rank" in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "home_search_words" in plan, "it would read every page's words"
