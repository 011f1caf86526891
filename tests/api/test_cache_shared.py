"""A cache that several processes have in common: a gain while it works, and no harm when it does not."""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.core.cache.backends.filebased import FileBasedCache

from cms import release
from cms.api.cache import shared
from tests.api.conftest import SmallSite
from tests.api.wsgi import ask, cached_application
from tests.factories.pages import standard_page

pytestmark = pytest.mark.django_db

LIST = "/api/v2/pages/"


@pytest.fixture
def cache(settings: Any, tmp_path: Path) -> FileBasedCache:
    backend = "django.core.cache.backends.filebased.FileBasedCache"
    settings.CACHES = {**settings.CACHES, "api": {"BACKEND": backend, "LOCATION": str(tmp_path / "shared")}}
    return caches["api"]  # type: ignore[return-value]


def test_what_one_process_worked_out_serves_the_others(site: SmallSite, cache: FileBasedCache) -> None:
    one, other = cached_application(), cached_application()
    first = ask(one, LIST)
    asked: list[Any] = []
    other.django = lambda *words: asked.append(words)
    assert ask(other, LIST).body == first.body
    assert ask(other, LIST).cache == "hit"
    assert not asked


def test_a_change_shows_though_both_hold_the_old_answer(site: SmallSite, cache: FileBasedCache) -> None:
    one, other = cached_application(), cached_application()
    for application in (one, other):
        ask(application, LIST)
    standard_page(site.fr, "New", slug="new")
    for application in (one, other):
        assert "New" in {item["title"] for item in ask(application, LIST).json["items"]}


def test_releases_do_not_read_one_another(
    site: SmallSite, cache: FileBasedCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(cached_application(), LIST)
    monkeypatch.setattr(release, "fingerprint", lambda: "another")
    other = cached_application()
    assert ask(other, LIST).cache == "miss"
    assert len(list(Path(cache._dir).glob("*"))) == 2


def test_a_release_is_its_code_and_its_settings(settings: Any) -> None:
    fingerprint = release.fingerprint.__wrapped__
    before = fingerprint()
    assert fingerprint() == before
    settings.FRONTEND_URLS = {"de": "https://front.example.org"}
    assert fingerprint() != before


def test_one_that_fails_is_left_alone_for_a_while(
    site: SmallSite, cache: FileBasedCache, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[str] = []

    def fails(*words: Any, **more: Any) -> None:
        asked.append(words[0])
        raise ConnectionError("no route to the cache")

    application = cached_application()
    monkeypatch.setattr(FileBasedCache, "get", fails)
    monkeypatch.setattr(FileBasedCache, "set", fails)
    assert [ask(application, path).cache for path in (LIST, LIST, f"{LIST}?limit=1")] == ["miss", "hit", "miss"]
    assert len(asked) == 1
    assert "no route to the cache" in caplog.text
    monkeypatch.setattr(shared, "PAUSE", 0.0)
    other = cached_application()
    for limit in range(2, 5):
        assert ask(other, f"{LIST}?limit={limit}").status == 200
    assert len(asked) == 7
