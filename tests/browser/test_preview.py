"""A draft outside the admin, in a real browser."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from home.models import StandardPage
from tests.factories.pages import home_page, standard_page

pytestmark = pytest.mark.browser


@pytest.fixture
def page_to_edit(live_server: Any) -> StandardPage:
    page = standard_page(home_page("fr"), "Publiée", slug="page")
    page.save_revision().publish()
    return page


def test_a_stranger_reads_a_shared_draft_until_it_is_withdrawn(
    anna: Page, page_to_edit: StandardPage, browser: Browser
) -> None:
    page_to_edit.title = "Un brouillon"
    page_to_edit.save_revision()
    anna.goto(f"/admin/pages/{page_to_edit.pk}/edit/")
    anna.locator(".w-header-button[data-w-dropdown-target=toggle], .w-slim-header [aria-label=Actions]").first.click()
    anna.get_by_role("link", name="Partager le brouillon").click()
    anna.get_by_label("Partagé avec").fill("Saarmoselle")
    anna.get_by_role("button", name="Créer un lien").click()
    address = anna.get_by_role("textbox", name="Lien").input_value()

    private_window = browser.new_context()
    stranger = private_window.new_page()
    stranger.goto(address.replace("http://localhost:8000", anna.url.split("/admin/")[0]))
    expect(stranger.locator("h1")).to_have_text("Un brouillon")
    anna.get_by_role("button", name="Retirer").click()
    expect(anna.get_by_text("Le lien ne fonctionne plus.")).to_be_visible()
    stranger.reload()
    expect(stranger.locator("h1")).to_have_text("Cet aperçu n’est plus disponible")
    private_window.close()
