"""Creating and editing each page type in the admin, and what it refuses."""

import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.models import Collection, CollectionViewRestriction

from newsroom.models import CallPage, EventPage, NewsPage, TrainingPage
from tests.admin import administrator, edit_page, errors_of, inline_formset, new_page, rich, streamfield
from tests.factories import newsroom as make
from tests.newsroom.conftest import Newsroom

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def signed_in(client: Client) -> None:
    administrator(client)


def session(start: str = "2026-05-20 09:00", end: str = "2026-05-20 12:00", **fields: Any) -> dict[str, Any]:
    return {"start": start, "end": end, "timezone": "Europe/Paris", **fields}


def outcome(**fields: Any) -> Any:
    value = {"kind": "minutes", "title": "Compte rendu", "document": "", "url": "", "access": "public", **fields}
    return streamfield([("item", value)])


def test_news(client: Client, newsroom: Newsroom) -> None:
    response = new_page(
        client,
        NewsPage,
        newsroom.news,
        title="Offre de stage",
        slug="offre",
        date="2026-05-20",
        category="mot",
        kind="job",
        source_url="https://example.org/offre",
    )
    assert response.status_code == 302
    page = NewsPage.objects.get(slug="offre", alias_of=None)
    assert (page.live, page.kind, page.date) == (True, "job", datetime.date(2026, 5, 20))


def test_event_with_sessions_typed_on_the_clocks_of_their_place(client: Client, newsroom: Newsroom) -> None:
    response = new_page(
        client,
        EventPage,
        newsroom.events,
        title="Rencontre",
        slug="rencontre",
        event_type="territorial_meeting",
        programme=rich("<p>Accueil</p>"),
        sessions=inline_formset(
            [
                session(timezone="America/Cayenne", place="Saint-Georges", lat="3.89", lon="-51.8"),
                session("2026-06-01 15:00", "", all_day="on"),
            ]
        ),
        organisers=inline_formset([{"role": "host", "name": "Collectivité", "website": "https://example.org"}]),
        outcomes=outcome(url="https://example.org/cr"),
    )
    assert response.status_code == 302, errors_of(response)
    page = EventPage.objects.get(slug="rencontre", alias_of=None)
    first, second = page.sessions.order_by("start")
    assert first.start == datetime.datetime(2026, 5, 20, 12, tzinfo=datetime.UTC)
    assert second.start == datetime.datetime(2026, 6, 1, tzinfo=ZoneInfo("Europe/Paris"))
    assert second.end == datetime.datetime(2026, 6, 1, 23, 59, 59, tzinfo=ZoneInfo("Europe/Paris"))
    assert page.organisers.get().role == "host"

    address = f"/admin/pages/{page.pk}/edit/"
    form = client.get(address).context["form"].formsets["sessions"].forms[0]
    assert str(form["start"].value()) == "2026-05-20 09:00:00"
    edited = edit_page(client, page, title="Rencontre de mai")
    assert edited.status_code == 302, errors_of(edited)
    page = EventPage.objects.get(pk=page.pk)
    assert page.title == "Rencontre de mai"
    assert page.sessions.order_by("start")[0].start == first.start


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (session(end="2026-05-20 08:00"), "end"),
        (session(end="2026-05-19 08:00", all_day="on"), "end"),
        (session(end=""), "end"),
        (session(timezone="Mars/Olympus"), "timezone"),
        (session(lat="48.5"), "lon"),
        (session(lat="148.5", lon="7"), "lat"),
        (session(start="2026-03-29 02:30", end="2026-03-29 12:00"), "start"),
        (session(start="never"), "start"),
        (session(start="0001-01-01 00:00"), "start"),
        (session(end="9999-12-31 23:59", timezone="Europe/London"), "end"),
        (session(online_url="javascript:alert(1)"), "online_url"),
    ],
)
def test_session_is_refused_on_its_field(client: Client, newsroom: Newsroom, row: dict[str, Any], field: str) -> None:
    response = new_page(
        client,
        EventPage,
        newsroom.events,
        title="Rencontre",
        slug="rencontre",
        event_type="bureau",
        sessions=inline_formset([row]),
    )
    assert set(errors_of(response)) == {f"sessions-0-{field}"}
    assert not EventPage.objects.exists()


def test_an_event_has_a_session_at_the_latest_when_it_is_published(client: Client, newsroom: Newsroom) -> None:
    fields = {"title": "Rencontre", "slug": "rencontre", "event_type": "bureau", "sessions": inline_formset([])}
    refused = new_page(client, EventPage, newsroom.events, **fields)
    assert errors_of(refused) == {"sessions": ["Indiquez au moins une session."]}
    draft = new_page(client, EventPage, newsroom.events, **fields, **{"action-publish": []})
    assert draft.status_code == 302, errors_of(draft)


