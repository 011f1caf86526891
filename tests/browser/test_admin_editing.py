"""Editing in a real browser: every form opens whole, and two editors on one page are told of one another."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from wagtail.models import Page as WagtailPage

from borders.models import BorderPage
from tests.browser.conftest import failures_of, signed_in
from tests.factories.borders import border, border_index, border_page
from tests.factories.pages import home_page

pytestmark = pytest.mark.browser

BODY = json.dumps([{"type": "heading", "value": {"text": "Vivre des deux côtés", "level": "h2"}}])


@pytest.fixture
def fiche(live_server: Any) -> BorderPage:
    page = border_page(border_index(home_page()), border(), "France – Allemagne", body=BODY)
    page.save_revision().publish()
    return page


@pytest.fixture
def karim(browser: Browser, live_server: Any) -> Iterator[Page]:
    context = signed_in(browser, live_server.url, "karim")
    yield context.new_page()
    context.close()


def form(page: WagtailPage) -> str:
    return f"/admin/pages/{page.pk}/edit/"


def test_a_body_opens_with_its_blocks_and_is_published(anna: Page, fiche: BorderPage) -> None:
    failures = failures_of(anna)
    anna.goto(form(fiche))
    heading = anna.locator("input[name='body-0-value-text']")
    expect(heading).to_have_value("Vivre des deux côtés")
    heading.fill("Vivre ensemble")
    anna.get_by_role("button", name="Plus d’actions").or_(
        anna.locator("[data-w-dropdown-target=toggle]").last
    ).last.click()
    anna.get_by_role("button", name="Publier", exact=True).click()
    expect(anna.get_by_role("status").first).to_contain_text("publiée")
    fiche.refresh_from_db()
    assert fiche.body[0].value["text"] == "Vivre ensemble"
    assert failures == []


@pytest.mark.parametrize("block", ["Tableau", "Carte", "Chiffres clés", "Image"])
def test_a_block_is_added(anna: Page, fiche: BorderPage, block: str) -> None:
    failures = failures_of(anna)
    anna.goto(form(fiche))
    anna.get_by_role("button", name="Insérer un bloc").first.click()
    anna.get_by_role("option", name=block, exact=True).click()
    expect(anna.locator("input[name='body-count']")).to_have_value("2")
    assert failures == []


def test_two_editors_are_told_of_one_another(anna: Page, karim: Page, fiche: BorderPage, settings: Any) -> None:
    settings.WAGTAIL_EDITING_SESSION_PING_INTERVAL = 500  # milliseconds
    anna.goto(form(fiche))
    karim.goto(form(fiche))
    expect(karim.locator(".w-editing-sessions__list")).to_be_attached()
    anna.locator("textarea[name=introduction]").fill("Un texte d’Anna.")
    anna.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(anna.get_by_role("status").first).to_contain_text("France – Allemagne")
    karim.locator("textarea[name=introduction]").fill("Un texte de Karim.")
    warning = karim.get_by_text("Anna a enregistré une nouvelle version").first
    expect(warning).to_be_attached()
    assert BorderPage.objects.get().get_latest_revision_as_object().introduction == "Un texte d’Anna."


def test_what_is_typed_is_kept_as_a_draft_without_a_click(anna: Page, fiche: BorderPage) -> None:
    anna.goto(form(fiche))
    with anna.expect_response(lambda response: response.request.method == "POST" and form(fiche) in response.url):
        anna.locator("textarea[name=introduction]").fill("Un texte que personne n’a enregistré.")  # in the first second
    anna.goto("/admin/")
    anna.goto(form(fiche))
    expect(anna.locator("textarea[name=introduction]")).to_have_value("Un texte que personne n’a enregistré.")
    fiche.refresh_from_db()
    assert fiche.introduction == ""  # readers see it once it is published


def test_what_is_typed_while_the_draft_is_saved_is_kept_too(anna: Page, fiche: BorderPage) -> None:
    anna.goto(form(fiche))
    # Wagtail sends half a second after it took the form.
    anna.evaluate(
        """addEventListener('w-autosave:save', () => setTimeout(() => {
            document.querySelector('textarea[name=introduction]').value += ' Et sa fin.';
        }, 100), {once: true})"""
    )
    anna.locator("textarea[name=introduction]").fill("Un texte.")
    for _half in range(2):
        anna.wait_for_event("response", lambda response: response.request.method == "POST" and "/edit/" in response.url)
    expect(anna.locator("form[data-edit-form]")).to_have_attribute("data-w-unsaved-has-edits-value", "false")
    assert BorderPage.objects.get().get_latest_revision_as_object().introduction == "Un texte. Et sa fin."


def test_leaving_with_a_text_that_could_not_be_kept_asks_first(anna: Page, fiche: BorderPage) -> None:
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    anna.on("dialog", stay)
    anna.goto(form(fiche))
    anna.route("**/edit/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    with anna.expect_event("requestfailed"):
        anna.locator("textarea[name=introduction]").fill("Le réseau est tombé.")
    anna.get_by_role("link", name="Images").click(no_wait_after=True)
    expect(anna.locator("textarea[name=introduction]")).to_have_value("Le réseau est tombé.")
    assert asked == ["beforeunload"]
