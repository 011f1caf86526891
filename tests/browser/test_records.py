"""A documentalist's day with records, clicked through in a real browser: type, be warned, index, publish, correct."""

import datetime
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, expect

from resources.models import Record
from tests.browser.conftest import failures_of
from tests.factories import resources as make

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def test_a_record_is_typed_indexed_and_published(anna: Page) -> None:
    for code in ("santé", *(f"concept-{number}" for number in range(9))):
        concept = make.concept(code.replace("é", "e"))
        concept.names.filter(language="fr", kind="preferred").update(text=code.capitalize())
    there = make.record("La santé sans frontières", date=datetime.date(2019, 1, 1))

    failures = failures_of(anna)
    anna.goto("/admin/snippets/resources/record/add/")
    anna.locator("[name=type]").select_option(label="Rapport")
    anna.locator("[name=date]").fill("2019")
    anna.locator("[name=texts-0-title]").fill("La sante sans frontieres")
    warning = anna.get_by_role("link", name=f"n° {there.code}")
    expect(warning).to_have_attribute("href", f"/admin/snippets/resources/record/edit/{there.pk}/")
    anna.locator("[name=texts-0-title]").fill("Se soigner de l’autre côté")
    expect(warning).to_have_count(0)
    expect(anna.locator("[name=date]")).to_have_value("2019")

    anna.get_by_role("tab", name="Indexation").click()
    concepts = anna.locator(".filtered-choices").first
    expect(concepts.get_by_role("checkbox")).to_have_count(10)
    concepts.get_by_role("searchbox").fill("sante")
    expect(concepts.get_by_role("checkbox")).to_have_count(1)
    concepts.get_by_label("Santé").check()
    found = Axe().run(anna, context="form[data-edit-form]", options=RULES).response
    assert not [(violation["id"], violation["nodes"][0]["html"]) for violation in found["violations"]]

    expect(anna).to_have_url(re.compile("/edit/"))  # Wagtail kept a draft; published before, there are two
    anna.get_by_role("tab", name="Document").click()
    with anna.expect_response("**/edit/*/"), anna.expect_response("**/duplicates/**") as asked:  # a draft again
        anna.locator("[name=texts-0-title]").fill("Se soigner de l’autre côté.")
    assert "edit" not in asked.value.text(), "it is not like itself"
    anna.locator("footer [data-w-dropdown-target=toggle]").click()
    anna.get_by_role("button", name="Publier").click()
    expect(anna).to_have_url("/admin/snippets/resources/record/")
    made = Record.objects.get(title_key__startswith="se soigner")
    shown = Client().get(f"/api/v2/records/{made.code}/").json()
    assert shown["date"] == {"date": "2019", "precision": "year"}
    assert [concept["code"] for concept in shown["concepts"]] == ["sante"]
    assert not failures


def test_lists_are_readable_on_a_phone(anna: Page) -> None:
    make.record("Transports transfrontaliers et développement")
    anna.set_viewport_size({"width": 390, "height": 844})
    anna.goto("/admin/snippets/resources/record/")
    title = anna.get_by_role("link", name="Transports transfrontaliers")
    assert title.bounding_box()["height"] < 100, "words are whole"  # type: ignore[index]
    anna.locator("table.listing th").last.scroll_into_view_if_needed()
    expect(anna.locator("table.listing th").last).to_be_in_viewport(ratio=0.9)
