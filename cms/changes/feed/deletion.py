"""What shows an object is changed by the object's end: once it is gone nothing tells any more what that was.

So is what a fact was tied to: it no longer shows the fact, and nothing else names it.

It is told to those alone who know the object: what nobody saw ends without a word.
"""

from typing import Any

from django.apps import apps
from django.db.models import Model, Q
from django.db.models.signals import m2m_changed, pre_delete
from wagtail.models import Page

from cms import labels, publication
from cms.changes.feed.effects import PAGE, Objects, fact_models, leading, showing
from cms.changes.log import record_dependants, record_end
from cms.changes.models import CONTENT
from cms.media import CmsDocument, CmsImage


def connect() -> None:
    """Called once when the apps are ready."""
    for model in (Page, CmsImage, CmsDocument, *fact_models().values()):
        pre_delete.connect(_going, sender=model, dispatch_uid="cms.changes.deletion")
    for model in fact_models().values():
        if getattr(model, "change_family", CONTENT) == CONTENT:  # those of records are told as wholes
            for relation in model._meta.local_many_to_many:
                m2m_changed.connect(_losing, sender=relation.remote_field.through, dispatch_uid="cms.changes.deletion")


def _going(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    """Sent within the transaction of the deletion, before its first statement."""
    page = isinstance(instance, Page)
    if page:
        _leading_going(instance)
    live = getattr(instance, "live", True)
    if not (live or instance.first_published_at):
        return
    _record(instance, withdrawn=not live)


def _losing(sender: type[Model], instance: Any, action: str, **kwargs: Any) -> None:
    """Sent within the transaction in which a fact loses other facts, before its first statement."""
    if action in {"pre_remove", "pre_clear"} and instance.live:
        _record(instance)


def _record(instance: Any, *, withdrawn: bool = False) -> None:
    page = isinstance(instance, Page)
    gone = Objects()
    gone.add(instance._meta.label_lower, [instance.pk])
    found = showing(gone, Q(translation_key=instance.translation_key) if page else None, waiting=False)
    pages = Page.objects.filter(Q(pk__in=found.pages) | Q(pk__in=found.others.pages), live=True)
    shown = [(PAGE, pk) for pk in pages.values_list("pk", flat=True)]
    for model, keys in found.others.facts.items():
        live = fact_models()[model]._default_manager.filter(pk__in=keys, live=True)
        shown += [(model, pk) for pk in live.values_list("pk", flat=True)]
    own = (PAGE if page else instance._meta.label_lower, instance.pk)
    record_dependants(instance, (one for one in shown if one != own), withdrawn=withdrawn)


def _leading_going(page: Page) -> None:
    """What leads to a page goes with it, and readers may see it although the page is a draft: in another language."""
    for label, how in leading().items():
        entries = apps.get_model(label)._default_manager.filter(**{how.column: page.pk})
        if how.in_any_language and entries.exists():
            others = page.get_translations().filter(Q(live=True) | Q(first_published_at__isnull=False), depth__gt=1)
            if publication.outside(others, labels.current().private_paths).exists():
                for entry in entries:
                    record_end(entry)
