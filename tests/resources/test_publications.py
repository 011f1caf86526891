"""The latest records beside borders, territories and dossiers: which, in what order, and what is never shown."""

import datetime
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from borders.models import Border, Territory
from cms.page_json import draft_detail
from cms.preview.drafts import Draft
from cms.publication import html_path
from resources.models import Concept, DossierPage, PageTheme, Record
from tests.api.following import Reader
from tests.factories import borders
from tests.factories import resources as make
from tests.factories.pages import standard_page
from tests.home.html import Outline
from tests.resources.conftest import Library

pytestmark = pytest.mark.django_db


def get(client: Client, path: str) -> Any:
    response = client.get(path if path.startswith("http") else f"/api/v2/{path}")
    assert response.status_code == 200, response.content
    return response.json()


def record(title: str, year: int | None, *, live: bool = True, **facts: list[Any]) -> Record:
    made = make.record(title, date=datetime.date(year, 1, 1) if year else None, date_precision="year")
    for relation, chosen in facts.items():
        setattr(made, relation, chosen)
    made.live = live
    made.save()
    return made


@pytest.fixture
def border() -> Border:
    return borders.border("fr-de")


@pytest.fixture
def territory(border: Border) -> Territory:
    return borders.territory("eurodistrict", [border])


@pytest.fixture
def fiche(library: Library, border: Border) -> Page:
    return borders.border_page(borders.border_index(library.home), border)


@pytest.fixture
def health() -> Concept:
    return make.concept("health")


@pytest.fixture
def dossier(library: Library, health: Concept) -> DossierPage:
    page = make.dossier(library.dossiers)
    PageTheme.objects.create(page=page, fact=health)
    return page


def titles(found: Any) -> list[str]:
    return [shown["title"] for shown in found["records"]]


def test_a_border_and_its_fiche_have_what_is_about_it_its_parts_and_territories(
    client: Client, border: Border, territory: Territory, fiche: Page
) -> None:
    part = borders.border("fr-de-part", countries=["fr", "de"], parent=border)
    record("Border", 2001, borders=[border])
    record("Part", 2003, borders=[part])
    record("Territory", 2002, territories=[territory], borders=[border])
    record("Undated", None, borders=[border])
    record("Elsewhere", 2020, borders=[borders.border("fr-es")])
    record("Draft", 2021, live=False, borders=[border])
    found = get(client, "borders/fr-de/?locale=fr")["publications"]
    assert (titles(found), found["total_count"]) == (["Part", "Territory", "Border", "Undated"], 4)
    assert found["records"][0]["date"] == {"date": "2003", "precision": "year"}
    assert found["records"][0]["type"]["code"] == "report"
    assert get(client, f"pages/{fiche.pk}/")["publications"] == found
    assert titles(get(client, "borders/fr-de-part/")["publications"]) == ["Part"]
    assert titles(get(client, "territories/eurodistrict/")["publications"]) == ["Territory"]


