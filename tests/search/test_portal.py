"""The portal's pages for readers."""

import re
from html import unescape

import pytest
from django.test import Client

from cms.languages import CODES
from resources import record_numbers
from resources.models import Record
from search import answering
from search.templatetags import portal
from tests.contracts.naughty import WORDS
from tests.factories import borders, resources
from tests.search.site import Broken, refresh

pytestmark = pytest.mark.django_db
PATH = "/fr/portail/"


def shown(client: Client, path: str = PATH, status: int = 200, **parameters) -> str:
    response = client.get(path, parameters)
    assert response.status_code == status
    return unescape(response.content.decode())


def results(page: str) -> list[str]:
    return [re.sub("<[^>]+>", "", title) for title in re.findall(r"<h3><a [^>]*>(.*?)</a></h3>", page)]


def test_the_home_begins_from_themes_borders_and_what_is_new(client, library):
    page = shown(client)
    assert "<h1>Portail documentaire</h1>" in page
    assert 'href="?theme=health"' in page
    assert 'href="?border=fr-de"' in page
    assert "Il treno" in results(page)


def test_a_passage_has_an_ellipsis_where_it_is_cut():
    assert portal.passage("le <mark>train</mark> du") == "… le <mark>train</mark> du …"
    assert portal.passage("Le <mark>train</mark>.") == "Le <mark>train</mark>."


@pytest.mark.parametrize("locale", CODES)
def test_every_language(client, library, locale):
    page = shown(client, f"/{locale}/portail/", q="santé")
    assert f'<html lang="{locale}">' in page
    assert results(page)
    assert all(f'href="/{other}/portail/?q=sant%C3%A9"' in page for other in CODES)


def test_results_say_what_matched_and_lead_to_where_they_are_read(client, library):
    page = shown(client, q="soins")
    assert f'<a href="/fr/{library["page"].slug}/" lang="fr"><mark>Soins</mark></a>' in page
    assert "&lt;<mark>" not in page
    page = shown(client, q="treno")
    assert f'<a href="/fr/portail/{library["guide"].code}/" lang="it">' in page
    assert ">Italien<" in page


def test_the_address_holds_the_state(client, library):
    page = shown(client, q="santé", kind="record", order="title")
    assert results(page) == ["Les trains de la santé"]
    assert 'value="santé"' in page
    assert '<input type="hidden" name="kind" value="record">' in page
    assert '<a href="?q=sant%C3%A9&kind=record&kind=page&order=title" rel="nofollow" data-value="page">' in page
    assert '<a href="?q=sant%C3%A9&order=title"><span class="hidden">Retirer – Contenu – </span>Documents' in page


def test_years_are_columns_and_a_range(client, library):
    page = shown(client, kind="record")
    column = '<a href="?kind=record&year_from=2019&year_to=2019" rel="nofollow" title="2019 : 1" aria-current="true">'
    assert column in page
    page = shown(client, kind="record", year_from="2020", year_to="nonsense")
    assert results(page) == ["Il treno"]
    assert column.replace(' aria-current="true"', "") in page  # what is outside of the range is still there to choose
    assert '<a href="?kind=record"><span class="hidden">Retirer – Année – </span>2020 – ' in page
    assert '<input type="hidden" name="year_from" value="2020">' in page


def test_a_name_in_another_language_is_said_and_can_be_refused(client, library):
    page = shown(client, "/de/portail/", q="Gesundheit")
    assert "→ santé" in page or "→ health" in page
    assert 'href="?q=Gesundheit&expand=false"' in page
    assert results(shown(client, "/de/portail/", q="Gesundheit", expand="false")) == ["Pflege"]


def test_where_nothing_is_found_the_filters_may_be_why(client, library):
    page = shown(client, q="treno", border="fr-de")
    assert "Sans les filtres\u00a0: 1 résultat" in page
    assert "Rien ne contient ces mots" in shown(client, q="xylophone")


def test_sheets(client, library):
    for number in range(22):
        resources.record(f"Cahier {number}")
    refresh()
    page = shown(client, q="cahier")
    assert len(results(page)) == 20
    assert '<a rel="next" href="?q=cahier&page=2">' in page
    page = shown(client, q="cahier", page="2")
    assert len(results(page)) == 2
    assert '<ol class="results" start="21">' in page
    assert '<a rel="prev" href="?q=cahier">' in page


def test_nonsense_is_passed_over(client, library):
    for word in WORDS:
        names = ("q", "theme", "border", "year", "type", "author", "order", "page", "expand", "unknown")
        assert client.get(PATH, dict.fromkeys(names, word)).status_code == 200
    assert "<script>" not in client.get(PATH, {"q": "<script>alert(1)</script>"}).content.decode()


def test_without_an_engine_the_page_says_so(client, monkeypatch, tmp_path):
    monkeypatch.setattr(answering, "engines", lambda: [Broken(tmp_path)])
    assert "La recherche se prépare" in shown(client, status=503)


def test_the_portal_without_a_language_leads_to_the_readers_own(client):
    liked = {"": "fr", "de-AT,en;q=0.9": "de", "pt, it;q=0.3, en;q=0.8": "en", "de;q=0": "fr", "ja": "fr", ";;=x": "fr"}
    for accepted, locale in liked.items():
        response = client.get("/portail/?q=eau&theme=health", headers={"accept-language": accepted})
        assert (response.status_code, response.url) == (302, f"/{locale}/portail/?q=eau&theme=health")
        assert response["Vary"] == "Accept-Language"


def test_readers_may_know_the_portal_by_another_address(client, library, settings):
    settings.PORTAL_URL = "https://documents.example.org"
    address = f"https://documents.example.org/fr/portail/{library['study'].code}/"
    assert f'<link rel="canonical" href="{address}">' in shown(client, f"/fr/portail/{library['study'].code}/")
    for path in ("/fr/portail/atom.xml?q=trains", "/api/v2/records/?format=atom&locale=fr"):
        assert f'href="{address}"' in client.get(path).content.decode()
    assert 'value="https://documents.example.org/fr/portail/?q=trains"' in shown(client, q="trains")


def test_a_document_has_a_page(client, library):
    study = library["study"]
    page = shown(client, f"/en/portail/{study.code}/")
    assert '<h1 lang="en">Health trains</h1>' in page
    assert "Les trains de la santé" in page
    assert '<a href="/en/portail/auteurs/insee/">INSEE</a>' in page
    assert study.code in page


def test_a_document_that_is_gone_or_never_was(client, library):
    study = library["study"]
    code = study.code
    Record.objects.get(pk=study.pk).delete()
    assert record_numbers.gone(code)
    assert "Ce document a été retiré" in shown(client, f"{PATH}{code}/", status=410)
    assert "n’existe pas" in shown(client, f"{PATH}never-there/", status=404)
    unpublished = library["guide"]
    unpublished.unpublish()
    assert "Il treno" not in client.get(f"{PATH}{unpublished.code}/").content.decode()


def test_the_home_has_a_map_whose_borders_are_links(client, library):
    borders.border("fr-es")  # nothing is about it
    page = shown(client)
    assert "aria-label='Carte des frontières'" in page
    assert "<a href='?border=fr-de' aria-label='France – Allemagne'>" in page
    assert "?border=fr-es" not in page
