"""One tree per language: a page is there in every language, and says so where it only stands in."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, Page
from wagtail.test.utils.form_data import nested_form_data, streamfield
from wagtail_localize.models import LocaleSynchronization

from cms.languages import CODES
from cms.translation import drafting, trees
from home.models import HomePage, StandardPage
from tests.factories.pages import home_page, locale, standard_page
from tests.translation.conftest import in_german, translate_texts


def languages(page: Page) -> dict[str, bool]:
    """The languages that have the page, and whether each is an alias."""
    found = page.get_translations(inclusive=True).values_list("locale__language_code", "alias_of")
    return {code: alias is not None for code, alias in found}


def test_french_is_followed_by_the_five_others(db: None) -> None:
    rules = LocaleSynchronization.objects.values_list("sync_from__language_code", "locale__language_code")
    assert {code for _source, code in rules} == set(CODES) - {"fr"}
    assert {source for source, _code in rules} == {"fr"}


def test_pages_made_by_code_are_in_every_language_afterwards(home: HomePage) -> None:
    page = standard_page(home, "Par code", slug="par-code")
    standard_page(page, "Dessous", slug="dessous")
    assert trees.synchronise_trees() == 2
    assert languages(page) == {code: code != "fr" for code in CODES}
    assert trees.synchronise_trees() == 0, "running it again changes nothing"


def test_a_page_first_written_in_english_is_everywhere(home: HomePage) -> None:
    english = home.get_translation(locale("en"))
    page = standard_page(english, "First", slug="first")
    trees.synchronise_trees()
    assert languages(page) == {code: code != "en" for code in CODES}
    french = page.get_translation(locale("fr"))
    assert french.get_parent().pk == home.pk
    assert french.alias_of_id == page.pk


@pytest.mark.parametrize("code", ["fr", "en"])
def test_a_page_made_in_the_admin_is_in_every_language(admin_client: Client, home: HomePage, code: str) -> None:
    parent = home.get_translation(locale(code)) if code != "fr" else home
    form = nested_form_data({"title": "Nouvelle", "slug": "nouvelle", "body": streamfield([])})
    form |= {f"comments-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")}
    form |= {"comments-MAX_NUM_FORMS": "", "action-publish": "1"}
    address = reverse("wagtailadmin_pages:add", args=["home", "standardpage", parent.pk])
    assert admin_client.post(address, form).status_code == 302
    page = StandardPage.objects.get(title="Nouvelle", alias_of=None)
    assert languages(page) == {other: other != code for other in CODES}
    assert all(version.live for version in page.get_translations())


def test_a_menu_in_any_language_leads_to_a_page(french: StandardPage, german: StandardPage) -> None:
    only_french = standard_page(french, "Seul", slug="seul")
    hidden = standard_page(french, "Brouillon", slug="brouillon", live=False)
    translated, fallback, alone = (
        trees.in_language([french], "de"),
        trees.in_language([french], "it"),
        trees.in_language([only_french, hidden], "de"),
    )
    assert [(item.page.pk, item.is_fallback) for item in translated] == [(german.pk, False)]
    assert [(item.page.alias_of_id, item.is_fallback) for item in fallback] == [(french.pk, True)]
    assert [(item.page.pk, item.is_fallback) for item in alone] == [(only_french.pk, True)]


def test_in_language_asks_once(french: StandardPage, german: StandardPage, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        trees.in_language([french, french.get_parent()], "de")


def test_fallbacks_are_left_out_of_what_claims_a_language(french: StandardPage) -> None:
    pages = Page.objects.filter(depth__gt=1)
    assert not trees.without_fallbacks(pages).filter(locale=locale("de")).exists()
    [translation] = drafting.submit(french, [locale("de")], None)
    translate_texts(translation)
    assert not trees.without_fallbacks(pages).filter(locale=locale("de")).exists(), "a draft claims nothing"
    drafting.save(translation, publish=True)
    assert trees.without_fallbacks(pages).filter(locale=locale("de")).get().pk == in_german(french).pk


def test_an_alias_within_its_language_is_no_fallback(french: StandardPage) -> None:
    alias = french.create_alias(parent=french.get_parent(), update_slug="ici-aussi")
    assert trees.without_fallbacks(Page.objects.filter(pk=alias.pk)).exists()


def test_tables_and_footnotes_survive_translation(home: HomePage) -> None:
    table = {
        "caption": "Liaisons",
        "columns": [{"type": "text", "heading": "Ligne"}, {"type": "text", "heading": "Durée"}],
        "rows": [{"values": ["Lille – Tournai", "24 min"]}, {"values": ["Metz", ""]}],
    }
    body = [
        {"type": "table", "id": "1" * 8, "value": table},
        {"type": "paragraph", "id": "2" * 8, "value": "<p>Un train[^1] par heure.</p>"},
    ]
    page = standard_page(home, "Trains", slug="trains", body=json.dumps(body))
    [translation] = drafting.submit(page, [locale("de")], None)
    translate_texts(translation)
    drafting.save(translation, publish=True)
    german = in_german(page).body.get_prep_value()
    assert [column["heading"] for column in german[0]["value"]["columns"]] == ["DE Ligne", "DE Durée"]
    assert [row["values"] for row in german[0]["value"]["rows"]] == [
        ["DE Lille – Tournai", "DE 24 min"],
        ["DE Metz", ""],
    ]
    assert german[0]["value"]["caption"] == "DE Liaisons"
    assert german[1]["value"] == "<p>DE Un train[^1] par heure.</p>"


def test_a_second_language_of_the_tree_starts_as_a_copy(db: None) -> None:
    home = home_page("fr")
    trees.synchronise_trees()
    assert Locale.objects.count() == len(CODES)
    assert languages(home) == {code: code != "fr" for code in CODES}
