"""From stored block values to JSON, without building Wagtail's value objects.

Blocks are read as StreamField stores them, in two passes (see cms.references): `collect` names what a value
refers to, `represent` makes its JSON from memory. Containers work by themselves; a block that shows
something else than its children overrides the three methods of `Represented`.
"""

from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from django.db.models import TextChoices
from django.utils.encoding import force_str
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtail.rich_text import get_text_for_indexing
from wagtail.snippets.blocks import SnippetChooserBlock

from cms import representation
from cms.json_types import Date, either, told_apart, typed_dict
from cms.labels import Coded, CodedAs
from cms.references import Context, References, fact_shapes


class Represented:
    """A block that makes its own JSON."""

    def collect(self, value: Any, references: References) -> None:
        """Name what the stored value refers to."""

    def represent(self, value: Any, context: Context) -> Any:
        """The stored value as JSON."""
        raise NotImplementedError

    def json_type(self) -> Any:
        """The Python type that `represent` conforms to."""
        raise NotImplementedError


class FactChooserBlock(Represented, SnippetChooserBlock):
    """Chooses a fact of the model "app.Model"; shown as registered for it, else as code and label."""

    def __init__(self, model: str, **kwargs: Any) -> None:
        super().__init__(model, **kwargs)
        self.model_name = model

    def collect(self, value: Any, references: References) -> None:
        if value:
            references.facts[self.model_name].add(int(value))

    def represent(self, value: Any, context: Context) -> Any:
        return context.loaded.facts(self.model_name, context).get(int(value)) if value else None

    def json_type(self) -> Any:
        return fact_shapes.get(self.model_name, Coded) | None


class CodeBlock(blocks.ChoiceBlock):
    """A choice from a closed list, shown as its code and label."""

    def __init__(self, codes: type[TextChoices], **kwargs: Any) -> None:
        super().__init__(choices=codes.choices, **kwargs)
        self.codes = codes


def _items(value: Any) -> list[tuple[str, Any]]:
    """(id, value) of a stored list in today's {type, value, id} form or the bare one of old."""
    return [
        (item.get("id", ""), item["value"])
        if isinstance(item, dict) and {"type", "value"} <= item.keys()
        else ("", item)
        for item in value or []
    ]


def collect(block: blocks.Block, value: Any, references: References) -> None:
    """Name every page, image, document and fact that a stored value refers to."""
    if value is None:
        return
    match block:
        case Represented():
            block.collect(value, references)
        case blocks.BaseStreamBlock():
            for item in value:
                if item["type"] in block.child_blocks:
                    collect(block.child_blocks[item["type"]], item["value"], references)
        case blocks.BaseStructBlock():
            for name, child in block.child_blocks.items():
                collect(child, value.get(name), references)
        case blocks.ListBlock():
            for _id, item in _items(value):
                collect(block.child_block, item, references)
        case blocks.RichTextBlock():
            references.add_rich_text(value)
        case blocks.PageChooserBlock():
            references.pages.add(int(value))
        case ImageChooserBlock():
            references.images.add(int(value))
        case DocumentChooserBlock():
            references.documents.add(int(value))


def represent(block: blocks.Block, value: Any, context: Context) -> Any:
    """The JSON of a stored value; a choice that is gone or not public is null, and left out of lists."""
    match block:
        case Represented():
            return block.represent(value, context)
        case blocks.BaseStreamBlock():
            return [
                {
                    "type": item["type"],
                    "value": represent(block.child_blocks[item["type"]], item["value"], context),
                    "id": item.get("id") or "",
                }
                for item in value or []
                if item["type"] in block.child_blocks
            ]
        case blocks.BaseStructBlock():
            value = value or {}
            return {name: represent(child, value.get(name), context) for name, child in block.child_blocks.items()}
        case blocks.ListBlock():
            shown = (represent(block.child_block, item, context) for _id, item in _items(value))
            return [item for item in shown if item is not None]
        case blocks.RichTextBlock():
            return representation.rich_text(value or "", context)
        case blocks.PageChooserBlock():
            target = context.loaded.page(int(value), context.locale) if value else None
            return representation.page_link(target, context)
        case ImageChooserBlock():
            return representation.image(int(value), context) if value else None
        case DocumentChooserBlock():
            return representation.document(int(value), context) if value else None
        case blocks.ChoiceBlock():
            return _coded(block, value)
        case blocks.BooleanBlock():
            return bool(value)
        case blocks.DateBlock():
            return str(value) if value else None
        case blocks.CharBlock() | blocks.TextBlock() | blocks.URLBlock() | blocks.EmailBlock() | blocks.RegexBlock():
            return value or ""
    return value


