"""The `fields` parameter of Wagtail's API v2: `*`, `_`, `-name`, `name(sub,fields)`."""

import types
import typing
from collections.abc import Callable, Sequence
from typing import Any

from typing_extensions import is_typeddict
from wagtail.api.v2.utils import parse_fields_parameter
from wagtail.models import Page

from cms.api.errors import bad
from cms.fields import Field, fields_of
from cms.page_json import CARD_META, DETAIL_META, TOP, DetailMeta, Selection

Config = list[tuple[str, bool, Any]]
Chooser = Callable[[type[Page]], Selection]
MAX_DEPTH = 4


def parse(text: str) -> Config:
    """The parsed parameter; BadParameters where it is no valid selection or nested deeper than 4 levels."""
    if text.count("(") > 50 or _depth(text) > MAX_DEPTH:
        raise bad("fields", text, f"is nested deeper than {MAX_DEPTH} levels")
    try:
        return parse_fields_parameter(text)
    except ValueError as error:
        raise bad("fields", text, str(error)) from None


def _depth(text: str) -> int:
    depth = deepest = 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        deepest = max(deepest, depth)
    return deepest


def chooser(config: Config, models: Sequence[type[Page]], *, card: bool) -> Chooser:
    """How to choose the properties of a page type; a name that none of the models has is refused.

    Names add to the card or the detail; `*` starts from everything, `_` from nothing.
    """
    known = TOP | DETAIL_META | {f.name for model in models for f in fields_of(model)}
    unknown = sorted({name for name, _negated, _sub in config if name not in {"*", "_"}} - known)
    if unknown:
        raise bad("fields", ", ".join(unknown), "unknown fields: " + ", ".join(unknown), sorted(known))
    first = config[0][0] if config else ""
    added = {name for name, negated, _sub in config if not negated}
    removed = {name for name, negated, _sub in config if negated}

    def choose(model: type[Page]) -> Selection:
        declared = fields_of(model)
        if first == "*":
            names = set(known)
        elif first == "_":
            names = set()
        else:
            names = set(TOP | CARD_META | {f.name for f in declared if f.card}) if card else set(known)
        names = (names | added) - removed
        return Selection(
            meta=frozenset(names & DETAIL_META),
            fields=[f for f in declared if f.name in names],
            top=frozenset(names & TOP),
        )

    return choose


def cut(item: dict[str, Any], config: Config, declared: dict[str, Field]) -> dict[str, Any]:
    """Apply nested selections, `name(sub)`, to a represented page; sub-fields that cannot be are refused."""
    for name, _negated, sub in config:
        if not sub:
            continue
        holder = item["meta"] if name in item.get("meta", {}) else item
        if name not in holder:
            continue
        kind = declared[name].type if name in declared else DetailMeta.__annotations__.get(name)
        properties = _properties(kind)
        holder[name] = _cut(holder[name], sub, name, properties)
    return item


def _cut(value: Any, config: Config, path: str, properties: set[str] | None) -> Any:
    wanted = {name for name, negated, _sub in config if not negated} - {"*", "_"}
    dropped = {name for name, negated, _sub in config if negated}
    if properties is not None and (unknown := (wanted | dropped) - properties):
        raise bad("fields", path, f"unknown fields of {path}: {', '.join(sorted(unknown))}", sorted(properties))
    if isinstance(value, list):
        return [_cut(item, config, path, None) for item in value]
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad("fields", path, f"'{path}' does not support nested fields")
    nested = {name: sub for name, _negated, sub in config if sub}
    only = config[0][0] == "_"
    return {
        key: _cut(part, nested[key], f"{path}.{key}", None) if key in nested else part
        for key, part in value.items()
        if key not in dropped and (not only or key in wanted)
    }


def _properties(kind: Any) -> set[str] | None:
    """The keys of a TypedDict inside optional and list types; None where the type has no fixed keys."""
    kind = getattr(kind, "__value__", kind)
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return _properties(typing.get_args(kind)[0])
    if is_typeddict(origin or kind):
        return set((origin or kind).__annotations__)
    if isinstance(kind, str | typing.ForwardRef):
        return None
    if origin in {list, typing.Union, types.UnionType}:
        found = [_properties(part) for part in typing.get_args(kind) if part is not type(None)]
        if found and all(keys is not None for keys in found):
            return set().union(*(keys for keys in found if keys))
    return None


def pick(item: dict[str, Any], config: Config) -> dict[str, Any]:
    """Apply `fields` to the JSON of something other than a page, which is shown in full otherwise."""
    meta = item["meta"]
    names = {name for name, _negated, _sub in config} - {"*", "_"}
    known = set(item) | set(meta)
    if unknown := sorted(names - known):
        raise bad("fields", ", ".join(unknown), "unknown fields: " + ", ".join(unknown), sorted(known))
    dropped = {name for name, negated, _sub in config if negated}
    only = bool(config) and config[0][0] == "_"

    def kept(holder: dict[str, Any]) -> dict[str, Any]:
        return {n: v for n, v in holder.items() if n not in dropped and (not only or n in names)}

    shown = kept({name: value for name, value in item.items() if name != "meta"})
    if left := kept(meta):
        shown["meta"] = left
    return cut(shown, config, {})
