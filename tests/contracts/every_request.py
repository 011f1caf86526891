"""Every endpoint of the router with every parameter that it declares, so that tests meet whatever is added.

A test says which values it wants by the kind of the parameter (`kind_of`) or by its name; this module knows how
parameters, paths and page types belong together.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from pydantic import TypeAdapter

from cms.api.params import Param
from cms.api.schema.document import endpoints
from cms.api.schema.operations import Endpoint
from cms.page_shapes import page_types
from cms.references import API_PATH


@dataclass(frozen=True)
class Asked:
    """One request; `parameter` is what it is about, empty for the bare path."""

    endpoint: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    parameter: str = ""

    @property
    def url(self) -> str:
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


Keys = Callable[[Endpoint, str, str], Sequence[str]]
"""Values of a part of a path, given the endpoint, the part's converter ("int", "slug") and its name."""
Values = Callable[[Endpoint, Param], Sequence[str]]
"""Values of a parameter of an endpoint."""


def every_request(keys: Keys, values: Values, needed: Mapping[str, tuple[str, str]]) -> Iterator[Asked]:
    """The bare path of each endpoint, and each parameter beside what it needs; lists are short then.

    `needed` are the parameters without which an endpoint refuses, by its name.
    """
    for endpoint in endpoints():
        needs = (needed[endpoint.name],) if endpoint.name in needed else ()
        for path in paths(endpoint, keys):
            yield Asked(endpoint.name, path, needs)
        path = paths(endpoint, keys)[0]
        known = {param.name for _kind, param in parameters(endpoint)}
        for kind, param in parameters(endpoint):
            beside = {**dict(needs), **({"type": kind} if kind else {})}
            if "limit" in known and param.name not in {"cursor", "offset", "order", "format"}:
                beside["limit"] = "3"
            for value in values(endpoint, param):
                yield Asked(endpoint.name, path, tuple({**beside, param.name: value}.items()), param.name)


def paths(endpoint: Endpoint, keys: Keys) -> list[str]:
    """Addresses of an endpoint, one for each value of the key in it."""
    [*parts] = re.findall(r"<(\w+):(\w+)>", endpoint.route)
    if not parts:
        return [API_PATH + endpoint.route]
    [(converter, name)] = parts
    return [API_PATH + re.sub(r"<.*>", key, endpoint.route) for key in keys(endpoint, converter, name)]


def parameters(endpoint: Endpoint) -> Iterator[tuple[str, Param]]:
    """The declared parameters of an endpoint; those that only some page types have with the name of such a type."""
    everywhere = endpoint.api().declared()
    yield from (("", param) for param in everywhere)
    known = {param.name for param in everywhere}
    if "type" not in known:
        return
    for name, model in page_types().items():
        api: Any = endpoint.api()
        api.types = [model]
        yield from ((name, param) for param in api.declared() if param.name not in known)


@cache
def _schema(kind: Any) -> Mapping[str, Any]:
    return TypeAdapter(kind).json_schema()


def kind_of(param: Param) -> tuple[str, Sequence[Any]]:
    """What a parameter takes: "enum" with its codes, or the format or type in its JSON Schema."""
    schema = _schema(param.read.type)
    if "anyOf" in schema:  # the first says most: a key or "root", a moment or a day
        schema = schema["anyOf"][0]
    if "$ref" in schema:
        schema = _schema(param.read.type)["$defs"][schema["$ref"].rsplit("/")[-1]]
    if codes := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return "enum", codes
    return schema.get("format", schema["type"]), ()
