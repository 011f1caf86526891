"""What stands in a translation in place of the source's own: another picture or file, another address of a link.

wagtail-localize 1.14 stores any value that it is sent and keeps those whose picture was deleted; publishing the
translation then fails.
"""

import json
from typing import Any, cast

from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, Model
from django.db.models.signals import post_delete
from wagtail.blocks import ChooserBlock, ListBlock
from wagtail.whitelist import check_url
from wagtail_localize.models import (
    OverridableSegment,
    SegmentOverride,
    SourceDeletedError,
    TranslationContext,
    TranslationSource,
)

from cms.media import CmsDocument, CmsImage
from cms.references import key


def chosen_model(source: TranslationSource, context: TranslationContext) -> type[Model] | None:
    """The model that a place in a page chooses from, with a foreign key or in a block; None where an address stands."""
    path = context.field_path or context.get_field_path(source.as_instance())
    name, *names = path.split(".")
    model: Any = source.specific_content_type.model_class()
    field = model._meta.get_field(name)
    if isinstance(field, ForeignKey):
        return cast("type[Model]", field.related_model)
    block: Any = getattr(field, "stream_block", None)
    for name in names:
        block = block.child_block if isinstance(block, ListBlock) else block.child_blocks[name]
    return block.target_model if isinstance(block, ChooserBlock) else None


def fits(source: TranslationSource, override: SegmentOverride) -> bool:
    """Whether the object that the override names exists, or its address is one that a link may lead to."""
    model = chosen_model(source, override.context)
    if model is not None:
        pk = key(override.data)
        return pk is not None and model._default_manager.filter(pk=pk).exists()
    return isinstance(override.data, str) and bool(check_url(override.data))


def connect() -> None:
    """Called once when the apps are ready."""
    for model in (CmsImage, CmsDocument):
        post_delete.connect(_file_deleted, sender=model, dispatch_uid=f"cms.translation.overrides.{model.__name__}")


def _file_deleted(sender: type, instance: Any, **kwargs: Any) -> None:
    """Forget what a translation takes from a file that is gone, of its own choice or as the source has it.

    The translation editor would look the source's own up and, without it, show an empty page.
    """
    for model, keys in _naming(instance).items():
        model._default_manager.filter(pk__in=keys).delete()


def replace(instance: Model, by: Model) -> None:
    """Let translations take another object of the same model wherever they take this one."""
    for model, keys in _naming(instance).items():
        model._default_manager.filter(pk__in=keys).update(data_json=json.dumps(by.pk))


def _naming(instance: Model) -> dict[type[Model], list[int]]:
    """Keys of what names an object: as the source has it, and of a translation's own choice."""
    values = [json.dumps(instance.pk), json.dumps(str(instance.pk))]
    segments = OverridableSegment.objects.select_related("context", "source")
    of_source = [found.pk for found in segments.filter(data_json__in=values) if _chooses(found, type(instance))]
    own = SegmentOverride.objects.filter(data_json__in=values).values_list("context", "pk")
    places = {found.context_id: found for found in segments.filter(context__in=[context for context, _ in own])}
    of_translation = [pk for context, pk in own if context in places and _chooses(places[context], type(instance))]
    return {OverridableSegment: of_source, SegmentOverride: of_translation}


def _chooses(segment: OverridableSegment, model: type) -> bool:
    try:
        return chosen_model(segment.source, segment.context) is model
    except (SourceDeletedError, LookupError, FieldDoesNotExist):  # of a page that is gone, or changed its fields
        return False
