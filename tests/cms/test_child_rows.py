"""Rows that exchange what must be unique: two names their languages, two links their facts."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from borders.models import Border, BorderPage, PageBorder
from tests.factories.borders import border, border_index, border_page
from tests.factories.pages import home_page

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def names_of(fact: Any) -> dict[str, str]:
    return {row.language: row.text for row in fact.names.all()}


def test_names_exchange_their_languages_in_one_publication() -> None:
    fact = border("fr-de", {"fr": "Deutschland", "de": "Allemagne", "it": "Germania"})
    names = list(fact.names.all())
    for row, language in zip(names, ("de", "it", "fr"), strict=True):
        row.language = language
    fact.names = names
    fact.save_revision().publish()
    assert names_of(Border.objects.get(pk=fact.pk)) == {"de": "Deutschland", "it": "Allemagne", "fr": "Germania"}


def test_links_exchange_their_facts_and_the_page_can_be_published_again() -> None:
    one, other = border("fr-de"), border("fr-be")
    page = border_page(border_index(home_page()), one, "France – Allemagne")
    for order, fact in enumerate((one, other)):
        PageBorder.objects.create(page=page, fact=fact, sort_order=order)
    page = BorderPage.objects.get(pk=page.pk)
    links = list(page.border_links.all())
    links[0].fact, links[1].fact = other, one
    page.border_links = links
    for _again in range(2):
        page.save_revision().publish()
        page = BorderPage.objects.get(pk=page.pk)
        assert [link.fact for link in page.border_links.order_by("sort_order")] == [other, one]


def test_rows_that_did_not_change_are_not_written_again() -> None:
    one, other = border("fr-de"), border("fr-be")
    page = border_page(border_index(home_page()), one, "France – Allemagne")
    for order, fact in enumerate((one, other)):
        PageBorder.objects.create(page=page, fact=fact, sort_order=order)
    page = BorderPage.objects.get(pk=page.pk)

    def written() -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            page.save_revision().publish()
        return [
            query["sql"] for query in asked if re.match(r'(INSERT|UPDATE|DELETE)\b.*"borders_pageborder"', query["sql"])
        ]

    page.title = "Allemagne – France"
    assert written() == []
    links = list(page.border_links.all())
    links[1].sort_order = -1
    page.border_links = links
    assert written()
    assert [link.fact for link in PageBorder.objects.filter(page=page).order_by("sort_order")] == [other, one]
