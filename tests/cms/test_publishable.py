"""What was wrong when it was kept, or became so, is published on no route, and the message names the field."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Workflow

from borders.geography import BorderName
from borders.models import Border, BorderPage, PageBorder
from cms.refusals import publish_scheduled, reasons
from newsroom.models import EventPage
from tests.factories import borders as make
from tests.factories import newsroom
from tests.factories import resources as library
from tests.factories.pages import home_page

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def one_country(border: Border) -> None:
    border.countries = list(border.countries.all())[:1]


def no_french_name(border: Border) -> None:
    border.names = [BorderName(language="de", text="Deutschland–Frankreich")]


def no_name(border: Border) -> None:
    border.names = []


def two_preferred_names(border: Border) -> None:
    border.names.add(BorderName(language="fr", text="Allemagne–France"))


def nameless_name(border: Border) -> None:
    border.names.add(BorderName(language="it", text=""))


WRONG_BORDERS: dict[Callable[[Border], None], tuple[str, str]] = {
    one_country: ("countries", "Pays : Une frontière sépare au moins deux pays."),
    no_french_name: ("names", "Noms : Indiquez un nom préféré en français."),
    no_name: ("names", "Noms : Indiquez au moins un nom."),
    two_preferred_names: ("names", "Noms : Il y a déjà un nom préféré dans cette langue."),
    nameless_name: ("names", "Noms : n° 3 › Nom › Ce champ ne peut pas être vide."),
}


def refused(revision: Any) -> ValidationError:
    with pytest.raises(ValidationError) as refusal:
        revision.publish()
    return refusal.value


@pytest.mark.parametrize("spoil", WRONG_BORDERS, ids=lambda spoil: spoil.__name__)
def test_a_fact_is_checked_with_its_rows_and_choices(spoil: Callable[[Border], None]) -> None:
    border = make.revised(make.border("fr-de"))
    border.order = 7
    spoil(border)
    error = refused(border.save_revision(clean=False))
    field, message = WRONG_BORDERS[spoil]
    assert (list(error.message_dict), reasons(error)) == ([field], message)
    kept = Border.objects.get(pk=border.pk)
    assert (kept.order, kept.countries.count(), kept.names.count()) == (100, 2, 2)
    assert kept.get_latest_revision_as_object().order == 7, "the draft is still there to be mended"


def test_two_drafts_do_not_close_a_loop() -> None:
    top, tram = library.concept("mobility"), library.concept("tram")
    top.broader = [tram]
    tram.broader = [top]
    drafts = [concept.save_revision(clean=False) for concept in (top, tram)]
    drafts[0].publish()
    assert list(refused(drafts[1]).message_dict) == ["broader"]


def test_texts_of_a_fact_are_limited_and_one_a_language() -> None:
    indicator = make.indicator("population")
    row = type(indicator)._meta.get_field("definitions").related_model
    indicator.definitions = [row(language="fr", text="Définition."), row(language="fr", text="x" * 1001)]
    said = refused(indicator.save_revision(clean=False)).message_dict["definitions"]
    assert [message for message in said if "déjà un texte dans cette langue" in message]
    assert [message for message in said if message.startswith("n° 2 › Texte › ") and "1000" in message]


def test_a_territory_keeps_a_border() -> None:
    territory = make.territory("saarmoselle", [make.border("fr-de")])
    territory.borders = []
    assert list(refused(territory.save_revision(clean=False)).message_dict) == ["borders"]


@pytest.fixture
def event(db: Any) -> EventPage:
    session = newsroom.event_session(datetime(2026, 5, 1, 9, tzinfo=UTC), datetime(2026, 5, 1, 11, tzinfo=UTC))
    return newsroom.event(newsroom.event_index(home_page("fr")), sessions=[session])


def test_sessions_are_checked_one_by_one_and_together(event: EventPage) -> None:
    [session] = event.sessions.all()
    event.registration_deadline = session.end + timedelta(days=1)
    assert list(refused(event.save_revision(clean=False)).message_dict) == ["registration_deadline"]
    event.registration_deadline = None
    event.sessions = [type(session)(start=datetime(2026, 5, 2, 9, tzinfo=UTC), end=datetime(2026, 5, 1, 9, tzinfo=UTC))]
    assert reasons(refused(event.save_revision(clean=False))) == "Séances : n° 1 › Fin › La fin précède le début."
    event.sessions = []
    assert reasons(refused(event.save_revision(clean=False))) == "Séances : Indiquez au moins une session."


def test_blocks_and_links_of_a_page_are_checked(event: EventPage) -> None:
    fr_de = make.border("fr-de")
    event.border_links = [PageBorder(fact=fr_de), PageBorder(fact=fr_de)]
    event.body = [
        ("heading", {"text": "", "level": "h2"}),
        ("accordion", {"items": [{"title": "", "content": "<p>Oui.</p>"}]}),
    ]
    error = refused(event.save_revision(clean=False))
    assert set(error.message_dict) == {"border_links", "body"}
    assert error.message_dict["body"] == [
        "Intertitre › Texte › Champ requis.",
        "Accordéon › Éléments › Titre › Champ requis.",
    ]
    assert "Frontières : Le même choix est fait deux fois." in reasons(error)


def test_an_approval_of_a_draft_spoilt_since_says_why(editor: Client) -> None:
    border = make.revised(make.border("fr-de"))
    one_country(border)
    border.save_revision(clean=False)
    Workflow.objects.get().start(border, None)
    task = Border.objects.get(pk=border.pk).current_workflow_task_state
    names = Border.snippet_viewset
    form = reverse(names.get_url_name("edit"), args=[border.pk])
    action = reverse(names.get_url_name("workflow_action"), args=[border.pk, "approve", task.pk])
    answer = editor.post(action, {"comment": ""}, headers={"x-requested-with": "XMLHttpRequest"})
    assert json.loads(answer.content)["redirect"] == form
    said = " ".join(str(message) for message in editor.get(form).context["messages"])
    assert WRONG_BORDERS[one_country][1] in said
    border = Border.objects.get(pk=border.pk)
    assert (border.countries.count(), border.current_workflow_task_state.status) == (2, "in_progress")


def test_the_schedule_and_bulk_actions_refuse_an_incomplete_draft(editor: Client, event: EventPage) -> None:
    event.body = [("heading", {"text": "", "level": "h2"})]
    past = timezone.now() - timedelta(minutes=5)
    event.go_live_at = past
    event.save_revision(clean=False, approved_go_live_at=past)
    publish_scheduled()
    assert not EventPage.objects.get(pk=event.pk).body
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    answer = editor.post(f"{address}?id={event.pk}&next=/admin/", {})
    said = " ".join(str(message) for message in editor.get(answer.url).context["messages"])
    assert "Corps de la page : Intertitre › Texte › Champ requis." in said
    assert not EventPage.objects.get(pk=event.pk).body


def test_a_second_fiche_is_refused_whatever_wrote_it() -> None:
    index = make.border_index(home_page("fr"))
    make.border_page(index, make.border("fr-de"))
    second = make.border_page(index, make.border("fr-it"))
    second.border = Border.objects.get(code="fr-de")
    assert list(refused(second.save_revision(clean=False)).message_dict) == ["border"]
    assert BorderPage.objects.get(pk=second.pk).border.code == "fr-it"
