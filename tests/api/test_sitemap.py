"""What search engines may find."""

from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from cms.languages import CODES
from tests import worlds
from tests.api.conftest import SmallSite
from tests.factories.pages import standard_page

pytestmark = pytest.mark.django_db

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@worlds.shared
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


def places(content: bytes) -> list[str | None]:
    """The addresses that a sitemap or an index of them holds."""
    return [found.text for found in ElementTree.fromstring(content).iterfind("*/s:loc", NAMES)]


def test_robots_of_a_front_end(client: Client, with_more: SmallSite, settings: Any) -> None:
    settings.FRONTEND_URLS = dict.fromkeys(CODES, "https://www.example.org")
    found = client.get("/api/v2/robots/").json()
    assert found["rules"] == [{"user_agent": "*", "allow": ["/"], "disallow": []}]
    assert [entry["locale"] for entry in found["sitemaps"]] == ["fr", "de"]
    assert all(entry["lastmod"] for entry in found["sitemaps"])
    addresses = [entry["url"] for entry in found["sitemaps"]]
    for address, language in zip(addresses, ("fr", "de"), strict=True):
        pages = places(client.get(address).content)
        assert pages
        assert all(str(page).startswith(f"https://www.example.org/{language}/") for page in pages)
    file = client.get("/api/v2/robots/?format=txt")
    assert file["Content-Type"] == "text/plain; charset=utf-8"
    lines = "".join(f"Sitemap: {address}\n" for address in addresses)
    assert file.content.decode() == f"User-agent: *\nAllow: /\n\n{lines}"


def test_robots_of_a_language_with_a_server_of_its_own(client: Client, with_more: SmallSite, settings: Any) -> None:
    settings.FRONTEND_URLS = {"de": "https://www.beispiel.org"}
    for language in ("fr", "de"):
        found = client.get(f"/api/v2/robots/?locale={language}").json()["sitemaps"]
        assert [entry["locale"] for entry in found] == [language]


def test_this_server_tells_the_same_pages_as_the_api(client: Client, with_more: SmallSite, monkeypatch: Any) -> None:
    assert b"\nSitemap: http://localhost:8000/sitemap.xml\n" in client.get("/robots.txt").content
    files = places(client.get("/sitemap.xml").content)
    assert files == [f"http://localhost:8000/sitemap-{language}-1.xml" for language in ("fr", "de")]
    for file, language in zip(files, ("fr", "de"), strict=True):
        own = client.get(str(file))
        assert own["Content-Type"] == "application/xml; charset=utf-8"
        assert own.content == client.get(f"/api/v2/sitemap/?format=xml&locale={language}").content
    monkeypatch.setattr("cms.api.sitemap.LARGEST", 2)
    files = places(client.get("/sitemap.xml").content)
    assert files == [f"http://localhost:8000/sitemap-{name}.xml" for name in ("fr-1", "fr-2", "de-1")]
    pages = [page for file in files for page in places(client.get(str(file)).content)]
    assert sorted(map(str, pages)) == sorted(
        item["html_url"] for item in client.get("/api/v2/sitemap/").json()["items"]
    )
    told = [entry["url"] for entry in client.get("/api/v2/robots/").json()["sitemaps"]]
    assert [page for address in told for page in places(client.get(address).content)] == pages


@pytest.mark.parametrize("path", ["sitemap-fr-0.xml", "sitemap-fr-2.xml", "sitemap-nl-1.xml", "sitemap-xx-1.xml"])
def test_files_that_there_are_not(client: Client, with_more: SmallSite, path: str) -> None:
    assert client.get(f"/{path}").status_code == 404


def test_this_server_tells_nothing_of_languages_that_are_elsewhere(
    client: Client, with_more: SmallSite, settings: Any
) -> None:
    settings.FRONTEND_URLS = {"de": "https://www.beispiel.org"}
    assert places(client.get("/sitemap.xml").content) == ["http://localhost:8000/sitemap-fr-1.xml"]
    assert client.get("/sitemap-de-1.xml").status_code == 404
    settings.FRONTEND_URLS = dict.fromkeys(CODES, "https://www.example.org")
    assert client.get("/sitemap.xml").status_code == 404
    assert client.get("/robots.txt").content.decode() == "User-agent: *\nDisallow: /admin/\n\n"
