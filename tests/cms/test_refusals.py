"""What is refused as it is published: a message on the form, nothing stored, the task still open, the others go on."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.signals import post_save
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageLogEntry, Workflow

from borders.geography import BorderName
from borders.models import Border, BorderPage, Country
from cms.refusals import LOG_ACTION, publish_scheduled
from home.models import HomePage
from tests import admin
from tests.factories import borders as make
from tests.factories.pages import home_page

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

WHY = "Frontière : La page « Fiche fr-de » lui est déjà consacrée dans cette langue."


@pytest.fixture
def home(db: Any) -> HomePage:
    return home_page("fr")


@pytest.fixture
def late(home: HomePage) -> BorderPage:
    """A fiche whose draft is about a border that another fiche has become about since."""
    index = make.border_index(home)
    late = make.border_page(index, make.border("fr-es"), title="Fiche en retard")
    first = make.border_page(index, make.border("fr-it"), title="Fiche fr-de")
    fr_de = make.border("fr-de")
    late.border = fr_de
    late.save_revision()
    first.border = fr_de
    first.save_revision().publish()
    return BorderPage.objects.get(pk=late.pk)


def approval(page: BorderPage) -> str:
    Workflow.objects.get().start(page, None)
    task = BorderPage.objects.get(pk=page.pk).current_workflow_task_state
    return reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", task.pk])


def messages_at(client: Client, address: str) -> str:
    return " ".join(str(message) for message in client.get(address).context["messages"])


def still_waits(late: BorderPage) -> bool:
    page = BorderPage.objects.get(pk=late.pk)
    return page.border.code == "fr-es" and page.current_workflow_task_state is not None


def test_an_approval_says_on_the_form_why_it_is_refused(editor: Client, late: BorderPage) -> None:
    form = reverse("wagtailadmin_pages:edit", args=[late.pk])
    action = approval(late)
    answer = editor.post(action, {"next": reverse("wagtailadmin_home")})
    assert (answer.status_code, answer.url) == (302, form)
    said = messages_at(editor, form)
    assert "« Fiche en retard » : la publication est refusée." in said
    assert WHY in said
    assert still_waits(late)
    answer = editor.post(action, {"comment": "Bien."}, headers={"x-requested-with": "XMLHttpRequest"})
    assert json.loads(answer.content)["redirect"] == form, "the modal goes there, too"
    assert WHY in messages_at(editor, form)
    answer = editor.post(
        form, admin.filled(editor, form) | {"action-workflow-action": "on", "workflow-action-name": "approve"}
    )
    assert "border" in admin.errors_of(answer), "the form itself says it on the field"
    assert still_waits(late)


def test_a_bulk_publication_is_refused_with_a_reason(editor: Client, late: BorderPage) -> None:
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    answer = editor.post(f"{address}?id={late.pk}&next=/admin/", {})
    assert answer.status_code == 302
    assert WHY in messages_at(editor, answer.url)
    assert BorderPage.objects.get(pk=late.pk).border.code == "fr-es"


def test_facts_are_checked_at_their_approval(editor: Client) -> None:
    first, late = make.country("be"), make.country("lu")
    late.code = "nl"
    late.save_revision()
    first.code = "nl"
    first.save_revision().publish()
    late = Country.objects.get(pk=late.pk)
    Workflow.objects.get().start(late, None)
    task = late.current_workflow_task_state
    namespace = Country.snippet_viewset
    answer = editor.post(reverse(namespace.get_url_name("workflow_action"), args=[late.pk, "approve", task.pk]))
    assert (answer.status_code, answer.url) == (302, reverse(namespace.get_url_name("edit"), args=[late.pk]))
    assert "Code : " in messages_at(editor, answer.url)
    late = Country.objects.get(pk=late.pk)
    assert (late.code, late.current_workflow_task_state.status) == ("lu", "in_progress")


@pytest.mark.django_db(transaction=True)
def test_a_fact_is_published_whole_or_not_at_all() -> None:
    fact = make.border("fr-de", {"fr": "France–Allemagne", "de": "Frankreich–Deutschland"})
    fact.kind = "lake"
    fact.names.add(BorderName(language="it", text="Francia–Germania"))
    revision = fact.save_revision()

    def die(instance: BorderName, **kwargs: Any) -> None:
        if instance.language == "it":
            raise RuntimeError

    post_save.connect(die, sender=BorderName)
    try:
        with pytest.raises(RuntimeError):
            revision.publish()
    finally:
        post_save.disconnect(die, sender=BorderName)
    stored = Border.objects.get(pk=fact.pk)
    assert (stored.kind, stored.name_in("fr")) == ("land", "France–Allemagne")


def test_the_schedule_goes_on_without_what_is_refused(late: BorderPage, caplog: Any) -> None:
    past = timezone.now() - timedelta(minutes=5)
    late.refresh_from_db()
    draft = late.get_latest_revision_as_object()
    draft.go_live_at = past
    revision = draft.save_revision(approved_go_live_at=past, clean=False)
    other = make.border_page(late.get_parent(), make.border("fr-ch"), live=False)
    other.go_live_at = past + timedelta(minutes=1)
    other.save_revision(approved_go_live_at=other.go_live_at)
    publish_scheduled()
    other.refresh_from_db()
    late.refresh_from_db()
    revision.refresh_from_db()
    assert other.live
    assert late.border.code == "fr-es"
    assert revision.approved_go_live_at is None, "or it would be tried each minute for ever"
    assert WHY in caplog.text
    [entry] = PageLogEntry.objects.filter(action=LOG_ACTION)
    assert entry.page_id == late.pk
    assert WHY in entry.message
    publish_scheduled()
    assert PageLogEntry.objects.filter(action=LOG_ACTION).count() == 1
