"""What an editor does with a page beside writing it, clicked through in a real browser and checked where it counts."""

import datetime
import json
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from wagtail.models import Page as SitePage

from cms.media import RenditionState
from cms.translation import trees
from home.models import StandardPage
from tests.browser.conftest import failures_of
from tests.factories.borders import border, border_index, border_page
from tests.factories.pages import home_page, standard_page
from tests.factories.pictures import image, jpeg

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def page(live_server: Any) -> StandardPage:
    """A published page beside a section, both in every language."""
    home = home_page()
    for title in ("La mission", "Rubrique"):
        made = standard_page(home, title, slug=title.lower().replace(" ", "-"), introduction="Avant.")
        made.save_revision(log_action=True).publish()
    trees.synchronise_trees()
    return StandardPage.objects.get(slug="la-mission", locale__language_code="fr")


def answer(page: SitePage) -> dict[str, Any]:
    return Client().get(f"/api/v2/pages/{page.pk}/").json()


def more_actions(tab: Page) -> None:
    tab.locator("footer [data-w-dropdown-target=toggle]").click()


def told(tab: Page) -> Locator:
    return tab.get_by_role("status").first


def choose_another(tab: Page, parent: SitePage, page: SitePage) -> None:
    """Another page in a chooser, found by walking the tree."""
    tab.locator("main").get_by_role("button", name="Actions").click()
    tab.get_by_role("button", name="Choisir une autre page").click()
    modal = tab.locator(".modal-body")
    modal.locator(f"a.navigate-pages[href*='/{parent.pk}/']").last.click()
    modal.locator("a.choose-page", has_text=page.title).click()
    expect(modal).to_be_hidden()


def test_a_version_is_scheduled_and_expires(anna: Page, page: StandardPage) -> None:
    anna.goto(f"/admin/pages/{page.pk}/edit/")
    anna.locator("textarea[name=introduction]").fill("Après.")
    anna.get_by_role("button", name="Statut").click()
    anna.get_by_role("button", name="Programmer").click()
    day = timezone.localdate() + datetime.timedelta(days=3)
    for name, moment in (("go_live_at", f"{day:%d/%m/%Y} 09:00"), ("expire_at", f"{day} 18:00")):
        anna.locator(f"[name={name}]").click()
        expect(anna.locator(".xdsoft_datetimepicker:visible")).to_have_count(1)
        anna.locator(f"[name={name}]").fill(moment)
        anna.get_by_text("Choisissez quand").click()
        expect(anna.locator(".xdsoft_datetimepicker:visible")).to_have_count(0)
        expect(anna.locator(f"[name={name}]")).to_have_value(moment)
    anna.get_by_role("button", name="Enregistrer la programmation").click()
    expect(told(anna)).to_contain_text("mise à jour")
    expect(anna.locator("[name=expire_at]")).to_have_value(f"{day:%d/%m/%Y} 18:00")
    more_actions(anna)
    anna.get_by_role("button", name="Programmer pour publication").click()
    expect(told(anna)).to_contain_text("planifiée")
    page.refresh_from_db()
    assert page.scheduled_revision
    approved = timezone.localtime(page.scheduled_revision.approved_go_live_at)
    assert approved.isoformat(timespec="minutes")[:16] == f"{day}T09:00"
    draft = page.get_latest_revision_as_object()
    assert timezone.localtime(draft.expire_at).isoformat(timespec="minutes")[:16] == f"{day}T18:00"
    assert answer(page)["introduction"] == "Avant."


def test_a_page_is_moved_copied_and_unpublished_in_all_its_languages(anna: Page, page: StandardPage) -> None:
    failures = failures_of(anna)
    anna.goto(f"/admin/pages/{page.pk}/move/")
    choose_another(anna, page.get_parent(), page.get_siblings().get(title="Rubrique"))
    anna.get_by_role("button", name="Confirmer").click()
    anna.get_by_role("button", name="Oui, déplacer cette page").click()
    expect(anna.get_by_text("La page a été déplacée dans ses autres langues aussi.")).to_be_visible()
    paths = {version.locale.language_code: answer(version)["meta"]["html_path"] for version in page.aliases.all()}
    assert answer(page)["meta"]["html_path"] == "/fr/rubrique/la-mission/"
    assert paths == {code: f"/{code}/rubrique/la-mission/" for code in ("de", "en", "es", "it", "nl")}

    anna.goto(f"/admin/pages/{page.pk}/copy/")
    anna.get_by_label("Nouveau titre").fill("La mission bis")
    anna.get_by_label("Nouveau slug").fill("la-mission-bis")
    anna.get_by_role("button", name="Copier cette page").click()
    expect(told(anna)).to_contain_text("copiée")
    copy = SitePage.objects.get(slug="la-mission-bis", locale__language_code="fr")
    assert not copy.live
    assert copy.aliases.count() == 5

    anna.goto(f"/admin/pages/{page.pk}/unpublish/")
    anna.get_by_role("button", name="Oui, la dépublier").click()
    expect(anna.get_by_text("La page n’est plus en ligne dans ses autres langues non plus.")).to_be_visible()
    for version in (page, *page.aliases.all()):
        assert Client().get(f"/api/v2/pages/{version.pk}/").status_code == 404
    assert failures == []


