"""Receivers on this machine, which the tests may reach, and a worker's dispatcher under their control."""

from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from cms.changes.feed.token import Token
from cms.webhooks.dispatch import Dispatcher
from cms.webhooks.models import Webhook
from cms.webhooks.sending import Sender
from tests.api.conftest import SmallSite, site
from tests.api.following import index_references
from tests.contracts import answers
from tests.webhooks import receiver as receivers
from tests.webhooks.receiver import Receiver

__all__ = ["SmallSite", "site"]


@pytest.fixture
def this_machine(settings: Any) -> None:
    """Allow this machine, by IPv4 alone."""
    settings.WEBHOOKS_ALLOWED_NETWORKS = [ip_network("127.0.0.1")]


@pytest.fixture
def receiver(this_machine: None) -> Iterator[Receiver]:
    with receivers.running() as running:
        yield running


@pytest.fixture
def other(this_machine: None) -> Iterator[Receiver]:
    with receivers.running() as running:
        yield running


@pytest.fixture
def sender() -> Iterator[Sender]:
    made = Sender(seconds=1)
    yield made
    made.close()


@pytest.fixture
def dispatcher(sender: Sender) -> Dispatcher:
    return Dispatcher(sender)


Turn = Callable[[], None]


@pytest.fixture
def turn(dispatcher: Dispatcher, receiver: Receiver) -> Turn:
    """One look of the worker, and what comes of it; messages are as they are declared."""

    def one() -> None:
        index_references()
        dispatcher.look()
        dispatcher.finish(20)
        for received in receiver.received[-1:]:
            answers.check_message(received.body)

    return one


def webhook_to(receiver: Receiver, name: str = "Site", **fields: Any) -> Webhook:
    """A webhook that knows all that was until now."""
    index_references()
    return Webhook.objects.create(**{"name": name, "url": receiver.url, "position": str(Token.now()), **fields})


@pytest.fixture
def webhook(site: SmallSite, receiver: Receiver) -> Webhook:
    return webhook_to(receiver)
