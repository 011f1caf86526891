"""The demo site as a whole: it loads, every page of every language can be read, and loading again changes nothing."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django_tasks_db.models import DBTaskResult
from wagtail.models import Page, ReferenceIndex, Revision

from borders.models import Border, KeyFigure, Territory
from cms import publication
from cms.languages import CODES
from cms.media import CmsDocument
from cms.renditions import make_renditions
from cms.translation.models import Completeness, TranslationStatus
from home.models import DemoItem
from resources.extraction import read_file
from tests.contracts.generated_client import read_site
from tests.demo.geojson import check_geojson
from tests.services import node

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800), pytest.mark.django_db]

LEAST = {
    "borders.BorderPage": 8,
    "borders.TerritoryPage": 20,
    "borders.ObstaclePage": 6,
    "borders.PracticePage": 6,
    "resources.DossierPage": 8,
    "resources.ChapterPage": 16,
    "resources.PositionPage": 3,
    "resources.ProjectPage": 1,
    "newsroom.NewsPage": 10,
    "newsroom.EventPage": 9,
    "newsroom.TrainingPage": 3,
    "newsroom.CallPage": 2,
}
"""Pages of each type in each language."""


def fingerprint() -> dict[str, Any]:
    """What loading again must leave as it is."""
    return {
        "pages": Counter(Page.objects.values_list("url_path", flat=True)),
        "titles": Counter(Page.objects.values_list("title", flat=True)),
        "live": Page.objects.filter(live=True).count(),
        "revisions": Revision.objects.count(),
        "figures": KeyFigure.objects.count(),
        "items": set(DemoItem.objects.values_list("key", "done")),
    }


def indexes() -> list[set[Any]]:
    """What Wagtail's search knows of each object that the load made, and what refers to what.

    The tree's root and the types of documents come from migrations, which do not index.
    """
    of_migrations = ["page", "recordtype"]
    entries = apps.get_model("wagtailsearch", "IndexEntry").objects.exclude(content_type__model__in=of_migrations)
    references = ReferenceIndex.objects.all()
    return [
        set(entries.values_list("content_type", "object_id", "title", "body", "autocomplete")),
        set(references.values_list("content_type", "object_id", "to_content_type", "to_object_id", "content_path")),
    ]


def read_by_the_api(client: Client, pages: Iterable[Page]) -> dict[str, Any]:
    """What `read_site` tells: each page's path by its key, and how many there are of each type."""
    found: dict[str, Any] = {"paths": {}, "counts": Counter()}
    for page in pages:
        answer = client.get(f"/api/v2/pages/{page.pk}/")
        assert answer.status_code == 200, (page.title, answer.content)
        item = answer.json()
        found["paths"][str(item["id"])] = item["meta"]["html_path"]
        found["counts"][item["type"]] += 1
    return found


def read_as_html(client: Client, page: Page, path: str) -> None:
    html = client.get(path)
    assert html.status_code == 200, path
    text = html.content.decode()
    assert f'<html lang="{page.locale.language_code}"' in text
    assert not re.search(r"@(page|image|figure|border|territory|office|record):", text), path


def test_what_was_killed_is_repaired() -> None:
    assert not DemoItem.objects.filter(done=False).exists()
    waiting = set(DBTaskResult.objects.values_list("task_path", flat=True))
    assert waiting == {make_renditions.module_path, read_file.module_path}
    indexed = indexes()
    call_command("update_index", verbosity=0)
    call_command("rebuild_references_index", verbosity=0)
    assert indexes() == indexed
    assert not Page.objects.filter(depth__gt=1, live=False).exists()
    assert Border.objects.filter(parent=None).count() >= 8
    assert Territory.objects.count() >= 20
    assert TranslationStatus.objects.filter(completeness=Completeness.SUMMARY).exists()
    assert TranslationStatus.objects.filter(completeness=Completeness.PARTIAL).exists()
    assert TranslationStatus.objects.filter(outdated=True).exists()
    assert not CmsDocument.objects.filter(file_hash="").exists(), "nothing of the file was measured"


def test_every_page_is_read(client: Client, request: pytest.FixtureRequest) -> None:
    pages = Page.objects.filter(depth__gt=1, live=True).select_related("locale")
    if node.installed():  # elsewhere it is skipped with a line (tests/contracts/test_typescript.py)
        address = request.getfixturevalue("live_server").url
        found = read_site(request.getfixturevalue("generated_client"), address)
    else:
        found = read_by_the_api(client, pages)
    paths = {str(page.pk): publication.html_path(page.locale.language_code, page.url_path) for page in pages}
    assert found["paths"] == paths
    per_language = {name: count / len(CODES) for name, count in found["counts"].items()}
    assert {name: least for name, least in LEAST.items() if per_language.get(name, 0) < least} == {}
    for page in pages:
        read_as_html(client, page, paths[str(page.pk)])
    check_geojson(client)


def test_loading_again_changes_nothing() -> None:
    edited = Page.objects.get(slug="france-allemagne", locale__language_code="fr").specific
    edited.title = "Titre d'une rédactrice"
    edited.save_revision().publish()
    before = fingerprint()
    call_command("load_demo")
    edited.refresh_from_db()
    assert edited.title == "Titre d'une rédactrice"
    assert fingerprint() == before
