"""Every kind of fact goes from a contributor's draft over a review to readers, by the forms of the admin."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from cms import roles
from cms.facts import Fact
from cms.models import User
from home.models import Member
from resources.models import Record
from search.models import PromotedQuery, PromotedResult
from tests.admin import posted
from tests.factories import borders, resources
from tests.factories.every_type import every_type
from tests.worlds import shared

pytestmark = pytest.mark.django_db

FACTS = [model for model in apps.get_models() if issubclass(model, Fact)]
CHANGED = {
    "KeyFigure": ("value", "452"),
    "PromotedResult": ("queries-0-text", "relu"),
    "Record": ("texts-0-title", "Relu"),
}
"""The field that is changed, where it is not the first name."""


@shared
def everything() -> None:
    page = every_type("Texte")["NewsPage"]
    Record.objects.update(code="900000")  # a number, as the admin knows it
    resources.every_record("900001", "Texte", agent=resources.agent("insee"), page=page)
    promoted = PromotedResult(page=page.page_ptr)
    promoted.queries = [PromotedQuery(text="texte")]  # type: ignore[attr-defined]
    promoted.save()
    borders.named(Member(code="metz", category="federation", country=borders.country("fr"), city="Metz"))


def signed_in(role: str) -> Client:
    user = User.objects.create_user(role, email=f"{len(role)}@example.org", password="a-long-passphrase")
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("model", FACTS, ids=lambda model: model.__name__)
def test_a_fact_is_changed_reviewed_and_read(everything: None, model: type[Fact]) -> None:
    fact: Any = model._default_manager.filter(live=True).earliest("pk")
    contributor, editor = signed_in(roles.CONTRIBUTORS), signed_in(roles.EDITORS)

    def address(name: str, *more: Any) -> str:
        return reverse(model.snippet_viewset.get_url_name(name), args=(fact.pk, *more))

    field, text = CHANGED.get(model.__name__, ("names-0-text", "Relu"))
    answer = posted(contributor, address("edit"), **{field: text, "action-submit": "on"})
    assert answer.status_code == 302, getattr(answer.context["form"], "errors", answer)
    fact.refresh_from_db()
    waiting = fact.current_workflow_task_state
    assert waiting is not None
    assert text not in str(model._default_manager.get(pk=fact.pk).serializable_data())

    contributor.post(address("workflow_action", "approve", waiting.pk))
    fact.refresh_from_db()
    assert fact.current_workflow_task_state == waiting
    assert editor.post(address("workflow_action", "approve", waiting.pk)).status_code == 302
    fact = model._default_manager.get(pk=fact.pk)
    assert fact.current_workflow_task_state is None
    assert text in str(fact.serializable_data())
    assert not fact.has_unpublished_changes
    for name in ("history", "usage", "edit"):
        assert editor.get(address(name)).status_code == 200
    assert editor.get(reverse(model.snippet_viewset.get_url_name("list")), {"export": "csv"}).status_code == 200
