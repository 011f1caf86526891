"""What the JSON of an answer may hold beyond Python's own types, for the TypedDicts that declare it.

Type checkers see plain strings; the OpenAPI document (cms.api.schema) sees formats and closed lists.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import or_
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema
from typing_extensions import TypeAliasType, TypedDict

from cms.languages import Language

Date = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
Moment = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Address = Annotated[str, WithJsonSchema({"type": "string", "format": "uri"})]


@dataclass(frozen=True)
class CodeOf:
    """Marks a string as a code of a closed list."""

    codes: type[Enum]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(self.codes)


class _PageTypeName:
    """Marks a string as the name of a page type, which are known when all apps are ready."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from cms.page_shapes import type_names

        return handler.generate_schema(type_names())


LocaleCode = Annotated[str, CodeOf(Language)]
PageTypeName = Annotated[str, _PageTypeName()]


def typed_dict(name: str, properties: Mapping[str, Any], description: str | None = None) -> Any:
    """A TypedDict made at run time."""
    shape = TypedDict(name, {**properties})  # type: ignore[misc]
    shape.__doc__ = description
    return shape


def either(kinds: Iterable[Any]) -> Any:
    """The union of types."""
    return reduce(or_, kinds)


def told_apart(name: str, shapes: Iterable[Any]) -> Any:
    """A union of TypedDicts under a name of its own; each has another literal as its `type`."""
    return TypeAliasType(name, Annotated[either(shapes), Field(discriminator="type")])  # type: ignore[misc]
