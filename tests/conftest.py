"""What every test stands on: compiled catalogues, a clean media folder, and services that are there or say why not.

`pytest` alone runs on SQLite; `make test` starts PostgreSQL and sets DATABASE_URL for the same suite.
"""

import gc
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from cms import labels
from cms.catalogues import compile_catalogues
from tests import migrated
from tests.services import bibutils, chromium, in_ci, node
from tests.worlds import Worlds

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-golden", action="store_true", help="write tests/contracts/golden anew, to be reviewed as a change"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Labels are tested in every language, so the catalogues must be compiled; xdist's workers find it done."""
    if not hasattr(config, "workerinput"):
        compile_catalogues(django_settings.BASE_DIR)


def pytest_collection_finish() -> None:
    """The collector of garbage looks no more through what is loaded by now: that was a tenth of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests come first: at the end one of them would keep one core busy while the other has nothing left to do.

    Those that take minutes, and so have a timeout of their own, come before all: nobody takes over what comes first,
    and the demo is loaded once.
    """
    items.sort(key=lambda item: (not comes_first(item), item.get_closest_marker("timeout") is None))


def comes_first(item: pytest.Item) -> bool:
    """Whether a test is slow; those in a browser wait, as they leave a running event loop to the tests after them."""
    return item.get_closest_marker("slow") is not None and item.get_closest_marker("browser") is None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test whose service is missing is skipped with a line that says how to get it; in CI it fails."""
    missing = ""
    if item.get_closest_marker("postgres") and not on_postgresql():
        missing = "needs PostgreSQL: run `make test`, or set DATABASE_URL=postgresql://user:password@host:port/name"
    if item.get_closest_marker("bibutils") and not bibutils.installed():
        missing = "needs bibutils: install it (Debian: sudo apt-get install bibutils)"
    if item.get_closest_marker("browser") and chromium.program() is None:
        missing = "needs Chromium: install it (Debian: sudo apt-get install chromium)"
    if item.get_closest_marker("node") and not node.installed():
        missing = "needs Node.js and packages: run `make test` (Debian: sudo apt-get install nodejs npm)"
    if item.get_closest_marker("elasticsearch") and not os.environ.get("TEST_ELASTICSEARCH_URL"):
        missing = "needs Elasticsearch: run `make test`, or set TEST_ELASTICSEARCH_URL=http://host:9200"
    if missing and in_ci():
        pytest.fail(missing, pytrace=False)
    if missing:
        pytest.skip(missing)


def on_postgresql() -> bool:
    """Whether the suite runs on PostgreSQL."""
    return "postgresql" in django_settings.DATABASES["default"]["ENGINE"]


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A migrated database, in which a test that commits puts back in the end what the migrations wrote."""
    with django_db_blocker.unblock(), migrated.database(), pytest.MonkeyPatch.context() as patch:
        # Django's own way takes seconds: it empties every table and saves every object that it read before.
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: migrated.restore())
        patch.setattr(labels, "_transaction", partial(_of_the_product, labels._transaction))
        yield


def _of_the_product(found: Callable[[], object]) -> object:
    """What tells a transaction of the product's; the one around a test is, to what that calls, the committed state."""
    blocks = connection.atomic_blocks
    if not blocks or not blocks[0]._from_testcase:
        return found()
    return next((block for block in blocks if not block._from_testcase), None)


@pytest.fixture(scope="session")
def worlds(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Worlds]:
    """What the fixtures that are `shared` have made."""
    made = Worlds()
    yield made
    with django_db_blocker.unblock():
        made.leave()


@pytest.fixture
def _world(request: pytest.FixtureRequest, worlds: Worlds, django_db_blocker: DjangoDbBlocker) -> None:
    marker = request.node.get_closest_marker("django_db")
    commits = bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in request.fixturenames
    with django_db_blocker.unblock():
        worlds.prepare(request.node, commits or "live_server" in request.fixturenames)


