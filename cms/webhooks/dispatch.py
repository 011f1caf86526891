"""When messages are made and sent: a thread of the worker that looks once a second.

A message is made from the log and stored before it is sent, and what came of it is stored afterwards. Whoever is killed
in between sends it once more, under the same id. The messages of a webhook go out one after the other: the next is
made when the last has arrived, and tells all that happened meanwhile.
"""

import datetime
import logging
import random
import threading
from collections.abc import Iterable
from concurrent.futures import Future, wait

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from cms.changes.feed.token import Token
from cms.webhooks import alarm, messages
from cms.webhooks.models import FAILING, OPEN, Attempt, Delivery, Kind, Stop, Webhook
from cms.webhooks.sending import SECONDS, Outcome, Request, Sender
from cms.worker import look_until

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1
STOP_SECONDS = 5
AT_ONCE = 50
"""How many messages are under way at the same time, at most one for each webhook."""
PAUSES = [
    datetime.timedelta(seconds=seconds)
    for seconds in (5, 60, 5 * 60, 15 * 60, 30 * 60, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 12 * 3600, 24 * 3600)
]
"""From each attempt that failed to the next, or longer where the receiver says so. After the last it is stopped."""
LEASE = datetime.timedelta(seconds=SECONDS + 5)
"""How long an attempt is one worker's own; if that dies, another sends the message afterwards."""
JITTER = 0.2
GONE = 410


def run(stop: threading.Event) -> None:
    """Send until told to stop, then wait a little for what is under way."""
    sender = Sender()
    dispatcher = Dispatcher(sender)
    # While the database is away nothing is lost: what was made is stored, what came of it is still in memory.
    look_until(
        stop, dispatcher.look, seconds=LOOK_SECONDS, waits="Webhooks wait for the database", fails="Webhooks failed"
    )
    dispatcher.finish(STOP_SECONDS)
    sender.close()


class Dispatcher:
    """Makes messages, has them sent and records what came of them."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._under_way: dict[Delivery, tuple[datetime.datetime, Future[Outcome]]] = {}

    def look(self) -> None:
        """Record what has ended, make what there is to tell, send what is due. Never waits for a receiver.

        One query where there are no webhooks, three where there is nothing to tell.
        """
        self._record_ended()
        busy = {delivery.webhook_id for delivery in self._under_way}
        webhooks = {webhook.pk: webhook for webhook in Webhook.objects.exclude(pk__in=busy)}
        if not webhooks:
            return
        waiting = _waiting(webhooks)
        self._send_due(webhooks, waiting)
        behind = {delivery.webhook_id for delivery in waiting if delivery.is_open}
        now = Token.now()
        ready = [webhook for webhook in webhooks.values() if webhook.active and webhook.pk not in behind]
        self._send_due(webhooks, [made for webhook in ready if (made := make(webhook, now))])

    def _send_due(self, webhooks: dict[int, Webhook], deliveries: list[Delivery]) -> None:
        """Send what is due to webhooks, which are taken out as they get something."""
        now = timezone.now()
        for delivery in deliveries:
            due = delivery.next_attempt_at is not None and delivery.next_attempt_at <= now
            webhook = webhooks.get(delivery.webhook_id)
            if due and webhook and len(self._under_way) < AT_ONCE and take(delivery):
                del webhooks[webhook.pk]
                request = Request(webhook.url, delivery.message_id, delivery.body, webhook.signing_secrets(now))
                self._under_way[delivery] = now, self._sender.send(request)

    def _record_ended(self) -> None:
        for delivery, (started, future) in list(self._under_way.items()):
            if future.done():
                record(delivery, started, future.result())
                del self._under_way[delivery]

    def finish(self, seconds: float) -> None:
        """Wait so long for what is under way, and record what came of it."""
        wait([future for _started, future in self._under_way.values()], timeout=seconds)
        self._record_ended()


def _waiting(webhooks: Iterable[int]) -> list[Delivery]:
    """What is not delivered, and what is to be sent again; tests first, then the oldest."""
    wanted = Q(next_attempt_at__isnull=False) | OPEN
    found = Delivery.objects.filter(wanted, webhook__in=webhooks).defer("body").order_by("created_at")
    return sorted(found, key=lambda delivery: delivery.kind != Kind.PING)


def take(delivery: Delivery) -> bool:
    """Keep other workers from sending a message that is due; False where one of them was first."""
    free = Q(taken_until=None) | Q(taken_until__lt=Now())
    seen = Delivery.objects.filter(free, pk=delivery.pk, next_attempt_at=delivery.next_attempt_at)
    return bool(seen.update(taken_until=Now() + LEASE))


def make(webhook: Webhook, now: Token) -> Delivery | None:
    """Store the next message of a webhook that is due no other; None where there is nothing to tell."""
    since = Token.read(webhook.position)
    if (since.epoch, since.version) == (now.epoch, now.version):
        return None
    news = messages.news(since, now, webhook.told)
    with transaction.atomic():
        # Only from where it was: of two workers one makes the message.
        here = Webhook.objects.filter(pk=webhook.pk, position=webhook.position)
        if not here.update(position=str(news.position)) or news.data is None:
            return None
        return Delivery.objects.create(
            webhook=webhook,
            kind=news.kind,
            since=since.version,
            until=news.position.version,
            body=messages.body(news.kind, news.data),
            next_attempt_at=timezone.now(),
        )


def record(delivery: Delivery, started: datetime.datetime, outcome: Outcome) -> None:
    """Store what came of an attempt, and when the next one is."""
    now = timezone.now()
    with transaction.atomic():
        webhook = Webhook.objects.select_for_update().filter(pk=delivery.webhook_id).first()
        found = Delivery.objects.filter(pk=delivery.pk).defer("body").first()
        if webhook is None or found is None:
            return  # somebody deleted it meanwhile
        values = outcome._asdict()
        retry_after = datetime.timedelta(seconds=values.pop("retry_after"))
        Attempt.objects.create(delivery=found, started_at=started, **values)
        found.next_attempt_at = found.taken_until = None
        if not outcome.problem:
            found.delivered_at = found.delivered_at or now
        elif found.is_open and webhook.active:
            found.failures += 1
            if outcome.status == GONE:
                webhook.stop(Stop.GONE)
            elif found.failures > len(PAUSES):
                webhook.stop(Stop.FAILING)
            else:
                pause = PAUSES[found.failures - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
                found.next_attempt_at = now + max(pause, min(retry_after, PAUSES[-1]))
            if webhook.email and (webhook.stopped or found.failures == FAILING):
                alarm.write.enqueue(webhook.pk)
        found.save(update_fields=["next_attempt_at", "taken_until", "delivered_at", "failures"])
