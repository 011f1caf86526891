"""What readers search, and what finds nothing: kept so that nobody can be told from it."""

import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from search import alike, reader_queries
from search.models import QuerySighting, ReaderQuery, ReaderQueryWeek, SightingSalt
from tests.admin import administrator

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def nothing_waits() -> None:
    reader_queries._waiting.clear()


def ask(address: str, number: int, agent: str = BROWSER, **headers: str) -> int:
    """A reader's request from a network of a number."""
    headers = {"user-agent": agent, **headers}
    return Client(REMOTE_ADDR=f"192.0.2.{number}", headers=headers).get(address).status_code


def kept() -> dict[str, Any]:
    reader_queries.write()
    return {one.text: one.results for one in ReaderQuery.objects.all()}


def everything() -> str:
    models = (ReaderQuery, ReaderQueryWeek, QuerySighting, SightingSalt)
    return repr([list(model.objects.values()) for model in models])


def test_a_query_is_kept_once_several_sessions_have_asked_it(library):
    ask("/fr/portail/?q=Santé", 1)
    ask("/fr/portail/?q=Santé&page=2", 1)
    ask("/fr/portail/?q=Santé&kind=record", 1)
    ask("/api/v2/search/?q=santé&locale=fr", 1)
    ask("/api/v2/search/?q=sante&locale=fr", 2)
    ask("/de/portail/?q=sante", 3)
    assert kept() == {}
    assert "sant" not in everything().lower()
    assert "192.0.2" not in everything()
    assert QuerySighting.objects.count() == 3
    ask("/fr/portail/?q=SANTE", 3)
    ask("/fr/portail/?q=SANTE", 3)
    assert kept() == {"SANTE": 2}
    assert ReaderQueryWeek.objects.get().sessions == 3
    ask("/fr/portail/?q=santé&kind=page", 4)
    assert kept() == {"SANTE": 2}
    assert ReaderQueryWeek.objects.get().sessions == 4


def test_another_day_is_another_session_and_nobody_can_say_whose(library):
    ask("/fr/portail/?q=absentissime trains", 1)
    reader_queries.write()
    SightingSalt.objects.update(day=timezone.localdate() - datetime.timedelta(days=1))
    for number in (1, 2):  # what has one of the words comes near alone
        ask("/fr/portail/?q=absentissime trains", number)
    assert kept() == {"absentissime trains": 0}
    assert SightingSalt.objects.get().day == timezone.localdate()


def test_robots_and_browsers_that_look_ahead_are_left_out(library):
    for number in range(5):
        ask("/fr/portail/?q=trains", number, "Mozilla/5.0 (compatible; Googlebot/2.1)")
        ask("/fr/portail/?q=trains", number, "curl/8.5")
        ask("/fr/portail/?q=trains", number, "")
        ask("/fr/portail/?q=trains", number, **{"sec-purpose": "prefetch;prerender"})
        ask("/fr/portail/", number)
        ask("/fr/portail/atom.xml?q=trains", number)
    assert not reader_queries._waiting


@pytest.mark.parametrize(
    ("query", "stays"),
    [
        ("Interreg 2014-2020", True),
        ("10.1787/9789264174108-fr", True),
        ("ISBN 978-2-07-036822-8", True),
        ("1234-5679", True),
        ("article 20 règlement 1082", True),
        ("jean.dupont@example.org", False),
        ("06 12 34 56 78", False),
        ("+33.3.80.19.20.45 mairie", False),
        ("1850576001234", False),
        ("x " * 80, False),
    ],
)
def test_addresses_and_numbers_of_persons_are_dropped(query, stays):
    assert bool(reader_queries.without_persons(query)) is stays


def test_queries_are_alike_whatever_their_case_accents_and_order():
    assert alike.key("Télétravail  FRONTALIER !") == alike.key("frontalier teletravail") != alike.key("télétravail")
    assert alike.key("santé -travail") != alike.key("santé travail")
    assert alike.key(" ?! ") == ""


