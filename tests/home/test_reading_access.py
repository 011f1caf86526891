"""Pages under a view restriction: asked for by Wagtail's own forms, shown to whom they are for, never stored."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from wagtail.models import PageViewRestriction

from cms import publication
from home.models import StandardPage
from tests.factories.pages import home_page, standard_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(db: Any) -> StandardPage:
    return standard_page(home_page("fr"), "Espace réservé", slug="reserve", introduction="Un secret")


def path(page: StandardPage) -> str:
    return publication.html_path("fr", page.url_path)


def test_public_pages_are_asked_for_again_each_time(client: Client, page: StandardPage) -> None:
    assert client.get(path(page)).headers["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_a_password_opens_a_page_for_one_reader(client: Client, page: StandardPage) -> None:
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="password", password="sésame")
    asked = client.get(path(page))
    assert "Mot de passe requis" in asked.content.decode()
    assert "Un secret" not in asked.content.decode()
    assert "no-store" in asked.headers["Cache-Control"]
    action = f"/fr/_util/authenticate_with_password/{restriction.pk}/{page.pk}/"
    assert f'action="{action}"' in asked.content.decode()

    refused = client.post(action, {"password": "autre", "return_url": path(page)})
    assert 'class="errorlist"' in refused.content.decode()
    assert client.post(action, {"password": "sésame", "return_url": path(page)}).headers["Location"] == path(page)
    opened = client.get(path(page))
    assert "Un secret" in opened.content.decode()
    assert "no-store" in opened.headers["Cache-Control"]
    assert "Un secret" not in Client().get(path(page)).content.decode()


def test_an_account_opens_a_page(client: Client, page: StandardPage) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    sent = client.get(path(page))
    assert sent.status_code == 302
    form = client.get(sent.headers["Location"])
    assert "Se connecter" in form.content.decode()
    get_user_model().objects.create_user("anna", password="a-long-passphrase")
    refused = client.post("/fr/_util/login/", {"username": "anna", "password": "wrong", "next": path(page)})
    assert "ne correspondent pas" in refused.content.decode()
    nowhere = client.post("/fr/_util/login/", {"username": "anna", "password": "a-long-passphrase", "next": "//x.org"})
    assert nowhere.headers["Location"] == "/"
    client.post("/fr/_util/login/", {"username": "anna", "password": "a-long-passphrase", "next": path(page)})
    assert "no-store" in client.get(path(page)).headers["Cache-Control"]
