"""What editors type without accents is found with them, on both databases."""

from typing import Any

import pytest
from wagtail.models import Page
from wagtail.search import index
from wagtail.search.backends import get_search_backend

from cms.facts import Office, OfficeName
from tests.factories.pages import home_page, standard_page

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

TITLE = "Frontière franco-allemande : l’élargissement à Genève"


@pytest.fixture
def indexed() -> Page:
    page = standard_page(home_page(), TITLE, slug="frontiere")
    index.insert_or_update_object(page)
    return page


@pytest.mark.parametrize("query", ["frontiere", "Frontière", "FRONTI", "geneve", "elarg", "franco-allem", "à geneve"])
def test_pages_in_choosers(indexed: Page, query: str) -> None:
    assert [found.pk for found in Page.objects.live().autocomplete(query)] == [indexed.pk]


@pytest.mark.parametrize("query", ["frontiere", "genève"])
def test_pages_by_whole_words(indexed: Page, query: str) -> None:
    assert [found.pk for found in Page.objects.live().search(query)] == [indexed.pk]
    assert list(Page.objects.live().search("front")) == []


@pytest.mark.parametrize("query", ["strasbourg", "equip", "Équipe", "bureau-s"])
def test_facts_by_any_of_their_names(query: str, db: Any) -> None:
    office = Office(code="bureau-strasbourg")
    office.names = [OfficeName(language="fr", text="Équipe de Strasbourg")]
    office.save()
    index.insert_or_update_object(office)
    assert list(get_search_backend().autocomplete(query, Office)) == [office]
