"""What news, events, trainings and calls show over REST, and what they never show."""

import datetime
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Collection, CollectionViewRestriction

from newsroom.models import EventOrganiser, EventPage, NewsPage, TrainingOrganiser, TrainingPage
from tests.factories import newsroom as make
from tests.factories import resources
from tests.newsroom.conftest import Newsroom

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

NOW = datetime.datetime.now(ZoneInfo("Europe/Paris")).replace(microsecond=0)
DAY = datetime.timedelta(days=1)


def get(client: Client, path: str, status: int = 200) -> Any:
    response = client.get(f"/api/v2/{path}")
    assert response.status_code == status, response.content
    return json.loads(response.content)


def item(**fields: Any) -> dict[str, Any]:
    value = {"kind": "minutes", "title": "Compte rendu", "document": None, "url": "", "access": "public", **fields}
    return {"type": "item", "value": value, "id": "1"}


def test_news(client: Client, newsroom: Newsroom) -> None:
    page = make.news(
        newsroom.news,
        date=datetime.date(2026, 5, 20),
        category="europe",
        kind="press_release",
        source_url="https://a.eu/",
    )
    found = get(client, f"pages/{page.pk}/")
    assert found["date"] == "2026-05-20"
    assert found["category"] == {"code": "europe", "label": "Europe"}
    assert found["kind"]["code"] == "press_release"
    assert found["source_url"] == "https://a.eu/"


def test_event_tells_moments_with_the_offset_of_their_place(client: Client, newsroom: Newsroom) -> None:
    start = datetime.datetime(2026, 5, 20, 9, tzinfo=ZoneInfo("America/Cayenne"))
    page = make.event(
        newsroom.events,
        sessions=[
            make.event_session(start + 30 * DAY, start + 31 * DAY, all_day=True),
            make.event_session(start, timezone="America/Cayenne", place="Saint-Georges", lat=3.89, lon=-51.8),
        ],
        registration_deadline=start - DAY,
    )
    found = get(client, f"pages/{page.pk}/")
    assert found["sessions"] == [
        {
            "start": "2026-05-20T09:00:00-03:00",
            "end": "2026-05-20T12:00:00-03:00",
            "timezone": "America/Cayenne",
            "all_day": False,
            "place": "Saint-Georges",
            "address": "",
            "lat": 3.89,
            "lon": -51.8,
            "online_url": None,
        },
        {
            "start": "2026-06-19",
            "end": "2026-06-20",
            "timezone": "Europe/Paris",
            "all_day": True,
            "place": "",
            "address": "",
            "lat": None,
            "lon": None,
            "online_url": None,
        },
    ]
    assert found["registration_deadline"] == "2026-05-19T09:00:00-03:00"


@pytest.mark.parametrize("make_page", [make.event, make.training])
def test_links_of_what_is_for_members_never_show(client: Client, newsroom: Newsroom, make_page: Any) -> None:
    session = make.event_session if make_page is make.event else make.training_session
    parent = newsroom.events if make_page is make.event else newsroom.trainings
    page = make_page(
        parent,
        sessions=[session(NOW + DAY, place="Metz", online_url="https://meet.example.org/secret")],
        audience="members",
        registration_url="https://example.org/secret",
        registration_deadline=NOW,
    )
    for path in (
        f"pages/{page.pk}/",
        f"pages/?type={page._meta.label}&fields=*",
        f"pages/{page.pk}/?fields=_,sessions",
    ):
        assert "secret" not in json.dumps(get(client, path))
    found = get(client, f"pages/{page.pk}/")
    assert found["audience"]["code"] == "members"
    assert found["registration_url"] is None
    assert found["registration_deadline"] is not None
    assert found["sessions"][0]["place"] == "Metz"
    page.audience = "public"
    page.save()
    assert get(client, f"pages/{page.pk}/")["registration_url"] == "https://example.org/secret"
    assert get(client, f"pages/{page.pk}/")["sessions"][0]["online_url"] == "https://meet.example.org/secret"


def test_files_for_members_have_no_address(client: Client, newsroom: Newsroom) -> None:
    members = Collection.get_first_root_node().add_child(name="Adhérents")
    CollectionViewRestriction.objects.create(collection=members, restriction_type="login")
    public, closed = make.attachment("Ordre du jour"), make.attachment("Relevé", collection=members)
    page = make.event(
        newsroom.events,
        outcomes=[
            item(document=public.pk, title=""),
            item(document=public.pk, access="members"),
            item(document=closed.pk),
            item(url="https://example.org/film", kind="recording"),
            item(url="https://example.org/secret", access="members"),
            item(document=987654),
        ],
    )
    found = get(client, f"pages/{page.pk}/")
    outcomes = [entry["value"] for entry in found["outcomes"]]
    assert [outcome["access"] for outcome in outcomes] == [
        "public",
        "members",
        "members",
        "public",
        "members",
        "public",
    ]
    assert outcomes[0]["title"] == "Ordre du jour"
    assert outcomes[0]["url"].endswith(public.url)
    assert outcomes[0]["file_extension"] == "txt"
    assert [outcome["url"] for outcome in outcomes[1:]] == [None, None, "https://example.org/film", None, None]
    assert outcomes[3]["kind"]["code"] == "recording"
    assert "secret" not in json.dumps(found)
    assert closed.file.name not in json.dumps(found)


