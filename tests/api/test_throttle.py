"""How often a client may ask, who a client is, and which sites' scripts may read the answers."""

from typing import Any

import pytest

from cms import clients, throttle
from cms.throttle import Throttle
from tests.api.conftest import SmallSite
from tests.api.wsgi import ask, cached_application

LIST = "/api/v2/pages/"
FRONT = "https://front.example.org"


def test_a_minutes_worth_at_once_then_one_at_a_time() -> None:
    limit = Throttle(60)
    assert [limit.wait("a", now=0.0) for _ in range(60)] == [0.0] * 60
    assert limit.wait("a", now=0.0) == pytest.approx(1.0)
    assert limit.wait("a", now=0.4) == pytest.approx(0.6)  # asking in vain costs nothing
    assert limit.wait("a", now=1.0) == 0.0
    assert limit.wait("a", now=1.0) > 0
    assert limit.wait("b", now=1.0) == 0.0
    assert [limit.wait("a", now=200.0) for _ in range(61)].count(0.0) == 60


def test_it_remembers_a_bounded_number_of_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "REMEMBERED", 100)
    limit = Throttle(1)
    assert [limit.wait("a", now=0.0) > 0 for _ in range(2)] == [False, True]
    for number in range(1_000):
        limit.wait(str(number), now=0.0)
        limit.wait("a", now=0.0)
    assert len(limit._whole_at) == 100
    assert limit.wait("a", now=0.0) > 0, "whoever keeps asking is not forgotten"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.7", "10.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "1.2.3.4, 198.51.100.7", "198.51.100.7"),
        (2, "1.2.3.4, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "198.51.100.7", "10.0.0.1"),
        (1, "nonsense", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_who_asks(settings: Any, proxies: int, forwarded: str, address: str) -> None:
    """What a client writes into the header itself is never believed."""
    settings.TRUSTED_PROXIES = proxies
    assert clients.address({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}) == address


def test_a_subscriber_has_one_ipv4_address_or_64_bits() -> None:
    assert clients.network("2001:db8::1") == clients.network("2001:db8::ffff:1") != clients.network("2001:db8:0:1::1")
    assert clients.network("::ffff:192.0.2.1") == clients.network("192.0.2.1") == "192.0.2.1"


@pytest.mark.django_db
def test_too_many_requests_are_refused_whether_cached_or_not(site: SmallSite, settings: Any) -> None:
    settings.API_REQUESTS_A_MINUTE = 3
    app = cached_application()
    assert [ask(app, LIST, origin=FRONT).status for _ in range(3)] == [200, 200, 200]
    for path, method in ((LIST, "GET"), ("/api/v2/no/such/", "GET"), (LIST, "OPTIONS"), (LIST, "HEAD")):
        refused = ask(app, path, method, origin=FRONT)
        assert refused.status == 429
        assert 0 < int(refused.headers["retry-after"]) <= 21
    refused = ask(app, LIST, origin=FRONT)
    assert refused.json["status"] == 429
    assert ask(app, "/fr/").status == 200, "the rest of the site is not meant"
    for path in ("", "1/", "atom.xml", "selection/", "auteurs/nobody/", "themes/nothing/"):
        page = ask(app, f"/de/portail/{path}")
        assert (page.status, page.headers["content-type"]) == (429, "text/html; charset=utf-8"), path
        assert "zu viele Anfragen" in page.body.decode()
        assert 0 < int(page.headers["retry-after"]) <= 21
        assert "no-store" in page.headers["cache-control"]
    for method in ("GET", "POST"):
        harvested = ask(app, "/oai?verb=Identify", method)
        assert (harvested.status, harvested.headers["content-type"]) == (503, "text/plain; charset=utf-8")
        assert 0 < int(harvested.headers["retry-after"]) <= 21
    settings.API_REQUESTS_A_MINUTE = 0
    assert ask(app, "/oai?verb=Identify").status == 200
    not_found = ask(cached_application(), "/api/v2/no/such/thing/", origin=FRONT)
    assert refused.headers.keys() - {"retry-after"} == not_found.headers.keys() - {"allow", "cache-status"}
    same = refused.headers.keys() - {"retry-after", "content-length"}
    assert {name: refused.headers[name] for name in same} == {name: not_found.headers[name] for name in same}


@pytest.mark.django_db
def test_any_origin_may_read_unless_some_are_named(site: SmallSite, settings: Any) -> None:
    replies = (LIST, f"{LIST}?nonsense=1", f"{LIST}?order=random")
    app = cached_application()
    for path in (*replies, LIST):
        assert ask(app, path, origin=FRONT).headers["access-control-allow-origin"] == "*"
    settings.CORS_ALLOW_ALL_ORIGINS = False
    settings.CORS_ALLOWED_ORIGINS = [FRONT]
    app = cached_application()
    for path in (*replies, LIST):
        assert ask(app, path, origin=FRONT).headers["access-control-allow-origin"] == FRONT
        other = ask(app, path, origin="https://evil.example")
        assert "access-control-allow-origin" not in other.headers
        assert "origin" in other.headers["vary"]
    assert "access-control-allow-origin" not in ask(app, "/fr/", origin=FRONT).headers


@pytest.mark.django_db
def test_a_preflight_is_answered(site: SmallSite) -> None:
    reply = ask(
        cached_application(),
        LIST,
        "OPTIONS",
        origin=FRONT,
        access_control_request_method="GET",
        access_control_request_headers="if-none-match",
    )
    assert reply.status == 200
    assert "GET" in reply.headers["access-control-allow-methods"]
    assert "if-none-match" in reply.headers["access-control-allow-headers"]
    assert int(reply.headers["access-control-max-age"]) > 0
