"""Paths that have moved: redirects come by themselves in every language, and a static build can list them."""

from typing import Any

import pytest
from django.test import Client
from wagtail.contrib.redirects.models import Redirect

from tests.api.conftest import SmallSite
from tests.factories.pages import standard_page

pytestmark = pytest.mark.django_db


def get(client: Client, path: str) -> Any:
    response = client.get(f"/api/v2/{path}")
    assert response.status_code == 200, response.content
    return response.json()


@pytest.fixture
def moved(site: SmallSite, django_capture_on_commit_callbacks: Any) -> SmallSite:
    """A German page has another address, and a French one lies below another page."""
    other = standard_page(site.fr, "Autre", slug="autre")
    with django_capture_on_commit_callbacks(execute=True):
        site.about_de.slug = "wir"
        site.about_de.save_revision().publish()
        site.team.move(other, "last-child")
    return site


def test_they_come_by_themselves(client: Client, moved: SmallSite) -> None:
    listed = {item["old_path"]: item for item in get(client, "redirects/")["items"]}
    assert listed["/de/ueber-uns"] == {
        "old_path": "/de/ueber-uns",
        "location": "/de/wir/",
        "permanent": True,
        "page_id": moved.about_de.pk,
    }
    assert listed["/fr/a-propos/equipe"]["location"] == "/fr/autre/equipe/"
    assert [item["old_path"] for item in get(client, "redirects/?locale=de")["items"]] == ["/de/ueber-uns"]
    found = get(client, "pages/find/?html_path=/de/ueber-uns/")
    assert found == {"type": "redirect", "location": "/de/wir/", "permanent": True}


def test_a_query_that_nobody_named_does_not_hide_what_has_moved(client: Client, moved: SmallSite) -> None:
    Redirect.objects.create(old_path="/de/ueber-uns?id=2", redirect_link="https://example.org/2")
    for path, location in {
        "/de/ueber-uns/?utm_source=brief": "/de/wir/",
        "/de/ueber-uns?id=2": "https://example.org/2",
        "/de/ueber-uns/?id=3": "/de/wir/",
    }.items():
        response = client.get("/api/v2/pages/find/", {"html_path": path})
        assert response.json()["location"] == location, path


def test_only_what_leads_somewhere_public_is_listed(
    client: Client, site: SmallSite, django_assert_max_num_queries: Any
) -> None:
    for number, page in enumerate(site.hidden):
        Redirect.objects.create(old_path=f"/fr/cache-{number}", redirect_page=page)
    Redirect.objects.create(old_path="/fr/dehors", redirect_link="https://example.org/", is_permanent=False)
    Redirect.objects.create(old_path="/fr/a-propos", redirect_page=site.fr)  # a page came back to this path
    body = get(client, "redirects/")
    assert [item["old_path"] for item in body["items"]] == ["/fr/dehors"]
    assert body["items"][0]["location"] == "https://example.org/"
    assert body["meta"]["total_count"] == 1
    with django_assert_max_num_queries(6):
        get(client, "redirects/?limit=100")
