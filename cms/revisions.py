"""What a revision's serialised content refers to, and how it opens when a fact that it names is gone.

A fact in use is never deleted, but an old version may name one that nothing uses any more.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any, Self

from django.db.models import CASCADE, DO_NOTHING, PROTECT, ForeignKey, Model
from modelcluster.fields import ParentalKey
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
    (https://github.com/wagtail/wagtail/issues/6368), and asks for each object by itself; this can go when it knows
    PROTECT and asks once for those of a model.
    """

    @classmethod
    def from_serializable_data(
        cls, data: dict[str, Any], check_fks: bool = True, strict_fks: bool = False
    ) -> Self | None:
        model: Any = cls
        if check_fks:
            data = _without(_gone(model, data), model, data)
        found: Self | None = super().from_serializable_data(data, False, strict_fks)  # type: ignore[misc]
        return found


@cache
def _keys(model: type[Model]) -> list[ForeignKey[Any, Any]]:
    """The keys of a model whose objects must exist; a row belongs to the object that is opened, whatever it names."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey)
        and not isinstance(field, ParentalKey)
        and field.remote_field.on_delete is not DO_NOTHING
    ]


def _named(field: ForeignKey[Any, Any], row: dict[str, Any]) -> Any:
    return field.target_field.to_python(row.get(field.name))


def _gone(model: type[Model], content: dict[str, Any]) -> Gone:
    """Keys of objects that the content names and that do not exist (a query per model that it names)."""
    named: Gone = defaultdict(set)
    for row_model, row in rows(model, content):
        for field in _keys(row_model):
            if (key := _named(field, row)) is not None:
                named[field.related_model].add(key)
    return {
        target: missing
        for target, keys in named.items()
        if (missing := keys - set(target._default_manager.filter(pk__in=keys).values_list("pk", flat=True)))
    }


def _without(gone: Gone, model: type[Model], content: dict[str, Any]) -> dict[str, Any]:
    """The content without the keys that are gone.

    A protected one that is required becomes today's; a row that lacks such a one, or one it would have been deleted
    with, is left out.
    """
    if not gone:
        return content
    kept = dict(content)
    for field in _lost(gone, model, content):
        todays = field.remote_field.on_delete is PROTECT and not field.null
        kept[field.name] = (
            model._base_manager.values_list(field.attname, flat=True).get(pk=content["pk"]) if todays else None
        )
    for relation in get_all_child_relations(model):
        name, child = relation.get_accessor_name(), relation.related_model
        if name in content:
            whole = [row for row in content[name] if not any(_takes_along(field) for field in _lost(gone, child, row))]
            kept[name] = [_without(gone, child, row) for row in whole]
    return kept


def _lost(gone: Gone, model: type[Model], row: dict[str, Any]) -> list[ForeignKey[Any, Any]]:
    return [field for field in _keys(model) if _named(field, row) in gone.get(field.related_model, ())]


def _takes_along(field: ForeignKey[Any, Any]) -> bool:
    """Whether a row is nothing without what it names."""
    return field.remote_field.on_delete is CASCADE or not field.null