@pytest.mark.parametrize("model", [EventPage, TrainingPage])
def test_deadline_after_the_last_session_is_refused(client: Client, newsroom: Newsroom, model: Any) -> None:
    parent = newsroom.events if model is EventPage else newsroom.trainings
    kind = {"event_type": "bureau"} if model is EventPage else {}
    fields = {"title": "Réunion", "slug": "reunion", "sessions": inline_formset([session()]), **kind}
    refused = new_page(client, model, parent, **fields, registration_deadline="2026-05-20 12:30")
    assert set(errors_of(refused)) == {"registration_deadline"}
    accepted = new_page(client, model, parent, **fields, registration_deadline="2026-05-20 08:30")
    assert accepted.status_code == 302


def test_training(client: Client, newsroom: Newsroom) -> None:
    fields = {
        "title": "Outils juridiques",
        "slug": "outils",
        "objectives": rich("<ul><li>Distinguer</li></ul>"),
        "sessions": inline_formset([session()]),
        "organisers": inline_formset([{"role": "trainer", "name": "MOT", "website": ""}]),
        "level": "beginner",
        "language": "de",
        "seats": "20",
        "materials": outcome(kind="slides", url="https://example.org/slides"),
    }
    refused = new_page(client, TrainingPage, newsroom.trainings, **fields, price="-1")
    assert set(errors_of(refused)) == {"price"}
    response = new_page(client, TrainingPage, newsroom.trainings, **fields, price="120.50")
    assert response.status_code == 302, errors_of(response)
    page = TrainingPage.objects.get(slug="outils", alias_of=None)
    assert (page.price, page.language, page.seats) == (Decimal("120.50"), "de", 20)


def test_call(client: Client, newsroom: Newsroom) -> None:
    fields = {"title": "Appel", "slug": "appel", "opens_at": "2026-05-01 09:00", "timezone": "America/Cayenne"}
    response = new_page(
        client,
        CallPage,
        newsroom.calls,
        **fields,
        closes_at="2026-06-01 17:00",
        min_amount="1000",
        max_amount="5000",
        documents=outcome(url="https://example.org/reglement"),
    )
    assert response.status_code == 302, errors_of(response)
    page = CallPage.objects.get(slug="appel", alias_of=None)
    assert page.opens_at == datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)
    assert edit_page(client, page, title="Appel 2026").status_code == 302
    page.refresh_from_db()
    assert page.opens_at == datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"closes_at": "2026-04-01 09:00"}, "closes_at"),
        ({"closes_at": "2026-05-01 09:00"}, "closes_at"),
        ({"min_amount": "10", "max_amount": "5"}, "max_amount"),
        ({"min_amount": "-1"}, "min_amount"),
        ({"max_amount": "12345678901.00"}, "max_amount"),
        ({"opens_at": ""}, "opens_at"),
        ({"closes_at": "9999-12-31 23:59"}, "closes_at"),
        ({"timezone": ""}, "timezone"),
    ],
)
def test_call_is_refused_on_its_field(client: Client, newsroom: Newsroom, wrong: dict[str, str], field: str) -> None:
    fields = {"title": "Appel", "slug": "appel", "opens_at": "2026-05-01 09:00", "timezone": "Europe/Paris", **wrong}
    response = new_page(client, CallPage, newsroom.calls, **fields)
    assert set(errors_of(response)) == {field}


def test_document_for_members_must_be_in_a_members_collection(client: Client, newsroom: Newsroom) -> None:
    page = make.event(newsroom.events, sessions=[make.event_session(timezone.now())])
    public = make.attachment("Compte rendu")
    refused = edit_page(client, page, outcomes=outcome(document=str(public.pk), access="members"))
    assert set(errors_of(refused)) == {"outcomes"}

    members = Collection.get_first_root_node().add_child(name="Adhérents")
    CollectionViewRestriction.objects.create(collection=members, restriction_type="login")
    get_document_model().objects.update(collection=members)
    accepted = edit_page(client, page, outcomes=outcome(document=str(public.pk), access="members"))
    assert accepted.status_code == 302, errors_of(accepted)


@pytest.mark.parametrize("value", [{}, {"url": "https://example.org", "title": ""}])
def test_outcome_needs_one_target_and_a_title(client: Client, newsroom: Newsroom, value: dict[str, str]) -> None:
    page = make.event(newsroom.events, sessions=[make.event_session(timezone.now())])
    assert set(errors_of(edit_page(client, page, outcomes=outcome(**value)))) == {"outcomes"}
