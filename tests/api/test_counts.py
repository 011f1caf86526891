"""The totals of lists: counted once per content version and filter, and never wrong."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cms import labels
from cms.api import counts
from home.models import StandardPage
from tests.api.conftest import SmallSite
from tests.factories.pages import standard_page

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
ADDRESS = "/api/v2/pages/?type=home.StandardPage&locale=fr"


def total(client: Client, address: str = ADDRESS) -> int:
    found: int = client.get(address).json()["meta"]["total_count"]
    return found


def counted(client: Client, address: str) -> int:
    """How many times an answer makes the database count."""
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return sum("COUNT(*)" in query["sql"] for query in queries)


def test_a_list_is_counted_once_whatever_part_of_it_is_asked_for(client: Client, site: SmallSite) -> None:
    assert [counted(client, ADDRESS + part) for part in ("", "&limit=1", "&offset=1", "&fields=_")] == [1, 0, 0, 0]
    assert counted(client, f"{ADDRESS}&slug=equipe") == 1


def test_every_change_shows_at_once(client: Client, site: SmallSite) -> None:
    before = total(client)
    page = standard_page(site.about, "Nouvelle")
    assert total(client) == before + 1
    StandardPage.objects.filter(pk=page.pk).update(live=False)
    assert total(client) == before


def test_what_expires_is_not_counted_although_nothing_is_written(
    client: Client, site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    standard_page(site.about, "Bientôt passée", expire_at=timezone.now() + datetime.timedelta(hours=1))
    before = total(client)
    later = timezone.now() + datetime.timedelta(hours=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert total(client) == before - 1


def test_what_a_change_in_between_left_uncounted_is_not_asked_for_again(site: SmallSite) -> None:
    """A count that was begun under one version is nobody's under the next."""
    snapshot = labels.current()
    pages = StandardPage.objects.all()
    first = counts.total("pages", pages, timezone.now(), snapshot)
    standard_page(site.about, "Entre-temps")
    assert counts.total("pages", pages, timezone.now(), snapshot) == first
    assert counts.total("pages", pages, timezone.now(), labels.current()) == first + 1


def test_invented_filters_fill_no_memory(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "MOST", 3)
    snapshot, pages = labels.current(), StandardPage.objects.all()
    known: Any = snapshot.derived(counts._Counts)
    for number in range(10):
        counts.total(number, pages, timezone.now(), snapshot)
        assert len(known) <= 3
