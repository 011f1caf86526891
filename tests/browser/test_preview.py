"""A draft outside the admin, in a real browser: in the front end while somebody types, and by a link to a stranger."""

import json
import threading
from collections.abc import Iterator
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from cms.languages import CODES
from home.models import StandardPage
from tests.browser.conftest import failures_of
from tests.factories.pages import home_page, standard_page

pytestmark = pytest.mark.browser


@pytest.fixture
def front_end(live_server: Any, settings: Any) -> Iterator[str]:
    """A site of another origin that shows drafts as docs/api.md says."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            token = parse_qs(urlsplit(self.path).query).get("token", [""])[0]
            with urlopen(f"{live_server.url}/api/v2/preview/?{urlencode({'token': token})}") as answer:
                page = json.load(answer)
            body = f"<!doctype html><title>Site</title><h1>{escape(page['title'])}</h1><p>{page['id']}</p>".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", f"frame-ancestors 'self' {live_server.url}")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Not in the output of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.FRONTEND_URLS = dict.fromkeys(CODES, f"http://127.0.0.1:{server.server_port}")
    yield settings.FRONTEND_URLS["fr"]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def page_to_edit(live_server: Any) -> StandardPage:
    page = standard_page(home_page("fr"), "Publiée", slug="page")
    page.save_revision().publish()
    return page


def test_what_is_typed_shows_in_the_front_end(anna: Page, page_to_edit: StandardPage, front_end: str) -> None:
    anna.goto(f"/admin/pages/{page_to_edit.pk}/edit/")
    anna.locator("[data-side-panel-toggle=preview]").click()

    panel = anna.frame_locator("#w-preview-iframe")
    shown = panel.frame_locator("iframe")
    expect(shown.locator("h1")).to_have_text("Publiée")
    anna.locator("#id_title").fill("Pas encore enregistrée")

    expect(shown.locator("h1")).to_have_text("Pas encore enregistrée")
    expect(shown.locator("p")).to_have_text(str(page_to_edit.pk))
    anna.locator("#id_preview_mode").select_option("reading")
    expect(panel.locator(".ribbon")).to_be_visible()


def test_a_stranger_reads_a_shared_draft_until_it_is_withdrawn(
    anna: Page, page_to_edit: StandardPage, browser: Browser
) -> None:
    page_to_edit.title = "Un brouillon"
    page_to_edit.save_revision()
    failures = failures_of(anna)
    anna.goto(f"/admin/pages/{page_to_edit.pk}/edit/")
    anna.locator(".w-header-button[data-w-dropdown-target=toggle], .w-slim-header [aria-label=Actions]").first.click()
    anna.get_by_role("link", name="Partager le brouillon").click()
    anna.get_by_label("Dernier jour").click()
    expect(anna.locator(".xdsoft_datetimepicker:visible")).to_be_visible()
    anna.get_by_label("Partagé avec").click()
    expect(anna.locator(".xdsoft_datetimepicker:visible")).to_have_count(0)
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
    assert failures == []
    private_window.close()
