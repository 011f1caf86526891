"""What a receiver is told: what the changes feed tells anybody, so never anything that is not public."""

import datetime
import json
from collections.abc import Collection
from typing import Any, Literal, NamedTuple

from django.utils import timezone
from typing_extensions import TypedDict

from cms import changes
from cms.changes import CONTENT, RECORDS, feed
from cms.changes.feed.effects import fact_models
from cms.changes.feed.token import Token
from cms.json_types import Moment
from cms.webhooks.models import OPEN, Delivery, Kind, Told, Webhook

PAGES = 100
"""How many pages one message tells of at most, as the feed does by default."""

KEPT = datetime.timedelta(days=14)
"""How long a message is kept that is not open."""


class ContentChanged(TypedDict):
    """Something changed: `data` is what `changes/?since=` answered for the token in `meta.since`.

    With `meta.has_more` there is more than fits: ask the feed from `meta.token` on.
    """

    type: Literal["content.changed"]
    timestamp: Moment
    data: feed.Feed


class FreshStart(TypedDict):
    """`token` is the next `since` of the changes feed: keep it, then fetch everything."""

    token: str


class ContentReset(TypedDict):
    """It cannot be said what changed: fetch everything again, as after a 410 of `changes/`."""

    type: Literal["content.reset"]
    timestamp: Moment
    data: FreshStart


class NoData(TypedDict):
    """Always empty."""


class Ping(TypedDict):
    """A test from the admin: nothing changed."""

    type: Literal["ping"]
    timestamp: Moment
    data: NoData


MESSAGES = (ContentChanged, ContentReset, Ping)


class News(NamedTuple):
    """What there is to tell up to `position`; `data` is None where none of it concerns readers."""

    position: Token
    kind: Kind = Kind.CHANGED
    data: Any = None


def news(since: Token, now: Token, of: Collection[str] = ()) -> News:
    """What to tell a receiver that was told everything up to `since`, of those families of Told where some are named.

    In a fixed number of queries. Where the beginning of a long span concerns nobody, the rest is for the next call.
    """
    try:
        told, token = feed.read(since, PAGES, end=now)
    except changes.StartAfresh:
        fresh: FreshStart = {"token": str(now)}
        return News(now, Kind.RESET, fresh)
    told = only(told, of) if of else told
    if not any(value for name, value in told.items() if name != "meta"):
        return News(token)
    whole = token.version >= now.version and not token.after
    return News(token if whole else now, data=told)


def only(told: feed.Feed, families: Collection[str]) -> feed.Feed:
    """As much of an answer of the feed as concerns some families of Told."""
    records = {
        model._meta.label for model in fact_models().values() if getattr(model, "change_family", CONTENT) == RECORDS
    }
    facts = [fact for fact in told["facts"] if (Told.RECORDS if fact["type"] in records else Told.FACTS) in families]
    parts = [part for part in told["parts"] if {part, Told.PARTS} & {*families}]
    return {
        "meta": told["meta"],
        "pages": told["pages"] if Told.PAGES in families else [],
        "facts": facts,
        "images": told["images"] if Told.IMAGES in families else [],
        "documents": told["documents"] if Told.DOCUMENTS in families else [],
        "parts": parts,
    }


def body(kind: Kind, data: Any) -> str:
    """A message as it is sent."""
    message = {"type": kind.value, "timestamp": timezone.now().isoformat(), "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def test(webhook: Webhook) -> Delivery:
    """Have the worker send a test, once."""
    now = timezone.now()
    return Delivery.objects.create(webhook=webhook, kind=Kind.PING, body=body(Kind.PING, {}), next_attempt_at=now)


def prune() -> None:
    """Forget old messages with their attempts."""
    old = Delivery.objects.filter(created_at__lt=timezone.now() - KEPT, next_attempt_at=None)
    old.filter(~OPEN).delete()
