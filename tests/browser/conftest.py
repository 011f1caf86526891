"""People at work in the admin, each in a browser of their own."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from cms.models import User

expect.set_options(timeout=20_000)  # a busy machine draws previews slowly


def signed_in(browser: Browser, address: str, name: str, role: str = "") -> BrowserContext:
    """A browser of its own in which a user of this name is logged in, an administrator of everything without a role."""
    create = User.objects.create_user if role else User.objects.create_superuser
    user = create(name, f"{name}@example.org", "a-long-passphrase", first_name=name.capitalize())
    if role:
        user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(base_url=address, locale="fr-FR", viewport={"width": 1400, "height": 900})
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])
    return context


@pytest.fixture
def anna(browser: Browser, live_server: Any) -> Iterator[Page]:
    context = signed_in(browser, live_server.url, "anna")
    yield context.new_page()
    context.close()


def failures_of(page: Page) -> list[str]:
    """What goes wrong in a tab from now on: errors of scripts, answers of 400 and above."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("response", lambda response: found.append(response.url) if response.status >= 400 else None)
    return found
