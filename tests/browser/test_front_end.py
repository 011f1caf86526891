"""A front end of another origin that is written with the generated client: tests/contracts/typescript/site.ts."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from borders.models import BorderPage
from cms.languages import CODES
from tests.factories import borders
from tests.factories.pages import home_page, standard_page
from tests.services import node

pytestmark = [pytest.mark.browser, pytest.mark.node]

PATH = "/de/grenzen/deutschland-frankreich/"


@pytest.fixture
def front_end(generated_client: Path, live_server: Any, settings: Any) -> Iterator[str]:
    """The only origin beside its own from which the API may be read."""
    files = {
        "/site.js": (generated_client.with_name("site.js").read_text(), "text/javascript"),
        "/openapi-fetch.mjs": ((node.MODULES / "openapi-fetch/dist/index.mjs").read_text(), "text/javascript"),
    }
    site = generated_client.with_name("site.html").read_text().replace("API", live_server.url), "text/html"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, media_type = files.get(self.path, site)
            self.send_response(200)
            self.send_header("Content-Type", f"{media_type}; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: Any) -> None:
            """Not in the output of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    settings.FRONTEND_URLS = dict.fromkeys(CODES, address)
    settings.CORS_ALLOW_ALL_ORIGINS = False
    settings.CORS_ALLOWED_ORIGINS = [address]
    yield address
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def fiche(live_server: Any) -> BorderPage:
    """The Franco-German border in German, with a link to another page."""
    home_page("fr")
    home = home_page("de")
    names = {"fr": "France – Allemagne", "de": "Deutschland – Frankreich"}
    border = borders.border("fr-de", names)
    borders.key_figure("length", border)
    other = standard_page(home, "Was wir tun", slug="was-wir-tun")
    text = f'<p>Mehr <a linktype="page" id="{other.pk}">über unsere Arbeit</a>.</p>'
    index = borders.border_index(home, title="Grenzen", slug="grenzen")
    page = borders.border_page(index, border, names["de"], slug="deutschland-frankreich", introduction="Am Oberrhein.")
    page.body = [{"type": "paragraph", "value": text, "id": "text"}]
    page.save_revision().publish()
    return page


def test_a_reader_of_the_front_end(page: Page, fiche: BorderPage, front_end: str) -> None:
    """The fiche in German, a link followed, an edit as soon as it is published, and nothing for other origins."""
    page.goto(front_end + PATH)
    expect(page.locator("h1")).to_have_text("Deutschland – Frankreich")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator(".countries")).to_have_text("DE (de) – FR (de)")
    expect(page.locator("li")).to_have_text("BORDER-LENGTH (de): 451 km (2024)")
    expect(page.locator("nav span")).to_have_text(["Accueil de", "Grenzen"])

    page.get_by_role("link", name="über unsere Arbeit").click()
    expect(page).to_have_url(f"{front_end}/de/was-wir-tun/")
    expect(page.locator("h1")).to_have_text("Was wir tun")

    page.go_back()
    expect(page.locator(".introduction")).to_have_text("Am Oberrhein.")
    fiche.introduction = "Von Basel bis Luxemburg."
    revision = fiche.save_revision()
    page.reload()
    expect(page.locator(".introduction")).to_have_text("Am Oberrhein.")
    revision.publish()
    page.reload()
    expect(page.locator(".introduction")).to_have_text("Von Basel bis Luxemburg.")

    page.goto(f"{front_end}/de/nirgends/")
    expect(page.locator("h1")).to_have_text("404 Not found")
    with page.expect_event("console", lambda message: "CORS" in message.text):
        page.goto(front_end.replace("127.0.0.1", "localhost") + PATH)
    expect(page.locator("h1")).to_have_count(0)


def test_an_editor_previews_a_draft_in_the_front_end(anna: Page, fiche: BorderPage, front_end: str) -> None:
    fiche.title = "Noch nicht veröffentlicht"
    fiche.save_revision()
    anna.goto(f"/admin/pages/{fiche.pk}/view_draft/")
    assert anna.url.startswith(f"{front_end}/preview/?token=")
    expect(anna.locator("h1")).to_have_text("Noch nicht veröffentlicht")
    expect(anna.locator(".countries")).to_have_text("DE (de) – FR (de)")
    anna.goto(front_end + PATH)
    expect(anna.locator("h1")).to_have_text("Deutschland – Frankreich")
    anna.goto(f"{front_end}/preview/?token=made-up")
    expect(anna.locator("h1")).to_have_text("404 Not found")
