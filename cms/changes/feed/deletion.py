"""What shows an object is changed by the object's end: once it is gone nothing tells any more what that was."""

from typing import Any

from django.db.models import Model, Q
from django.db.models.signals import pre_delete
from wagtail.models import Page

from cms.changes.feed.effects import Objects, fact_models, showing
from cms.changes.log import record
from cms.facts import Fact
from cms.media import CmsDocument, CmsImage


def connect() -> None:
    """Called once when the apps are ready."""
    for model in (Page, CmsImage, CmsDocument, *fact_models().values()):
        pre_delete.connect(_going, sender=model, dispatch_uid="cms.changes.deletion")


def _going(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    """Sent within the transaction of the deletion, before its first statement."""
    if not getattr(instance, "live", True):
        return
    gone = Objects()
    gone.add(instance._meta.label_lower, [instance.pk])
    family = Q(translation_key=instance.translation_key) if isinstance(instance, Page) else None
    found = showing(gone, family, waiting=False)
    pages = Page.objects.filter(Q(pk__in=found.pages) | Q(pk__in=found.others.pages), live=True)
    showing_it: list[Page | Fact] = [*pages.exclude(pk=instance.pk).only("pk")]
    for model, keys in found.others.facts.items():
        showing_it += fact_models()[model]._default_manager.filter(pk__in=keys, live=True).only("pk")
    for shown in showing_it:
        if shown != instance:
            record(shown)
