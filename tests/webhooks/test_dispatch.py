"""What receivers get, in which order, and what becomes of those that fail."""

import datetime
import json
import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from standardwebhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError
from wagtail.models import Page

from cms import changes
from cms.changes import feed
from cms.changes.feed.token import Token
from cms.webhooks import messages
from cms.webhooks.dispatch import PAUSES, Dispatcher, make, take
from cms.webhooks.models import Attempt, Delivery, Kind, Problem, Stop, Webhook
from cms.webhooks.sending import Sender, retry_after
from home.models import NavigationEntry
from tests.api.conftest import SmallSite
from tests.factories import borders, resources
from tests.webhooks.conftest import Turn, webhook_to
from tests.webhooks.receiver import Receiver, answer, hang_up

pytestmark = pytest.mark.django_db


def republish(page: Page, **fields: Any) -> None:
    page = Page.objects.get(pk=page.pk).specific
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()


def retry_now() -> None:
    """Let the pause be over."""
    assert Delivery.objects.filter(next_attempt_at__gt=timezone.now()).update(next_attempt_at=timezone.now()) == 1


def problems() -> list[str]:
    """Of all attempts, in their order."""
    return list(Attempt.objects.order_by("pk").values_list("problem", flat=True))


@pytest.mark.sqlite
def test_a_message_is_what_the_feed_answers(
    client: Client, site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn
) -> None:
    republish(site.about, title="Qui nous sommes", slug="qui")
    turn()
    [received] = receiver.received
    message = json.loads(received.body)
    assert message["type"] == "content.changed"
    assert timezone.now() - datetime.datetime.fromisoformat(message["timestamp"]) < datetime.timedelta(minutes=1)
    told = client.get("/api/v2/changes/", {"since": webhook.position}).json()
    assert message["data"] == told
    assert site.about.pk in [page["id"] for page in told["pages"]]
    assert not told["meta"]["has_more"]
    assert received.headers["content-type"] == "application/json"


def test_the_signature_holds_for_the_message_and_nothing_else(
    site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn
) -> None:
    republish(site.about, introduction="Coopération transfrontalière – « été »")
    turn()
    [received] = receiver.received
    verifier = Verifier(webhook.secret)
    assert verifier.verify(received.body, received.headers)["type"] == "content.changed"
    tampered = [
        (received.body + b" ", received.headers),
        (received.body, {**received.headers, "webhook-id": "msg_other"}),
        (received.body, {**received.headers, "webhook-timestamp": str(int(timezone.now().timestamp()) + 9)}),
    ]
    for body, headers in tampered:
        with pytest.raises(WebhookVerificationError):
            verifier.verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(webhook_to(receiver, "Autre").secret).verify(received.body, received.headers)


