"""Webhooks in the admin: made, tested, followed, sent again; secrets are shown there and nowhere else."""

import json
import logging
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from cms import roles
from cms.changes.feed.token import Token
from cms.webhooks import alarm
from cms.webhooks.models import Delivery, Kind, Stop, Webhook
from tests.admin import administrator, errors_of, posted
from tests.api.conftest import SmallSite
from tests.webhooks.conftest import Turn, webhook_to
from tests.webhooks.receiver import Receiver, answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    administrator(client)
    return client


def test_a_webhook_is_made_and_its_secret_shown(admin: Client, site: SmallSite, receiver: Receiver) -> None:
    response = posted(admin, reverse("webhooks:add"), name="Site", url=receiver.url, active="on")
    webhook = Webhook.objects.get()
    assert response.url == reverse("webhooks:inspect", args=(webhook.pk,))
    assert webhook.active
    assert webhook.position == str(Token.now())
    page = admin.get(response.url)
    assert webhook.secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_a_private_address_is_refused_with_the_reason(admin: Client, db: None) -> None:
    with translation.override("fr"):
        errors = errors_of(posted(admin, reverse("webhooks:add"), name="Site", url="https://127.0.0.1/", active="on"))
    assert "réseau privé ou réservé" in errors["url"][0]
    assert not Webhook.objects.exists()


def test_one_whose_receiver_is_gone_can_be_switched_off(admin: Client, webhook: Webhook, settings: Any) -> None:
    settings.WEBHOOKS_ALLOWED_NETWORKS = []
    edit = reverse("webhooks:edit", args=(webhook.pk,))
    assert "url" in errors_of(posted(admin, edit, active="on"))
    assert posted(admin, edit, active="").status_code == 302
    webhook.refresh_from_db()
    assert not webhook.active


def test_a_test_is_sent_and_shows_in_the_log(admin: Client, webhook: Webhook, receiver: Receiver, turn: Turn) -> None:
    receiver.behaviours = [answer(500, "<b>panne</b>")]
    admin.post(reverse("webhooks:test", args=(webhook.pk,)))
    turn()
    assert json.loads(receiver.received[0].body)["type"] == "ping"
    log = admin.get(reverse("webhooks:inspect", args=(webhook.pk,))).content.decode()
    assert "le destinataire l’a refusé (500)" in log
    message = admin.get(reverse("webhooks:delivery", args=(Delivery.objects.get().pk,))).content.decode()
    assert "&lt;b&gt;panne&lt;/b&gt;" in message
    assert receiver.ids[0] in message
    assert webhook.secret not in message


def test_a_message_is_sent_again(admin: Client, webhook: Webhook, receiver: Receiver, turn: Turn) -> None:
    admin.post(reverse("webhooks:test", args=(webhook.pk,)))
    turn()
    admin.post(reverse("webhooks:again", args=(Delivery.objects.get().pk,)))
    turn()
    assert len(receiver.received) == 2
    assert receiver.ids[0] == receiver.ids[1]


def test_a_secret_is_renewed(admin: Client, webhook: Webhook) -> None:
    before = webhook.secret
    admin.post(reverse("webhooks:renew", args=(webhook.pk,)))
    webhook.refresh_from_db()
    assert webhook.secret != before
    assert webhook.former_secret == before


def test_one_that_stopped_is_on_the_admins_home_until_it_is_switched_on(
    admin: Client, webhook: Webhook, site: SmallSite
) -> None:
    webhook.stop(Stop.FAILING)
    waiting = Delivery.objects.create(webhook=webhook, kind=Kind.CHANGED, body="{}", failures=12)
    home = reverse("wagtailadmin_home")
    assert "failing-webhooks" in admin.get(home).content.decode()
    listed = admin.get(reverse("webhooks:index")).content.decode()
    assert "arrêté" in listed
    edit = reverse("webhooks:edit", args=(webhook.pk,))
    posted(admin, edit, name="Nouveau nom")
    webhook.refresh_from_db()
    assert (webhook.name, webhook.stopped) == ("Nouveau nom", Stop.FAILING)
    posted(admin, edit, active="on")
    assert "failing-webhooks" not in admin.get(home).content.decode()
    waiting.refresh_from_db()
    assert waiting.failures == 0
    assert waiting.next_attempt_at is not None


