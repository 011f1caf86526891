"""Every JSON answer of the API in the test suite is compared with the OpenAPI document."""

import functools
import json
from typing import Any

import jsonschema_rs
from django.conf import settings
from django.http import QueryDict
from django.urls import Resolver404

from cms.api.schema.document import document, endpoints
from cms.references import API_PATH

JSON_TYPES = ("application/json", "application/geo+json", "application/ld+json", "application/problem+json")


class UndeclaredAnswer(AssertionError):
    """An answer that the OpenAPI document does not declare."""


served: list[str] = []
"""What was wrong with answers of a live server, whose thread can make no test fail."""


def check(request: dict[str, Any], response: Any, match: Any) -> None:
    """Compare an answer to a request (its environment, its place in the router) with what its operation declares.

    Raises UndeclaredAnswer.
    """
    media_type = response.headers.get("Content-Type", "").split(";")[0]
    if not request["PATH_INFO"].startswith(API_PATH) or media_type not in JSON_TYPES or not response.getvalue():
        return
    if settings.ROOT_URLCONF != "cms.urls":  # another API under the same address, to compare ours with
        return
    if request["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        validate_problem(response.content, f"{request['REQUEST_METHOD']} {request['PATH_INFO']}")
        return
    try:
        view = getattr(getattr(match, "func", None), "cls", None)
    except Resolver404:  # the test client resolves when asked, and no route takes a line break
        view = None
    operation = next((endpoint for endpoint in endpoints() if endpoint.api is view), None)
    if operation is None:
        validate_problem(response.content, f"{request['PATH_INFO']} {response.status_code}")
        return
    kind = "x-cut-by-fields" if "fields" in QueryDict(request["QUERY_STRING"]) else "schema"
    key = (operation.name, str(response.status_code), media_type, kind)
    where = f"{operation.name} {response.status_code} {media_type} ({request['PATH_INFO']}?{request['QUERY_STRING']})"
    validator = _declared(*key) or _declared(*key[:3], "schema")
    if validator is None:
        raise UndeclaredAnswer(f"{where}: not declared")
    _validate(validator, response.content, where)


def validate_problem(body: bytes, where: str) -> None:
    """Compare the body of an error that belongs to no endpoint with the declared shape; raises UndeclaredAnswer."""
    _validate(_problem(), body, where)


def check_message(body: bytes) -> None:
    """Compare the body of a webhook's message with what is declared of its type; raises UndeclaredAnswer."""
    name = json.loads(body)["type"]
    _validate(_messages()[name], body, f"webhook {name}")


def _validate(validator: Any, body: bytes, where: str) -> None:
    errors = [f"  {_at(error.instance_path)}: {error.message}" for error in validator.iter_errors(json.loads(body))]
    if errors:
        raise UndeclaredAnswer("\n".join([where, *errors[:10]]))


def _at(path: list[Any]) -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


@functools.cache
def _declared(operation: str, status: str, media_type: str, kind: str) -> Any:
    """The validator of an answer, made when it is needed, as each holds all components; None for an undeclared one."""
    schema = _schemas().get((operation, status, media_type, kind))
    return schema and _validator(schema)


@functools.cache
def _schemas() -> dict[tuple[str, str, str, str], Any]:
    """The schema of each answer of each operation by its name, status, media type, and whether it may be cut."""
    return {
        (operation["operationId"], status, media_type, kind): schema
        for path in document()["paths"].values()
        for operation in path.values()
        for status, answer in operation["responses"].items()
        for media_type, content in answer.get("content", {}).items()
        for kind, schema in content.items()
    }


@functools.cache
def _messages() -> dict[str, Any]:
    return {
        name: _validator(receiver["post"]["requestBody"]["content"]["application/json"]["schema"])
        for name, receiver in document()["webhooks"].items()
    }


@functools.cache
def _problem() -> Any:
    return _validator({"$ref": "#/components/schemas/Problem"})


def _validator(schema: dict[str, Any]) -> Any:
    return jsonschema_rs.Draft202012Validator({**schema, "components": _components()})


@functools.cache
def _components() -> Any:
    return _strict(document()["components"])


def _strict(schema: Any) -> Any:
    """The schema without room for what it does not name: clients must expect additions, our tests must not.

    What a discriminator tells apart is compared with the one schema that is meant, so that errors name what is wrong.
    """
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {name: _strict(part) for name, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        strict.setdefault("additionalProperties", False)
    if "discriminator" in schema:
        mapping = schema["discriminator"]["mapping"]
        strict = {"properties": {"type": {"enum": list(mapping)}}, "required": ["type"]}
        strict["allOf"] = [
            {"if": {"properties": {"type": {"const": name}}}, "then": {"$ref": target}}
            for name, target in mapping.items()
        ]
    return strict
