"""Closed lists: every code that an answer may hold, in every language."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import TextChoices
from django.test import Client
from wagtail import blocks
from wagtail.models import get_page_models

from cms.api import vocabularies
from cms.catalogues import APPS
from cms.fact_admin import Publication
from cms.facts import NameKind
from cms.languages import CODES, InEveryLanguage
from cms.media import RenditionState
from cms.pages import SitePage
from cms.webhooks import models as webhooks
from newsroom.zones import Zone
from resources.exchange import importing, imports
from resources.files import Outcome

pytestmark = pytest.mark.django_db

NEVER_SHOWN = {
    *(NameKind, Outcome, Publication, RenditionState, importing.Outcome, imports.State),
    *(webhooks.Stop, webhooks.Kind, webhooks.Problem, webhooks.Told),
}
NO_LABEL_SHOWN = {Zone}
"""Names of the IANA's list, shown as they are."""


def get(client: Client, path: str, status: int = 200) -> Any:
    response = client.get(f"/api/v2/{path}")
    assert response.status_code == status, response.content
    return json.loads(response.content)


def test_every_closed_list_of_the_project_is_a_vocabulary_or_never_shown() -> None:
    ours = {found for found in TextChoices.__subclasses__() if found.__module__.split(".")[0] in APPS}
    assert ours - NEVER_SHOWN - NO_LABEL_SHOWN == set(vocabularies.registered.values())


def _choices(block: blocks.Block) -> Iterator[blocks.ChoiceBlock]:
    if isinstance(block, blocks.ChoiceBlock):
        yield block
    children = getattr(block, "child_blocks", {}).values() or filter(None, [getattr(block, "child_block", None)])
    for child in children:
        yield from _choices(child)


def test_every_choice_inside_a_page_is_from_a_vocabulary() -> None:
    known = [list(choices.choices) for choices in vocabularies.registered.values()]
    streams = [
        field.stream_block
        for model in get_page_models()
        if issubclass(model, SitePage)
        for field in model._meta.get_fields()
        if hasattr(field, "stream_block")
    ]
    found = [choice for stream in streams for choice in _choices(stream)]
    assert found
    for choice in found:
        assert [pair for pair in choice.field.choices if pair[0]] in known


def test_labels_in_every_language_at_once(client: Client) -> None:
    assert set(InEveryLanguage.__annotations__) == set(CODES)
    answer = get(client, "vocabularies/?locale=de")
    assert answer["meta"]["total_count"] == len(answer["items"]) == len(vocabularies.registered)
    for vocabulary in answer["items"]:
        for item in vocabulary["items"]:
            assert list(item["labels"]) == list(CODES)
            assert item["label"] == item["labels"]["de"]
        if vocabulary["code"] not in {"social_network", "citation_style"}:  # names of their own
            assert any(item["labels"]["es"] != item["labels"]["en"] for item in vocabulary["items"]), vocabulary
    assert get(client, "vocabularies/border_kind/?locale=es")["items"][0] == {
        "code": "land",
        "label": "Frontera terrestre",
        "labels": {
            "fr": "Frontière terrestre",
            "en": "Land border",
            "de": "Landgrenze",
            "es": "Frontera terrestre",
            "it": "Frontiera terrestre",
            "nl": "Landgrens",
        },
    }
    get(client, "vocabularies/nothing/", 404)
