"""The OpenAPI document: valid, whole, and about nothing but what there is."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import get_resolver
from openapi_spec_validator import validate

from cms.api.schema.document import document, endpoints
from cms.api.views import Nothing


def test_the_document_is_valid_openapi() -> None:
    validate(document())


def untyped(schema: Any, at: str) -> Iterator[str]:
    """Where a schema says nothing of a value."""
    if isinstance(schema, dict):
        for name, part in schema.items():
            if part == {} and name not in {"properties", "security"}:
                yield f"{at}.{name}"
            yield from untyped(part, f"{at}.{name}")
    elif isinstance(schema, list):
        for place, part in enumerate(schema):
            yield from untyped(part, f"{at}[{place}]")


def test_every_endpoint_says_what_it_answers() -> None:
    """The return annotation of what makes an answer declares it: a TypedDict, never Any or a bare dict or list."""
    views = {getattr(pattern.callback, "cls", None) for pattern in get_resolver("cms.api.router").url_patterns}
    assert views == {endpoint.api for endpoint in endpoints()} | {Nothing}
    assert not list(untyped(document(), "$"))
    for endpoint in endpoints():
        assert endpoint.summary, f"{endpoint.name} has no docstring"
        assert set(endpoint.api.answers()) == {renderer.format for renderer in endpoint.api.renderer_classes}


def test_names_tell_things_apart() -> None:
    assert len({endpoint.name for endpoint in endpoints()}) == len(endpoints())
    odd = [name for name in document()["components"]["schemas"] if not re.fullmatch(r"([A-Z0-9]+[a-z0-9]*)+", name)]
    assert not odd, "two types share a name, or a name is none"


@pytest.mark.django_db
def test_it_is_served_as_json_and_yaml(client: Client) -> None:
    expected = json.loads(json.dumps(document()))
    assert client.get("/api/v2/schema/").json() == expected
    for answer in (
        client.get("/api/v2/schema/?format=yaml"),
        client.get("/api/v2/schema/", headers={"Accept": "application/yaml"}),
    ):
        assert answer.headers["Content-Type"].startswith("application/yaml")
        assert yaml.safe_load(answer.content) == expected
