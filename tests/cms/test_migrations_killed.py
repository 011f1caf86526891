"""`migrate` killed at any point: running it again leaves the very database that an undisturbed run leaves.

It takes a minute, so it is tried on SQLite alone, which makes it harder: tables are made anew, and foreign keys must be
off before a transaction begins. On PostgreSQL the same code has a migration in one transaction, and nothing beside.
"""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from wagtail.models import Collection, GroupPagePermission, Locale, Page, Workflow
from wagtail_localize.models import LocaleSynchronization

from tests.conftest import on_postgresql

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(on_postgresql(), reason="is tried on SQLite, see above"),
]

# How many migrations are applied when the process is killed. The last is all of them: what comes after each migrate
# (permissions, roles, triggers) is under way then.
POINTS = (60, 200, "all")


def written_by_migrations() -> dict[str, Any]:
    """What the site cannot work without, as data that two databases can be compared by."""
    return {
        "roles": {
            group.name: sorted(group.permissions.values_list("content_type__app_label", "codename"))
            for group in Group.objects.order_by("name")
        },
        "pages": sorted(GroupPagePermission.objects.values_list("group__name", "page__depth", "permission__codename")),
        "workflows": sorted(
            Workflow.objects.values_list("name", "active", "workflow_pages__page__depth", "workflow_tasks__task__name")
        ),
        "languages": sorted(Locale.objects.values_list("language_code", flat=True)),
        "synchronised": sorted(
            LocaleSynchronization.objects.values_list("locale__language_code", "sync_from__language_code")
        ),
        "trees": sorted(Page.objects.values_list("depth", "title", "locale__language_code")),
        "collections": sorted(Collection.objects.values_list("depth", "name")),
    }


def repair_and_report() -> None:
    """Run in a process of its own, as the deployment after a crash would."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("migrate", check_unapplied=True, verbosity=0)
    call_command("check", databases=["default"], fail_level="WARNING")
    print(json.dumps(written_by_migrations()))


@pytest.fixture
def fresh(tmp_path: Path) -> tuple[str, Callable[[], int]]:
    """The address of an empty database, and how many migrations it says were applied."""
    path = tmp_path / "killed.sqlite3"

    def applied() -> int:
        with contextlib.closing(sqlite3.connect(path, timeout=20)) as reader:
            try:
                return reader.execute("SELECT count(*) FROM django_migrations").fetchone()[0]
            except sqlite3.OperationalError:  # the table is not there yet
                return 0

    return f"sqlite://{path}", applied


def start(address: str, *command: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "cms.settings.test"}
    return subprocess.Popen(
        [sys.executable, *command], env=environment, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True
    )


def kill_at(address: str, applied: Callable[[], int], number: int) -> None:
    """Run `migrate` until that many migrations are applied, and kill it there and then."""
    process = start(address, "manage.py", "migrate", "--no-input", "--verbosity", "0")
    while applied() < number:
        assert process.poll() is None, f"migrate ended with {process.returncode} before it could be killed"
        time.sleep(0.05)  # to look more often takes the time from the migrations
    process.kill()
    process.communicate()
    assert process.returncode == -9


def test_a_killed_migration_is_repaired_by_the_next(fresh: tuple[str, Callable[[], int]]) -> None:
    address, applied = fresh
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations")
        total = cursor.fetchone()[0]
    for point in POINTS:
        kill_at(address, applied, total if point == "all" else point)
    repair = "import django; django.setup(); from tests.cms import test_migrations_killed as t; t.repair_and_report()"
    process = start(address, "-c", repair)
    output, _errors = process.communicate()
    assert process.returncode == 0, "migrate, migrate --check or check complains"
    assert json.loads(output.splitlines()[-1]) == json.loads(json.dumps(written_by_migrations()))
