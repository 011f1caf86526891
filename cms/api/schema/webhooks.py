"""The messages that we send, as OpenAPI webhooks."""

import inspect
from typing import Any, get_args, get_type_hints

from cms.api.schema.components import Json
from cms.webhooks.messages import MESSAGES

TAG = "webhooks"
HEADERS = {
    "webhook-id": "The same for every attempt to send a message: by it you know that you have seen it.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970.",
    "webhook-signature": "`v1,` and the signature, as Standard Webhooks says; several after the secret was renewed.",
}


def _name(message: Any) -> str:
    """A message's `type`."""
    return str(get_args(get_type_hints(message)["type"])[0])


def types() -> dict[str, Any]:
    """The Python type of each message, under keys of its own."""
    return {f"webhook {_name(message)}": message for message in MESSAGES}


def operations(schemas: dict[str, Json]) -> Json:
    """Each message as the operation that a receiver offers; `schemas` are those of `types`."""
    return {_name(message): {"post": _operation(message, schemas)} for message in MESSAGES}


def _operation(message: Any, schemas: dict[str, Json]) -> Json:
    description = inspect.getdoc(message) or ""
    return {
        "operationId": message.__name__,
        "tags": [TAG],
        "summary": description.split("\n")[0].split(":")[0].rstrip("."),
        "description": description,
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": words, "schema": {"type": "string"}}
            for name, words in HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schemas[f"webhook {_name(message)}"]}},
        },
        "responses": {
            "204": {"description": "Taken; so is any other 2xx."},
            "410": {"description": "Send nothing more."},
        },
    }
