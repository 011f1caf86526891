"""The reading view in a real browser: accessible, usable by keyboard and on a phone, and framed in the admin."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect
from wagtail.models import Page as SitePage

from cms import publication
from home.maps import features
from tests.factories import borders
from tests.factories.every_type import every_type
from tests.factories.pages import home_page, standard_page

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PHONE = {"width": 390, "height": 844}
PASSWORD = "a-long-enough-password"


@pytest.fixture
def failures(page: Page) -> Iterator[list[str]]:
    """What the browser complains about; none may be left at the end."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("response", lambda response: found.append(response.url) if response.status >= 400 else None)
    yield found
    assert found == []


def path(page: SitePage) -> str:
    return publication.html_path(page.locale.language_code, page.url_path)


def check(page: Page) -> None:
    """No violation that axe-core knows, and nothing wider than the window."""
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} is too wide"


def franco_german_fiche() -> SitePage:
    """A fiche with its real line, sources that disagree and a text."""
    home = home_page()
    line = next(f["geometry"] for f in features("borders.geojson") if f["properties"]["code"] == "fr-de")
    border = borders.border("fr-de", {"fr": "France–Allemagne"}, geometry=line)
    borders.key_figure("a", border, 451, source_name="Wikipédia")
    borders.key_figure("b", border, 448, source_name="MOT", year=2020)
    body = [
        {"type": "heading", "value": {"text": title, "level": "h2"}, "id": f"h{place}"}
        for place, title in enumerate(("Deux façades", "Les traités", "Qui fait quoi"))
    ]
    return borders.border_page(borders.border_index(home), border, "France – Allemagne", body=body)


@pytest.mark.slow
def test_every_page_type_passes_axe(page: Page, failures: list[str]) -> None:
    found = every_type("Un texte")
    for name in ("HomePage", "EventPage", "DossierIndexPage"):
        page.goto(path(found[name]))
        check(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for each in found.values():
        page.goto(path(each))
        check(page)


def test_the_fiche_of_a_border(page: Page, failures: list[str]) -> None:
    page.goto(path(franco_german_fiche()))
    expect(page.get_by_role("heading", level=1)).to_have_text("France – Allemagne")
    side = page.get_by_role("complementary", name="L’essentiel")
    expect(side.get_by_role("img", name="France–Allemagne")).to_be_visible()
    expect(side).to_contain_text(re.compile(r"451\s*km.*2024, Wikipédia.*448\s*km.*2020, MOT", re.DOTALL))
    page.get_by_role("navigation", name="Sur cette page").get_by_role("link", name="Qui fait quoi").click()
    expect(page.get_by_role("heading", name="Qui fait quoi")).to_be_in_viewport()
    check(page)


def test_the_keyboard_reaches_the_content_first(page: Page, failures: list[str]) -> None:
    page.goto(path(franco_german_fiche()))
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Aller au contenu")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_the_menu_of_a_phone_opens_and_closes(page: Page, failures: list[str]) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(path(franco_german_fiche()))
    menu = page.get_by_role("navigation", name="Menu principal")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Menu").press("Enter")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_unknown_addresses_and_passwords_pass_axe_too(page: Page) -> None:
    home_page()
    page.goto("/fr/nulle-part/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Page introuvable")
    check(page)


def test_the_preview_panel_shows_the_draft(page: Page, failures: list[str]) -> None:
    get_user_model().objects.create_superuser("anna", "anna@example.org", PASSWORD)
    published = standard_page(home_page(), "À propos", slug="a-propos")
    page.goto("/admin/login/")
    page.get_by_label("Nom d’utilisateur").fill("anna")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="S'identifier").click()
    expect(page).to_have_url(re.compile(r"/admin/$"))
    page.goto(f"/admin/pages/{published.pk}/edit/")
    page.get_by_role("button", name="Afficher/masquer la prévisualisation").click()
    frame: Any = page.frame_locator("#w-preview-iframe")
    title = frame.get_by_role("heading", level=1)
    expect(title).to_have_text("À propos", timeout=20_000)
    page.locator("#id_title").clear()
    # At a person's pace: the editor takes note of what the form held a while after it has loaded.
    page.locator("#id_title").press_sequentially("Un titre pas encore publié", delay=150)
    expect(title).to_have_text("Un titre pas encore publié", timeout=20_000)
    expect(frame.get_by_text("Aperçu : cette version n’est pas publiée.")).to_be_visible()


def test_the_language_switch_fits_on_a_phone(page: Page, failures: list[str]) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(path(home_page()))
    outdated = "<li><a href='/'>DE<small>zu aktualisieren</small></a></li>"
    page.evaluate("one => (document.querySelector('.languages ul').innerHTML = one.repeat(6))", outdated)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
