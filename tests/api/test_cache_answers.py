"""What the cache says over the wire: the same as Django, with tags, codings and refusals."""

import datetime
import gzip
from typing import Any

import brotli
import pytest
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from cms import labels
from cms.api.cache import ApiCache
from tests.api.conftest import SmallSite
from tests.api.wsgi import ask, cached_application
from tests.factories.every_type import every_type
from tests.factories.pages import standard_page

pytestmark = pytest.mark.django_db

LIST = "/api/v2/pages/"


@pytest.fixture
def app(site: SmallSite) -> ApiCache:
    return cached_application()


def test_the_second_answer_comes_from_the_cache_and_is_the_same(app: ApiCache, django_assert_num_queries: Any) -> None:
    first = ask(app, LIST)
    with django_assert_num_queries(1):  # the versions
        second = ask(app, f"{LIST}?_=42")
    assert (first.status, first.cache, second.cache) == (200, "miss", "hit")
    assert first.body == second.body
    assert {**first.headers, "cache-status": ""} == {**second.headers, "cache-status": ""}


@pytest.mark.parametrize("origin", [{}, {"origin": "https://front.example.org"}])
def test_an_answer_carries_the_same_headers_cached_or_not(
    app: ApiCache, site: SmallSite, origin: dict[str, str]
) -> None:
    path = f"/api/v2/pages/{site.about.pk}/"
    ask(app, path)
    hit = ask(app, path, **origin)
    uncached = ask(app, path, cookie="sessionid=whatever", **origin)
    assert (hit.cache, uncached.cache) == ("hit", "bypass")
    assert {**hit.headers, "cache-status": ""} == {**uncached.headers, "cache-status": ""}
    expected = {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "strict-origin-when-cross-origin",
        "cache-control": "public, max-age=0, must-revalidate",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    }
    assert expected.items() <= hit.headers.items()
    assert ("access-control-allow-origin" in hit.headers) is bool(origin)


@pytest.mark.parametrize(
    "path",
    ["pages/?nonsense=1", "pages/0/", "no/such/thing/", "pages/?format=xml", "pages/?order=random", "pages/?limit=x"],
)
def test_errors_and_chance_are_never_kept(app: ApiCache, path: str) -> None:
    replies = [ask(app, f"/api/v2/{path}") for _ in range(2)]
    assert {reply.cache for reply in replies} == {"bypass"}
    assert {reply.headers["cache-control"] for reply in replies} == {"no-store"}
    assert not any("etag" in reply.headers for reply in replies)
    assert len(app.store) == 0


def test_find_keeps_where_pages_are_and_that_there_is_none(app: ApiCache, site: SmallSite) -> None:
    Redirect.objects.create(old_path="/fr/ancien", redirect_page=site.about)
    for path, status in (("/fr/a-propos/", 302), ("/fr/ancien/", 200), ("/fr/rien/", 404)):
        replies = [ask(app, f"/api/v2/pages/find/?html_path={path}") for _ in range(2)]
        assert [(reply.status, reply.cache) for reply in replies] == [(status, "miss"), (status, "hit")]
        assert replies[0].body == replies[1].body
    site.team.slug = "rien"
    site.team.move(site.fr, pos="last-child")
    Page.objects.filter(pk=site.team.pk).update(slug="rien", url_path=site.about.url_path.replace("a-propos", "rien"))
    assert ask(app, "/api/v2/pages/find/?html_path=/fr/rien/").status == 302


def test_a_client_that_has_the_answer_is_told_so(app: ApiCache) -> None:
    known = ask(app, LIST, origin="https://front.example.org")
    etag = known.headers["etag"]
    for tags in (etag, f'"other", {etag}', etag.removeprefix("W/"), "*"):
        reply = ask(app, LIST, if_none_match=tags, origin="https://front.example.org")
        assert (reply.status, reply.body) == (304, b"")
        body_headers = {"content-type", "content-length"}
        assert reply.headers.keys() == known.headers.keys() - body_headers
    assert ask(app, LIST, if_none_match='W/"other"').status == 200
    assert ask(app, LIST, if_none_match=etag, cookie="a=b").status == 304
    assert ask(app, f"{LIST}?nonsense=1", if_none_match="*").status == 400


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, *", "gzip"),
        ("*", "br"),
        ("identity, gzip;q=0.5", None),
        ("br;q=0, gzip;q=0", None),
        ("", None),
        ("gzip;q=nonsense", None),
    ],
)
def test_codings(app: ApiCache, accepted: str, coding: str | None) -> None:
    plain = ask(app, LIST)
    for cookie in ({}, {"cookie": "a=b"}):
        reply = ask(app, LIST, accept_encoding=accepted, **cookie)
        assert reply.headers.get("content-encoding") == coding
        assert int(reply.headers["content-length"]) == len(reply.body)
        decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]
        assert decode(reply.body) == plain.body
        assert reply.headers["etag"] == plain.headers["etag"]
        assert "Accept-Encoding" in reply.headers["vary"]


def test_head_and_range(app: ApiCache) -> None:
    head, get = ask(app, LIST, "HEAD"), ask(app, LIST)
    assert (head.cache, get.cache, head.body) == ("miss", "hit", b"")
    assert {**head.headers, "cache-status": ""} == {**get.headers, "cache-status": ""}
    uncached = ask(app, LIST, "HEAD", cookie="a=b")
    assert {**uncached.headers, "cache-status": ""} == {**get.headers, "cache-status": ""}
    ranged = ask(app, LIST, range="bytes=0-9")
    assert (ranged.status, ranged.body) == (200, get.body)


