"""Lists of facts and files for an incremental build: what was published, or changed, since a moment."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from taggit.models import Tag
from wagtail.models import Collection, CollectionViewRestriction

from borders.models import Border, KeyFigure, Programme, Territory
from cms.changes.models import CONTENT, RESET, Change
from cms.media import CmsImage, Rendition
from home.models import Member
from resources.models import Agent, Concept, Record
from tests.changelog import Log
from tests.factories import borders, pictures, resources
from tests.factories.documents import document

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


FILES: dict[str, Any] = {"images": pictures.image, "documents": document}


@pytest.mark.parametrize("name", FILES)
def test_files_that_changed_since(client: Client, name: str) -> None:
    hour = timezone.now() - DAY / 24

    def found(since: datetime.datetime = hour) -> list[int]:
        answer = client.get(f"/api/v2/{name}/", {"updated_since": since.isoformat()}).json()
        return [item["id"] for item in answer["items"]]

    def days_go_by() -> None:
        Change.objects.update(created_at=timezone.now() - 2 * DAY)

    Log()
    collection = Collection.get_first_root_node().add_child(name="Some")
    tagged, collected, edited = (FILES[name](title=title) for title in ("tagged", "collected", "edited"))
    tagged.tags.add("map")
    collected.collection = collection
    collected.save()
    assert found() == [tagged.pk, collected.pk, edited.pk]
    days_go_by()
    assert found() == []
    assert found(hour - 3 * DAY) == [tagged.pk, collected.pk, edited.pk]
    edited.title = "Edited"
    edited.save()
    assert found() == [edited.pk]
    Tag.objects.update(name="plan")
    assert found() == [tagged.pk, edited.pk]
    days_go_by()
    tagged.tags.clear()
    assert found() == [tagged.pk]
    days_go_by()
    restriction = CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
    assert found() == []
    restriction.delete()
    assert found() == [collected.pk], "it is public again"
    assert found(hour - 40 * DAY) == [tagged.pk, collected.pk, edited.pk], "the log does not reach back so far"
    Change.objects.create(family=CONTENT, kind=RESET, model="", object_id=0, created_at=timezone.now())
    assert found() == [tagged.pk, collected.pk, edited.pk], "better once too often"


def test_an_image_whose_renditions_came_has_changed(client: Client) -> None:
    Log()
    image: CmsImage = pictures.image()
    Change.objects.update(created_at=timezone.now() - 2 * DAY)
    since = {"updated_since": (timezone.now() - DAY).isoformat()}
    assert client.get("/api/v2/images/", since).json()["items"] == []
    Rendition.objects.create(image=image, filter_spec="width-400", file="renditions/a.jpg", width=400, height=300)
    assert [item["id"] for item in client.get("/api/v2/images/", since).json()["items"]] == [image.pk]
