"""Putting one fact in the place of another in the blocks of pages, which name facts by their keys.

For facts of which two turn out to be one. Pages keep what they show and how; their earlier versions, and what
wagtail-localize holds of them, name the other fact as well, so that nothing brings the first one back.
"""

import json
from typing import Any

from django.db import transaction
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.models import Page, ReferenceIndex, Revision
from wagtail_localize.models import TranslationSource

from cms.blocks import FactChooserBlock
from cms.fact_uses import pages_naming
from cms.facts import Fact
from cms.revisions import rows
from cms.translation import overrides


@transaction.atomic
def replace(fact: Fact, by: Fact) -> None:
    """Let all pages that choose `fact` in a block, published or in a draft, choose `by`, which is of the same model."""
    keys = pages_naming(fact)
    named = Page.objects.filter(pk__in=keys)
    for page in named.specific():
        changed = {}
        for field in page._meta.concrete_fields:
            if isinstance(field, StreamField):
                stored = field.value_from_object(page).get_prep_value()
                if (now := _replaced(field.stream_block, stored, fact, by)) != stored:
                    changed[field.name] = field.stream_block.to_python(now)
        if changed:
            type(page)._base_manager.filter(pk=page.pk).update(**changed)
            ReferenceIndex.create_or_update_for_object(type(page)._base_manager.get(pk=page.pk))
    of_pages = Revision.page_revisions.filter(object_id__in=[str(key) for key in keys])
    for revision in of_pages.select_related("content_type").iterator(chunk_size=100):
        if _replace_in(revision.content_type.model_class(), revision.content, fact, by):
            Revision.objects.filter(pk=revision.pk).update(content=revision.content)
    sources = TranslationSource.objects.filter(object_id__in=named.values("translation_key"))
    for source in sources.select_related("specific_content_type"):
        content = json.loads(source.content_json)
        if _replace_in(source.specific_content_type.model_class(), content, fact, by):
            TranslationSource.objects.filter(pk=source.pk).update(content_json=json.dumps(content))
    overrides.replace(fact, by)


def _replace_in(model: Any, content: dict[str, Any], fact: Fact, by: Fact) -> bool:
    """Replace in the serialised content of a page, in place; whether there was anything to replace."""
    changed = False
    for row_model, row in rows(model, content):
        for field in row_model._meta.concrete_fields:
            if isinstance(field, StreamField) and row.get(field.name):
                stored = json.loads(row[field.name])
                now = _replaced(field.stream_block, stored, fact, by)
                if now != stored:
                    row[field.name], changed = json.dumps(now), True
    return changed


def _replaced(block: Any, value: Any, fact: Fact, by: Fact) -> Any:
    """A stored value with the one fact in place of the other; a list that has the other keeps it once."""
    if not value:
        return value
    match block:
        case FactChooserBlock():
            return by.pk if block.model_name == fact._meta.label and int(value) == fact.pk else value
        case blocks.BaseStructBlock():
            children = block.child_blocks
            return {
                name: _replaced(children[name], part, fact, by) if name in children else part
                for name, part in value.items()
            }
        case blocks.BaseStreamBlock():
            return [
                {**item, "value": _replaced(block.child_blocks[item["type"]], item["value"], fact, by)}
                if item["type"] in block.child_blocks
                else item
                for item in value
            ]
        case blocks.ListBlock():
            return _items(block.child_block, value, fact, by)
    return value


def _items(block: Any, value: list[Any], fact: Fact, by: Fact) -> list[Any]:
    kept: list[Any] = []
    seen = False
    for item in value:
        full = isinstance(item, dict) and {"type", "value"} <= item.keys()  # as lists are stored today
        now = _replaced(block, item["value"] if full else item, fact, by)
        other = isinstance(block, FactChooserBlock) and now == by.pk
        if not (other and seen):
            kept.append({**item, "value": now} if full else now)
        seen |= other
    return kept
