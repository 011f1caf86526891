"""Somebody who keeps every page and fetches what the feed tells has, after each change, what the API answers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page, PageViewRestriction

from tests.api.conftest import SmallSite
from tests.api.following import Reader
from tests.factories.pages import standard_page

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


class Mirror:
    """Keeps the detail of every public page."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._reader = Reader(client)
        self.pages = self.everything()

    def everything(self) -> dict[int, Any]:
        listed = self._client.get("/api/v2/pages/", {"limit": 100, "fields": "_,id"}).json()["items"]
        return {item["id"]: self._detail(item["id"]) for item in listed}

    def _detail(self, pk: int) -> Any:
        response = self._client.get(f"/api/v2/pages/{pk}/")
        return response.json() if response.status_code == 200 else None

    def follow(self) -> set[int]:
        """Do as told; returns the keys of the pages that were."""
        told = self._reader.ask()["pages"]
        for page in told:
            self.pages.pop(page["id"], None)
            if page["state"] == "public":
                self.pages[page["id"]] = self._detail(page["id"])
        return {page["id"] for page in told}


def _fresh(page: Page) -> Page:
    return Page.objects.get(pk=page.pk).specific


def _rename(page: Page) -> None:
    page = _fresh(page)
    page.title += " encore"
    page.save_revision().publish()


def test_a_mirror_of_all_pages_stays_true(client: Client, site: SmallSite) -> None:
    a, b, c, d = (standard_page(site.about, name, slug=name.lower()) for name in ("Aa", "Bb", "Cc", "Dd"))
    inside = standard_page(c, "Dedans", slug="dedans")
    for page in (a, b, c, d):  # the fallbacks have neighbours, too
        page.create_alias(parent=site.about_de, update_slug=f"{page.slug}-de", update_locale=site.de.locale)
    mirror = Mirror(client)
    steps: list[Callable[[], Any]] = [
        lambda: _rename(b),
        lambda: _fresh(c).unpublish(),
        lambda: _fresh(c).save_revision().publish(),
        lambda: _fresh(d).move(_fresh(a), pos="left"),
        lambda: _fresh(b).move(_fresh(site.fr), pos="last-child"),
        lambda: _fresh(b).move(_fresh(c), pos="right"),
        lambda: PageViewRestriction.objects.create(page=_fresh(c), restriction_type="login"),
        lambda: standard_page(site.about, "Ee", slug="ee"),
        lambda: PageViewRestriction.objects.get(page=c).delete(),
        lambda: PageViewRestriction.objects.create(page=_fresh(site.about), restriction_type="login"),
        lambda: PageViewRestriction.objects.get(page=site.about).delete(),
        lambda: _fresh(inside).move(_fresh(site.about), pos="first-child"),
        lambda: (_fresh(a).delete(), _fresh(c).delete()),
        lambda: _fresh(site.team).delete(),
    ]
    for number, step in enumerate(steps):
        step()
        mirror.follow()
        assert mirror.pages == mirror.everything(), f"step {number}"


def test_a_new_text_does_not_concern_the_pages_beside(client: Client, site: SmallSite) -> None:
    beside = standard_page(site.about, "Bb", slug="bb")
    mirror = Mirror(client)
    page = _fresh(site.team)
    page.introduction = "Autrement"
    page.save_revision().publish()
    assert beside.pk not in mirror.follow()
