"""A small site in French with its German tree of fallbacks."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page
from wagtail_localize.models import StringSegment, StringTranslation, Translation

from cms.translation import drafting, trees
from home.models import HomePage, StandardPage
from tests import worlds
from tests.factories.pages import home_page, locale, standard_page

BODY = [
    {"type": "heading", "id": "11111111-0000-4000-8000-000000000001", "value": {"text": "Le cadre", "level": "h2"}},
    {
        "type": "paragraph",
        "id": "11111111-0000-4000-8000-000000000002",
        "value": "<p>Un texte <b>important</b> avec sa note[^1].</p><p>Un second alinéa.</p>",
    },
]


@worlds.shared
def home() -> HomePage:
    """The French home page, with its fallback in German."""
    page = home_page("fr")
    locale("de")
    trees.create_fallbacks(page)
    return page


@worlds.shared
def french(home: HomePage) -> StandardPage:
    """A published French page whose German is a live fallback."""
    page = standard_page(home, "La mission", slug="mission", introduction="En bref.", body=json.dumps(BODY))
    page.save_revision().publish()
    page.refresh_from_db()
    trees.create_fallbacks(page)
    return page


def in_german(page: Page) -> Any:
    """The German version as it is in the database."""
    return page.get_translation(locale("de")).specific


def translate_texts(translation: Translation, texts: dict[str, str] | None = None) -> None:
    """Translate the given French texts, or all of them ("DE " before each, or what the language is)."""
    for segment in StringSegment.objects.filter(source=translation.source).select_related("string", "context"):
        if segment.context.path == "slug":
            continue
        if texts is None or segment.string.data in texts:
            prefix = translation.target_locale.language_code.upper()
            data = f"{prefix} {segment.string.data}" if texts is None else texts[segment.string.data]
            StringTranslation.objects.update_or_create(
                translation_of=segment.string,
                context=segment.context,
                locale=translation.target_locale,
                defaults={"data": data, "translation_type": "manual"},
            )


@worlds.shared
def german(french: StandardPage) -> StandardPage:
    """The French page's published German translation."""
    [translation] = drafting.submit(french, [locale("de")], None)
    translate_texts(translation)
    drafting.save(translation, publish=True)
    return in_german(french)


@pytest.fixture
def answers() -> Callable[[], dict[str, bytes]]:
    """Every page of the site as readers get it: API list, details and HTML, by address."""

    def get() -> dict[str, bytes]:
        client = Client(raise_request_exception=True)
        found = {"list": client.get("/api/v2/pages/?limit=100").content}
        for page in Page.objects.filter(depth__gt=1).order_by("pk"):
            for address in (f"/api/v2/pages/{page.pk}/", page.specific.get_url() or ""):
                if address:
                    response = client.get(address)
                    found[address] = str(response.status_code).encode() + response.content
        return found

    return get
