"""What the publication of a source carries into its translations, and what it leaves alone."""

import datetime
import json
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page
from wagtail_localize.models import Translation

from borders.models import ObstacleIndexPage, ObstaclePage
from cms.translation import drafting, publication, status, trees
from home.models import HomePage
from newsroom.models import EventIndexPage, EventPage, EventSession
from resources.models import Concept, PageTheme
from tests.factories.pages import locale
from tests.translation.conftest import in_german, translate_texts

START = datetime.datetime(2027, 3, 1, 9, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def themes(db: None) -> list[Concept]:
    return [Concept.objects.create(code=code) for code in ("theme-a", "theme-b")]


@pytest.fixture
def event(home: HomePage, themes: list[Concept]) -> EventPage:
    """A published French event with one session and one theme, and its fallback."""
    index = home.add_child(instance=EventIndexPage(title="Agenda", slug="agenda", locale=home.locale))
    page = EventPage(title="Forum", slug="forum", event_type="conference", introduction="Venez.", locale=home.locale)
    page.sessions = [EventSession(start=START, end=START + HOUR, timezone="Europe/Paris", place="Lille")]
    page.theme_links = [PageTheme(fact=themes[0])]
    index.add_child(instance=page)
    page.save_revision().publish()
    trees.synchronise_trees()
    return EventPage.objects.get(pk=page.pk)


@pytest.fixture
def translation(event: EventPage) -> Translation:
    """Its published German translation."""
    [translation] = drafting.submit(event, [locale("de")], None)
    translate_texts(translation)
    drafting.save(translation, publish=True)
    return translation


def facts(page: Page) -> tuple[Any, ...]:
    """What must be the same in every language."""
    page = EventPage.objects.get(pk=page.pk)
    return (
        page.event_type,
        [(session.start, session.place) for session in page.sessions.all()],
        [link.fact.code for link in page.theme_links.all()],
    )


def postpone(event: EventPage, themes: list[Concept], *, publish: bool = True) -> None:
    """A later date in another town, another theme and another type."""
    start = START + datetime.timedelta(days=7)
    event.sessions = [EventSession(start=start, end=start + HOUR, timezone="Europe/Paris", place="Metz")]
    event.theme_links = [PageTheme(fact=themes[1])]
    event.event_type = "webinar"
    revision = event.save_revision()
    if publish:
        revision.publish()


def test_a_postponed_event_is_postponed_in_german(
    event: EventPage, translation: Translation, themes: list[Concept]
) -> None:
    before = facts(in_german(event))
    postpone(event, themes, publish=False)
    assert facts(in_german(event)) == before, "a draft of the source reaches nobody"
    event.get_latest_revision().publish()
    german = in_german(event)
    assert facts(german) == facts(event) != before
    assert (german.title, german.introduction) == ("DE Forum", "DE Venez.")
    assert not german.has_unpublished_changes
    assert german.live_revision_id == german.latest_revision_id


def test_readers_get_the_new_date_from_the_api(
    client: Client, event: EventPage, translation: Translation, themes: list[Concept]
) -> None:
    postpone(event, themes)
    answers = [client.get(f"/api/v2/pages/{page.pk}/").json() for page in (event, in_german(event))]
    assert answers[0]["sessions"] == answers[1]["sessions"]
    assert answers[0]["themes"][0]["code"] == answers[1]["themes"][0]["code"]
    assert answers[1]["title"] == "DE Forum"


def test_a_draft_gets_the_facts_keeps_its_text_and_stays_a_draft(
    event: EventPage, translation: Translation, themes: list[Concept]
) -> None:
    translate_texts(translation, {"Venez.": "Kommen Sie."})
    drafting.save(translation)
    postpone(event, themes)
    german = in_german(event)
    draft = german.get_latest_revision_as_object()
    assert (german.introduction, draft.introduction) == ("DE Venez.", "Kommen Sie.")
    assert german.has_unpublished_changes
    assert german.live_revision_id != german.latest_revision_id
    assert [session.place for session in draft.sessions.all()] == ["Metz"]
    assert facts(german) == facts(event)


def test_a_first_draft_on_a_fallback_gets_the_facts(event: EventPage, themes: list[Concept]) -> None:
    [translation] = drafting.submit(event, [locale("de")], None)
    translate_texts(translation)
    drafting.save(translation)
    postpone(event, themes)
    german = in_german(event)
    draft = german.get_latest_revision_as_object()
    assert german.alias_of_id == event.pk
    assert draft.title == "DE Forum"
    assert [session.place for session in draft.sessions.all()] == ["Metz"]
    german.get_latest_revision().publish()
    german = in_german(event)
    assert german.alias_of_id is None
    assert facts(german) == facts(event)


def test_a_review_goes_on_and_publishes_the_new_facts(
    admin_user: Any, event: EventPage, translation: Translation, themes: list[Concept]
) -> None:
    translate_texts(translation, {"Venez.": "Kommen Sie."})
    drafting.save(translation)
    german = in_german(event)
    state = german.get_workflow().start(german, admin_user)
    postpone(event, themes)
    assert in_german(event).workflow_in_progress
    state.refresh_from_db()
    state.current_task_state.approve(user=admin_user)
    german = in_german(event)
    assert german.introduction == "Kommen Sie."
    assert facts(german) == facts(event)


def test_a_translation_published_from_an_old_copy_has_todays_facts(
    event: EventPage, translation: Translation, themes: list[Concept]
) -> None:
    postpone(event, themes)
    drafting.save(translation, publish=True)
    assert facts(in_german(event)) == facts(event)


def test_rows_that_did_not_change_stay_themselves(event: EventPage, translation: Translation) -> None:
    def keys() -> list[int]:
        return [row.pk for rows in ("sessions", "theme_links") for row in getattr(in_german(event), rows).all()]

    before = keys()
    drafting.save(translation, publish=True)
    assert keys() == before


def test_a_summary_is_left_behind(event: EventPage, translation: Translation, themes: list[Concept]) -> None:
    status.mark_summary(in_german(event))
    before = facts(in_german(event))
    postpone(event, themes)
    assert facts(in_german(event)) == before


def test_nothing_is_written_where_nothing_changed(event: EventPage, translation: Translation) -> None:
    before = in_german(event).latest_revision_id
    event.introduction = "Venez nombreux."
    event.save_revision().publish()
    assert in_german(event).latest_revision_id == before


def test_what_failed_is_tried_again_by_the_worker(
    event: EventPage, translation: Translation, themes: list[Concept], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django_tasks_db.models import DBTaskResult

    def fail(*args: Any) -> bool:
        raise RuntimeError("no")

    with monkeypatch.context() as broken:
        broken.setattr(publication, "_carry", fail)
        postpone(event, themes)
    assert facts(event)[0] == "webinar", "the source is published all the same"
    assert facts(in_german(event)) != facts(event)
    [task] = DBTaskResult.objects.filter(task_path__endswith=".carry_again")
    publication.carry_again.call(*task.args_kwargs["args"])
    assert facts(in_german(event)) == facts(event)


@pytest.mark.django_db(transaction=True)
def test_a_crash_publishes_neither_or_both(
    event: EventPage, translation: Translation, themes: list[Concept], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """What no handler catches."""

    def die(*args: Any) -> bool:
        raise Killed

    before = facts(event)
    with monkeypatch.context() as broken:
        broken.setattr(publication, "_carry", die)
        with pytest.raises(Killed):
            postpone(event, themes)
    assert facts(event) == before == facts(in_german(event))


def test_one_more_language_costs_no_query(event: EventPage, translation: Translation) -> None:
    def cost() -> list[str]:
        page = EventPage.objects.get(pk=event.pk)
        with CaptureQueriesContext(connection) as asked:
            page.save_revision().publish()
        return [query["sql"].split()[0] for query in asked]

    event.get_translation(locale("en")).delete()  # a fallback costs more than a translation
    cost()  # fills what is kept in memory
    with_one = cost()
    [english] = drafting.submit(event, [locale("en")], None)
    translate_texts(english)
    drafting.save(english, publish=True)
    assert Counter(cost()) - Counter(with_one) == {}


def step(place: str, date: str, state: str, note: str) -> dict[str, Any]:
    """A step of an obstacle as it is stored."""
    value = {"date": date, "precision": "day", "status": state, "note": note}
    return {"type": "step", "id": place * 8, "value": value}


def test_steps_of_an_obstacle_are_facts_with_prose(home: HomePage) -> None:
    index = home.add_child(instance=ObstacleIndexPage(title="Obstacles", slug="obstacles", locale=home.locale))
    first = step("1", "2020-01-01", "identified", "Signalé.")
    page = ObstaclePage(title="Train", slug="train", kind="legal", level="national", locale=home.locale)
    page.steps = json.dumps([first])
    index.add_child(instance=page)
    page.save_revision().publish()
    trees.synchronise_trees()
    [translation] = drafting.submit(page, [locale("de")], None)
    translate_texts(translation)
    drafting.save(translation, publish=True)
    later = step("1", "2020-02-02", "identified", "Signalé par deux élus.")
    solved = step("2", "2020-03-03", "solved", "Fini.")
    page = ObstaclePage.objects.get(pk=page.pk)
    page.steps = json.dumps([later, solved])
    page.save_revision().publish()
    steps = in_german(page).steps.get_prep_value()
    assert [(step["value"]["date"], step["value"]["status"], step["value"]["note"]) for step in steps] == [
        ("2020-02-02", "identified", "DE Signalé."),
        ("2020-03-03", "solved", ""),
    ]
    assert in_german(page).status == "solved"
    page.steps = json.dumps([later])
    page.save_revision().publish()
    assert [step["value"]["status"] for step in in_german(page).steps.get_prep_value()] == ["identified"]


def test_new_and_lost_prose_waits_for_the_translators(french: Page, german: Page) -> None:
    body = french.body.get_prep_value()
    new = {"type": "paragraph", "id": "11111111-0000-4000-8000-000000000003", "value": "<p>Nouveau.</p>"}
    french.body = json.dumps([new, *body[1:]])
    french.save_revision().publish()
    text = str(in_german(french).body)
    assert "Nouveau" not in text
    assert "DE Le cadre" in text
