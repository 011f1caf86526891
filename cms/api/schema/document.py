"""The whole OpenAPI document."""

import tomllib
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import get_resolver

from cms.addresses import ROUTER
from cms.api.schema import components, webhooks
from cms.api.schema.components import Json
from cms.api.schema.operations import Endpoint
from cms.api.schema.partials import partial, referred
from cms.api.views import Api, Nothing
from cms.references import API_PATH


def endpoints() -> list[Endpoint]:
    """Every endpoint of the router, in its order."""
    patterns: list[Any] = get_resolver(ROUTER).url_patterns
    views = [(str(pattern.pattern), getattr(pattern.callback, "cls", None)) for pattern in patterns]
    return [Endpoint(route, view) for route, view in views if view and issubclass(view, Api) and view is not Nothing]


@cache
def document() -> Json:
    """The OpenAPI document of this version of the code; the same on every server."""
    known = endpoints()
    types = {key: kind for endpoint in known for key, kind in endpoint.types().items()}
    schemas, named = components.of(types | webhooks.types())
    parts: dict[str, Json] = {}
    for key in (key for key in schemas if key.endswith(" cut")):
        schemas[key], found = partial(schemas[key], named)
        parts |= found
    paths = {endpoint.path: {"get": endpoint.operation(schemas)} for endpoint in known}
    sent = webhooks.operations(schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "MOT: delivery API",
            "version": tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"],
            "description": (
                "Borders, territories, dossiers, news and trainings of the Mission opérationnelle transfrontalière, "
                "in six languages. Everything is public and read-only. A superset of Wagtail's API v2."
            ),
            "contact": {
                "name": "Mission opérationnelle transfrontalière",
                "url": "https://www.espaces-transfrontaliers.org/",
            },
        },
        "servers": [{"url": API_PATH.rstrip("/")}],
        "security": [],
        "tags": _tags(known),
        "paths": paths,
        "webhooks": sent,
        "components": {"schemas": _used([paths, sent], named | parts)},
    }


def _used(operations: Any, named: dict[str, Json]) -> dict[str, Json]:
    """The components that operations need, in alphabetical order."""
    used: set[str] = set()
    pending = referred(operations)
    while pending:
        used |= pending
        pending = set().union(*(referred(named[name]) for name in pending)) - used
    return {name: named[name] for name in sorted(used)}


def _tags(known: list[Endpoint]) -> list[Json]:
    """A tag for each first part of a path, described by its first endpoint."""
    first = {endpoint.tag: endpoint for endpoint in reversed(known)}
    names = dict.fromkeys(endpoint.tag for endpoint in known)
    tags = {name: first[name].summary for name in names} | {webhooks.TAG: "What we tell receivers of, unasked"}
    return [{"name": name, "description": description} for name, description in tags.items()]
