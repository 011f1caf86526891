"""The results of a search as files and as a feed, and selections."""

import csv
import io
import json
import xml.etree.ElementTree as ElementTree

import pytest
import rispy
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from search import answering
from search import api as search_api
from search.engines.base import Engine
from search.indexer import rebuild
from tests.factories import resources

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def client(client: Client, library, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Asks each engine."""
    rebuild(engine)
    monkeypatch.setattr(answering, "engines", lambda: [engine])
    return client


def text(client: Client, status: int = 200, **parameters) -> str:
    response = client.get("/api/v2/search/", parameters)
    assert response.status_code == status, response.content
    return response.content.decode()


def test_results_as_files(client, library):
    study, guide = library["study"], library["guide"]
    entries = rispy.loads(text(client, format="ris", order="title"))
    assert [entry["id"] for entry in entries] == [guide.code, study.code]  # pages are no references
    [item] = json.loads(text(client, format="csl", q="santé"))
    assert item["id"] == study.code
    [line] = text(client, format="jsonl", q="treno").splitlines()
    assert json.loads(line)["number"] == guide.code
    assert f"mot:{guide.code}:2021" in text(client, format="bibtex", q="treno")
    rows = list(csv.DictReader(io.StringIO(text(client, format="csv", q="santé").lstrip("\ufeff"))))
    assert {(row["kind"], row["title"]) for row in rows} == {("page", "Soins"), ("record", "Les trains de la santé")}
    [row] = [row for row in rows if row["kind"] == "record"]
    assert (row["key"], row["authors"], row["locales"]) == (study.code, "INSEE", "fr; en")


def test_results_as_a_feed(client, library):
    feed = ElementTree.fromstring(text(client, format="atom", q="santé", kind="record", locale="fr"))
    assert feed.findtext(f"{ATOM}title") == "santé – Portail documentaire"
    [entry] = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Les trains de la santé"
    assert entry.find(f"{ATOM}link").get("href") == f"http://localhost:8000/fr/portail/{library['study'].code}/"
    links = [link.get("href") for link in feed.findall(f"{ATOM}link")]
    assert "http://localhost:8000/api/v2/search/?format=atom&kind=record&locale=fr&q=sant%C3%A9" in links


def test_a_selection_in_its_order(client, library):
    study, guide = library["study"], library["guide"]
    for chosen in ([study, guide], [guide, study]):
        ids = ",".join(record.code for record in chosen)
        assert [item["key"] for item in json.loads(text(client, ids=f"999,{ids}"))["items"]] == ids.split(",")
        assert [entry["id"] for entry in rispy.loads(text(client, ids=ids, format="ris"))] == ids.split(",")
    assert [item["key"] for item in json.loads(text(client, ids=ids, offset="1"))["items"]] == [study.code]
    assert [item["key"] for item in json.loads(text(client, ids=ids, q="treno"))["items"]] == [guide.code]
    assert json.loads(text(client, ids="999"))["meta"]["total_count"] == 0
    guide.unpublish()
    assert [item["key"] for item in json.loads(text(client, ids=ids))["items"]] == [study.code]
    assert rispy.loads(text(client, ids=ids, format="ris"))[0]["id"] == study.code


def test_a_file_of_everything_ends_somewhere(client, monkeypatch):
    monkeypatch.setattr("resources.record_formats.MOST", 1)
    monkeypatch.setattr(search_api, "MOST", 1)
    with monkeypatch.context() as refused:
        refused.setattr("search.api.listed", None)  # nothing is listed for a refusal
        assert json.loads(text(client, 400, format="ris"))["errors"][0]["parameter"] == "format"
    assert text(client, format="ris", limit="2").count("ER  -") == 2


def test_queries_do_not_grow_with_the_file(client, library, engine):
    def queries(format: str) -> int:
        text(client, format=format)
        with CaptureQueriesContext(connection) as captured:
            text(client, format=format)
        return len(captured)

    few = {format: queries(format) for format in ("ris", "csv", "atom")}
    for number in range(4):
        resources.record(f"Titre {number}", agents={"author": [resources.agent(f"a{number}")]})
    rebuild(engine)
    assert {format: queries(format) for format in few} == few
    assert max(few.values()) <= 24
