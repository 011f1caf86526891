"""The API's documentation in a real browser: our own files, our content security policy, a request that works."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_the_documentation_shows_operations_and_sends_a_request(page: Page) -> None:
    complaints: list[str] = []
    hosts: set[str] = set()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]) if request.url.startswith("http") else None)
    answer = page.goto("/api/v2/docs/#/locales/LocaleList")
    assert answer
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    operation = page.locator("#operations-locales-LocaleList")
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table")).to_contain_text('"native_label": "Deutsch"')
    assert complaints == []
    assert len(hosts) == 1