def test_what_is_kept_depends_on_nothing_but_the_address(app: ApiCache) -> None:
    """Whoever asks first decides nothing for the others."""
    first = ask(
        app,
        LIST,
        accept_language="de",
        origin="https://evil.example",
        accept_encoding="br",
        if_none_match='W/"x"',
        range="bytes=0-9",
    )
    second = ask(app, LIST)
    assert second.cache == "hit"
    assert "evil" not in str(second.headers)
    assert "content-encoding" not in second.headers
    assert second.body == brotli.decompress(first.body)


def test_requests_that_may_be_personal_bypass_the_cache(app: ApiCache) -> None:
    ask(app, LIST)
    assert ask(app, LIST, cookie="sessionid=1").cache == "bypass"
    assert ask(app, LIST, authorization="Bearer x").cache == "bypass"
    assert ask(app, LIST, "POST").status == 405
    assert len(app.store) == 1


def test_a_foreign_host_is_refused_with_a_problem(app: ApiCache) -> None:
    ask(app, LIST)
    for path in (LIST, "/api/v2/no/such/thing/"):
        reply = ask(app, path, host="evil.example")
        assert (reply.status, reply.headers["content-type"]) == (400, "application/problem+json")
        assert reply.json["status"] == 400
        assert reply.headers["x-content-type-options"] == "nosniff"
    assert ask(app, LIST, host="localhost:8000").cache == "hit"


def test_plain_http_is_redirected_where_production_says_so(site: SmallSite, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 60
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    app = cached_application()
    for _ in range(2):
        assert ask(app, LIST).status == 301
        secure = ask(app, LIST, x_forwarded_proto="https")
        assert (secure.status, secure.headers["strict-transport-security"]) == (200, "max-age=60")
    assert secure.cache == "hit"


def test_without_room_nothing_is_kept(site: SmallSite, settings: Any) -> None:
    settings.API_CACHE_BYTES = 0
    app = cached_application()
    assert [ask(app, LIST).cache for _ in range(2)] == ["bypass", "bypass"]


def test_an_answer_ends_when_a_page_of_it_expires(app: ApiCache, site: SmallSite, monkeypatch: Any) -> None:
    """No worker runs here: only time passes."""
    end = timezone.now() + datetime.timedelta(minutes=10)
    Page.objects.filter(pk=site.team.pk).update(expire_at=end)
    path = f"/api/v2/pages/{site.team.pk}/"
    assert [ask(app, path).cache for _ in range(2)] == ["miss", "hit"]
    pass_time(monkeypatch, end)
    gone = ask(app, path)
    assert (gone.status, gone.cache) == (404, "bypass")
    assert [ask(app, LIST).cache for _ in range(2)] == ["miss", "hit"]


def test_a_cdn_keeps_no_longer_than_the_answer_is_true(app: ApiCache, site: SmallSite, settings: Any) -> None:
    settings.API_CDN_SECONDS = 3600
    ask(app, LIST)
    for cookie in ({}, {"cookie": "a=b"}):
        assert ask(app, LIST, **cookie).headers["cache-control"].endswith(", must-revalidate, s-maxage=3600")
    end = timezone.now() + datetime.timedelta(minutes=10)
    Page.objects.filter(pk=site.team.pk).update(expire_at=end)
    for _ in range(2):
        seconds = int(ask(app, LIST).headers["cache-control"].rpartition("=")[2])
        assert 500 < seconds <= 600


def test_an_answer_names_what_it_was_made_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same names whether the facts were read for it or for another answer before."""
    page = every_type("Texte")["ObstaclePage"]
    app = cached_application()

    def named(path: str) -> set[str]:
        return set(ask(app, f"/api/v2/{path}", cookie="a=b").headers["surrogate-key"].split())

    lists = ("pages", "borders", "territories", "programmes", "key-figures", "concepts", "members", "navigation")
    for path in (*(f"{name}/" for name in lists), "borders/?format=geojson", "borders/fr-de/", f"pages/{page.pk}/"):
        monkeypatch.setattr(labels, "_current", labels.Labels(-1))
        cold = named(path)
        assert named(path) == cold, path
        assert len(cold) > 1
    facts = {"borders.border", "borders.territory", "resources.concept", "borders.keyfigure"}
    media = {"cms.cmsimage", "cms.cmsdocument", "wagtailcore.collection"}
    assert cold >= {"content", "wagtailcore.page", f"wagtailcore.page:{page.pk}"} | facts | media
    assert named("vocabularies/") == {"content"}


def test_the_names_are_bounded(app: ApiCache, site: SmallSite) -> None:
    for number in range(60):
        standard_page(site.fr, f"Page {number}", slug=f"page-{number}")
    few, many = (ask(app, f"{LIST}?limit={limit}").headers["surrogate-key"] for limit in (10, 100))
    assert len([name for name in few.split() if ":" in name]) >= 10
    assert "wagtailcore.page" in many.split()
    assert ":" not in many


def pass_time(monkeypatch: Any, now: datetime.datetime) -> None:
    """Let it be `now` for everybody."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    monkeypatch.setattr("time.time", now.timestamp)
