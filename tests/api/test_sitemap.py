"""What search engines may find."""

from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from cms.languages import CODES
from tests.api.conftest import SmallSite
from tests.factories.pages import standard_page

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@pytest.fixture
def with_more(site: SmallSite) -> SmallSite:
    """A fallback, and a page that asks search engines to stay away."""
    site.team.create_alias(parent=site.about_de, update_slug="team", update_locale=site.de.locale)
    standard_page(site.fr, "Essai", slug="essai", no_index=True)
    return site


def test_pages_with_a_text_of_their_own_and_their_translations(client: Client, with_more: SmallSite) -> None:
    body = client.get("/api/v2/sitemap/").json()
    assert {item["id"] for item in body["items"]} == with_more.public
    assert body["meta"]["total_count"] == len(with_more.public)
    about = next(item for item in body["items"] if item["id"] == with_more.about.pk)
    assert about["html_path"] == "/fr/a-propos/"
    assert about["lastmod"]
    assert [(a["locale"], a["html_url"]) for a in about["alternates"]] == [
        ("de", "http://localhost:8000/de/ueber-uns/"),
        ("fr", "http://localhost:8000/fr/a-propos/"),
    ]
    german = client.get("/api/v2/sitemap/?locale=de").json()["items"]
    assert {item["id"] for item in german} == {with_more.de.pk, with_more.about_de.pk}


def test_each_language_may_have_a_front_end_of_its_own(client: Client, with_more: SmallSite, settings: Any) -> None:
    settings.FRONTEND_URLS = {"de": "https://www.beispiel.org"}
    about = client.get(f"/api/v2/pages/{with_more.about.pk}/").json()
    assert about["meta"]["html_url"] == "http://localhost:8000/fr/a-propos/"
    assert {other["html_url"] for other in about["meta"]["translations"]} == {
        "http://localhost:8000/fr/a-propos/",
        "https://www.beispiel.org/de/ueber-uns/",
    }


def test_a_file_for_search_engines(client: Client, with_more: SmallSite, settings: Any) -> None:
    settings.FRONTEND_URLS = dict.fromkeys(CODES, "https://www.example.org")
    response = client.get("/api/v2/sitemap/?format=xml&locale=fr")
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    urls = ElementTree.fromstring(response.content).findall("s:url", NAMES)
    by_place = {url.findtext("s:loc", namespaces=NAMES): url for url in urls}
    assert set(by_place) == {f"https://www.example.org/fr/{path}" for path in ("", "a-propos/", "a-propos/equipe/")}
    links = by_place["https://www.example.org/fr/a-propos/"].findall("x:link", NAMES)
    assert {(link.get("hreflang"), link.get("href")) for link in links} == {
        ("de", "https://www.example.org/de/ueber-uns/"),
        ("fr", "https://www.example.org/fr/a-propos/"),
        ("x-default", "https://www.example.org/fr/a-propos/"),
    }


def test_queries_do_not_grow(client: Client, with_more: SmallSite, django_assert_max_num_queries: Any) -> None:
    client.get("/api/v2/sitemap/")
    with django_assert_max_num_queries(4):
        client.get("/api/v2/sitemap/?limit=100")