@pytest.mark.sqlite
def test_the_latest_come_in_the_order_of_the_whole_list(client: Client, border: Border) -> None:
    for number in range(8):
        record(f"Number {number}", 2000 + number // 2, borders=[border])
    found = get(client, "borders/fr-de/")["publications"]
    assert (len(found["records"]), found["total_count"]) == (5, 8)
    whole = get(client, found["list_url"])
    assert whole["meta"]["total_count"] == 8
    assert [one["code"] for one in whole["items"]][:5] == [one["code"] for one in found["records"]]


@pytest.mark.sqlite
def test_a_dossier_has_what_is_about_any_of_its_themes_or_narrower(
    client: Client, dossier: DossierPage, health: Concept
) -> None:
    care, work = make.concept("care", broader=[health]), make.concept("work")
    PageTheme.objects.create(page=dossier, fact=work)
    record("Care", 2003, concepts=[care, health])
    record("Work", 2002, concepts=[work])
    record("Other", 2001, concepts=[make.concept("other")])
    found = get(client, f"pages/{dossier.pk}/")["publications"]
    assert (titles(found), found["total_count"]) == (["Care", "Work"], 2)
    assert "concept=health,work" in found["list_url"]
    assert get(client, found["list_url"])["meta"]["total_count"] == 2


def test_what_is_about_nothing_published_has_no_publications(
    client: Client, dossier: DossierPage, health: Concept, border: Border, fiche: Page
) -> None:
    record("Seen", 2003, concepts=[health], borders=[border])
    for model in (Concept, Border):
        model.objects.update(live=False)
    assert get(client, f"pages/{dossier.pk}/")["publications"] is None
    assert get(client, f"pages/{fiche.pk}/")["publications"] is None


def test_a_draft_is_shown_with_the_themes_that_it_has(dossier: DossierPage) -> None:
    record("Work", 2003, concepts=[work := make.concept("work")])
    draft = DossierPage.objects.get(pk=dossier.pk)
    draft.theme_links = [PageTheme(fact=work)]
    assert titles(draft_detail(Draft(draft, draft.url_path))["publications"]) == ["Work"]


def test_lists_and_details_take_a_fixed_number_of_queries(client: Client, library: Library, border: Border) -> None:
    index, dossiers = borders.border_index(library.home), library.dossiers

    def more(number: int) -> None:
        about = borders.border(f"fr-de-{number}", countries=["fr", "de"], parent=border)
        theme = make.concept(f"theme-{number}")
        borders.border_page(index, about, slug=f"fiche-{number}")
        PageTheme.objects.create(page=make.dossier(dossiers, slug=f"dossier-{number}"), fact=theme)
        record(f"Number {number}", 2000, borders=[about], concepts=[theme])

    def queries(path: str) -> int:
        get(client, path)
        with CaptureQueriesContext(connection) as captured:
            get(client, path)
        return len(captured)

    paths = [
        "borders/fr-de/",
        "pages/?type=borders.BorderPage&fields=_,id,publications",
        "pages/?type=resources.DossierPage&fields=publications",
        "pages/?type=borders.BorderPage,resources.DossierPage&fields=publications",
    ]
    more(0)
    more(1)
    before = [queries(path) for path in paths]
    for number in range(2, 9):
        more(number)
    assert [queries(path) for path in paths] == before
    shown = get(client, paths[3])["items"]
    assert [titles(item["publications"]) for item in shown] == [[f"Number {number}"] for number in range(9)] * 2


def test_readers_are_led_to_the_portal(
    client: Client, border: Border, fiche: Page, dossier: DossierPage, health: Concept
) -> None:
    def read(page: Page) -> str:
        return client.get(html_path(page.locale.language_code, page.url_path)).content.decode()

    assert "Publications" not in read(fiche) + read(dossier)
    study = record("<b>Étude</b>", 2003, borders=[border], concepts=[health])
    record("Draft", 2004, live=False, borders=[border], concepts=[health])
    for page, facet in ((fiche, "border=fr-de"), (dossier, "theme=health")):
        html = read(page)
        assert f'<a href="/fr/portail/{study.code}/" lang="fr">&lt;b&gt;Étude&lt;/b&gt;</a>' in html
        assert f'href="/fr/portail/?{facet}&amp;kind=record&amp;order=-date"' in html
        assert Outline(html).problems == []
        assert "Draft" not in html


def test_the_feed_tells_of_publications_as_a_whole(
    client: Client, border: Border, health: Concept, dossier: DossierPage
) -> None:
    reader = Reader(client)
    study = record("Study", 2000, borders=[border])
    assert reader.ask()["parts"] == ["publications"]
    study.borders = []
    study.save()
    assert reader.ask()["parts"] == ["publications"], "what it was about is not known any more"
    Record.objects.update(live=False)
    assert reader.ask()["parts"] == ["publications"]
    Record.objects.get().delete()
    health.names.all().update(text="Autre nom")
    assert reader.ask()["parts"] == [], "nobody saw the record that was deleted, and there is none"


def test_a_page_shows_the_records_that_it_chose(client: Client, library: Library, border: Border) -> None:
    study, draft = record("<b>Étude</b>", 2003), record("Brouillon", 2004, live=False)
    page = standard_page(library.home, "Lectures", body=chosen(draft, study, record("Rapport", 1999)))
    reader = Reader(client)
    [block] = get(client, f"pages/{page.pk}/")["body"]
    assert (block["type"], block["value"]["title"]) == ("records", "À lire")
    assert titles(block["value"]) == ["<b>Étude</b>", "Rapport"]
    assert block["value"]["records"][0]["date"] == {"date": "2003", "precision": "year"}
    html = client.get(html_path("fr", page.url_path)).content.decode()
    assert f'<a href="/fr/portail/{study.code}/" lang="fr">&lt;b&gt;Étude&lt;/b&gt;</a>' in html
    assert Outline(html).problems == []

    draft.save_revision().publish()
    assert [told["id"] for told in reader.ask()["pages"]] == [page.pk]
    [block] = get(client, f"pages/{page.pk}/")["body"]
    assert titles(block["value"]) == ["Brouillon", "<b>Étude</b>", "Rapport"], "no copy of the answer was kept"
    study.type.names.filter(language="fr").update(text="Compte rendu")
    assert [told["id"] for told in reader.ask()["pages"]] == [page.pk]
    Record.objects.filter(pk=study.pk).update(live=False)
    assert [told["id"] for told in reader.ask()["pages"]] == [page.pk]
    assert titles(get(client, f"pages/{page.pk}/")["body"][0]["value"]) == ["Brouillon", "Rapport"]

    def queries(body: str) -> int:
        page.body = body
        page.save()
        with CaptureQueriesContext(connection) as captured:
            get(client, f"pages/{page.pk}/")
        return len(captured)

    more = chosen(*(record(f"Number {number}", 2000) for number in range(9)))
    assert queries(chosen(draft)) == queries(json.dumps([*json.loads(chosen(draft)), *json.loads(more)]))


def chosen(*records: Record) -> str:
    """A body with one block that shows records."""
    items = [{"type": "item", "value": one.pk, "id": f"item-{one.pk}"} for one in records]
    return json.dumps([{"type": "records", "value": {"title": "À lire", "records": items}, "id": "block"}])
