"""What positions and projects show over REST."""

import datetime
import json
from typing import Any

import pytest
from django.test import Client
from wagtail.models import Collection, CollectionViewRestriction

from resources.models import PositionSignatory, ProjectPartner
from tests.factories import resources as make
from tests.factories.newsroom import attachment
from tests.resources.conftest import Library

pytestmark = pytest.mark.django_db


def get(client: Client, path: str) -> Any:
    response = client.get(f"/api/v2/{path}")
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def test_position(client: Client, library: Library) -> None:
    file = attachment("Contribution")
    page = make.position(
        library.positions,
        date=datetime.date(2014, 4, 1),
        addressee="Comité européen des régions",
        policy="Mobilité",
        file=file,
    )
    PositionSignatory.objects.create(page=page, name="MOT", website="https://example.org", sort_order=0)
    PositionSignatory.objects.create(page=page, name="AEBR", sort_order=1)
    found = get(client, f"pages/{page.pk}/")
    assert (found["date"], found["addressee"], found["policy"]) == ("2014-04-01", page.addressee, "Mobilité")
    assert found["signatories"] == [
        {"name": "MOT", "website": "https://example.org"},
        {"name": "AEBR", "website": ""},
    ]
    assert found["file"]["url"].endswith(file.url)

    members = Collection.get_first_root_node().add_child(name="Adhérents")
    CollectionViewRestriction.objects.create(collection=members, restriction_type="login")
    file.collection = members
    file.save()
    found = get(client, f"pages/{page.pk}/")
    assert (found["file"]["access"], found["file"]["url"]) == ("members", None)
    assert file.file.name not in json.dumps(found)


def test_project(client: Client, library: Library) -> None:
    action = {
        "strand": "Alerte",
        "title": "Annuaire commun",
        "territory": None,
        "borders": [],
        "partners": [{"type": "item", "value": "Service de secours", "id": "1"}],
        "start": "2026-01-01",
        "end": None,
        "result": "<p>Un annuaire</p><script>alert(1)</script>",
    }
    page = make.project(
        library.projects,
        kind="alliance",
        start_date=datetime.date(2026, 1, 1),
        budget="1234567.50",
        pilot_actions=[{"type": "action", "value": action, "id": "a"}],
    )
    ProjectPartner.objects.create(page=page, name="MOT", website="https://example.org")
    found = get(client, f"pages/{page.pk}/")
    assert found["kind"]["code"] == "alliance"
    assert (found["start_date"], found["end_date"], found["budget"]) == ("2026-01-01", None, 1234567.5)
    assert found["partners"] == [{"name": "MOT", "website": "https://example.org", "country": None}]
    shown = found["pilot_actions"][0]["value"]
    assert shown == {**action, "borders": [], "partners": ["Service de secours"], "result": "<p>Un annuaire</p>"}
