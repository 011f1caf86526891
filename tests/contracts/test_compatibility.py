"""The API changes by addition: nothing that clients of the last release rely on is taken away."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from cms.api.schema.document import document
from tests.contracts.compatibility import breaking

RELEASED = settings.BASE_DIR / "docs" / "openapi.json"

PAGE = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "const": "a.Page"},
        "title": {"type": "string"},
        "status": {"$ref": "#/components/schemas/Status"},
        "seen": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Page"}},
        "year": {"type": "integer"},
    },
    "required": ["type", "title", "status", "seen", "children"],
}
OTHER = {"type": "object", "properties": {"type": {"type": "string", "const": "a.Other"}}, "required": ["type"]}
LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 100, "default": 20}}
STATUS = {
    "name": "status",
    "in": "query",
    "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Status"}},
}
SMALL: dict[str, Any] = {
    "paths": {
        "/pages/": {
            "get": {
                "operationId": "PageList",
                "parameters": [LIMIT, STATUS],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnyPage"}}}},
                    "302": {"description": "moved"},
                    "404": {"content": {"application/problem+json": {"schema": {"type": "object"}}}},
                },
            }
        }
    },
    "components": {
        "schemas": {
            "AnyPage": {"oneOf": [{"$ref": "#/components/schemas/Page"}, {"$ref": "#/components/schemas/Other"}]},
            "Page": PAGE,
            "Other": OTHER,
            "Status": {"type": "string", "enum": ["open", "closed"]},
        }
    },
}

Change = Callable[[Any, Any, Any], Any]


def changed(change: Change) -> dict[str, Any]:
    """The small document after a change of it, given the operation, its parameters and the components."""
    new = copy.deepcopy(SMALL)
    operation = new["paths"]["/pages/"]["get"]
    change(operation, operation["parameters"], new["components"]["schemas"])
    return new


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda o, p, s: o.update(operationId="Pages"), "GET /pages/: is called Pages, was PageList"),
        (lambda o, p, s: p.pop(0), "GET /pages/ ?limit: is gone"),
        (lambda o, p, s: p.append({**LIMIT, "name": "x", "required": True}), "GET /pages/ ?x: is new and required"),
        (lambda o, p, s: p[0].update(required=True), "GET /pages/ ?limit: is required now"),
        (lambda o, p, s: p[0]["schema"].update(maximum=50), "GET /pages/ ?limit: maximum is 50"),
        (lambda o, p, s: p[0]["schema"].update(minimum=1), "GET /pages/ ?limit: minimum is 1"),
        (lambda o, p, s: p[0]["schema"].update(default=10), "GET /pages/ ?limit: has another default"),
        (lambda o, p, s: p[0]["schema"].update(type="string"), "GET /pages/ ?limit: takes string, took integer"),
        (lambda o, p, s: p[1].update(explode=True), "GET /pages/ ?status: is written in another way"),
        (lambda o, p, s: s["Status"]["enum"].remove("open"), "GET /pages/ ?status: no longer takes open"),
        (lambda o, p, s: o["responses"].pop("302"), "GET /pages/ 302: is gone"),
        (
            lambda o, p, s: o["responses"]["200"]["content"].update({"application/json": {}}),
            "GET /pages/ application/json: is gone",
        ),
        (lambda o, p, s: s["AnyPage"]["oneOf"].pop(1), "AnyPage: there is no a.Other any more"),
        (lambda o, p, s: s["Page"]["properties"].pop("year"), "Page.year: is gone"),
        (lambda o, p, s: s["Page"]["required"].remove("title"), "Page.title: may be missing now"),
        (lambda o, p, s: s["Page"]["properties"]["title"].update(type="integer"), "Page.title: may be integer now"),
        (
            lambda o, p, s: s["Page"]["properties"].update(title={"anyOf": [{"type": "string"}, {"type": "null"}]}),
            "Page.title: may be null now",
        ),
        (
            lambda o, p, s: s["Page"]["properties"]["seen"]["anyOf"][0].pop("format"),
            "Page.seen: may be string now",
        ),
        (
            lambda o, p, s: s["Page"]["properties"]["children"].update(items=OTHER),
            "Page.children[]: there is no a.Page any more",
        ),
        (
            lambda o, p, s: s["Page"]["properties"].update(status={"type": "string"}),
            "Page.status: is no closed list any more",
        ),
        (lambda o, p, s: s.update(Unit=s.pop("Other")) or s["AnyPage"]["oneOf"].pop(), "Other: the component is gone"),
    ],
)
def test_what_a_client_relies_on_is_missed(change: Change, says: str) -> None:
    found = breaking(SMALL, changed(change))
    assert any(says in line for line in found), found


@pytest.mark.parametrize(
    "change",
    [
        lambda o, p, s: None,
        lambda o, p, s: p.append({**LIMIT, "name": "x"}),
        lambda o, p, s: p[0]["schema"].update(maximum=1000),
        lambda o, p, s: s["Status"]["enum"].append("paused"),
        lambda o, p, s: s["Page"]["properties"].update(more={"type": "string"}),
        lambda o, p, s: s["Page"]["required"].append("year"),
        lambda o, p, s: s["Page"]["properties"].update(seen={"type": "string", "format": "date"}),
        lambda o, p, s: s["AnyPage"]["oneOf"].append(
            {"type": "object", "properties": {"type": {"type": "string", "const": "a.New"}}, "required": ["type"]}
        ),
        lambda o, p, s: o["responses"].pop("404"),
        lambda o, p, s: o["responses"].update({"202": {"description": "later"}}),
    ],
)
def test_what_is_added_breaks_nothing(change: Change) -> None:
    assert breaking(SMALL, changed(change)) == []


def test_nothing_is_broken_for_clients_of_the_last_release(capsys: pytest.CaptureFixture[str]) -> None:
    """After a release, and only then: `make openapi` makes this version the one to compare with."""
    assert breaking(json.loads(RELEASED.read_text()), json.loads(json.dumps(document()))) == []
    call_command("openapi")
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(document()))