def _coded(block: blocks.ChoiceBlock, value: Any) -> Coded | None:
    if not value:
        return None
    label = dict(block.field.choices).get(value, value)
    return {"code": value, "label": force_str(label)}


def texts(block: blocks.Block, value: Any) -> Iterator[str]:
    """The prose of a stored value without markup: what translators see, so no choices, addresses or keys."""
    if not value:
        return
    match block:
        case TypedTableBlock():
            yield value.get("caption") or ""
            kinds = [block.child_blocks[column["type"]] for column in value["columns"]]
            yield from (column["heading"] for column in value["columns"])
            for row in value["rows"]:
                for kind, cell in zip(kinds, row["values"], strict=True):
                    yield from texts(kind, cell)
        case blocks.BaseStreamBlock():
            for item in value:
                if item["type"] in block.child_blocks:
                    yield from texts(block.child_blocks[item["type"]], item["value"])
        case blocks.BaseStructBlock():
            for name, child in block.child_blocks.items():
                yield from texts(child, value.get(name))
        case blocks.ListBlock():
            for _id, item in _items(value):
                yield from texts(block.child_block, item)
        case blocks.RichTextBlock():
            yield get_text_for_indexing(value)
        case blocks.CharBlock() | blocks.TextBlock():
            yield value


_LEAVES: tuple[tuple[type, Any], ...] = (
    (blocks.RichTextBlock, str),
    (blocks.PageChooserBlock, representation.PageLink | None),
    (ImageChooserBlock, representation.ImageSet | None),
    (DocumentChooserBlock, representation.DocumentLink | None),
    (blocks.ChoiceBlock, Coded | None),
    (blocks.BooleanBlock, bool),
    (blocks.IntegerBlock, int | None),
    (blocks.DateBlock, Date | None),
)


def json_type(block: blocks.Block) -> Any:
    """The Python type of a block's JSON, from which the OpenAPI schema is made."""
    block_class: Any = type(block)
    match block:
        case Represented():
            return block.json_type()
        case CodeBlock():
            return CodedAs[block.codes] | None  # type: ignore[name-defined]
        case blocks.BaseStreamBlock():
            return list[_union(block_class)]  # type: ignore[misc]
        case blocks.BaseStructBlock():
            return _struct(block_class)
        case blocks.ListBlock():
            return list[_not_null(json_type(block.child_block))]  # type: ignore[misc]
    return next((kind for leaf, kind in _LEAVES if isinstance(block, leaf)), str)


def _not_null(kind: Any) -> Any:
    parts = get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
    return either(part for part in parts if part is not NoneType)


@cache
def _struct(block: Any) -> Any:
    properties = {name: json_type(child) for name, child in block.base_blocks.items()}
    return typed_dict(block.__name__.removesuffix("Block") + "Value", properties, block.__doc__)


@cache
def _union(block: Any) -> Any:
    """The items of a stream, told apart by their `type`."""
    items = [_item(name, json_type(child), child.__doc__) for name, child in block.base_blocks.items()]
    return items[0] if len(items) == 1 else told_apart(block.__name__, items)


@cache
def _item(name: str, value: Any, description: str | None) -> Any:
    title = "".join(word.capitalize() for word in name.split("_")) + "Block"
    return typed_dict(title, {"type": Literal[name], "value": value, "id": str}, description)
