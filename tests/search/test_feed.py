"""A search that one subscribes to."""

import xml.etree.ElementTree as ElementTree
from html import unescape

import pytest
from django.test import Client

from search import answering
from tests.contracts.naughty import WORDS
from tests.factories import resources
from tests.search.site import Broken, refresh

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
PATH = "/fr/portail/atom.xml"


def feed(client: Client, path: str = PATH, **parameters) -> ElementTree.Element:
    response = client.get(path, parameters)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def titles(found: ElementTree.Element) -> list[str | None]:
    return [entry.findtext(f"{ATOM}title") for entry in found.iter(f"{ATOM}entry")]


def test_the_results_lead_to_a_feed_of_the_same_search(client, library):
    page = unescape(client.get("/fr/portail/?q=santé&kind=record&order=title&page=1").content.decode())
    assert (
        '<a href="atom.xml?q=sant%C3%A9&kind=record" type="application/atom+xml">S’abonner à cette recherche</a>'
        in page
    )
    found = feed(client, q="santé", kind="record")
    assert titles(found) == ["Les trains de la santé"]
    assert found.findtext(f"{ATOM}title") == "santé – Documents – Portail documentaire"
    links = {link.get("rel"): link.get("href") for link in found.findall(f"{ATOM}link")}
    assert links["alternate"] == "http://localhost:8000/fr/portail/?q=sant%C3%A9&kind=record"
    assert links["self"] == "http://localhost:8000/fr/portail/atom.xml?q=sant%C3%A9&kind=record"


def test_entries_are_named_for_ever_and_lead_to_their_pages(client, library):
    study = library["study"]
    [entry] = feed(client, "/en/portail/atom.xml", q="health", kind="record").iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"tag:localhost,2026:records/{study.code}"
    assert entry.find(f"{ATOM}link").get("href") == f"http://localhost:8000/en/portail/{study.code}/"
    assert entry.findtext(f"{ATOM}published")[:19] == study.added_at.isoformat()[:19]
    [entry] = feed(client, q="soins", kind="page").iter(f"{ATOM}entry")
    assert entry.find(f"{ATOM}link").get("href") == f"http://localhost:8000/fr/{library['page'].slug}/"


def test_only_what_has_the_words_and_the_last_first(client, library):
    assert titles(feed(client, q="treno")) == ["Il treno"]
    assert titles(feed(client, q="trenno")) == []
    resources.record("Il treno nuovo", language="it")
    refresh()
    assert titles(feed(client, q="treno")) == ["Il treno nuovo", "Il treno"]


def test_what_is_not_public_is_not_told(client, library):
    library["guide"].unpublish()
    assert titles(feed(client, q="treno")) == []


def test_any_nonsense_is_a_feed(client, library):
    for word in [*WORDS, "\x0b", "<b>&"]:
        feed(client, **dict.fromkeys(("q", "theme", "year", "order", "page"), word))


def test_without_an_engine_one_comes_back_later(client, monkeypatch, tmp_path):
    monkeypatch.setattr(answering, "engines", lambda: [Broken(tmp_path)])
    response = client.get(PATH)
    assert (response.status_code, response["Retry-After"]) == (503, "60")
