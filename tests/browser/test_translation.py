"""A page is translated by who may not publish, and published by who reviews it, each in a browser of their own."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect
from wagtail.models import Locale

from cms import roles
from cms.translation import trees
from home.models import StandardPage
from tests.browser.conftest import failures_of, signed_in
from tests.factories.pages import home_page, standard_page

pytestmark = pytest.mark.browser

TEXTS = {"La mission": "Der Auftrag", "En bref.": "Kurz gesagt."}


@pytest.fixture
def page(live_server: Any) -> StandardPage:
    """A published page in French, whose other languages are fallbacks."""
    made = standard_page(home_page(), "La mission", slug="mission", introduction="En bref.")
    made.save_revision(log_action=True).publish()
    trees.synchronise_trees()
    return StandardPage.objects.get(slug="mission", locale__language_code="fr")


def test_a_translator_translates_and_an_editor_approves(browser: Browser, live_server: Any, page: StandardPage) -> None:
    german = page.get_translation(Locale.objects.get(language_code="de"))

    def read() -> tuple[str, bool]:
        found = Client().get(f"/api/v2/pages/{german.pk}/").json()
        return found["title"], found["meta"]["is_fallback"]

    translator = signed_in(browser, live_server.url, "tina", roles.TRANSLATORS)
    tina = translator.new_page()
    failures = failures_of(tina)
    tina.goto(f"/admin/pages/{page.pk}/edit/")
    tina.get_by_role("button", name="Actions").first.click()
    tina.get_by_role("link", name="Traduire cette page").click()
    tina.get_by_label("Allemand").check()
    tina.get_by_role("button", name="Valider").click()
    for french, text in TEXTS.items():
        segment = tina.get_by_role("listitem").filter(has=tina.get_by_text(french, exact=True)).last
        segment.get_by_role("button", name="Traduire").click()
        segment.get_by_role("textbox").fill(text)
        segment.get_by_role("button", name="Enregistrer").click()
        expect(segment.get_by_role("button", name="Modifier")).to_be_visible()
    tina.get_by_role("button", name="Soumettre à relecture").click()
    expect(tina.get_by_role("status").first).to_contain_text("a été soumise à relecture")
    expect(tina.get_by_text("Textes traduits : 2 sur 2")).to_be_visible()
    expect(tina.get_by_role("button", name="Publier en Allemand")).to_have_count(0)
    assert read() == ("La mission", True)

    editor = signed_in(browser, live_server.url, "eva", roles.EDITORS)
    eva = editor.new_page()
    eva.goto("/admin/")
    eva.get_by_role("link", name="Der Auftrag").first.click()
    eva.get_by_role("button", name="Approuver").click()
    expect(eva.get_by_role("status").first).to_contain_text("est approuvée")
    assert read() == ("Der Auftrag", False)
    assert failures == []
    for context in (translator, editor):
        context.close()
