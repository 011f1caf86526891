"""The promise of the cache, with real commits, threads and processes: what is committed shows in the next answer."""

import contextlib
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from borders.models import BorderName
from cms import changes
from cms.api.cache import ApiCache, flights
from cms.facts import Office, OfficeName
from cms.media import CmsDocument, CmsImage
from home.models import HomePage, NavigationEntry, SiteSettings, StandardPage
from resources.models import RecordType
from tests.api.wsgi import Reply, ask
from tests.conftest import on_postgresql
from tests.factories.borders import border, border_index, border_page, named
from tests.factories.newsroom import attachment
from tests.factories.pages import home_page, standard_page
from tests.factories.pictures import image
from tests.factories.resources import concept, record
from tests.services.ports import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]

LIST = "/api/v2/pages/"


@pytest.fixture
def page() -> StandardPage:
    return standard_page(home_page("fr"), "Before", slug="page")


def publish(page: StandardPage, title: str) -> None:
    page = StandardPage.objects.get(pk=page.pk)
    page.title = title
    page.save_revision().publish()


def title(reply: Reply) -> str:
    assert reply.status == 200
    return str(reply.json["title"])


class Around:
    """Django with something that happens after it has answered and before anybody hears of it."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.django = WSGIHandler()
        self.then = then
        self.asked = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.asked += 1
        answer = self.django(environ, start_response)
        self.then()
        return answer


def test_a_change_that_is_committed_while_an_answer_is_worked_out_shows_in_the_next(page: StandardPage) -> None:
    path = f"{LIST}{page.pk}/"
    django = Around(lambda: publish(page, "After"))
    app = ApiCache(django)
    assert title(ask(app, path)) == "Before"
    django.then = lambda: None
    assert title(ask(app, path)) == "After"
    assert ask(app, path).cache == "hit"


def test_what_is_not_committed_does_not_show_and_what_is_taken_back_changes_nothing(page: StandardPage) -> None:
    app = ApiCache(WSGIHandler())
    path = f"{LIST}{page.pk}/"
    ask(app, path)
    with ThreadPoolExecutor(1) as other, contextlib.suppress(InterruptedError), transaction.atomic():
        publish(page, "Never")
        reply = other.submit(ask, app, path).result()
        assert (title(reply), reply.cache) == ("Before", "hit")
        raise InterruptedError
    assert ask(app, path).cache == "hit"


def test_a_change_of_records_leaves_pages_in_the_cache(page: StandardPage) -> None:
    app = ApiCache(WSGIHandler())
    paths = LIST, f"{LIST}{page.pk}/"
    for path in paths:
        ask(app, path)
    changes.models.Change.objects.create(
        family=changes.RECORDS, kind="update", model="resources.record", object_id=1, created_at="2026-01-01T00:00Z"
    )
    assert [ask(app, path).cache for path in paths] == ["hit", "hit"]
    concept("new")
    assert [ask(app, path).cache for path in paths] == ["miss", "miss"]


def test_a_record_shows_at_once_beside_what_it_is_about(page: StandardPage) -> None:
    """Also where an answer found none: it depends on the records that it asked for."""
    app = ApiCache(WSGIHandler())
    about = border("fr-de")
    fiche = border_page(border_index(page.get_parent()), about)
    paths = [
        *("/api/v2/borders/fr-de/", f"{LIST}{fiche.pk}/", f"{LIST}?type=borders.BorderPage&fields=publications"),
        f"{LIST}?type=borders.BorderPage",
    ]

    def shown(path: str) -> list[str]:
        answer = ask(app, path).json
        [item] = answer.get("items", [answer])
        return [found["title"] for found in item["publications"]["records"]]

    for path in paths:
        ask(app, path)
    assert [ask(app, path).cache for path in paths] == ["hit"] * 4
    RecordType.objects.get_or_create(code="report")
    for path in paths:
        ask(app, path)
    study = record("Study")
    study.borders = [about]
    study.save()
    assert [ask(app, path).cache for path in paths] == ["miss"] * 3 + ["hit"]
    assert [shown(path) for path in paths[:3]] == [["Study"]] * 3
    study.delete()
    assert [shown(path) for path in paths[:3]] == [[]] * 3


def test_a_restored_database_is_another(page: StandardPage) -> None:
    """Its versions have been given before, to other content."""
    app = ApiCache(WSGIHandler())
    ask(app, LIST)
    changes.renew_epoch()
    assert ask(app, LIST).cache == "miss"


def test_those_who_ask_at_once_wait_for_one_answer(page: StandardPage) -> None:
    asking = threading.Barrier(6, timeout=30)
    django = Around(lambda: time.sleep(0.3))
    app = ApiCache(django)

    def together() -> Reply:
        asking.wait()
        return ask(app, LIST)

    with ThreadPoolExecutor(6) as pool:
        replies = [found.result() for found in [pool.submit(together) for _ in range(6)]]
    assert django.asked == 1
    assert len({reply.body for reply in replies}) == 1
    assert {reply.status for reply in replies} == {200}


def test_an_error_is_nobody_elses_and_patience_ends(page: StandardPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flights, "PATIENCE", 0.05)
    asking = threading.Barrier(2, timeout=30)
    django = Around(lambda: time.sleep(0.3))
    app = ApiCache(django)

    def together(path: str) -> Reply:
        asking.wait()
        return ask(app, path)

    with ThreadPoolExecutor(2) as pool:
        for path, status in ((f"{LIST}?nonsense=1", 400), (LIST, 200)):
            django.asked = 0
            replies = [found.result() for found in [pool.submit(together, path) for _ in range(2)]]
            assert [reply.status for reply in replies] == [status, status]
            assert django.asked == 2


def test_connections_that_broke_are_made_again(page: StandardPage) -> None:
    app = ApiCache(WSGIHandler())
    ask(app, LIST)
    for held in app.versions._idle:
        held._connection.close()
    assert ask(app, LIST).cache == "hit"
    if on_postgresql():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert ask(app, LIST).cache == "hit"


def test_without_versions_django_answers(page: StandardPage, monkeypatch: pytest.MonkeyPatch) -> None:
    """As while the database refuses connections: what Django then says is its own affair."""
    app = ApiCache(WSGIHandler())
    ask(app, LIST)
    app.versions._idle.clear()

    def refused(alias: str) -> Any:
        raise ConnectionRefusedError("no more connections")

    monkeypatch.setattr("cms.api.cache.versions.connections.create_connection", refused)
    reply = ask(app, LIST)
    assert (reply.status, reply.cache) == (200, "bypass")


def test_a_database_that_would_miss_changes_is_not_trusted(page: StandardPage) -> None:
    table = StandardPage._meta.db_table
    from cms.changes import triggers

    place = next(place for place in triggers._engine(connection).installed(connection) if place[0] == table)
    triggers._engine(connection).drop(connection, *place)
    try:
        app = ApiCache(WSGIHandler())
        assert [ask(app, LIST).cache for _ in range(2)] == ["bypass", "bypass"]
    finally:
        triggers.install()


@pytest.mark.skipif("on_postgresql()")
def test_a_locked_or_replaced_sqlite_file(page: StandardPage, tmp_path: Path) -> None:
    app = ApiCache(WSGIHandler())
    ask(app, LIST)
    path = Path(str(connection.settings_dict["NAME"]))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE wagtailcore_page SET title = 'locked'")
        assert ask(app, LIST).cache == "hit", "a writer does not keep readers from the log"
        other.execute("ROLLBACK")
    held = app.versions._idle[0]
    held._file = (0, 0)
    assert ask(app, LIST).cache == "hit"
    assert app.versions._idle[0] is not held


@pytest.fixture(
    params=[
        pytest.param("cms.settings.test", id="a cache each"),
        pytest.param("tests.api.shared_cache", id="one cache", marks=pytest.mark.postgres),
    ]
)
def servers(
    request: pytest.FixtureRequest, page: StandardPage, test_database_environment: dict[str, str], tmp_path: Path
) -> Iterator[list[str]]:
    """The addresses of two servers on the test's database, with these settings."""
    ports = [free_port(), free_port()]
    running = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "cms.wsgi:application", "--interface", "wsgi"),
                *("--port", str(port), "--workers-kill-timeout", "5"),
            ],
            cwd=django_settings.BASE_DIR,
            env={
                **test_database_environment,
                "DJANGO_SETTINGS_MODULE": request.param,
                "SHARED_CACHE": str(tmp_path / "shared"),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for port in ports
    ]
    addresses = [f"http://127.0.0.1:{port}" for port in ports]
    try:
        for address in addresses:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                with contextlib.suppress(requests.ConnectionError):
                    if requests.get(f"{address}/healthz", timeout=10).ok:
                        break
                time.sleep(0.1)
        yield addresses
    finally:
        for server in running:
            server.terminate()
        for server in running:
            server.wait(timeout=30)


