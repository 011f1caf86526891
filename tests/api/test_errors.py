"""Whatever goes wrong is told as problem details (RFC 9457), never as HTML and never with a trace."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from cms.api.locales import LocaleList
from cms.api.schema.document import endpoints
from tests.api.wsgi import ask, cached_application
from tests.contracts import answers

pytestmark = pytest.mark.django_db


def problem(response: Any, status: int) -> dict[str, Any]:
    """The body of an error; that the OpenAPI document declares it, every answer in the tests is asked."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert body["status"] == status
    assert body["message"] == body["detail"]
    assert "Traceback" not in body["detail"]
    return body


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/",
        "/api/v2/nothing/",
        "/api/v2/pages/1/nothing/",
        "/api/v2/pages/99999999999999999999/",
        "/api/v2/borders/no-such/",
        "/api/v2/%00/",
        "/api/",
        "/api/v3/pages/",
    ],
)
def test_what_is_not_there(client: Client, path: str) -> None:
    problem(client.get(path), 404)


def test_a_slash_that_is_missing_is_added(client: Client) -> None:
    answer = client.get("/api/v2/locales?locale=de")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v2/locales/?locale=de")


@pytest.mark.parametrize("path", ["/api/v2/locales/", "/api/v2/nothing/", "/api/v2/schema/", "/api/v2/docs/"])
def test_methods_other_than_reading(client: Client, path: str) -> None:
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(path, data="{}", content_type="application/json")
        assert answer["Allow"] == "GET, HEAD, OPTIONS"
        problem(answer, 405)
    told = client.options(path)
    assert (told.status_code, told["Allow"], told.content) == (204, "GET, HEAD, OPTIONS", b"")


@pytest.mark.parametrize(
    ("path", "accept"),
    [("locales/", "text/html"), ("schema/", "text/csv"), ("docs/", "application/json"), ("borders/", "image/png")],
)
def test_formats_that_there_are_not(client: Client, path: str, accept: str) -> None:
    problem(client.get(f"/api/v2/{path}", headers={"Accept": accept}), 406)
    (refused,) = problem(client.get(f"/api/v2/{path}?format=nothing"), 400)["errors"]
    assert refused["parameter"] == "format"


@pytest.mark.parametrize("wanted", ["yaml", "geojson", "csv"])
def test_an_error_is_json_whatever_the_format(client: Client, wanted: str) -> None:
    path = {"yaml": "schema", "geojson": "borders", "csv": "key-figures"}[wanted]
    (refused,) = problem(client.get(f"/api/v2/{path}/?format={wanted}&nothing=1"), 400)["errors"]
    assert (refused["parameter"], refused["value"]) == ("nothing", "1")
    assert wanted == "yaml" or "locale" in refused["allowed"]


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
BODIES = ("application/json", "application/x-www-form-urlencoded", "text/xml", "nonsense")


@pytest.mark.parametrize("accept", ["text/html", BROWSER, "nonsense"])
def test_one_shape_whatever_the_client_would_rather_have(client: Client, accept: str) -> None:
    """404, 405 and 406 at every endpoint; nobody is told 415, since no method that takes a body is allowed."""
    headers = {"Accept": accept}
    problem(client.get("/api/v2/nothing/", headers=headers), 404)
    for endpoint in endpoints():
        path = "/api/v2/" + re.sub("<.*>", "1", endpoint.route)
        for media_type in BODIES:
            problem(client.post(path, data=b"{}", content_type=media_type, headers=headers), 405)
        wrong = client.get(path, {"nothing": "1"}, headers=headers)
        if wrong.status_code == 406:
            assert accept in {"text/html", "nonsense"}
            problem(wrong, 406)
        else:
            assert [error["parameter"] for error in problem(wrong, 400)["errors"] if error["value"] == "1"]


@pytest.mark.parametrize("accept", ["text/html", BROWSER, "application/json"])
def test_too_many_requests_have_the_same_shape(settings: Any, accept: str) -> None:
    """Answered before Django, by the cache around it."""
    settings.API_REQUESTS_A_MINUTE = 1
    application = cached_application()
    ask(application, "/api/v2/locales/", accept=accept)
    for method in ("GET", "POST"):
        refused = ask(application, "/api/v2/locales/", method, accept=accept)
        assert (refused.status, refused.headers["content-type"]) == (429, "application/problem+json")
        assert (refused.json["status"], refused.json["title"]) == (429, "Too many requests")
        assert refused.json["message"] == refused.json["detail"]
        answers.validate_problem(refused.body, f"429 {method}")


def test_head_answers_like_get_without_a_body(client: Client) -> None:
    for path, status in (("/api/v2/locales/", 200), ("/api/v2/nothing/", 404), ("/api/v2/locales/?x=1", 400)):
        answer = client.head(path)
        assert (answer.status_code, answer.content) == (status, b"")
        assert answer["Content-Type"] == client.get(path)["Content-Type"]


def test_failures_of_our_own_tell_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any) -> Any:
        raise RuntimeError("secret")

    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(LocaleList, "answer", fails)
        assert "secret" not in json.dumps(problem(client.get("/api/v2/locales/"), 500))
    monkeypatch.setattr("cms.headers.HeadersMiddleware.__call__", fails)  # outside the views
    assert "secret" not in json.dumps(problem(client.get("/api/v2/locales/"), 500))