def test_training(client: Client, newsroom: Newsroom) -> None:
    page = make.training(
        newsroom.trainings,
        sessions=[make.training_session(NOW + DAY)],
        language="de",
        level="advanced",
        price="120.00",
        seats=20,
        price_note="Repas compris",
        objectives="<ul><li>Distinguer</li></ul>",
        target_group="Élus",
        materials=[item(url="https://example.org/s", kind="slides")],
    )
    TrainingOrganiser.objects.create(page=page, name="CNFPT", role="partner", website="https://www.cnfpt.fr")
    found = get(client, f"pages/{page.pk}/?locale=fr")
    assert found["state"]["code"] == "open"
    assert found["language"]["code"] == "de"
    assert (found["price"], found["seats"], found["price_note"]) == (120, 20, "Repas compris")
    assert found["objectives"] == "<ul><li>Distinguer</li></ul>"
    assert found["organisers"][0]["role"]["code"] == "partner"
    assert found["materials"][0]["value"]["kind"]["code"] == "slides"


def test_call_points_to_its_project_in_the_language_of_the_answer(client: Client, newsroom: Newsroom) -> None:
    project = resources.project(resources.project_index(newsroom.home), "Bassins de vie")
    page = make.call(
        newsroom.calls,
        project=project,
        opens_at=datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC),
        closes_at=datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC),
        timezone="America/Paramaribo",
        min_amount="5000",
        max_amount="20000.50",
    )
    found = get(client, f"pages/{page.pk}/")
    assert found["project"]["title"] == "Bassins de vie"
    assert found["opens_at"] == "2026-05-01T09:00:00-03:00"
    assert found["closes_at"] == "2026-06-01T09:00:00-03:00"
    assert (found["min_amount"], found["max_amount"]) == (5000, 20000.5)
    project.live = False
    project.save()
    assert get(client, f"pages/{page.pk}/")["project"] is None


def test_lists_filter_by_state_and_period_and_order_by_start(client: Client, newsroom: Newsroom) -> None:
    past = make.event(newsroom.events, "Passé", [make.event_session(NOW - 40 * DAY)])
    soon = make.event(newsroom.events, "Bientôt", [make.event_session(NOW + DAY)])
    later = make.event(newsroom.events, "Plus tard", [make.event_session(NOW + 40 * DAY)], event_type="webinar")
    training = make.training(newsroom.trainings, sessions=[make.training_session(NOW + 10 * DAY)])
    news = make.news(newsroom.news, date=(NOW - 3 * DAY).date())

    def ids(query: str) -> list[int]:
        return [found["id"] for found in get(client, f"pages/?{query}")["items"]]

    events = "type=newsroom.EventPage"
    assert ids(f"{events}&state=upcoming&order=start") == [soon.pk, later.pk]
    assert ids(f"{events}&state=past") == [past.pk]
    assert ids(f"{events}&order=-start") == [later.pk, soon.pk, past.pk]
    assert ids(f"{events}&event_type=webinar") == [later.pk]
    assert ids("type=newsroom.EventPage,newsroom.TrainingPage&state=upcoming,open") == [soon.pk, later.pk, training.pk]
    assert ids(f"{events}&date_from={NOW.date()}&date_to={(NOW + 5 * DAY).date()}") == [soon.pk]
    assert ids(f"type=newsroom.NewsPage&date_from={(NOW - 4 * DAY).date()}") == [news.pk]
    assert ids(f"type=newsroom.NewsPage&date_from={(NOW - 2 * DAY).date()}") == []
    assert get(client, f"pages/?{events}&state=ouvert", 400)["errors"][0]["allowed"] == [
        "upcoming",
        "open",
        "closed",
        "past",
    ]
    assert get(client, f"pages/?{events}&date_from=9999-12-31", 400)["errors"][0]["parameter"] == "date_from"
    assert get(client, "pages/?state=open", 400)["errors"][0]["parameter"] == "state"


@pytest.mark.parametrize(
    ("model", "detail_limit"), [(EventPage, 16), (TrainingPage, 16), (NewsPage, 16)], ids=lambda value: str(value)
)
def test_queries_do_not_grow_with_the_content(
    client: Client, newsroom: Newsroom, model: Any, detail_limit: int
) -> None:
    def add(number: int) -> Any:
        title = f"Page {number}"
        if model is NewsPage:
            return make.news(newsroom.news, title)
        if model is TrainingPage:
            return make.training(newsroom.trainings, title, [make.training_session(NOW + n * DAY) for n in range(3)])
        page = make.event(newsroom.events, title, [make.event_session(NOW + n * DAY) for n in range(3)])
        EventOrganiser.objects.create(page=page, name="MOT")
        return page

    def queries(path: str) -> int:
        get(client, path)  # facts are read once per content version
        with CaptureQueriesContext(
            connection,
        ) as captured:
            get(client, path)
        return len(captured)

    page = add(0)
    one = queries(f"pages/?type={model._meta.label}")
    assert queries(f"pages/{page.pk}/") <= detail_limit
    for number in range(1, 20):
        add(number)
    many = queries(f"pages/?type={model._meta.label}")
    assert many == one
    assert many <= 10
