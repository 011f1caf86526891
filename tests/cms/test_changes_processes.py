"""The promise of the change log with real processes: versions in commit order, nothing missed, nothing untrue."""

import json
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from cms import changes
from cms.changes.models import Change
from cms.facts import Office
from home.models import StandardPage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite, pytest.mark.slow]
WRITERS = [f"writer-{number}" for number in range(4)]


@pytest.fixture
def environment(test_database_environment: dict[str, str]) -> dict[str, str]:
    """The environment of processes that work on a database with one page and one office per writer."""
    root = Page.get_first_root_node()
    home = root.add_child(instance=Page(title="Start", slug="start"))
    for slug in WRITERS:
        home.add_child(instance=StandardPage(title=slug, slug=slug))
        Office.objects.create(code=slug)
    return test_database_environment


def start(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.cms.changes_process", *arguments],
        env=environment,
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_concurrent_writers_leave_no_gap_and_a_reader_misses_nothing(environment: dict[str, str]) -> None:
    before = changes.position()
    reader = start(environment, "poll", "/end")
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    writers = [start(environment, "write", slug) for slug in WRITERS]
    for writer in writers:
        output, _ = writer.communicate(timeout=120)
        assert writer.returncode == 0
        assert json.loads(output) == 12
    Redirect.objects.create(old_path="/end", redirect_link="/")
    output, _ = reader.communicate(timeout=60)
    seen = [tuple(change) for change in json.loads(output)]

    logged = [(change.version, change.kind, change.model, change.object_id) for change in changes.changes_since(before)]
    assert seen == logged, "what the reader saw while they wrote is all there is"
    assert [version for version, *_ in seen] == list(range(before.version + 1, before.version + 1 + len(seen)))
    assert {model for _, _, model, _ in seen} == {"wagtailcore.page", "cms.office", "wagtailredirects.redirect"}
    for page in StandardPage.objects.filter(slug__in=WRITERS):
        told = [kind for _, kind, model, key in seen if (model, key) == ("wagtailcore.page", page.pk)]
        assert told.count("publish") == 12
        assert told.count("update") >= 12
    created = [key for _, kind, model, key in seen if (kind, model) == ("create", "wagtailredirects.redirect")]
    assert sorted(created) == sorted(Redirect.objects.values_list("pk", flat=True)), "nothing that was taken back"
    assert not Change.objects.filter(version=None).exists()


def test_killed_between_write_and_commit_leaves_neither(environment: dict[str, str]) -> None:
    before = changes.position()
    process = start(environment, "die", WRITERS[0])
    output, _ = process.communicate(timeout=60)
    assert output == "written\n"
    assert process.returncode == -signal.SIGKILL
    assert changes.position() == before
    assert changes.changes_since(before) == []
    assert StandardPage.objects.get(slug=WRITERS[0]).title == WRITERS[0]
