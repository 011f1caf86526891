"""The forms of pages and documents under a password close to an address that guesses, and to nobody else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction

from tests.factories import documents
from tests.factories.pages import home_page, standard_page

pytestmark = pytest.mark.django_db

PASSWORD = "sésame"
MESSAGES = {
    "fr": "Veuillez réessayer dans 15 minutes",
    "en": "Please try again in 15 minutes",
    "de": "in 15 Minuten noch einmal",
    "es": "dentro de 15 minutos",
    "it": "Riprovi tra 15 minuti",
    "nl": "over 15 minuten opnieuw",
}


@dataclass
class Protected:
    """Something under a password: its address, and the form's."""

    address: str
    form: str

    def send(self, password: str, address: str = "192.0.2.1", **extra: Any) -> Any:
        """Answer the form from a network address, as somebody without cookies."""
        data = {"password": password, "return_url": self.address}
        return Client().post(self.form, data, REMOTE_ADDR=address, **extra)

    def opens(self, address: str = "192.0.2.1") -> bool:
        """Whether the right password from a network address opens it."""
        client = Client()
        data = {"password": PASSWORD, "return_url": self.address}
        sent = client.post(self.form, data, REMOTE_ADDR=address)
        read = client.get(self.address)
        return sent.status_code == 302 and read.status_code == 200 and b'name="password"' not in bytes(read)


@pytest.fixture(autouse=True)
def counted(settings: Any) -> None:
    settings.AXES_ENABLED = True


@pytest.fixture
def home() -> Page:
    return home_page("fr")


def page(home: Page, title: str = "Le projet", language: str = "fr") -> Protected:
    made = standard_page(home, title)
    rule = PageViewRestriction.objects.create(page=made, restriction_type="password", password=PASSWORD)
    return Protected(made.get_url(), f"/{language}/_util/authenticate_with_password/{rule.pk}/{made.pk}/")


def document(name: str = "Sous embargo") -> Protected:
    collection = Collection.get_first_root_node().add_child(name=name)
    rule = CollectionViewRestriction.objects.create(
        collection=collection, restriction_type="password", password=PASSWORD
    )
    made = documents.document(collection=collection)
    return Protected(made.url, f"/documents/authenticate_with_password/{rule.pk}/")


@pytest.mark.parametrize("make", [page, lambda home, *name: document(*name)], ids=["page", "document"])
def test_ten_wrong_passwords_close_the_form_to_that_address_alone(home: Page, make: Callable[..., Protected]) -> None:
    thing, other = make(home), make(home, "Un autre")
    assert [thing.send("faux").status_code for _ in range(10)] == [200] * 9 + [429]
    refused = thing.send(PASSWORD)
    assert (refused.status_code, refused["Retry-After"]) == (429, "900")
    assert MESSAGES["fr"] in refused.content.decode()
    assert "no-store" in refused["Cache-Control"]
    assert thing.opens("192.0.2.2"), "another address"
    assert other.opens(), "another restriction"
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert thing.opens(), "after the pause"


def test_the_right_password_forgets_the_wrong_ones_before_it(home: Page) -> None:
    thing = page(home)
    for _ in range(2):
        assert [thing.send("faux").status_code for _ in range(9)] == [200] * 9
        assert thing.opens()


def test_an_answer_that_is_not_whole_counts_too(home: Page) -> None:
    """It says whether the password is right, but for the address to go on to."""
    thing = page(home)
    for _ in range(10):
        Client().post(thing.form, {"password": PASSWORD}, REMOTE_ADDR="192.0.2.1")
    assert not thing.opens()


@pytest.mark.parametrize("language", MESSAGES)
def test_the_message_is_in_the_language_of_the_path(home: Page, language: str, settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 1
    answer = page(home, language=language).send("faux")
    assert answer.status_code == 429
    assert MESSAGES[language] in answer.content.decode()


def test_behind_a_proxy_the_address_is_the_one_that_it_heard_from(home: Page, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    thing = page(home)
    for number in range(10):
        thing.send("faux", "10.0.0.1", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, 192.0.2.1")
    guessing = thing.send(PASSWORD, "10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.1")
    reader = thing.send(PASSWORD, "10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.2")
    assert (guessing.status_code, reader.status_code) == (429, 302)


def test_an_ipv6_subscriber_has_one_turn(home: Page) -> None:
    thing = page(home)
    codes = [thing.send("faux", f"2001:db8::{number:x}").status_code for number in range(1, 11)]
    assert codes[-1] == 429
    assert thing.opens("2001:db8:0:1::1")
    assert thing.send("faux", "").status_code == 200, "a client without an address"


def test_passwords_are_not_kept(home: Page) -> None:
    page(home).send("presque")
    kept = AccessAttempt.objects.get()
    assert "presque" not in f"{kept.post_data} {kept.get_data} {kept.path_info}"
