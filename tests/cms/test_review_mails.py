"""What is sent about a review, in French: what is to be done, by whom, and where."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.mail import EmailMessage

from borders.models import Programme
from cms import roles
from cms.models import User
from tests.factories.pages import home_page, standard_page

pytestmark = pytest.mark.django_db

WAGTAILS = ("le workflow", "modération", "(e)", "tâche", "rejet")
"""Words of Wagtail's own French, for what is a review here."""


def person(name: str, role: str) -> User:
    user = User.objects.create_user(name, email=f"{name}@example.org", password="x", first_name=name.capitalize())
    user.groups.add(Group.objects.get(name=role))
    return user


def sent(mailoutbox: list[EmailMessage]) -> dict[str, str]:
    """Subjects and texts of the mails since the last time."""
    found = {mail.subject: str(mail.body) for mail in mailoutbox}
    mailoutbox.clear()
    written = " ".join([*found, *found.values()])
    assert not [word for word in WAGTAILS if word in written], written
    return found


def test_mails_about_a_page(mailoutbox: Any, settings: Any) -> None:
    settings.FRONTEND_URLS = {"fr": "https://www.example.org"}
    marie, anna = person("marie", roles.CONTRIBUTORS), person("anna", roles.EDITORS)
    page = standard_page(home_page("fr"), "La mission", live=False)
    page.save_revision(user=marie)
    state = page.get_workflow().start(page, marie)
    asked = sent(mailoutbox)
    assert "La page «\xa0La mission\xa0» attend votre relecture." in asked["À relire\xa0: «\xa0La mission\xa0»"]

    state.current_task_state.task.specific.on_action(state.current_task_state, anna, "reject", comment="La source ?")
    [(subject, text)] = sent(mailoutbox).items()
    assert subject == "Des modifications sont demandées\xa0: «\xa0La mission\xa0»"
    assert "Anna demande des modifications à la page «\xa0La mission\xa0»." in text
    assert "La source ?" in text

    state.refresh_from_db()
    state.resume(marie)
    mailoutbox.clear()
    state.refresh_from_db()
    state.current_task_state.task.specific.on_action(state.current_task_state, anna, "approve")
    [text] = sent(mailoutbox).values()
    assert "La page «\xa0La mission\xa0» a été relue et approuvée." in text
    assert f"https://www.example.org/fr/{page.slug}/" in text


def test_mails_about_a_fact(mailoutbox: Any) -> None:
    marie, anna = person("marie", roles.CONTRIBUTORS), person("anna", roles.EDITORS)
    fact = Programme.objects.create(code="essai", live=False, start_year=2021)
    fact.save_revision(user=marie)
    state = fact.get_workflow().start(fact, marie)
    asked = sent(mailoutbox)
    assert "votre relecture est attendue" in asked["Programme à relire\xa0: «\xa0essai\xa0»"]
    state.current_task_state.task.specific.on_action(state.current_task_state, anna, "reject", comment="L’année ?")
    [text] = sent(mailoutbox).values()
    assert "Anna demande des modifications." in text
