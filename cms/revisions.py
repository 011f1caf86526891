"""What a revision's serialised content refers to, and how it opens when a fact that it names is gone.

A fact in use is never deleted, but an old version may name one that nothing uses any more, or that was merged.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any, Self

from django.db.models import CASCADE, DO_NOTHING, PROTECT, ForeignKey, Model
from modelcluster.fields import ParentalKey
from modelcluster.models import get_all_child_relations

Gone = dict[type[Model], set[Any]]
Successors = Callable[[Iterable[Any]], Mapping[Any, Any]]
_successors: dict[type[Model], Successors] = {}


def register_successors(model: type[Model], find: Successors) -> None:
    """Say how to find what objects of a model, of which these keys are gone, were merged into: keys by keys."""
    _successors[model] = find


def rows(model: type[Model], content: dict[str, Any]) -> Iterator[tuple[type[Model], dict[str, Any]]]:
    """The object of a revision and all of its child rows, as (model, serialised row)."""
    yield model, content
    for relation in get_all_child_relations(model):
        for row in content.get(relation.get_accessor_name()) or ():
            yield from rows(relation.related_model, row)


def rename(model: type[Model], content: dict[str, Any], target: type[Model], into: Mapping[Any, Any]) -> bool:
    """Put keys of a model in the place of others in a version; tells whether any of those was there."""
    changed = False
    for row_model, row in list(rows(model, content)):
        for field in _naming(row_model, target):
            value = row.get(field.name)
            if isinstance(value, list) and not into.keys().isdisjoint(value):
                renamed = dict.fromkeys(into.get(pk, pk) for pk in value)
                row[field.name] = [pk for pk in renamed if (row_model, row.get("pk")) != (target, pk)]
                changed = True
            elif not isinstance(value, list) and value in into:
                row[field.name] = into[value]
                changed = True
    if changed:
        _once(model, content, target)
    return changed


def _naming(model: type[Model], target: type[Model]) -> list[Any]:
    """Columns and many-to-many fields that name objects of a model, but not the parent of a row."""
    fields: Any = (*model._meta.concrete_fields, *model._meta.many_to_many)
    return [field for field in fields if field.related_model is target and not isinstance(field, ParentalKey)]


def _once(model: type[Model], content: dict[str, Any], target: type[Model]) -> None:
    """Leave out rows that say the same as an earlier one."""
    for relation in get_all_child_relations(model):
        child, name = relation.related_model, relation.get_accessor_name()
        columns = [field.name for field in child._meta.concrete_fields if field.name not in {"id", "sort_order"}]
        columns = [column for column in columns if column != relation.field.name]
        if any(field.related_model is target for field in child._meta.concrete_fields) and content.get(name):
            content[name] = list({tuple(str(row.get(one)) for one in columns): row for row in content[name]}.values())


class OpensWithoutGoneFacts:
    """First base of a model with revisions: they open although a protected object that they name was deleted since.

    One that was merged is the other.

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
            gone = _gone(model, data)
            data = _without(gone, model, _merged(gone, model, data))
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
        for several in row_model._meta.many_to_many:
            if several.related_model in _successors:
                named[several.related_model].update(row.get(several.name) or ())
    return {
        target: missing
        for target, keys in named.items()
        if (missing := keys - set(target._default_manager.filter(pk__in=keys).values_list("pk", flat=True)))
    }


def _merged(gone: Gone, model: type[Model], content: dict[str, Any]) -> dict[str, Any]:
    """The content with what was merged in the place of what is gone, which `gone` has no more."""
    for target, missing in gone.items():
        if target in _successors and (into := _successors[target](missing)):
            content = deepcopy(content)
            rename(model, content, target, into)
            missing -= into.keys()
    return content


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
