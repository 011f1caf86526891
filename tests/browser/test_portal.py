"""The portal in a browser: without JavaScript, on a phone, for axe."""

import io
import re
import uuid
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from wagtail.models import Site

from borders.models import Border
from cms.facts import Office, OfficeName
from home.models import SiteSettings
from resources.files import FileText
from resources.models import Concept, Record, RecordCopy, RecordFile
from tests.browser.conftest import failures_of
from tests.factories import borders, documents, resources
from tests.search import site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESSES = [
    "/fr/portail/",
    "/fr/portail/?q=sant%C3%A9&kind=record",
    "/de/portail/?q=Gesundheit",
    "/nl/portail/?q=xylofoon",
]


@pytest.fixture
def library(live_server: Any) -> dict[str, Any]:
    made = site.made()
    record, _document = resources.record_with_text("Text")
    thumbnail = io.BytesIO()
    Image.new("RGB", (200, 283), "#dde4ea").save(thumbnail, "webp")
    FileText.objects.update(thumbnail=thumbnail.getvalue(), key=uuid.uuid4())
    RecordFile.objects.create(record=record, access="members", document=documents.document(title="Secret"))
    RecordFile.objects.create(record=record, access="paper")
    record = Record.objects.get(pk=record.pk)
    record.copies = [RecordCopy(shelf_mark="GV 12")]
    record.concepts = [Concept.objects.get(code="health")]
    record.save_revision().publish()
    office = Office(code="doc", email="doc@example.org", names=[OfficeName(language="fr", text="Documentation")])
    office.save()
    SiteSettings(site=Site.objects.get(is_default_site=True), offices=[office]).save()
    made["study"].concepts = [Concept.objects.get(code="health")]
    made["study"].save_revision().publish()
    return {**made, "with_files": record}


def violations(tab: Page) -> list[tuple[str, list[str]]]:
    """What axe finds on a page: rules with the elements that break them."""
    found = Axe().run(tab).response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize("width", [1280, 320])
def test_the_portal_passes_axe_and_fits(browser: Browser, live_server: Any, library: Any, width: int) -> None:
    context = browser.new_context(base_url=live_server.url, viewport={"width": width, "height": 800})
    tab = context.new_page()
    pages = [f"/fr/portail/{library[name].code}/" for name in ("study", "with_files")]
    codes = ",".join(library[name].code for name in ("study", "with_files"))
    more = ["auteurs/insee/", "themes/health/", "selection/", f"selection/?ids={codes}", "?year_from=1990"]
    for address in [*ADDRESSES, *pages, *(f"/fr/portail/{one}" for one in more)]:
        tab.goto(address)
        assert not (found := violations(tab)), (address, found)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, address
    context.close()


def test_a_reader_searches_refines_and_reads_without_javascript(
    browser: Browser, live_server: Any, library: Any
) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False, locale="fr-FR")
    tab = context.new_page()
    tab.set_default_timeout(10_000)
    tab.goto("/fr/portail/")
    tab.get_by_label("Rechercher des pages et des documents").fill("santé")
    tab.get_by_role("button", name="Rechercher").click()
    assert tab.get_by_role("heading", name="2 résultats").is_visible()
    tab.get_by_role("link", name="Documents").click()
    assert tab.get_by_role("heading", name="1 résultat").is_visible()
    tab.get_by_role("link", name="Les trains de la santé").click()
    assert tab.get_by_role("heading", level=1, name="Les trains de la santé").is_visible()
    context.close()


def test_the_map_of_borders_is_walked_by_keyboard(browser: Browser, live_server: Any, library: Any) -> None:
    lines = {"fr-de": [(8.2, 49.0), (7.8, 48.5), (7.6, 47.6)], "fr-es": [(-1.8, 43.4), (0.7, 42.7), (3.1, 42.4)]}
    library["study"].borders = [borders.border("fr-es", {"fr": "France – Espagne"})]
    library["study"].save_revision().publish()
    for code, line in lines.items():
        Border.objects.filter(code=code).update(geometry={"type": "LineString", "coordinates": line})
    site.refresh()
    context = browser.new_context(base_url=live_server.url, locale="fr-FR", viewport={"width": 1280, "height": 800})
    tab = context.new_page()
    tab.goto("/fr/portail/")
    expect(tab.get_by_role("group", name="Carte des frontières").get_by_role("link")).to_have_count(2)
    walked = []
    for _step in range(60):
        tab.keyboard.press("Tab")
        found = tab.evaluate(
            """() => {
                const link = document.activeElement
                if (!link.closest(".map")) return null
                const [line, name] = [".border", ".name"].map((one) => getComputedStyle(link.querySelector(one)))
                const outline = getComputedStyle(link).outlineStyle
                return [link.getAttribute("aria-label"), line.strokeWidth, outline, name.visibility]
            }"""
        )
        walked += [found] if found else []
    seen = ["9px", "solid", "visible"]
    assert sorted({tuple(one) for one in walked}) == [("France – Allemagne", *seen), ("France – Espagne", *seen)]
    assert violations(tab) == []
    tab.get_by_role("link", name="France – Espagne").first.press("Enter")
    expect(tab).to_have_url(re.compile(r"[?]border=fr-es$"))
    context.close()