def test_writing_costs_the_same_and_breaks_nothing(library, monkeypatch):
    def queries(count: int) -> int:
        for number in range(count):
            reader_queries._waiting += [
                reader_queries.Noted(f"question {count} {'abcdefgh'[number]}", "fr", str(one), 0) for one in range(3)
            ]
        with CaptureQueriesContext(connection) as taken:
            reader_queries.write()
        return len(taken)

    queries(1)
    assert queries(2) == queries(8)
    assert ReaderQuery.objects.count() == 11
    for number in range(reader_queries.WAITING + 5):
        reader_queries._waiting.append(reader_queries.Noted(str(number), "fr", "", None))
    assert len(reader_queries._waiting) == reader_queries.WAITING

    def broken(*args: Any) -> str:
        raise DatabaseError

    monkeypatch.setattr(reader_queries.clients, "network", broken)
    assert ask("/fr/portail/?q=trains", 1) == 200


def test_what_is_old_or_too_much_is_forgotten(monkeypatch):
    today = timezone.localdate()
    monday = today - datetime.timedelta(days=today.weekday())
    for age in (0, 4, 5, 60):
        week = monday - datetime.timedelta(weeks=age)
        QuerySighting.objects.create(query=str(age), session="x", monday=week)
        query = ReaderQuery.objects.create(locale="fr", key=str(age), text=str(age), asked_on=week)
        ReaderQueryWeek.objects.create(query=query, monday=week, sessions=3)
    SightingSalt.objects.create(day=today - datetime.timedelta(days=2), salt="x")
    reader_queries.prune()
    assert set(QuerySighting.objects.values_list("query", flat=True)) == {"0", "4"}
    assert set(ReaderQuery.objects.values_list("text", flat=True)) == {"0", "4", "5"}
    assert not SightingSalt.objects.exists()
    monkeypatch.setattr(reader_queries, "MOST_SIGHTINGS", 1)
    monkeypatch.setattr(reader_queries, "MOST_QUERIES", 1)
    reader_queries.prune()
    assert QuerySighting.objects.get().query == "4"
    assert ReaderQuery.objects.get().text == "0"


def test_documentalists_read_first_what_finds_nothing(client):
    administrator(client)
    today = timezone.localdate()
    monday = today - datetime.timedelta(days=today.weekday())
    for text, results, locale, age, sessions in (
        ("beaucoup", 12, "fr", 0, 9),
        ("rien", 0, "fr", 0, 3),
        ("nichts", 0, "de", 3, 5),
        ("vieux", None, "fr", 20, 40),
    ):
        query = ReaderQuery.objects.create(locale=locale, key=text, text=text, results=results, asked_on=today)
        week = monday - datetime.timedelta(weeks=age)
        ReaderQueryWeek.objects.create(query=query, monday=week, sessions=sessions)
    path = reverse("search_reader_queries")
    page = client.get(path).content.decode()
    assert 'href="/de/portail/?q=nichts"' in page
    assert "?query=nichts&amp;language=de" in page

    def listed(**parameters: str) -> list[str]:
        rows = b"".join(client.get(path, {"export": "csv", **parameters})).decode("utf-8-sig").splitlines()
        return rows[1:]

    assert client.get(path).status_code == 200
    assert [row.split(",")[:6] for row in listed()] == [
        ["nichts", "de", "0", "0", "5", "5"],
        ["rien", "fr", "0", "3", "3", "3"],
        ["beaucoup", "fr", "12", "9", "9", "9"],
        ["vieux", "fr", "", "0", "0", "40"],
    ]
    assert [row.split(",")[0] for row in listed(results="none", locale="fr")] == ["rien"]
    assert [row.split(",")[0] for row in listed(q="beau")] == ["beaucoup"]
    assert listed(ordering="-year")[0].startswith("vieux")