def test_two_versions_are_compared_and_the_old_one_restored(anna: Page, page: StandardPage) -> None:
    page.introduction = "Pendant."
    page.save_revision(log_action=True)
    anna.goto(f"/admin/pages/{page.pk}/history/")
    anna.locator("main table").get_by_role("button").first.click()
    anna.get_by_role("link", name="Comparer avec la version précédente").click()
    expect(anna.locator("main .deletion")).to_have_text("Avant.")
    expect(anna.locator("main .addition")).to_have_text("Pendant.")
    expect(anna.locator("main table tbody tr")).to_have_count(1)
    anna.goto(f"/admin/pages/{page.pk}/history/")
    first = anna.locator("main tbody tr").filter(has_text="Brouillon sauvegardé").last
    first.get_by_role("button").first.click()
    anna.get_by_role("link", name="Revenir à cette version").click()
    expect(anna.locator("textarea[name=introduction]")).to_have_value("Avant.")
    anna.get_by_role("button", name="Remplacer le brouillon actuel").click()
    expect(told(anna)).to_contain_text("est revenue à la version")
    assert StandardPage.objects.get(pk=page.pk).get_latest_revision_as_object().introduction == "Avant."


def test_an_image_is_uploaded_into_the_text_with_its_description(
    anna: Page, page: StandardPage, tmp_path: Path
) -> None:
    file = tmp_path / "pont.jpg"
    file.write_bytes(jpeg())
    anna.goto(f"/admin/pages/{page.pk}/edit/")
    anna.get_by_role("button", name="Insérer un bloc").first.click()
    anna.get_by_role("option", name="Image", exact=True).click()
    anna.get_by_role("button", name="Choisir une image").click()
    anna.get_by_role("tab", name="Transférer").click()
    upload = anna.locator(".modal-body")
    upload.locator("input[type=file]").set_input_files(file)
    upload.get_by_label("Titre").fill("Le pont")
    upload.get_by_role("button", name="Transférer").click()
    expect(upload).to_be_hidden()
    publish = anna.get_by_role("button", name="Publier", exact=True)
    more_actions(anna)
    publish.click()
    expect(anna.get_by_text("Décrivez l’image ou signalez-la comme décorative.").first).to_be_visible()
    anna.get_by_label("Texte alternatif").fill("Un pont sur le Rhin")
    more_actions(anna)
    publish.click()
    expect(told(anna)).to_contain_text("publiée")
    [block] = answer(page)["body"]
    assert (block["type"], block["value"]["image"]["title"]) == ("image", "Le pont")
    assert "Un pont sur le Rhin" in json.dumps(block["value"], ensure_ascii=False)


@pytest.mark.parametrize("width", [1280, 400])
def test_the_pages_that_we_added_pass_axe(anna: Page, page: StandardPage, width: int) -> None:
    index = border_index(page.get_parent())
    border_page(index, border(), "France – Allemagne")
    image(rendition_state=RenditionState.FAILED)
    anna.set_viewport_size({"width": width, "height": 900})
    for address in ("/admin/", "/admin/reports/to-check/", "/admin/reports/translations-to-do/", "/admin/guide/"):
        anna.goto(address)
        expect(anna.locator("main h1").first).to_be_visible()
        results = Axe().run(anna, options=RULES)
        assert results.violations_count == 0, f"{address}\n{results.generate_report()}"
        assert anna.evaluate("document.querySelector('main').scrollWidth <= innerWidth"), f"{address} is too wide"
    assert re.search("Sommaire", anna.locator("main nav").get_attribute("aria-label") or "")