def edited(model: type[Any], **fields: Any) -> None:
    one = model.objects.get()
    for name, value in fields.items():
        setattr(one, name, value)
    one.save()


# Of each family of objects: what is asked, what changes, and what the answer says from then on.
OTHERS: list[tuple[str, Callable[[], object], str]] = [
    ("borders/", lambda: edited(BorderName, text="Autrement"), "Autrement"),
    ("images/", lambda: edited(CmsImage, credit="Autrement"), "Autrement"),
    ("documents/", lambda: edited(CmsDocument, title="Autrement"), "Autrement"),
    ("navigation/", lambda: NavigationEntry.objects.create(url="https://example.org/menu"), "example.org/menu"),
    ("redirects/", lambda: Redirect.objects.create(old_path="/old", redirect_link="/new"), "/old"),
    ("site/", lambda: edited(OfficeName, text="Autrement"), "Autrement"),
    ("concepts/", lambda: concept("new"), '"new"'),
]


@pytest.mark.slow
def test_two_processes_show_each_change_at_once(page: StandardPage, servers: list[str]) -> None:
    paths = [f"{LIST}{page.pk}/", f"{LIST}?slug=page", "/api/v2/pages/find/?html_path=/fr/page/"]
    for number in range(20):
        publish(page, f"Title {number}")
        for address in servers:
            detail, listed, found = (requests.get(address + path, timeout=20) for path in paths)
            assert detail.json()["title"] == found.json()["title"] == f"Title {number}"
            assert listed.json()["items"][0]["title"] == f"Title {number}"
            again = requests.get(address + paths[0], headers={"If-None-Match": detail.headers["ETag"]}, timeout=20)
            assert (again.status_code, again.headers["Cache-Status"]) == (304, "cms; hit")
    StandardPage.objects.get(pk=page.pk).unpublish()
    for address in servers:
        assert requests.get(address + paths[0], timeout=20).status_code == 404
        assert requests.get(address + paths[1], timeout=20).json()["items"] == []
    assert HomePage.objects.live().exists()
    border(names={"fr": "Nom"})
    image()
    attachment("Document")
    settings = SiteSettings.for_site(Site.objects.get())
    settings.offices = [named(Office(code="paris"), {"fr": "Nom"})]
    settings.save()
    for path, change, said in OTHERS:
        for address in servers:
            assert said not in requests.get(f"{address}/api/v2/{path}", timeout=20).text
        change()
        for address in servers:
            assert said in requests.get(f"{address}/api/v2/{path}", timeout=20).text, path
