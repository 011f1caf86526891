"""What readers put aside in the portal, and take away."""

from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from resources import record_numbers
from search import basket
from tests.factories import resources
from tests.search.test_portal import results, shown

pytestmark = pytest.mark.django_db
PATH = "/fr/portail/selection/"


@pytest.fixture
def codes() -> list[str]:
    author = resources.agent("insee")
    return [resources.record(title, agents={"author": [author]}).code for title in ("Trains & santé", "Gares")]


def test_a_reader_puts_documents_aside_and_takes_them_out_again(client: Client, codes):
    assert "Elle est encore vide" in shown(client, PATH)
    response = client.post(PATH, {"add": codes[0], "next": f"/fr/portail/{codes[0]}/"})
    assert (response.status_code, response["Location"]) == (303, f"/fr/portail/{codes[0]}/")
    cookie = response.cookies[basket.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie.value) == (True, "Lax", codes[0])
    client.post(PATH, {"add": codes[1]})
    client.post(PATH, {"add": codes[1]})
    page = client.get(PATH)
    assert results(unescape(page.content.decode())) == ["Trains & santé", "Gares"]
    assert "private" in page["Cache-Control"]
    document = client.get(f"/fr/portail/{codes[0]}/")
    assert f'name="remove" value="{codes[0]}"' in document.content.decode()
    assert "Cookie" in document["Vary"]
    assert "private" in document["Cache-Control"]
    assert f'name="add" value="{codes[0]}"' in Client().get(f"/fr/portail/{codes[0]}/").content.decode()
    answer = client.post(PATH, {"remove": codes[0]}, headers={"Accept": "application/json"})
    assert answer.json() == {"selection": [codes[1]], "full": False}
    client.post(PATH, {"remove": ",".join(codes)})
    assert not client.cookies[basket.COOKIE].value


def test_a_selection_has_an_address_and_every_format(client: Client, codes):
    query = f"?ids={codes[1]},{codes[0]}"
    page = shown(client, PATH + query)
    assert results(page) == ["Gares", "Trains & santé"]
    assert f'value="http://localhost:8000{PATH}{query}"' in page
    assert not client.cookies
    texts = {}
    for format in ("ris", "bibtex", "csl", "csv", "jsonl", "iso690", "apa"):
        own = format in {"iso690", "apa"}
        address = f"{PATH}{query}&format={format}" if own else f"/api/v2/records/{query}&format={format}&locale=fr"
        assert f'href="{address}"' in page
        response = client.get(address)
        assert response["Content-Disposition"].startswith("attachment; filename=")
        texts[format] = response.content.decode()
        assert texts[format].index("Gares") < texts[format].index("Trains")
    assert "TI  - Gares" in texts["ris"]
    assert texts["iso690"].count("<p>INSEE") == 2
    assert "<i>Trains &amp; santé</i>" in texts["apa"]


def test_a_bibliography_says_what_it_leaves_out(client: Client, codes):
    said = "Sans les thèses ni les documents sans auteur."
    assert said not in shown(client, PATH, ids=",".join(codes))
    nobodys = resources.record("Personne n’en répond")
    page = shown(client, PATH, ids=f"{codes[0]},{nobodys.code}")
    assert page.index("Bibliographie – ISO 690") < page.index("Bibliographie – APA") < page.index(said)


def test_what_is_not_published_is_in_no_selection(client: Client, codes):
    draft = resources.record("Brouillon")
    draft.unpublish()
    record_numbers.end(codes[0])
    record_numbers.merge(codes[0], codes[1])
    resources.Record.objects.get(code=codes[0]).unpublish()
    page = shown(client, PATH, ids=f"{codes[0]},{draft.code},nonsense<>,{codes[1]}")
    assert results(page) == ["Gares"]
    assert "Brouillon" not in page
    assert "Brouillon" not in client.get(f"{PATH}?ids={draft.code}&format=apa").content.decode()
    assert "documents de cette sélection ne sont plus publiés" in page


def test_other_sites_change_nothing_and_lead_nowhere(client: Client, codes):
    for sent in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        assert client.post(PATH, {"add": codes[0]}, headers=sent).status_code == 403
    assert not client.cookies
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        assert client.post(PATH, {"add": codes[0], "next": target})["Location"] == PATH
    client.cookies[basket.COOKIE] = "x" * 500 + ".<b>.." + ".".join(map(str, range(500)))
    assert client.get(PATH).status_code == 200
    assert client.post(PATH, {"add": codes[0]}, headers={"Origin": "http://testserver"}).status_code == 303
    assert client.put(PATH).status_code == 405


def test_a_selection_takes_the_same_queries_however_large(client: Client, codes):
    def queries(ids: list[str]) -> int:
        shown(client, PATH, ids=",".join(ids))
        with CaptureQueriesContext(connection) as taken:
            shown(client, PATH, ids=",".join(ids))
        return len(taken)

    few = queries(codes)
    assert queries([*codes, *(resources.record(f"Plus {number}").code for number in range(4))]) == few
    assert queries([*codes, *map(str, range(10**6, 10**6 + 90))]) <= few + 3


def test_references_that_are_asked_for_again_are_not_made_again(client: Client, codes, monkeypatch):
    page = shown(client, PATH, ids=",".join(codes))
    monkeypatch.setattr("resources.citations.CitationStylesStyle", None)  # a hundred take seconds
    assert shown(client, PATH, ids=",".join(codes)) == page
    assert client.get(PATH, {"ids": codes[0]})["Cache-Control"] == "no-cache"
