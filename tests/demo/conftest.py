"""The demo site, loaded once for all tests of this folder; each works in a transaction of its own, rolled back."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from home.models import DemoItem
from tests import migrated
from tests.worlds import Worlds


@pytest.fixture(scope="package")
def demo(
    test_database_environment: dict[str, str],
    worlds: Worlds,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """The folder of the site's files: loads were killed among facts and pages, and one more did what was left."""
    var = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=var / "media"):
        worlds.leave()  # the transaction that the test before shared with others
        for kind in ("resources.Concept:", "page:"):
            _killed({**test_database_environment, "VAR_DIR": str(var)}, kind)
        call_command("load_demo")
        yield django_settings.MEDIA_ROOT
        migrated.restore()


def _killed(environment: dict[str, str], kind: str) -> None:
    """Load until a few items of a kind are done, and no further."""
    command = [sys.executable, str(django_settings.BASE_DIR / "manage.py"), "load_demo"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    items = DemoItem.objects.filter(key__startswith=kind)
    while items.filter(done=True).count() < 3:
        assert process.poll() is None, "the load ended before it could be killed"
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert items.filter(done=False).exists()


@pytest.fixture(autouse=True)
def media_root(demo: Path, settings: Any) -> Path:
    """The files of the site instead of an empty folder."""
    settings.MEDIA_ROOT = demo
    return demo
