"""Previews in the admin: every page type, saved or not, shows what is in the form and changes nothing."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from home.models import StandardPage
from newsroom.models import EventPage
from resources.models import DossierPage
from tests.admin import administrator, filled, inline_formset, rich, streamfield
from tests.factories import borders, newsroom, pictures, resources
from tests.factories.every_type import every_type
from tests.factories.pages import home_page, standard_page
from tests.home.html import Outline

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def signed_in(client: Client) -> None:
    administrator(client)


def preview(client: Client, address: str, form: str, **changes: Any) -> str:
    """What the preview panel shows after a form was changed."""
    answer = client.post(address, filled(client, form, **changes))
    assert answer.json() == {"is_valid": True, "is_available": True}, address
    shown = client.get(address, {"in_preview_panel": "true", "mode": ""})
    assert shown.status_code == 200
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in shown.headers["Cache-Control"]
    html = shown.content.decode()
    assert 'class="ribbon"' in html
    assert Outline(html).problems == []
    return re.sub(r"\s+", " ", html)


def preview_of(client: Client, page: Page, **changes: Any) -> str:
    address = reverse("wagtailadmin_pages:preview_on_edit", args=(page.pk,))
    return preview(client, address, reverse("wagtailadmin_pages:edit", args=(page.pk,)), **changes)


def preview_of_new(client: Client, model: type[Page], parent: Page, **changes: Any) -> str:
    place = (model._meta.app_label, model._meta.model_name, parent.pk)
    address = reverse("wagtailadmin_pages:preview_on_add", args=place)
    return preview(client, address, reverse("wagtailadmin_pages:add", args=place), **changes)


def test_every_page_type_previews_its_unsaved_changes(client: Client) -> None:
    for name, page in every_type("Un texte").items():
        html = preview_of(client, page, title=f"Brouillon {name}")
        assert f"<h1>Brouillon {name}</h1>" in html
        page.refresh_from_db()
        assert page.title == f"Un texte {name}"


def test_every_page_type_previews_before_more_is_there_than_the_database_needs(client: Client) -> None:
    found = every_type("Un texte")
    needed: dict[str, dict[str, Any]] = {
        "BorderPage": {"border": borders.border("fr-lu").pk},
        "TerritoryPage": {"territory": borders.territory("pamina").pk},
        "CallPage": {"opens_at": "2030-01-01 09:00"},
    }
    count = Page.objects.count()
    for name, page in found.items():
        if name.endswith(("HomePage", "IndexPage")):
            continue  # one each, made with the site
        parent, more = page.get_parent(), needed.get(name, {})
        html = preview_of_new(client, type(page), parent, title=f"Nouvelle {name}", slug="nouvelle", **more)
        assert f"<h1>Nouvelle {name}</h1>" in html
        assert f">{'Accueil' if parent.depth == 2 else parent.title}</a>" in html  # the breadcrumb ends with the parent
    assert Page.objects.count() == count


def test_a_new_page_previews_with_blocks_pictures_links_and_rows(client: Client) -> None:
    home = home_page()
    border = borders.border(names={"fr": "France–Allemagne"})
    theme = resources.concept("health")
    picture = pictures.image()
    html = preview_of_new(
        client,
        EventPage,
        newsroom.event_index(home),
        title="Rencontre",
        slug="rencontre",
        event_type="conference",
        sessions=inline_formset(
            [
                {
                    "start": "2030-05-20 09:00",
                    "end": "2030-05-20 12:00",
                    "timezone": "America/Cayenne",
                    "place": "Saint-Georges",
                }
            ]
        ),
        organisers=inline_formset([{"role": "host", "name": "Ville d’Oiapoque", "website": ""}]),
        border_links=inline_formset([{"fact": border.pk}]),
        theme_links=inline_formset([{"fact": theme.pk}]),
        programme=rich("<p>Accueil</p>"),
        body=streamfield(
            [
                ("paragraph", rich("<p>Un paragraphe</p>")),
                ("image", {"image": picture.pk, "alt": "Une carte", "decorative": "", "caption": "Légende"}),
            ]
        ),
    )
    for piece in (
        "lundi 20 mai 2030, 09:00 – 12:00",
        "(Cayenne, UTC-3)",
        "Saint-Georges",
        "Ville d’Oiapoque",
        "France–Allemagne",
        "health (fr)",
        "Un paragraphe",
        'aria-label="Une carte"',
        "Légende",
        "Accueil",
    ):
        assert piece in html, piece


def test_a_new_dossier_shows_no_chapters_of_another(client: Client) -> None:
    index = resources.dossier_index(home_page())
    other = resources.dossier(index, "Culture")
    resources.chapter(other, "Chapitre de Culture")
    html = preview_of_new(client, DossierPage, index, title="Santé", slug="sante")
    assert "Chapitre de Culture" not in html


def test_the_preview_of_a_translation_is_in_its_language(client: Client) -> None:
    home_page("fr")
    german = standard_page(home_page("de"), "Über uns")
    html = preview_of(client, german, title="Entwurf")
    assert '<html lang="de">' in html
    assert "Vorschau" in html


def test_a_draft_is_viewed_by_those_who_may_edit_it_only(client: Client) -> None:
    page = standard_page(home_page(), "Publiée", slug="page")
    page.title = "Brouillon"
    page.save_revision()
    address = reverse("wagtailadmin_pages:view_draft", args=(page.pk,))
    assert "<h1>Brouillon</h1>" in client.get(address).content.decode()
    assert Client().get(address).status_code == 302
    assert "<h1>Publiée</h1>" in Client().get("/fr/page/").content.decode()
    assert StandardPage.objects.get(pk=page.pk).title == "Publiée"
