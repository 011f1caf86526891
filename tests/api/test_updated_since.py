"""Lists of facts for an incremental build: what was published since a moment."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from borders.models import Border, KeyFigure, Programme, Territory
from home.models import Member
from resources.models import Agent, Concept, Record
from tests.changelog import Log
from tests.factories import borders, resources

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

DAY = datetime.timedelta(days=1)
LISTS: dict[str, Any] = {
    "borders": Border,
    "territories": Territory,
    "programmes": Programme,
    "key-figures": KeyFigure,
    "concepts": Concept,
    "agents": Agent,
    "members": Member,
    "records": Record,
}


@pytest.fixture
def facts() -> None:
    Log()
    border = borders.border("fr-de")
    borders.territory("saarmoselle", [border])
    borders.programme("interreg", [border])
    borders.key_figure("length", border)
    resources.concept("health")
    resources.agent("insee")
    borders.named(Member(code="metz", category="federation", country=borders.country("fr"), city="Metz"))
    resources.record()


@pytest.mark.parametrize("name", LISTS)
def test_what_was_published_since(client: Client, facts: None, name: str) -> None:
    def found(**parameters: str) -> int:
        return client.get(f"/api/v2/{name}/", parameters).json()["meta"]["total_count"]

    model, now = LISTS[name], timezone.now()
    since = {"updated_since": (now - DAY).isoformat()}
    model.objects.update(last_published_at=now - 2 * DAY)
    total = found()
    assert total > 0
    assert found(**since) == 0
    model.objects.update(last_published_at=now)
    assert found(**since) == total
    model.objects.update(last_published_at=None)
    assert found(**since) == total, "better once too often"
    assert found(**since, limit="0") == total