def test_after_a_renewal_both_secrets_hold_for_a_day(
    site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn
) -> None:
    former = webhook.secret
    webhook.renew_secret()
    republish(site.about, introduction="Un")
    turn()
    for secret in (former, webhook.secret):
        Verifier(secret).verify(receiver.received[0].body, receiver.received[0].headers)
    Webhook.objects.update(secret_renewed_at=timezone.now() - datetime.timedelta(days=1, seconds=1))
    republish(site.about, introduction="Deux")
    turn()
    Verifier(webhook.secret).verify(receiver.received[1].body, receiver.received[1].headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(former).verify(receiver.received[1].body, receiver.received[1].headers)


def test_nothing_is_told_twice_and_nothing_without_news(
    site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn
) -> None:
    turn()
    republish(site.about, introduction="Autrement")
    turn()
    turn()
    assert len(receiver.received) == 1
    assert Delivery.objects.get().delivered_at is not None


def test_of_what_is_not_public_nothing_is_told(
    site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn
) -> None:
    for page in site.hidden:
        page.save_revision()
        page.introduction = "Toujours secret"
        page.save()
    site.about.save_revision()
    turn()
    assert receiver.received == []
    assert not Delivery.objects.exists()
    republish(site.about, introduction="Public")
    turn()
    assert "secret" not in receiver.received[0].body.decode()
    told = {page["id"] for page in json.loads(receiver.received[0].body)["data"]["pages"]}
    assert told.isdisjoint({page.pk for page in site.hidden})


def test_where_there_is_too_much_the_receiver_goes_on_with_the_feed(
    client: Client, site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "PAGES", 1)
    republish(site.about, title="Un")
    republish(site.team, title="Deux")
    turn()
    turn()
    [received] = receiver.received
    data = json.loads(received.body)["data"]
    told = {page["id"] for page in data["pages"]}
    assert len(told) == 1
    assert data["meta"]["has_more"]
    rest = client.get("/api/v2/changes/", {"since": data["meta"]["token"]}).json()
    assert {site.about.pk, site.team.pk} <= told | {page["id"] for page in rest["pages"]}


@pytest.mark.sqlite
def test_a_reader_too_far_behind_is_told_to_start_afresh(
    client: Client, site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn
) -> None:
    changes.renew_epoch()
    turn()
    message = json.loads(receiver.received[0].body)
    assert message["type"] == "content.reset"
    republish(site.about, introduction="Après")
    told = client.get("/api/v2/changes/", {"since": message["data"]["token"]}).json()
    assert site.about.pk in [page["id"] for page in told["pages"]]
    turn()
    assert json.loads(receiver.received[1].body)["data"] == told


@pytest.mark.parametrize(
    ("behaviour", "problem"),
    [
        (answer(500, "panne\0 interne"), Problem.STATUS),
        (answer(404), Problem.STATUS),
        (hang_up, Problem.CONNECTION),
        (lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n"), Problem.CONNECTION),
        ("hang", Problem.TIMEOUT),
        ("trickle", Problem.TIMEOUT),
    ],
)
def test_a_failure_is_tried_again_with_the_same_id_and_body(
    site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn, behaviour: Any, problem: Problem
) -> None:
    receiver.behaviours = [getattr(receiver, behaviour) if isinstance(behaviour, str) else behaviour]
    republish(site.about, introduction="Autrement")
    turn()
    turn()
    assert len(receiver.received) == 1, "not before the pause is over"
    retry_now()
    turn()
    first, second = receiver.received
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert problems() == [problem, ""]
    Verifier(webhook.secret).verify(second.body, second.headers)


def test_nobody_listens(site: SmallSite, receiver: Receiver, turn: Turn) -> None:
    webhook_to(receiver, url="http://127.0.0.1:1/")
    republish(site.about, introduction="Autrement")
    turn()
    assert problems() == [Problem.CONNECTION]


def test_redirects_are_not_followed(site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn) -> None:
    receiver.behaviours = [answer(307, Location=f"{receiver.url}/elsewhere")]
    republish(site.about, introduction="Autrement")
    turn()
    assert [one.path for one in receiver.received] == ["/hook"]
    assert problems() == [Problem.REDIRECT]


def test_of_an_endless_answer_the_beginning_is_read(
    site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn
) -> None:
    receiver.behaviours = [receiver.endless]
    republish(site.about, introduction="Autrement")
    turn()
    attempt = Attempt.objects.get()
    assert (attempt.status, attempt.problem) == (200, "")
    assert 0 < len(attempt.detail) <= 1000


def test_a_receiver_that_hangs_delays_no_other(site: SmallSite, receiver: Receiver, other: Receiver) -> None:
    """Its attempt is still under way when the other has been told, and told again."""
    sender = Sender()
    dispatcher = Dispatcher(sender)
    receiver.behaviours = [receiver.hang]
    hanging, quick = webhook_to(receiver, "A"), webhook_to(other, "B")
    for number in range(2):
        republish(site.about, introduction=str(number))
        deadline = time.monotonic() + 10
        while Attempt.objects.filter(delivery__webhook=quick).count() == number and time.monotonic() < deadline:
            dispatcher.look()
    assert len(other.received) == 2
    assert len(receiver.received) == 1
    assert not Attempt.objects.filter(delivery__webhook=hanging).exists()
    sender.close()


def test_messages_come_in_order_and_the_next_tells_all_that_happened_meanwhile(
    client: Client, site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn
) -> None:
    receiver.behaviours = [answer(503)]
    republish(site.about, introduction="Un")
    turn()
    republish(site.team, title="Deux")
    turn()
    republish(site.de, title="Drei")
    turn()
    assert len(receiver.received) == 1
    retry_now()
    turn()
    turn()
    turn()
    bodies = [json.loads(one.body)["data"] for one in receiver.received]
    assert bodies[0] == bodies[1]
    assert bodies[2]["meta"]["since"] == bodies[1]["meta"]["token"]
    assert {site.team.pk, site.de.pk} <= {page["id"] for page in bodies[2]["pages"]}
    assert len(bodies) == 3


def test_pauses_grow_until_the_webhook_is_stopped(
    site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn
) -> None:
    assert sorted(PAUSES) == PAUSES
    receiver.behaviours = [answer(500)] * (len(PAUSES) + 1)
    republish(site.about, introduction="Autrement")
    for pause in PAUSES:
        before = timezone.now()
        turn()
        delivery = Delivery.objects.get()
        assert delivery.next_attempt_at is not None
        assert pause * 0.8 <= delivery.next_attempt_at - before <= pause * 1.2 + datetime.timedelta(seconds=20)
        retry_now()
    turn()
    webhook.refresh_from_db()
    assert (webhook.active, webhook.stopped) == (False, Stop.FAILING)
    turn()
    assert len(receiver.received) == len(PAUSES) + 1

    # Switched on again: the message that never came first, then all that happened meanwhile.
    republish(site.team, title="Entre-temps")
    webhook.switch(True)
    turn()
    turn()
    *_failed, again, following = receiver.received
    assert again.headers["webhook-id"] == receiver.ids[0]
    assert site.team.pk in [page["id"] for page in json.loads(following.body)["data"]["pages"]]
    webhook.refresh_from_db()
    assert (webhook.active, webhook.stopped) == (True, "")


def test_a_receiver_that_is_gone_is_told_nothing_more(
    site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn
) -> None:
    receiver.behaviours = [answer(410)]
    republish(site.about, introduction="Un")
    turn()
    republish(site.about, introduction="Deux")
    turn()
    assert len(receiver.received) == 1
    webhook.refresh_from_db()
    assert (webhook.active, webhook.stopped) == (False, Stop.GONE)


def test_one_that_is_switched_off_gets_nothing_until_it_is_on(
    site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn
) -> None:
    webhook.switch(False)
    republish(site.about, introduction="Un")
    turn()
    assert receiver.received == []
    webhook.switch(True)
    turn()
    assert len(receiver.received) == 1


def test_sent_again_by_hand_it_is_the_same_message_once(
    site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn
) -> None:
    republish(site.about, introduction="Un")
    turn()
    receiver.behaviours = [answer(500)]
    Delivery.objects.get().send_again()
    turn()
    turn()
    first, second = receiver.received
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    delivery = Delivery.objects.get()
    assert delivery.next_attempt_at is None
    assert delivery.delivered_at is not None


def test_a_test_is_sent_once_even_to_one_that_is_switched_off(webhook: Webhook, receiver: Receiver, turn: Turn) -> None:
    webhook.switch(False)
    receiver.behaviours = [answer(410)]
    messages.test(webhook)
    turn()
    turn()
    [received] = receiver.received
    message = Verifier(webhook.secret).verify(received.body, received.headers)
    assert (message["type"], message["data"]) == ("ping", {})
    webhook.refresh_from_db()
    assert webhook.stopped == ""


def test_deleted_while_it_is_sent(
    site: SmallSite, webhook: Webhook, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    republish(site.about, introduction="Un")
    dispatcher.look()
    Webhook.objects.all().delete()
    dispatcher.finish(20)
    assert not Attempt.objects.exists()


def test_a_receiver_is_left_alone_for_as_long_as_it_asks(
    site: SmallSite, webhook: Webhook, receiver: Receiver, turn: Turn
) -> None:
    receiver.behaviours = [answer(503, **{"Retry-After": asked}) for asked in ("3600", "1", "999999999")]
    republish(site.about, introduction="Un")
    for seconds in (3600, PAUSES[1].total_seconds(), PAUSES[-1].total_seconds()):
        before = timezone.now()
        turn()
        [next_attempt_at] = Delivery.objects.values_list("next_attempt_at", flat=True)
        assert next_attempt_at is not None
        assert seconds * 0.8 <= (next_attempt_at - before).total_seconds() <= seconds * 1.2 + 20
        retry_now()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Sun, 09 Sep 2001 01:46:50 GMT", 10),
        ("Sun, 09 Sep 2001 01:46:30 GMT", 0),
        ("99999999999", 0),
        ("-5", 0),
        ("soon", 0),
        ("²", 0),
        ("", 0),
    ],
)
def test_what_retry_after_says(header: str, seconds: int) -> None:
    assert retry_after(header, now=1_000_000_000) == seconds


def test_a_webhook_tells_of_some_families_alone(
    site: SmallSite, receiver: Receiver, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(family: str) -> Any:
        receiver.received.clear()
        dispatcher.look()
        dispatcher.finish(20)
        bodies = [json.loads(one.body) for one in receiver.received]
        return [{name for name, value in body["data"].items() if value and name != "meta"} for body in bodies]

    webhook = webhook_to(receiver, told=["pages"])
    borders.border("fr-de")
    resources.record()
    NavigationEntry.objects.create(url="https://example.org/")
    assert told("pages") == []
    republish(site.about, title="Un")
    borders.border("fr-be")
    assert told("pages") == [{"pages"}]
    for families, expected in ((["records"], {"facts"}), (["facts"], {"facts"}), (["parts", "images"], {"parts"})):
        Webhook.objects.update(told=families)
        NavigationEntry.objects.create(url="https://example.org/")
        borders.border(f"new-{families[0]}")
        resources.record()
        republish(site.about, title=families[0])
        assert told(families[0]) == [expected]
        if expected == {"facts"}:
            types = {fact["type"] for fact in json.loads(receiver.received[0].body)["data"]["facts"]}
            assert ("resources.Record" in types) == (families == ["records"])
            assert ("borders.Border" in types) == (families == ["facts"])
    monkeypatch.setattr(feed, "ROWS", 1)
    Webhook.objects.update(told=["pages"], position=str(Token.now()))
    resources.record()
    republish(site.about, title="Fin")
    for _look in range(20):
        if found := told("pages"):
            break
    assert found == [{"pages"}], "what concerns nobody is passed over"
    webhook.refresh_from_db()
    Webhook.objects.update(told=["images"])
    changes.renew_epoch()
    assert told("images") == [{"token"}], "that it cannot be said is told to all"


def test_of_two_workers_one_sends(site: SmallSite, webhook: Webhook, receiver: Receiver, sender: Sender) -> None:
    both = Dispatcher(sender), Dispatcher(sender)
    messages.test(webhook)
    for worker in both:
        worker.look()
    waiting = Delivery.objects.get()
    assert waiting.taken_until is not None
    for worker in both:
        worker.finish(20)
    assert len(receiver.received) == 1
    assert not take(waiting), "what another worker saw before this one had sent it"
    Delivery.objects.update(next_attempt_at=timezone.now(), taken_until=timezone.now() - datetime.timedelta(seconds=1))
    assert take(Delivery.objects.get()), "a worker that died holds nothing for ever"


@pytest.mark.sqlite
def test_of_two_workers_one_makes_the_message(site: SmallSite, webhook: Webhook) -> None:
    republish(site.about, introduction="Un")
    both = [Webhook.objects.get(), Webhook.objects.get()]
    made = [make(one, Token.now()) for one in both]
    assert [one is not None for one in made] == [True, False]


def test_old_messages_are_forgotten_unless_they_wait(site: SmallSite, webhook: Webhook, turn: Turn) -> None:
    republish(site.about, introduction="Un")
    turn()
    waiting = Delivery.objects.create(webhook=webhook, kind=Kind.CHANGED, body="{}")
    recent = messages.test(webhook)
    Delivery.objects.exclude(pk=recent.pk).update(created_at=timezone.now() - messages.KEPT)
    messages.prune()
    assert set(Delivery.objects.all()) == {waiting, recent}
    assert not Attempt.objects.exists()


def test_looking_costs_next_to_nothing(
    dispatcher: Dispatcher,
    site: SmallSite,
    receiver: Receiver,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        dispatcher.look()
    webhook_to(receiver)
    with django_assert_num_queries(3):
        dispatcher.look()


def test_what_cannot_be_read_stops_no_message_that_is_made(
    site: SmallSite, webhook: Webhook, receiver: Receiver, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = webhook_to(receiver, "Autre")
    republish(site.about, introduction="Un")
    messages.test(other)

    def fails(*args: Any, **kwargs: Any) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(feed, "read", fails)
    with pytest.raises(ValueError, match="broken"):
        dispatcher.look()
    dispatcher.finish(20)
    assert len(receiver.received) == 1
