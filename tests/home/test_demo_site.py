"""The demo site as a whole: it loads, every page of every language can be read, and loading again changes nothing."""

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django_tasks_db.models import DBTaskResult
from wagtail.models import Page, ReferenceIndex, Revision

from borders.models import Border, KeyFigure, Territory
from cms import publication
from cms.languages import CODES
from cms.renditions import make_renditions
from cms.translation.models import Completeness, TranslationStatus
from home.models import DemoItem
from resources.extraction import read_file
from tests.contracts.generated_client import read_site
from tests.home.demo_checks import check_geojson
from tests.services import node

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800), pytest.mark.django_db(transaction=True)]


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


def visit_every_page(client: Client) -> Counter[str]:
    """Read every live page in the API and in the reading view; the number of pages by type."""
    visited: Counter[str] = Counter()
    for page in Page.objects.filter(depth__gt=1, live=True).select_related("locale"):
        answer = client.get(f"/api/v2/pages/{page.pk}/")
        assert answer.status_code == 200, (page.title, answer.content)
        item = answer.json()
        path = publication.html_path(page.locale.language_code, page.url_path)
        assert item["meta"]["html_path"] == path
        html = client.get(path)
        assert html.status_code == 200, path
        text = html.content.decode()
        assert f'<html lang="{page.locale.language_code}"' in text
        assert not re.search(r"@(page|image|figure|border|territory|office|record):", text), path
        visited[item["type"]] += 1
    return visited


@pytest.fixture
def repaired(transactional_db: Any, test_database_environment: dict[str, str]) -> None:
    """The demo site: a first load was killed among the pages, a second one did what was left."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "load_demo"]
    environment = {**test_database_environment, "VAR_DIR": str(settings.MEDIA_ROOT.parent)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    pages = DemoItem.objects.filter(key__startswith="page:")
    while pages.filter(done=True).count() < 3:
        assert process.poll() is None, "the load ended before it could be killed"
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert pages.filter(done=False).exists()
    call_command("load_demo")


def test_the_whole_demo_site_after_a_killed_load(
    client: Client, repaired: None, live_server: Any, request: pytest.FixtureRequest
) -> None:
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
    visited = visit_every_page(client)
    per_language = {name: count / len(CODES) for name, count in visited.items()}
    for name, least in {
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
    }.items():
        assert per_language[name] >= least, name
    assert TranslationStatus.objects.filter(completeness=Completeness.SUMMARY).exists()
    assert TranslationStatus.objects.filter(completeness=Completeness.PARTIAL).exists()
    assert TranslationStatus.objects.filter(outdated=True).exists()

    check_geojson(client)
    if node.installed():  # elsewhere it is skipped with a line (tests/contracts/test_typescript.py)
        read = read_site(request.getfixturevalue("generated_client"), live_server.url)
        assert read["counts"] == visited

    before = fingerprint()
    edited = Page.objects.get(slug="france-allemagne", locale__language_code="fr").specific
    edited.title = "Titre d'une rédactrice"
    edited.save_revision().publish()
    call_command("load_demo")
    edited.refresh_from_db()
    assert edited.title == "Titre d'une rédactrice"
    assert fingerprint()["items"] == before["items"]
    assert fingerprint()["pages"] == before["pages"]