def test_one_that_fails_is_on_the_admins_home_and_whoever_looks_after_it_is_written_to_once(
    admin: Client, site: SmallSite, receiver: Receiver, turn: Turn, mailoutbox: list[Any]
) -> None:
    webhook = webhook_to(receiver, email="web@example.org")
    receiver.behaviours = [answer(500)] * 4
    site.about.title = "Un"
    site.about.save_revision().publish()
    shown = []
    for _attempt in range(5):
        turn()
        shown.append("failing-webhooks" in admin.get(reverse("wagtailadmin_home")).content.decode())
        for waiting in DBTaskResult.objects.filter(task_path=alarm.write.module_path):
            alarm.write.func(*waiting.args_kwargs["args"])
            waiting.delete()
        Delivery.objects.filter(delivered_at=None).update(next_attempt_at=timezone.now())
    assert shown == [False, False, True, True, False]
    [mail] = mailoutbox
    assert mail.to == ["web@example.org"]
    assert "«\u00a0Site\u00a0»" in mail.subject
    assert "le destinataire l’a refusé (500)" in mail.body
    assert reverse("webhooks:inspect", args=(webhook.pk,)) in mail.body
    assert webhook.secret not in mail.body
    webhook.stop(Stop.GONE)
    alarm.write.func(webhook.pk)
    assert "410" in mailoutbox[1].body
    webhook.switch(True)
    alarm.write.func(webhook.pk)
    Webhook.objects.all().delete()
    alarm.write.func(webhook.pk)
    assert len(mailoutbox) == 2


def test_what_it_tells_of_and_who_is_written_to_are_chosen(admin: Client, webhook: Webhook) -> None:
    edit = reverse("webhooks:edit", args=(webhook.pk,))
    assert "told" in errors_of(posted(admin, edit, told=["pages", "pets"]))
    assert "email" in errors_of(posted(admin, edit, email="nobody"))
    posted(admin, edit, told=["pages", "records"], email="web@example.org")
    webhook.refresh_from_db()
    assert (webhook.told, webhook.email) == (["pages", "records"], "web@example.org")


def test_saving_the_form_undoes_nothing_of_the_workers(admin: Client, webhook: Webhook, monkeypatch: Any) -> None:
    """The worker goes on while the form is being saved."""
    from wagtail.admin.forms import WagtailAdminModelForm

    clean = WagtailAdminModelForm.clean

    def meanwhile(form: Any) -> Any:
        Webhook.objects.update(position="further", secret="whsec_new")
        return clean(form)

    monkeypatch.setattr(WagtailAdminModelForm, "clean", meanwhile)
    posted(admin, reverse("webhooks:edit", args=(webhook.pk,)), name="Autre")
    webhook.refresh_from_db()
    assert (webhook.name, webhook.position, webhook.secret) == ("Autre", "further", "whsec_new")


@pytest.mark.parametrize("name", ["edit", "history", "usage", "delete"])
def test_other_pages_open_and_show_no_secret(admin: Client, webhook: Webhook, name: str) -> None:
    response = admin.get(reverse(f"webhooks:{name}", args=(webhook.pk,)))
    assert response.status_code == 200
    assert webhook.secret not in response.content.decode()


def test_the_secret_is_in_no_list_export_or_log(
    admin: Client, webhook: Webhook, receiver: Receiver, turn: Turn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.behaviours = [answer(500)]
    admin.post(reverse("webhooks:test", args=(webhook.pk,)))
    turn()
    for address in ("", "?export=csv", "?export=xlsx"):
        listed = admin.get(reverse("webhooks:index") + address)
        content = b"".join(listed) if listed.streaming else listed.content
        assert webhook.secret.encode() not in content
    assert webhook.secret not in caplog.text
    assert webhook.secret not in repr(webhook) + str(webhook)


def test_the_log_takes_the_same_queries_however_long_it_is(
    admin: Client, webhook: Webhook, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    address = reverse("webhooks:inspect", args=(webhook.pk,))
    counts = []
    for number in (1, 10):
        for _each in range(number):
            made = Delivery.objects.create(webhook=webhook, kind=Kind.PING, body="{}")
            made.attempts.create(started_at=made.created_at, milliseconds=1, status=200)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert admin.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", [role for role in roles.GROUPS if role != roles.ADMINISTRATORS])
def test_nobody_else_gets_in(client: Client, webhook: Webhook, role: str) -> None:
    user = get_user_model().objects.create_user("somebody", password="x")
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    message = Delivery.objects.create(webhook=webhook, kind=Kind.PING, body="{}")
    for name in ("edit", "delete", "inspect", "history", "usage", "test", "renew"):
        for ask in (client.get, client.post):
            assert ask(reverse(f"webhooks:{name}", args=(webhook.pk,))).status_code in (302, 403, 405)
    for name in ("delivery", "again"):
        client.post(reverse(f"webhooks:{name}", args=(message.pk,)))
    assert client.get(reverse("webhooks:delivery", args=(message.pk,))).status_code in (302, 403)
    for name in ("index", "add"):
        assert client.get(reverse(f"webhooks:{name}")).status_code in (302, 403)
    assert "failing-webhooks" not in client.get(reverse("wagtailadmin_home")).content.decode()
    assert list(Delivery.objects.filter(next_attempt_at=None)) == [message]
    assert Webhook.objects.get().former_secret == ""
