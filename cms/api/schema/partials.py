"""Schemas of answers that the parameter `fields` cuts: the same properties at every level, none of them promised."""

from typing import Any

from cms.api.schema.components import REFERENCE, Json

SUFFIX = "Partial"


def partial(schema: Json, components: dict[str, Json]) -> tuple[Json, dict[str, Json]]:
    """The schema of what is left of an object, and the components that it needs beside the given ones.

    Of a list `meta` and `items` stay, since `fields` is about the items.
    """
    found: dict[str, Json] = {}
    pending = [schema]
    while pending:
        for name in referred(pending.pop()):
            if name not in found and _is_object(components[name]):
                found[name] = components[name]
                pending.append(components[name])
    lists = {name for name in referred(schema) if {"meta", "items"} == set(components[name].get("properties", {}))}

    def cut(part: Any, keep: bool = False) -> Any:
        if isinstance(part, list):
            return [cut(item) for item in part]
        if not isinstance(part, dict):
            return part
        if (name := part.get("$ref", "").removeprefix(REFERENCE)) in found:
            return {**part, "$ref": f"{REFERENCE}{name}{SUFFIX}"}
        left = {key: cut(value) for key, value in part.items() if key != "discriminator"}
        if "oneOf" in left:  # without a `type`, several may fit
            left["anyOf"] = left.pop("oneOf")
        if "properties" in left and not keep:
            left.pop("required", None)
        return left

    return cut(schema), {f"{name}{SUFFIX}": cut(found[name], keep=name in lists) for name in found}


def referred(schema: Any) -> set[str]:
    """Names of the components that a schema refers to directly."""
    if isinstance(schema, dict):
        own = {schema["$ref"].removeprefix(REFERENCE)} if isinstance(schema.get("$ref"), str) else set()
        return own.union(*(referred(part) for part in schema.values()))
    if isinstance(schema, list):
        return set().union(*(referred(part) for part in schema))
    return set()


def _is_object(component: Json) -> bool:
    return "properties" in component or "oneOf" in component or "anyOf" in component
