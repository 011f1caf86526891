"""Logging in to the admin, in a real browser: static files, sessions and French are all there."""

import re

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PASSWORD = "a-long-enough-password"


def test_an_administrator_logs_in_to_a_french_admin(page):
    get_user_model().objects.create_superuser("anna", "anna@example.org", PASSWORD, first_name="Anna")
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("response", lambda response: failures.append(response.url) if response.status >= 400 else None)
    page.goto("/admin/")
    expect(page).to_have_url(re.compile(r"/admin/login/\?next=/admin/$"))
    page.get_by_label("Nom d’utilisateur").fill("anna")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="S'identifier").click()
    expect(page).to_have_url(re.compile(r"/admin/$"))
    expect(page.get_by_role("link", name="Rapports").or_(page.get_by_role("button", name="Rapports"))).to_be_visible()
    assert failures == []
