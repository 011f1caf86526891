"""No page hides behind the portal, which is at `/{locale}/portail/`."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail.models import Page

from home.models import StandardPage
from tests.admin import administrator, edit_page, errors_of, new_page
from tests.factories.pages import home_page, standard_page

pytestmark = pytest.mark.django_db

SAID = "Le portail documentaire est à cette adresse\u00a0: choisissez-en une autre."


@pytest.fixture
def home() -> Page:
    return home_page()


@pytest.mark.parametrize("action", ["action-publish", "action-save"])
def test_a_form_says_so_on_the_field(client, home, action):
    administrator(client)
    fields = {"title": "Portail", "action-publish": "", action: "on"}
    assert errors_of(new_page(client, StandardPage, home, slug="portail", **fields))["slug"] == [SAID]
    page = standard_page(home, "Autre")
    assert errors_of(edit_page(client, page, slug="portail"))["slug"] == [SAID]
    assert not StandardPage.objects.filter(slug="portail").exists()


@pytest.mark.parametrize("live", [True, False])
def test_code_cannot_store_one(home, live):
    with pytest.raises(ValidationError) as refused:
        standard_page(home, "Portail", slug="portail", live=live)
    assert list(refused.value.message_dict) == ["slug"]


def test_elsewhere_it_is_a_name_like_any_other_until_it_is_moved_or_copied(client, home):
    about = standard_page(home, "À propos")
    page = standard_page(about, "Portail", slug="portail")
    with pytest.raises(ValidationError):
        page.move(home, "last-child")
    with pytest.raises(ValidationError):
        page.copy(to=home)
    administrator(client)
    address = reverse("wagtailadmin_pages:move_confirm", args=(page.pk, home.pk))
    response = client.post(address, follow=True)
    assert SAID in response.content.decode()
    page.refresh_from_db()
    assert page.get_parent().pk == about.pk
