"""What stands in a translation in place of the source's own: another picture or file, another address of a link.

wagtail-localize 1.14 stores any value that it is sent and keeps those whose picture was deleted; publishing the
translation then fails.
"""

import json
from typing import Any

from django.db.models import ForeignKey
from django.db.models.signals import post_delete
from wagtail.models import get_page_models
from wagtail.whitelist import check_url
from wagtail_localize.models import SegmentOverride, TranslationSource

from cms.media import CmsDocument, CmsImage
from cms.references import key


def fits(source: TranslationSource, override: SegmentOverride) -> bool:
    """Whether the object that the override names exists, or its address is one that a link may lead to."""
    model: Any = source.specific_content_type.model_class()
    field = model._meta.get_field(override.context.path.split(".", 1)[0])
    if isinstance(field, ForeignKey):
        pk = key(override.data)
        return pk is not None and field.related_model._default_manager.filter(pk=pk).exists()
    return isinstance(override.data, str) and bool(check_url(override.data))


def connect() -> None:
    """Called once when the apps are ready."""
    for model in (CmsImage, CmsDocument):
        post_delete.connect(_file_deleted, sender=model, dispatch_uid=f"cms.translation.overrides.{model.__name__}")


def _file_deleted(sender: type, instance: Any, **kwargs: Any) -> None:
    columns = (field for model in get_page_models() for field in model._meta.fields if isinstance(field, ForeignKey))
    names = {field.name for field in columns if field.related_model is sender}
    values = [json.dumps(instance.pk), json.dumps(str(instance.pk))]
    SegmentOverride.objects.filter(context__path__in=names, data_json__in=values).delete()
