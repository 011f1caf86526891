"""What Wagtail does in several steps is seen by others as one: a copy of a private page is never public on the way."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, PageViewRestriction

from cms.translation import trees
from home.models import HomePage
from tests.admin import administrator
from tests.api.wsgi import ask
from tests.cms.killing import Commits
from tests.factories import borders
from tests.factories.pages import home_page, standard_page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


def public() -> set[str]:
    """The titles of the pages that somebody else's connection sees in the API now."""

    def asked() -> set[str]:
        try:
            return {page["title"] for page in ask(WSGIHandler(), "/api/v2/pages/?limit=100").json["items"]}
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        return other.submit(asked).result()


@pytest.fixture
def home() -> HomePage:
    """A site with a public page above a private one."""
    home = home_page("fr")
    above = standard_page(home, "Dessus", slug="dessus")
    private = standard_page(above, "Privée", slug="privee")
    standard_page(private, "Dessous", slug="dessous")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    return home


@pytest.mark.postgres
def test_a_draft_that_is_kept_while_it_is_published_is_no_deadlock() -> None:
    border = borders.border("fr-de", live=False)
    revision = border.save_revision()

    def publish() -> None:
        try:
            revision.publish()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic(), connection.cursor() as cursor:
            border.save()
            published = other.submit(publish)
            waiting = 0
            while not waiting and not published.done():
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
                [waiting] = cursor.fetchone()
            border.save_revision(overwrite_revision=revision)
        published.result()
    border.refresh_from_db()
    assert border.live


def found(slug: str) -> Page:
    return Page.objects.get(slug=slug, locale__language_code="fr")


def admin_copy(home: Page, **form: str) -> None:
    client = Client()
    administrator(client)
    data = {"new_title": "Copie", "new_slug": "copie", "new_parent_page": home.pk, "copy_subpages": "on", **form}
    response = client.post(reverse("wagtailadmin_pages:copy", args=[found("privee").pk]), data)
    assert response.status_code == 302


def below_private(home: Page) -> None:
    found("dessus").copy(to=found("privee"), recursive=False, update_attrs={"slug": "copie", "title": "Copie"})


@pytest.mark.parametrize(
    "copy",
    [
        lambda home: found("privee").specific.copy(to=home, recursive=True, update_attrs={"slug": "copie"}),
        lambda home: found("privee").copy(to=home, recursive=True, update_attrs={"slug": "copie"}),
        lambda home: found("dessus").copy(to=home, recursive=True, update_attrs={"slug": "copie"}),
        lambda home: found("privee").create_alias(recursive=True, parent=home, update_slug="copie"),
        lambda home: admin_copy(home, publish_copies="on"),
        lambda home: admin_copy(home, alias="on"),
        below_private,
    ],
    ids=["page", "base class", "page above", "alias", "admin", "admin's alias", "below a private page"],
)
def test_a_copy_of_a_private_page_is_never_public(home: HomePage, copy: Callable[[HomePage], object]) -> None:
    seen: list[set[str]] = []
    with Commits(lambda number: seen.append(public())).watched():
        copy(home)
    assert seen
    assert set().union(*seen, public()) == {"Accueil fr", "Dessus"}
    assert all(page.live for page in found("copie").get_descendants(inclusive=True))


def test_a_page_is_closed_in_all_languages_at_once(home: HomePage) -> None:
    trees.synchronise_trees()
    client = Client()
    administrator(client)
    address = reverse("wagtailadmin_pages:set_privacy", args=[found("dessus").pk])
    seen: list[set[str]] = []
    with Commits(lambda number: seen.append(public())).watched():
        client.post(address, {"restriction_type": "login", "password": "", "groups": []})
    assert [len(titles) for titles in seen] == [2]
    assert public() == {"Accueil fr"}


@pytest.mark.parametrize("parent", [{}, {"new_parent_page": "x"}, {"new_parent_page": "99999999999999999999"}])
def test_a_copy_needs_a_place(home: HomePage, parent: dict[str, str]) -> None:
    client = Client()
    administrator(client)
    address = reverse("wagtailadmin_pages:copy", args=[found("privee").pk])
    assert client.post(address, {"new_title": "Copie", "new_slug": "copie", **parent}).status_code == 400
