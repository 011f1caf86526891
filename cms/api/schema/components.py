"""Named JSON Schemas of Python types."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

REFERENCE = "#/components/schemas/"

Json = dict[str, Any]


class _Generator(GenerateJsonSchema):
    """Pydantic's JSON Schema with names for readers: `Border` of BorderJson, `BorderList` of Listed[BorderJson]."""

    def normalize_name(self, name: str) -> str:
        generic = re.fullmatch(r"(\w+)\[([\w.]+)\]", name)
        if generic is None:
            return super().normalize_name(name.removesuffix("Json"))
        outer, inner = generic.groups()
        inner = inner.split(".")[-1].removesuffix("Json")
        return {"Listed": f"{inner}List", "CodedAs": f"Coded{inner}"}.get(outer, f"{inner}{outer}")

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def enum_schema(self, schema: Any) -> JsonSchemaValue:
        found = super().enum_schema(schema)
        if schema["cls"].__doc__ == schema["cls"].__base__.__doc__:  # Django's words about choices in general
            found.pop("description", None)
        return found


def of(types: Mapping[str, Any]) -> tuple[dict[str, Json], dict[str, Json]]:
    """The schema of each Python type, under the caller's keys, and the components that they refer to, by name."""
    inputs = [(key, "serialization", TypeAdapter(kind)) for key, kind in types.items()]
    by_key, rest = TypeAdapter.json_schemas(
        inputs,  # type: ignore[arg-type]
        ref_template=REFERENCE + "{model}",
        schema_generator=_Generator,
    )
    components = rest.get("$defs", {})
    for component in components.values():
        component.pop("title", None)
    return {key: schema for (key, _mode), schema in by_key.items()}, dict(sorted(components.items()))
