"""What a revision's serialised content refers to, and how it opens when a fact that it names is gone.

A fact in use is never deleted, but an old version may name one that nothing uses any more.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Self

from django.db.models import PROTECT, ForeignKey, Model
from modelcluster.models import get_all_child_relations

Gone = dict[type[Model], set[Any]]


def rows(model: type[Model], content: dict[str, Any]) -> Iterator[tuple[type[Model], dict[str, Any]]]:
    """The object of a revision and all of its child rows, as (model, serialised row)."""
    yield model, content
    for relation in get_all_child_relations(model):
        for row in content.get(relation.get_accessor_name()) or ():
            yield from rows(relation.related_model, row)


class OpensWithoutGoneFacts:
    """First base of a model with revisions: they open although a protected object that they name was deleted since.

    modelcluster raises for any on_delete but CASCADE, SET_NULL and DO_NOTHING
    (https://github.com/wagtail/wagtail/issues/6368); this can go when it knows PROTECT.
    """

    @classmethod
    def from_serializable_data(
        cls, data: dict[str, Any], check_fks: bool = True, strict_fks: bool = False
    ) -> Self | None:
        model: Any = cls
        if check_fks:
            data = _without(_gone(model, data), model, data)
        found: Self | None = super().from_serializable_data(data, check_fks, strict_fks)  # type: ignore[misc]
        return found


def _protected(model: type[Model]) -> list[ForeignKey[Any, Any]]:
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.remote_field.on_delete is PROTECT
    ]


def _gone(model: type[Model], content: dict[str, Any]) -> Gone:
    """Keys of protected objects that the content names and that do not exist (a query per model that it names)."""
    named: Gone = defaultdict(set)
    for row_model, row in rows(model, content):
        for field in _protected(row_model):
            if row.get(field.name) is not None:
                named[field.related_model].add(row[field.name])
    return {
        target: missing
        for target, keys in named.items()
        if (missing := keys - set(target._default_manager.filter(pk__in=keys).values_list("pk", flat=True)))
    }


def _without(gone: Gone, model: type[Model], content: dict[str, Any]) -> dict[str, Any]:
    """The content without the keys that are gone: a required one becomes today's, a row that lacks one is left out."""
    if not gone:
        return content
    kept = dict(content)
    for field in _lost(gone, model, content):
        kept[field.name] = (
            None if field.null else model._base_manager.values_list(field.attname, flat=True).get(pk=content["pk"])
        )
    for relation in get_all_child_relations(model):
        name, child = relation.get_accessor_name(), relation.related_model
        if name in content:
            whole = [row for row in content[name] if all(field.null for field in _lost(gone, child, row))]
            kept[name] = [_without(gone, child, row) for row in whole]
    return kept


def _lost(gone: Gone, model: type[Model], row: dict[str, Any]) -> list[ForeignKey[Any, Any]]:
    return [field for field in _protected(model) if row.get(field.name) in gone.get(field.related_model, ())]
