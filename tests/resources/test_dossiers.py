"""Dossiers with their chapters, over REST and on paper."""

import datetime
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from resources.brochure import number_notes
from resources.models import ChapterPage, DossierPage
from tests.factories import resources as make
from tests.resources.conftest import Library

pytestmark = pytest.mark.django_db


def get(client: Client, path: str) -> Any:
    response = client.get(f"/api/v2/{path}")
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def paragraph(text: str) -> dict[str, Any]:
    return {"type": "paragraph", "value": f"<p>{text}</p>", "id": "p"}


def note(number: int, text: str) -> dict[str, Any]:
    return {"type": "note", "value": {"number": number, "text": f"<p>{text}</p>"}, "id": f"n{number}"}


@pytest.fixture
def dossier(library: Library) -> DossierPage:
    page = make.dossier(
        library.dossiers,
        "Santé",
        body=[paragraph("Ouverture[^1].")],
        footnotes=[note(1, "Source une")],
        last_checked=datetime.date(2026, 5, 20),
    )
    make.chapter(
        page,
        "Accès aux soins",
        body=[
            {"type": "heading", "value": {"text": "Zones", "level": "h2"}, "id": "h"},
            paragraph("Deux[^2] puis un[^1]."),
        ],
        footnotes=[note(2, "Source trois"), note(1, "Source deux")],
    )
    make.chapter(page, "Hôpital commun", body=[paragraph("Dernier[^1].")], footnotes=[note(1, "Source quatre")])
    return page


def test_json_lists_the_public_chapters_in_order(client: Client, dossier: DossierPage) -> None:
    make.chapter(dossier, "Brouillon", live=False)
    private = make.chapter(dossier, "Privé")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    last = ChapterPage.objects.get(title="Hôpital commun")
    last.move(dossier, "first-child")
    found = get(client, f"pages/{dossier.pk}/")
    assert [chapter["title"] for chapter in found["chapters"]] == ["Hôpital commun", "Accès aux soins"]
    assert found["chapters"][0]["type"] == "resources.ChapterPage"
    assert found["print_url"].endswith("/fr/dossiers/sante/?print")
    assert found["footnotes"][0]["value"] == {"number": 1, "text": "<p>Source une</p>"}
    assert 'href="#note-1"' in found["body"][0]["value"]


def test_brochure_has_all_chapters_and_one_run_of_notes(client: Client, dossier: DossierPage) -> None:
    make.chapter(dossier, "Brouillon secret", live=False)
    response = client.get("/fr/dossiers/sante/?print")
    assert response.status_code == 200
    html = response.content.decode()
    assert re.findall(r"<h1>(.*?)</h1>", html) == ["Santé", "Accès aux soins", "Hôpital commun"]
    assert re.findall(r'href="#note-(\d)"', html) == ["1", "3", "2", "4"]
    assert re.findall(r'<li id="note-(\d)"><p>(.*?)</p>', html) == [
        ("1", "Source une"),
        ("2", "Source deux"),
        ("3", "Source trois"),
        ("4", "Source quatre"),
    ]
    assert "secret" not in html
    assert "[^" not in html
    assert "20 mai 2026" in html


def test_brochure_of_a_private_dossier_asks_to_sign_in(client: Client, dossier: DossierPage) -> None:
    PageViewRestriction.objects.create(page=dossier, restriction_type=PageViewRestriction.LOGIN)
    response = client.get("/fr/dossiers/sante/?print")
    assert response.status_code == 302


def test_without_print_the_reading_view_answers(client: Client, dossier: DossierPage) -> None:
    response = client.get("/fr/dossiers/sante/")
    assert response.status_code == 200
    assert "Source deux" not in response.content.decode()


def test_markers_outside_rich_text_are_numbered_too() -> None:
    part = {
        "body": [{"type": "table", "value": {"rows": [["a[^1]", "b[^3]"]]}}],
        "footnotes": [{"value": {"number": 1, "text": "x"}}],
    }
    other = {"body": ["c[^1]"], "footnotes": [{"value": {"number": 1, "text": "y"}}]}
    assert number_notes([part, other]) == [{"number": 1, "text": "x"}, {"number": 2, "text": "y"}]
    assert part["body"][0]["value"] == {"rows": [["a[1]", "b"]]}
    assert other["body"] == ["c[2]"]


def test_queries_do_not_grow_with_the_chapters(client: Client, library: Library, dossier: DossierPage) -> None:
    def queries(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    paths = (
        f"/api/v2/pages/{dossier.pk}/",
        "/fr/dossiers/sante/?print",
        "/api/v2/pages/?type=resources.DossierPage&fields=*",
    )
    before = [queries(path) for path in paths]
    for number in range(10):
        make.chapter(dossier, f"Chapitre {number}", body=[paragraph("Texte")])
        make.dossier(library.dossiers, f"Dossier {number}")
    assert [queries(path) for path in paths] == before
    assert before[0] <= 16
