"""What uses a fact: pages, other facts and settings, whether published or in a draft.

Wagtail's reference index is filled by the worker some time later and knows neither drafts nor many-to-many
fields, so everything is looked up in the database.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model, Q, TextField
from django.db.models.functions import Cast
from modelcluster.fields import ParentalKey
from wagtail.blocks import Block
from wagtail.fields import StreamField
from wagtail.models import DraftStateMixin, Page, Revision

from cms.blocks import FactChooserBlock, collect
from cms.facts import Fact
from cms.references import References
from cms.revisions import rows

Key = tuple[type[Model], Any]
"""Model and primary key; pages of every type are `Page`."""


@dataclass(frozen=True)
class Use:
    """An object that refers to a fact; `in_draft` where only what is not published yet does."""

    user: Any
    in_draft: bool

    @property
    def is_public(self) -> bool:
        """Whether what is published refers to the fact."""
        return not self.in_draft and getattr(self.user, "live", True)


def uses(fact: Fact) -> list[Use]:
    """All that refers to a fact, but for its own parts (names, members); the source in place of its fallbacks."""
    published = {*_by_column(fact), *_by_block(fact)}
    drafts = set(_by_draft(fact)) - published
    return [
        *(Use(user, in_draft=False) for user in _objects(published)),
        *(Use(user, in_draft=True) for user in _objects(drafts)),
    ]


def pages_naming(fact: Fact) -> set[int]:
    """Keys of the pages, fallbacks too, of which a block chooses the fact, in what is stored or in a draft."""
    return {pk for model, pk in (*_by_block(fact), *_by_draft(fact)) if model is Page}


def _key(model: type[Model], pk: Any) -> Key:
    return (Page if issubclass(model, Page) else model), pk


def _by_column(fact: Fact) -> Iterator[Key]:
    """Owners of foreign keys and many-to-many rows."""
    for relation in fact._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete:
            continue  # the fact's own columns
        field: Any = relation.remote_field
        model: Any = relation.related_model
        if isinstance(field, ParentalKey) or model._meta.auto_created:
            continue  # its parts; tables of many-to-many fields, which are relations themselves
        owner, path = model, "pk"
        while parent := next((f for f in owner._meta.fields if isinstance(f, ParentalKey)), None):
            owner, path = parent.related_model, f"{parent.name}__{path}"
        for pk in model._base_manager.filter(**{field.name: fact}).values_list(path, flat=True):
            yield _key(owner, pk)


def _by_block(fact: Fact) -> Iterator[Key]:
    """Owners of streams in which the fact is chosen."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if not isinstance(field, StreamField) or not _chooses(field.stream_block, fact._meta.label):
                continue
            may_name = model._base_manager.annotate(stored=Cast(field.name, TextField())).filter(
                stored__contains=str(fact.pk)
            )
            for pk, value in may_name.values_list("pk", field.name):
                references = References()
                collect(field.stream_block, value.get_prep_value(), references)
                if fact.pk in references.facts[fact._meta.label]:
                    yield _key(model, pk)


def _chooses(block: Block, label: str) -> bool:
    if isinstance(block, FactChooserBlock):
        return block.model_name == label
    children = [*getattr(block, "child_blocks", {}).values(), *filter(None, [getattr(block, "child_block", None)])]
    return any(_chooses(child, label) for child in children)


def _by_draft(fact: Fact) -> Iterator[Key]:
    """Objects whose draft, or a version that waits for its hour, names the fact."""
    unpublished = Q(approved_go_live_at__isnull=False)
    for model in (Page, *(model for model in apps.get_models() if issubclass(model, Fact))):
        assert issubclass(model, DraftStateMixin)
        unpublished |= Q(pk__in=model._base_manager.filter(has_unpublished_changes=True).values("latest_revision"))
    for revision in Revision.objects.filter(unpublished).select_related("content_type").iterator(chunk_size=100):
        drafted: Any = revision.content_type.model_class()
        if fact.pk in _named(drafted, revision.content).facts[fact._meta.label]:
            pk = drafted._meta.pk.to_python(revision.object_id)
            if (drafted, pk) != (type(fact), fact.pk):
                yield _key(drafted, pk)


def _named(model: type[Model], content: dict[str, Any]) -> References:
    """The facts that a revision's content names."""
    references = References()
    for row_model, row in rows(model, content):
        for field in row_model._meta.get_fields():
            value = row.get(field.name)
            if not value:
                continue
            if isinstance(field, StreamField):
                collect(field.stream_block, json.loads(value), references)
            elif isinstance(field.related_model, type) and issubclass(field.related_model, Fact) and field.concrete:
                keys = [value] if isinstance(field, ForeignKey) else value
                references.facts[field.related_model._meta.label].update(keys)
    return references


def _objects(keys: set[Key]) -> list[Any]:
    """The objects in the order of the tree or their own; a fallback is told by the page that it repeats."""
    by_model: dict[Any, set[Any]] = {}
    for model, pk in keys:
        by_model.setdefault(model, set()).add(pk)
    found: list[Any] = []
    for model, pks in sorted(by_model.items(), key=lambda item: item[0] is not Page):
        objects = model._base_manager.filter(pk__in=pks)
        if model is Page:
            pages = objects.order_by("path").select_related("alias_of", "locale", "content_type")
            found += {page.pk: page for page in (page.alias_of or page for page in pages)}.values()
        else:
            found += objects
    return found