def test_suggestions_are_chosen_with_keys_or_the_mouse(browser: Browser, live_server: Any, library: Any) -> None:
    context = browser.new_context(base_url=live_server.url, locale="fr-FR", viewport={"width": 1280, "height": 800})
    tab = context.new_page()
    tab.set_default_timeout(15_000)
    failures = failures_of(tab)
    tab.goto("/fr/portail/")
    field = tab.get_by_role("combobox", name="Rechercher des pages et des documents")
    options = tab.get_by_role("option")
    field.press_sequentially("sant")
    expect(options).to_have_text(["santé Thème (1)", "Les trains de la santé Document"])
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(tab.get_by_role("status").first).to_have_text("Suggestions: 2")
    field.press("ArrowDown")
    field.press("ArrowDown")
    expect(tab.get_by_role("option", selected=True)).to_have_text("Les trains de la santé Document")
    expect(field).to_have_attribute("aria-activedescendant", "suggestion-1")
    expect(field).to_be_focused()
    assert violations(tab) == []
    field.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_value("sant")
    field.press("ArrowDown")
    field.press("Enter")
    expect(tab.get_by_role("heading", name="1 résultat")).to_be_visible()
    expect(tab).to_have_url(re.compile(r"/fr/portail/\?theme=health$"))

    field.fill("trains")
    options.click()
    expect(tab.get_by_role("heading", level=1, name="Les trains de la santé")).to_be_visible()

    tab.goto("/de/portail/")
    tab.get_by_role("combobox").press_sequentially("sant")
    expect(options.first).to_have_text("Gesundheit santé Thema (1)")
    tab.get_by_role("combobox").press("Enter")  # nothing is chosen: what was typed is asked
    expect(tab).to_have_url(re.compile(r"/de/portail/\?q=sant$"))
    assert failures == []
    context.close()


def test_facets_and_the_selection_change_without_a_reload(browser: Browser, live_server: Any, library: Any) -> None:
    context = browser.new_context(base_url=live_server.url, locale="fr-FR", viewport={"width": 1280, "height": 800})
    tab = context.new_page()
    tab.set_default_timeout(15_000)
    failures = failures_of(tab)
    tab.goto("/fr/portail/?q=sant%C3%A9")
    tab.evaluate("window.kept = true")
    facet = tab.get_by_role("link", name="Documents")
    facet.press("Enter")
    expect(tab.get_by_role("heading", name="1 résultat")).to_be_visible()
    expect(tab).to_have_url(re.compile(r"\?q=sant%C3%A9&kind=record$"))
    expect(tab.locator('.portal-facets a[data-value="record"]')).to_be_focused()
    expect(tab.get_by_role("status").filter(has_text="1 résultat")).to_have_count(1)
    expect(tab.locator('.portal-form input[name="kind"]')).to_have_value("record")
    expect(tab.locator('nav.languages a[hreflang="de"]')).to_have_attribute("href", re.compile("kind=record$"))
    assert violations(tab) == []
    tab.get_by_role("button", name="Ajouter à ma sélection – Les trains de la santé").click()
    expect(tab.get_by_role("link", name="Ma sélection 1")).to_be_visible()
    tab.locator("summary", has_text="Année").click()
    tab.get_by_label("De", exact=True).fill("2020")
    tab.get_by_role("button", name="Appliquer").click()
    expect(tab).to_have_url(re.compile("year_from=2020$"))
    tab.go_back()
    expect(tab.get_by_role("heading", name="1 résultat")).to_be_visible()
    expect(tab.get_by_role("button", name="Retirer de ma sélection – Les trains de la santé")).to_be_visible()
    assert tab.evaluate("window.kept")
    tab.get_by_role("link", name="Ma sélection 1").click()
    expect(tab.get_by_role("heading", level=1, name="Ma sélection 1")).to_be_visible()
    tab.get_by_role("button", name="Vider ma sélection").click()
    expect(tab.get_by_text("Elle est encore vide")).to_be_visible()
    assert failures == []
    context.close()
