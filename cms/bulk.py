"""Objects with their rows, written by the hundred in a few queries: modelcluster saves each row by itself."""

from collections.abc import Sequence
from typing import Any

from modelcluster.models import ClusterableModel, get_all_child_m2m_relations, get_all_child_relations


def create(objects: Sequence[ClusterableModel]) -> None:
    """Save new objects of one model with their rows and choices, in a transaction of the caller's.

    No signals are sent, nothing is checked, and what the model's own `save` does is to be done before. What is live
    comes into being unpublished, and is published when all of it is there: that is one change in the change log, and
    not one for each row.
    """
    if not objects:
        return
    model: Any = type(objects[0])
    live: list[Any] = [one for one in objects if getattr(one, "live", False)]
    for one in live:
        one.live = False
    model._default_manager.bulk_create(objects)
    _write_parts(model, objects)
    if live:
        model._default_manager.filter(pk__in=[one.pk for one in live]).update(live=True)
    for one in live:
        one.live = True


def update(objects: Sequence[ClusterableModel]) -> None:
    """Save all columns of objects of one model, and the rows and choices that were set on them, as `create` does."""
    if not objects:
        return
    model: Any = type(objects[0])
    columns = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    model._default_manager.bulk_update(objects, columns)
    _write_parts(model, objects)


def _write_parts(model: Any, objects: Sequence[Any]) -> None:
    """Put the rows and choices that were set in the place of those in the database."""
    for relation in get_all_child_relations(model):
        set_on = _set(objects, relation.get_accessor_name())
        _replace(relation.related_model, relation.field.name, set_on, [row for rows in set_on.values() for row in rows])
    for field in get_all_child_m2m_relations(model):
        through: Any = field.remote_field.through
        own, other = (
            through._meta.get_field(name) for name in (field.m2m_field_name(), field.m2m_reverse_field_name())
        )
        set_on = _set(objects, field.name)
        chosen = [
            through(**{own.attname: pk, other.attname: fact.pk}) for pk, facts in set_on.items() for fact in facts
        ]
        _replace(through, own.name, set_on, chosen)


def _set(objects: Sequence[Any], relation: str) -> dict[Any, list[Any]]:
    """What was set of a relation, by the key of the object; from now on that has it as the database does."""
    held = {one.pk: getattr(one, "_cluster_related_objects", {}).pop(relation, None) for one in objects}
    return {pk: list(rows) for pk, rows in held.items() if rows is not None}


def _replace(model: Any, key: str, owners: dict[Any, Any], rows: list[Any]) -> None:
    before = model._default_manager.filter(**{f"{key}__in": list(owners)})
    before._raw_delete(before.db)  # nothing refers to rows, and nobody listens for them
    model._default_manager.bulk_create(rows)
