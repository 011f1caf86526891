"""Atom feeds and calendars."""

import datetime
from typing import Any
from xml.etree import ElementTree

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import newsroom as make
from tests.factories.pages import locale
from tests.newsroom.conftest import Newsroom

pytestmark = pytest.mark.django_db

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def feed(client: Client, path: str) -> ElementTree.Element:
    response = client.get(f"/api/v2/feeds/{path}")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def test_a_feed_has_the_latest_first_in_its_language(client: Client, newsroom: Newsroom) -> None:
    now = timezone.now()
    for number in range(3):
        day = now - datetime.timedelta(days=number)
        make.news(
            newsroom.news, title=f"Nouvelle {number} & <b>", slug=f"n{number}", first_published_at=day,
            last_published_at=day, introduction="Un caractère \x0b de trop",
        )  # fmt: skip
    make.news(newsroom.news, title="Secret", live=False)
    found = feed(client, "news/")
    titles = [entry.findtext("a:title", namespaces=ATOM) for entry in found.findall("a:entry", ATOM)]
    assert titles == [f"Nouvelle {number} & <b>" for number in range(3)]
    entry = found.find("a:entry", ATOM)
    assert entry is not None
    assert entry.find("a:link", ATOM).get("href") == "http://localhost:8000/fr/" + newsroom.news.slug + "/n0/"  # type: ignore[union-attr]
    assert entry.findtext("a:summary", namespaces=ATOM) == "Un caractère  de trop"
    assert feed(client, "news/?locale=de").findall("a:entry", ATOM) == []
    assert client.get("/api/v2/feeds/news/").content == client.get("/api/v2/feeds/news/").content


def test_a_feed_takes_the_filters_of_its_list(client: Client, newsroom: Newsroom) -> None:
    make.news(newsroom.news, title="Offre", kind="job")
    make.news(newsroom.news, title="Nouvelle")
    titles = [e.findtext("a:title", namespaces=ATOM) for e in feed(client, "news/?kind=job").findall("a:entry", ATOM)]
    assert titles == ["Offre"]
    assert client.get("/api/v2/feeds/news/?state=open").status_code == 400
    assert client.get("/api/v2/feeds/calls/?state=open").status_code == 200


def entries(response: Any) -> list[icalendar.Event]:
    assert response["Content-Type"] == "text/calendar; charset=utf-8", response.content
    return list(icalendar.Calendar.from_ical(response.content.decode()).walk("VEVENT"))


def test_a_calendar_has_an_entry_a_session(client: Client, newsroom: Newsroom) -> None:
    start = datetime.datetime(2026, 5, 20, 12, tzinfo=datetime.UTC)
    hours = datetime.timedelta(hours=2)
    there = {"timezone": "America/Cayenne", "place": "Saint-Georges", "lat": 3.89, "lon": -51.8}
    sessions = [
        make.event_session(start, end=start + hours, **there),
        make.event_session(start + 24 * hours, all_day=True),
    ]
    event = make.event(newsroom.events, title="Rencontre, avec virgule", slug="rencontre", sessions=sessions)
    make.training(newsroom.trainings, title="Formation", sessions=[make.training_session(start)])
    make.event(newsroom.events, title="Brouillon", sessions=[make.event_session(start)], live=False)
    found = entries(client.get("/api/v2/calendar/"))
    assert sorted(str(entry["summary"]) for entry in found) == [
        "Formation", "Rencontre, avec virgule", "Rencontre, avec virgule",
    ]  # fmt: skip
    first, second = entries(client.get(f"/api/v2/pages/{event.pk}/calendar/"))
    assert first.decoded("dtstart") == start
    assert first.decoded("dtstart").utcoffset() == datetime.timedelta(hours=-3)
    assert first["location"] == "Saint-Georges"
    assert second.decoded("dtend") - second.decoded("dtstart") == datetime.timedelta(days=1)
    assert type(second.decoded("dtstart")) is datetime.date
    assert first["uid"] != second["uid"]
    assert entries(client.get("/api/v2/calendar/?locale=de")) == []
    assert locale("de").language_code == "de"


def test_an_entry_keeps_its_uid(client: Client, newsroom: Newsroom) -> None:
    start = datetime.datetime(2026, 5, 20, 12, tzinfo=datetime.UTC)
    day = datetime.timedelta(days=1)
    sessions = [make.event_session(start + number * day, place=str(number)) for number in range(2)]
    event = make.event(newsroom.events, title="Rencontre", slug="rencontre", sessions=sessions)

    def uids(page: Any) -> dict[str, str]:
        return {
            str(one["location"]): str(one["uid"]) for one in entries(client.get(f"/api/v2/pages/{page.pk}/calendar/"))
        }

    before = uids(event)
    first, second = event.sessions.order_by("start")
    first.start = first.end = start + 9 * day
    event.sessions = [second, first, make.event_session(start - day, place="new")]
    event.save_revision().publish()
    after = uids(event)
    assert after.keys() - before.keys() == {"new"}
    assert after.items() >= before.items()
    translated = event.copy_for_translation(locale("de"), copy_parents=True)
    translated.save_revision().publish()
    assert uids(translated) == after
    copied = event.copy(update_attrs={"slug": "copie"}, keep_live=True)
    assert set(uids(copied).values()).isdisjoint(after.values())


def test_a_calendar_tells_members_links_to_nobody(client: Client, newsroom: Newsroom) -> None:
    session = make.event_session(timezone.now(), online_url="https://example.org/salle")
    event = make.event(newsroom.events, audience="members", sessions=[session])
    assert b"example.org/salle" not in client.get(f"/api/v2/pages/{event.pk}/calendar/").content


def test_other_pages_have_no_calendar(client: Client, newsroom: Newsroom) -> None:
    draft = make.event(newsroom.events, sessions=[make.event_session(timezone.now())], live=False)
    for page in (draft, newsroom.news):
        response = client.get(f"/api/v2/pages/{page.pk}/calendar/")
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"
