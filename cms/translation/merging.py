"""Carrying facts from a source into its translations without touching their prose."""

import json
from collections.abc import Collection, Container
from typing import Any

from django.db import models
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail_localize.fields import SynchronizedField, get_translatable_fields
from wagtail_localize.models import SegmentOverride

_REFUSED = object()


def overridden_paths(source: Page, locales: Collection[int]) -> dict[int, frozenset[str]]:
    """The paths of a source that its translators chose to override, for each of some languages (keys of Locale)."""
    chosen = SegmentOverride.objects.filter(
        context__object_id=source.translation_key, locale__in=locales, has_error=False
    ).values_list("locale_id", "context__path")
    return {locale: frozenset(path for held, path in chosen if held == locale) for locale in locales}


def child_relations(model: type[Page]) -> list[str]:
    """The child rows of a page type that follow its source."""
    policies = [policy for policy in get_translatable_fields(model) if isinstance(policy, SynchronizedField)]
    return [policy.field_name for policy in policies if _is_child_relation(policy.get_field(model))]


def _is_child_relation(field: Any) -> bool:
    return isinstance(field, models.ManyToOneRel) and isinstance(field.remote_field, ParentalKey)


def synchronise(source: Page, target: Page) -> None:
    """Give a translation (specific, in memory) what wagtail-localize's copy_synchronised_fields gives it.

    Rows that are the same already stay themselves, where upstream's would be deleted and written anew.
    """
    for policy in get_translatable_fields(type(source)):
        if policy.is_synchronized(source):
            _copy(policy.get_field(type(source)), source, target)


def apply_facts(source: Page, target: Page, overridden: Container[str]) -> bool:
    """Give a translation (specific, in memory) its source's expiry, synchronised fields, rows and facts inside streams.

    Fields that the translators chose to override keep their own value. Says whether anything changed; saves nothing.
    """
    changed = _copy(Page._meta.get_field("expire_at"), source, target)
    for policy in get_translatable_fields(type(source)):
        field = policy.get_field(type(source))
        if isinstance(policy, SynchronizedField):
            if not (policy.overridable and field.name in overridden):
                changed |= _copy(field, source, target)
        elif isinstance(field, StreamField):
            changed |= _merge_stream(field, source, target, overridden)
    return changed


def _copy(field: Any, source: Page, target: Page) -> bool:
    if _is_child_relation(field):
        if _rows(field, source) == _rows(field, target):
            return False
        # The rows of a page in memory would be moved, not copied: hand out those of a twin.
        twin = type(source).from_serializable_data(source.serializable_data(), check_fks=False)
        twin.copy_child_relation(field.name, target)
        return True
    if isinstance(field, ParentalManyToManyField):
        chosen = list(getattr(source, field.name).all())
        if chosen == list(getattr(target, field.name).all()):
            return False
        getattr(target, field.name).set(chosen)
        return True
    value = getattr(source, field.attname)
    if value == getattr(target, field.attname):
        return False
    setattr(target, field.attname, value)
    return True


def _rows(relation: Any, page: Page) -> list[dict[str, Any]]:
    """Child rows as data, without the keys that differ from page to page."""
    own = (relation.related_model._meta.pk.name, relation.remote_field.name)
    return [
        {name: value for name, value in row.serializable_data().items() if name not in own}
        if hasattr(row, "serializable_data")
        else {f.attname: f.value_from_object(row) for f in row._meta.concrete_fields if f.name not in own}
        for row in getattr(page, relation.name).all()
    ]


def _merge_stream(field: StreamField, source: Page, target: Page, overridden: Container[str]) -> bool:
    given, own = (list(field.value_from_object(page).get_prep_value()) for page in (source, target))
    merged = _merge_items(_children(field.stream_block), given, own, field.name, overridden)
    if _normal(merged) == _normal(own):
        return False
    setattr(target, field.name, field.stream_block.to_python(merged))
    return True


def _normal(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


def is_prose(block: blocks.Block) -> bool:
    """Whether wagtail-localize hands this block's value to translators as text."""
    return hasattr(block, "get_translatable_segments") or isinstance(
        block, blocks.CharBlock | blocks.TextBlock | blocks.RichTextBlock | blocks.BlockQuoteBlock
    )


def _children(block: Any) -> Any:
    """How to find the block of an item of a stream or a list."""
    if isinstance(block, blocks.ListBlock):
        return lambda item: block.child_block
    return lambda item: block.child_blocks.get(item["type"])


def _merge(block: blocks.Block, source: Any, target: Any, path: str, overridden: Container[str]) -> Any:
    """A stored value with the source's facts and the target's prose."""
    if is_prose(block) or path in overridden:
        return target
    if isinstance(block, blocks.BaseStructBlock):
        source, target = source or {}, target or {}
        return {
            name: _merge(child, source.get(name), target.get(name), f"{path}.{name}", overridden)
            for name, child in block.child_blocks.items()
        }
    if isinstance(block, blocks.ListBlock | blocks.BaseStreamBlock):
        return _merge_items(_children(block), source or [], target or [], path, overridden)
    return source


def _merge_items(find: Any, source: list[Any], target: list[Any], path: str, overridden: Container[str]) -> list[Any]:
    """Items of a stream or list, in the source's order.

    A new item comes along where it can do so without its prose; one that the source has given up goes where it
    holds no prose. Until the translation is brought up to date, all others stay as they are.
    """
    if any(not isinstance(item, dict) or not item.get("id") for item in (*source, *target)):
        return target  # stored before lists had ids, so nothing says which item is which
    old = {(item["id"], item["type"]): item for item in target}
    merged = []
    for item in source:
        block = find(item)
        if block is None:
            continue
        own = old.pop((item["id"], item["type"]), None)
        if own:
            value = _merge(block, item["value"], own["value"], f"{path}.{item['id']}", overridden)
            merged.append({**own, "value": value})
        elif (bare := _without_prose(block, item["value"])) is not _REFUSED:
            merged.append({**item, "value": bare})
    place = 0
    for item in target:
        if (item["id"], item["type"]) not in old:
            place = next((i + 1 for i, other in enumerate(merged) if other["id"] == item["id"]), place)
        elif _has_prose(find(item), item["value"]):
            merged.insert(place, item)
            place += 1
    return merged


def _without_prose(block: Any, value: Any) -> Any:
    """The value with its texts emptied, or _REFUSED where the block needs one of them."""
    if is_prose(block):
        return _REFUSED if block.required or hasattr(block, "get_translatable_segments") else ""
    if isinstance(block, blocks.BaseStructBlock):
        bare = {name: _without_prose(child, (value or {}).get(name)) for name, child in block.child_blocks.items()}
        return _REFUSED if any(part is _REFUSED for part in bare.values()) else bare
    if isinstance(block, blocks.ListBlock | blocks.BaseStreamBlock):
        find = _children(block)
        items = [{**item, "value": _without_prose(find(item), item["value"])} for item in value or [] if find(item)]
        return _REFUSED if any(item["value"] is _REFUSED for item in items) else items
    return value


def _has_prose(block: Any, value: Any) -> bool:
    if block is None or not value:
        return False
    if is_prose(block):
        return True
    if isinstance(block, blocks.BaseStructBlock):
        return any(_has_prose(child, value.get(name)) for name, child in block.child_blocks.items())
    if isinstance(block, blocks.ListBlock | blocks.BaseStreamBlock):
        find = _children(block)
        return any(_has_prose(find(item), item["value"]) for item in value)
    return False
