"""The way of a translation to readers when its translator may not publish."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupPagePermission, Page, WorkflowContentType, WorkflowState
from wagtail_localize.models import Translation

from cms import roles
from cms.facts import Fact
from cms.models import User
from cms.translation import drafting
from home.models import StandardPage
from tests.factories.pages import locale
from tests.translation.conftest import in_german, translate_texts


def client_in(group: str) -> Client:
    user = User.objects.create_user(group, password="x")
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def translation(french: StandardPage) -> Translation:
    [translation] = drafting.submit(french, [locale("de")], None)
    translate_texts(translation)
    return translation


def edit(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def review(translation: Translation) -> str:
    return reverse("cms_translation_review", args=[translation.pk])


def act(page: Page, action: str) -> str:
    """Where a reviewer approves or asks for changes."""
    return reverse("cms_translation_act", args=[page.pk, action, page.current_workflow_task_state.pk])


def test_a_translator_submits_and_an_editor_approves(
    french: StandardPage, translation: Translation, answers: Any
) -> None:
    before = answers()
    translator, editor = client_in(roles.TRANSLATORS), client_in(roles.EDITORS)
    page = in_german(french)
    assert review(translation) in translator.get(edit(page)).content.decode()
    assert translator.post(review(translation)).status_code == 302
    assert answers() == before, "in review is not published"
    page = in_german(french)
    assert page.workflow_in_progress
    assert review(translation) not in translator.get(edit(page)).content.decode()
    action = act(page, "approve")
    assert action not in translator.get(edit(page)).content.decode()
    translator.post(action)
    assert answers() == before, "a translator does not approve"
    assert action in editor.get(edit(page)).content.decode()
    editor.post(action)
    page = in_german(french)
    assert (page.title, page.alias_of_id, page.workflow_in_progress) == ("DE La mission", None, False)
    assert page.translation_status.completeness == "full"


def test_changes_asked_for_lead_to_a_second_submission(french: StandardPage, translation: Translation) -> None:
    translator, editor = client_in(roles.TRANSLATORS), client_in(roles.EDITORS)
    translator.post(review(translation))
    page = in_german(french)
    editor.post(act(page, "reject"), {"comment": "Le titre, s'il vous plaît."})
    assert in_german(french).current_workflow_state.status == WorkflowState.STATUS_NEEDS_CHANGES
    assert "Le titre, s&#x27;il vous plaît." in translator.get(edit(page)).content.decode()
    translate_texts(translation, {"La mission": "Der Auftrag"})
    translator.post(review(translation))
    page = in_german(french)
    assert page.workflow_in_progress
    told = editor.post(act(page, "approve"), follow=True).content.decode()
    assert "La page «\xa0Der Auftrag\xa0» est approuvée." in told
    assert in_german(french).title == "Der Auftrag"


def test_nothing_is_submitted_twice_or_changed_in_review(french: StandardPage, translation: Translation) -> None:
    translator = client_in(roles.TRANSLATORS)
    translator.post(review(translation))
    draft = in_german(french).latest_revision_id
    translator.post(review(translation))
    translator.post(edit(in_german(french)), {"action": "publish"})
    assert in_german(french).latest_revision_id == draft
    assert WorkflowState.objects.count() == 1


def test_who_may_publish_sees_the_button_and_who_may_not_does_not(
    french: StandardPage, translation: Translation
) -> None:
    page = in_german(french)
    for group, may in ((roles.TRANSLATORS, "false"), (roles.EDITORS, "true")):
        assert f"&quot;canPublish&quot;: {may}" in client_in(group).get(edit(page)).content.decode()


def test_a_refused_text_is_named_in_the_editor(french: StandardPage, translation: Translation) -> None:
    translate_texts(translation, {"En bref.": "x" * 601})
    answer = client_in(roles.TRANSLATORS).post(review(translation), follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert not in_german(french).workflow_in_progress
    assert "600" in answer.content.decode()


def test_every_tree_has_the_workflow(french: StandardPage) -> None:
    for page in Page.objects.filter(depth=2):
        assert page.get_workflow().name == roles.WORKFLOW


def test_every_fact_has_the_workflow(db: None) -> None:
    facts = [model for model in Fact.__subclasses__() if not model._meta.abstract]
    assert facts
    for model in facts:
        assert model().get_workflow().name == roles.WORKFLOW, model
    assert WorkflowContentType.objects.count() == len(facts)


def test_every_tree_gives_the_roles_their_rights(french: StandardPage) -> None:
    trees = set(Page.objects.filter(depth=2).values_list("pk", flat=True))
    for group in (roles.EDITORS, roles.CONTRIBUTORS, roles.TRANSLATORS):
        assert set(GroupPagePermission.objects.filter(group__name=group).values_list("page", flat=True)) == trees
    publishing = GroupPagePermission.objects.filter(permission__codename="publish_page")
    assert set(publishing.values_list("group__name", flat=True)) == {roles.ADMINISTRATORS, roles.EDITORS}
