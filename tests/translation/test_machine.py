"""Machine translation from the editor's button, with a server of ours in DeepL's place."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client
from django.urls import reverse
from wagtail_localize.models import StringTranslation, Translation
from wagtail_localize.strings import StringValue

from cms.translation import deepl, drafting
from home.models import StandardPage
from tests.factories.pages import locale
from tests.translation.conftest import in_german
from tests.webhooks.receiver import Receiver, answer, running


@pytest.fixture
def service(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR = {
        "CLASS": "cms.translation.deepl.DeepL",
        "OPTIONS": {"AUTH_KEY": "for-tests"},
    }
    with running() as receiver:
        monkeypatch.setattr(deepl.DeepL, "get_api_endpoint", lambda self: receiver.url)
        yield receiver


def translates(receiver: Receiver, tells: str = "Auf Deutsch {}") -> Any:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        texts = parse_qs(receiver.received[-1].body.decode())["text"]
        body = json.dumps({"translations": [{"text": tells.format(number)} for number, _text in enumerate(texts)]})
        answer(200, body)(handler)

    return behave


@pytest.fixture
def translation(french: StandardPage) -> Translation:
    """A German draft without a translated text."""
    [translation] = drafting.submit(french, [locale("de")], None)
    return translation


def asked(client: Client, translation: Translation, page: StandardPage) -> str:
    """What the editor shows after the button."""
    address = reverse("wagtail_localize:machine_translate", args=[translation.pk])
    editor = reverse("wagtailadmin_pages:edit", args=[in_german(page).pk])
    return client.post(address, {"next": editor}, follow=True).content.decode()


def test_what_is_missing_is_translated(
    admin_client: Client, french: StandardPage, translation: Translation, service: Receiver
) -> None:
    service.behaviours = [translates(service)]
    assert "Traduction effectuée avec succès avec DeepL" in asked(admin_client, translation, french)
    made = StringTranslation.objects.filter(translation_type="machine", tool_name="DeepL")
    assert made.count() == len(parse_qs(service.received[0].body.decode())["text"]) > 2
    assert service.received[0].headers["authorization"] == "DeepL-Auth-Key for-tests"


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (answer(403), "DeepL refuse la clé de ce site"),
        (answer(456), "est épuisé"),
        (answer(500), "DeepL ne répond pas comme il devrait"),
        (answer(200, "<html>"), "DeepL ne répond pas comme il devrait"),
        (answer(200, '{"translations": []}'), "DeepL ne répond pas comme il devrait"),
    ],
)
def test_a_service_that_fails_is_said_and_nothing_is_translated(
    admin_client: Client,
    french: StandardPage,
    translation: Translation,
    service: Receiver,
    behaviour: Any,
    said: str,
) -> None:
    service.behaviours = [behaviour]
    shown = asked(admin_client, translation, french)
    assert said in shown
    assert "Rien n’a été traduit." in shown
    assert not StringTranslation.objects.filter(translation_type="machine").exists()


def test_a_long_page_is_asked_for_in_parts_that_the_service_takes() -> None:
    many = [StringValue(f"Phrase {number}") for number in range(120)]
    long = [StringValue("é" * 40_000 + str(number)) for number in range(3)]
    assert [len(some) for some in deepl.batches(many)] == [50, 50, 20]
    assert [len(some) for some in deepl.batches(long)] == [1, 1, 1]
    assert [text for some in deepl.batches(many + long) for text in some] == many + long
