"""The portal's pages of authors and of concepts."""

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms.languages import CODES
from resources.fact_merging import merge
from resources.models import Agent, Concept
from tests.factories import resources
from tests.search.site import refresh
from tests.search.test_portal import results, shown

pytestmark = pytest.mark.django_db


def test_an_author_has_a_page_with_works_and_who_wrote_with_them(client: Client, library):
    insee = Agent.objects.get(code="insee")
    mot, draft = resources.agent("mot"), resources.agent("draft")
    for number in range(2):
        resources.record(f"Ensemble {number}", agents={"author": [insee, mot], "editor": [mot, draft]})
    resources.record("Brouillon", agents={"author": [insee, resources.agent("secret")]}).unpublish()
    draft.unpublish()
    refresh()
    page = shown(client, "/de/portail/auteurs/insee/")
    assert set(results(page)) == {"Les trains de la santé", "Ensemble 0", "Ensemble 1"}
    assert '<a href="/de/portail/auteurs/mot/">MOT</a> <span class="count">2</span>' in page
    assert "SECRET" not in page
    assert "DRAFT" not in page
    assert 'href="/de/portail/?author=insee"' in page
    assert 'href="/de/portail/atom.xml?author=insee" type="application/atom+xml"' in page
    assert 'hreflang="fr" href="/fr/portail/auteurs/insee/"' in page
    [linked] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert '"name": "INSEE"' in json.dumps(json.loads(linked))
    insee.unpublish()
    assert client.get("/de/portail/auteurs/insee/").status_code == 404
    assert client.get("/de/portail/auteurs/never/").status_code == 404


def test_the_page_of_one_that_was_merged_leads_to_the_other(client: Client):
    for kind, make in (("auteurs", resources.agent), ("themes", resources.concept)):
        merge(make("old"), into := make("new"))
        response = client.get(f"/de/portail/{kind}/old/")
        assert (response.status_code, response["Location"]) == (301, f"/de/portail/{kind}/new/")
        into.unpublish()
        assert client.get(f"/de/portail/{kind}/old/").status_code == 404


@pytest.mark.parametrize("locale", CODES)
def test_a_theme_has_a_page_with_its_names_and_neighbours(client: Client, library, locale):
    health = Concept.objects.get(code="health")
    resources.concept("care", broader=[health])
    page = shown(client, f"/{locale}/portail/themes/health/")
    assert results(page) == ["Pflege" if locale == "de" else "Soins"]
    assert f'<a href="/{locale}/portail/themes/care/">' in page
    assert (">Gesundheit</span>" in page) == (locale != "de")
    below = shown(client, f"/{locale}/portail/themes/care/")
    assert below.count(f'href="/{locale}/portail/themes/health/"') == 2  # where one is, and what is broader


def test_readers_come_to_these_pages_from_documents_and_facets(client: Client, library):
    page = shown(client, f"/fr/portail/{library['study'].code}/")
    assert '<a href="/fr/portail/auteurs/insee/">INSEE</a>' in page
    page = shown(client, author="insee", theme="health")
    assert '<a href="/fr/portail/auteurs/insee/">Tout sur «\u00a0INSEE\u00a0» →</a>' in page
    assert '<a href="/fr/portail/themes/health/">Tout sur «\u00a0santé\u00a0» →</a>' in page


def test_the_page_of_an_author_takes_the_same_queries_however_much_there_is(client: Client, library):
    def queries() -> int:
        shown(client, "/fr/portail/auteurs/insee/")
        with CaptureQueriesContext(connection) as taken:
            shown(client, "/fr/portail/auteurs/insee/")
        return len(taken)

    insee = Agent.objects.get(code="insee")
    resources.record("Un", agents={"author": [insee, resources.agent("a")]})
    refresh()
    few = queries()
    for number in range(3):
        resources.record(f"Plus {number}", agents={"author": [insee, resources.agent(f"a{number}")]})
    refresh()
    assert queries() == few
