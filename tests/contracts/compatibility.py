"""What a new version of an OpenAPI document breaks for clients of the old one.

The API changes by addition. In answers there may be new properties, new codes in closed lists and new members of
unions that `type` tells apart: clients ignore what they do not know (docs/api.md says so). Everything else that a
client relies on stays: what it sends is still taken, what it reads is still there, of the same type, never null or
missing where it was not.
"""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
PREFIX = "#/components/schemas/"
LOWER = ("minimum", "minLength", "minItems")
UPPER = ("maximum", "maxLength", "maxItems")


def breaking(old: Json, new: Json) -> list[str]:
    """Each difference that can break a client, with its place."""
    return list(_Comparison(old, new).differences())


class _Comparison:
    def __init__(self, old: Json, new: Json) -> None:
        self.old, self.new = old, new
        self._compared: set[tuple[str, str]] = set()

    def differences(self) -> Iterator[str]:
        for path, methods in self.old["paths"].items():
            for method, operation in methods.items():
                name = f"{method.upper()} {path}"
                if found := self.new["paths"].get(path, {}).get(method):
                    yield from self._operation(operation, found, name)
                else:
                    yield f"{name}: is gone"
        for name in self.old["components"]["schemas"]:
            if name not in self.new["components"]["schemas"]:
                yield f"{name}: the component is gone"

    def _operation(self, old: Json, new: Json, at: str) -> Iterator[str]:
        if old["operationId"] != new["operationId"]:
            yield f"{at}: is called {new['operationId']}, was {old['operationId']}"
        parameters = {(p["in"], p["name"]): p for p in new["parameters"]}
        for key, parameter in {(p["in"], p["name"]): p for p in old["parameters"]}.items():
            where = f"{at} ?{key[1]}"
            if found := parameters.pop(key, None):
                yield from self._parameter(parameter, found, where)
            else:
                yield f"{where}: is gone"
        for key, parameter in parameters.items():
            if parameter.get("required"):
                yield f"{at} ?{key[1]}: is new and required"
        for status, answer in old["responses"].items():
            if status >= "400":
                continue
            if status not in new["responses"]:
                yield f"{at} {status}: is gone"
                continue
            content = new["responses"][status].get("content", {})
            for media_type, kinds in answer.get("content", {}).items():
                for kind, schema in kinds.items():
                    where = f"{at} {media_type}" + ("" if kind == "schema" else f" {kind}")
                    if kind in content.get(media_type, {}):
                        yield from self._answered(schema, content[media_type][kind], where)
                    else:
                        yield f"{where}: is gone"

    def _parameter(self, old: Json, new: Json, at: str) -> Iterator[str]:
        if new.get("required") and not old.get("required"):
            yield f"{at}: is required now"
        if (old.get("style"), old.get("explode")) != (new.get("style"), new.get("explode")):
            yield f"{at}: is written in another way"
        if old["schema"].get("default") != new["schema"].get("default"):
            yield f"{at}: has another default"
        yield from self._taken(old["schema"], new["schema"], at)

    def _taken(self, old: Json, new: Json, at: str) -> Iterator[str]:
        """What the old schema lets a client send must be right for the new one."""
        offered = _alternatives(new, self.new)
        for sent in _alternatives(old, self.old):
            refusals = [list(self._refused(sent, taken, at)) for taken in offered]
            if all(refusals):
                yield from min(refusals, key=len)

    def _refused(self, old: Json, new: Json, at: str) -> Iterator[str]:
        if old.get("type") != new.get("type") and (old.get("type"), new.get("type")) != ("integer", "number"):
            yield f"{at}: takes {new.get('type')}, took {old.get('type')}"
            return
        codes = _codes(new)
        if codes is not None and (gone := (_codes(old) or {"anything else"}) - codes):
            yield f"{at}: no longer takes {', '.join(sorted(map(str, gone)))}"
        for name in LOWER:
            if name in new and new[name] > old.get(name, float("-inf")):
                yield f"{at}: {name} is {new[name]}"
        for name in UPPER:
            if name in new and new[name] < old.get(name, float("inf")):
                yield f"{at}: {name} is {new[name]}"
        for name in ("format", "pattern"):
            if name in new and new[name] != old.get(name):
                yield f"{at}: {name} is {new[name]}"
        if "items" in old and "items" in new:
            yield from self._taken(old["items"], new["items"], at)

    def _answered(self, old: Json, new: Json, at: str) -> Iterator[str]:
        """What the new schema lets a client read must be what the old one promised."""
        if "$ref" in old and "$ref" in new:  # compared once, wherever it is used
            pair = (old["$ref"], new["$ref"])
            if pair in self._compared:
                return
            self._compared.add(pair)
            at = old["$ref"].removeprefix(PREFIX)
        promised, given = _alternatives(old, self.old), _alternatives(new, self.new)
        known = {_kind(schema, self.old): schema for schema in promised}
        found = {_kind(schema, self.new): schema for schema in given}
        for kind, schema in known.items():
            if kind in found:
                yield from self._read(schema, found[kind], at)
            elif kind.startswith("type "):
                yield f"{at}: there is no {kind.removeprefix('type ')} any more"
        for kind in found.keys() - known.keys():
            if not kind.startswith("type ") and not (kind == "integer" and "number" in known):
                yield f"{at}: may be {kind} now"

    def _read(self, old: Json, new: Json, at: str) -> Iterator[str]:
        if _codes(old) is not None and _codes(new) is None:
            yield f"{at}: is no closed list any more"
        if "const" in old and new.get("const") != old["const"]:
            yield f"{at}: is no longer {old['const']}"
        properties = new.get("properties", {})
        for name, schema in old.get("properties", {}).items():
            where = f"{at}.{name}"
            if name not in properties:
                yield f"{where}: is gone"
                continue
            if name in old.get("required", ()) and name not in new.get("required", ()):
                yield f"{where}: may be missing now"
            yield from self._answered(schema, properties[name], where)
        for name in ("items", "additionalProperties"):
            if isinstance(old.get(name), dict):
                if isinstance(new.get(name), dict):
                    yield from self._answered(old[name], new[name], f"{at}[]")
                else:
                    yield f"{at}[]: is not declared any more"


def _alternatives(schema: Json, document: Json) -> list[Json]:
    """The schemas of which a value fits one, references resolved."""
    if "$ref" in schema:
        return _alternatives(document["components"]["schemas"][schema["$ref"].removeprefix(PREFIX)], document)
    members = schema.get("anyOf") or schema.get("oneOf")
    return [found for member in members for found in _alternatives(member, document)] if members else [schema]


def _codes(schema: Json) -> set[Any] | None:
    """The closed list that a value is of."""
    return {schema["const"]} if "const" in schema else set(schema["enum"]) if "enum" in schema else None


def _kind(schema: Json, document: Json) -> str:
    """What tells an alternative apart from the others: its literal `type`, or its JSON type and format."""
    mark = schema.get("properties", {}).get("type", {})
    if "const" in mark:
        return f"type {mark['const']}"
    if schema.get("type") == "array":
        inner = sorted({_kind(item, document) for item in _alternatives(schema.get("items", {}), document)})
        return f"array of {inner[0]}" if len(inner) == 1 and inner[0].startswith("array") else "array"
    return " ".join([str(schema.get("type", "anything")), *([schema["format"]] if "format" in schema else [])])