@pytest.fixture
def _django_db_helper(_world: None, _django_db_helper: None) -> None:
    """pytest-django's transaction of a test, inside that of the site that it shares with others."""


@pytest.fixture(autouse=True)
def media_root(settings: Any, tmp_path: Path) -> Path:
    """Uploads of one test are gone in the next."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def fresh_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that another test rolled back may come again, with other content."""
    monkeypatch.setattr(labels, "_current", labels.Labels(-1))
    monkeypatch.setattr(labels._thread, "labels", labels.Labels(-1))


@pytest.fixture(scope="session", autouse=True)
def search_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The search of this process has an index of its own, with nothing in it until a test fills it."""
    from search.engines.configured import engines

    django_settings.SEARCH_DIR = tmp_path_factory.mktemp("search")
    for engine in engines():
        engine.swap(engine.begin())


@pytest.fixture(autouse=True)
def versions_at_once(request: pytest.FixtureRequest) -> None:
    """PostgreSQL numbers changes at commit; in a test that never commits, each change must move the version."""
    if on_postgresql() and (request.node.get_closest_marker("django_db") or "db" in request.fixturenames):
        request.getfixturevalue("db")
        if connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS changes_version IMMEDIATE")


@pytest.fixture(scope="session", autouse=True)
def declared_answers() -> Iterator[None]:
    """Whatever asks the API for JSON, a test or a browser, also finds out whether the document declares the answer."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.test.client import Client

    from tests.contracts import answers

    ask, serve = Client.request, WSGIHandler.get_response

    def checked(client: Client, **request: Any) -> Any:
        response = ask(client, **request)
        answers.check(response.request, response, response.resolver_match)
        return response

    def checked_server(handler: WSGIHandler, request: Any) -> Any:
        response = serve(handler, request)
        try:
            answers.check(request.META, response, request.resolver_match)
        except answers.UndeclaredAnswer as error:
            answers.served.append(str(error))
            raise
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "request", checked)
        patch.setattr(WSGIHandler, "get_response", checked_server)
        yield


@pytest.fixture(autouse=True)
def declared_answers_of_servers(declared_answers: None) -> Iterator[None]:
    """What a live server answered in its own thread makes its test fail, too."""
    from tests.contracts import answers

    yield
    wrong, answers.served[:] = "\n".join(answers.served), []
    assert not wrong, wrong


@pytest.fixture(scope="session")
def generated_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled reader of tests.contracts.generated_client; mark the test with `node`."""
    from tests.contracts.generated_client import build

    return build(tmp_path_factory.mktemp("client"))


@pytest.fixture(scope="session")
def browser(worlds: Worlds, django_db_blocker: DjangoDbBlocker) -> "Iterator[Browser]":
    """The system's Chromium, one per session; take `page` in a test."""
    from playwright.sync_api import sync_playwright

    def leave() -> None:
        """Where an event loop runs, Django gives the thread another connection: no shared site may be open across."""
        with django_db_blocker.unblock():
            worlds.leave()

    leave()
    # Playwright runs an event loop in this thread, which makes Django refuse the database; each test waits for its
    # page before it touches the database, so there is no real concurrency.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(chromium.install()), args=list(chromium.ARGUMENTS), headless=True
        )
        yield browser
        leave()
        browser.close()


@pytest.fixture
def page(browser: "Browser", live_server: Any) -> "Iterator[Page]":
    """An empty tab of its own (French, desktop) whose relative addresses are those of the live server."""
    context = browser.new_context(
        base_url=live_server.url, locale="fr-FR", viewport={"width": 1280, "height": 900}, service_workers="block"
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def test_database_environment(django_db_setup: None) -> dict[str, str]:
    """The environment of a process of its own that works on the test's database; the test must commit."""
    url = migrated.address(connection.settings_dict["NAME"])
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "cms.settings.test", "DATABASE_URL": url}
