"""Loads the facts: first as drafts, so that they can refer to one another, then each is filled and published.

An interrupted load leaves drafts, which no reader sees, and goes on from there.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from modelcluster.fields import ParentalKey

from cms import indexing
from cms.batches import batched
from cms.facts import Fact, NameKind
from home.demo import source
from home.models import DemoItem

MODELS = {
    "offices": "cms.Office",
    "countries": "borders.Country",
    "borders": "borders.Border",
    "territories": "borders.Territory",
    "programmes": "borders.Programme",
    "indicators": "borders.Indicator",
    "key_figures": "borders.KeyFigure",
    "concepts": "resources.Concept",
    "agents": "resources.Agent",
    "record_collections": "resources.RecordCollection",
    "members": "home.Member",
}
"""Files of facts in the order in which they refer to one another."""

BATCH = 20
"""Facts that are published in one transaction."""


def load(say: Callable[[str], None]) -> None:
    """Load every fact that is not there yet."""
    geometries = _geometries()
    for name, label in MODELS.items():
        model = apps.get_model(label)
        rows = source.facts(name)
        for row in rows:
            if label == "borders.Border" and row["code"] in geometries:
                row["geometry"] = geometries[row["code"]]
        made = _begin(model, rows)
        for batch in batched(rows, BATCH):
            _fill(model, batch)
        say(f"{model._meta.verbose_name_plural}: {made} / {len(rows)}")


def _geometries() -> dict[str, Any]:
    path = settings.BASE_DIR / "borders" / "data" / "borders.geojson"
    with path.open(encoding="utf-8") as stream:
        features = json.load(stream)["features"]
    # A maritime border is a point and a box; a geometry may carry its own box (RFC 7946, 5).
    return {f["properties"]["code"]: {**f["geometry"], **{k: f[k] for k in ("bbox",) if k in f}} for f in features}


def _key(model: type[Fact], row: dict[str, Any]) -> str:
    return f"{model._meta.label}:{row['code']}"


@transaction.atomic
def _begin(model: type[Fact], rows: list[dict[str, Any]]) -> int:
    """A draft of each fact that is not there, whoever made it, of its columns alone; returns how many were made.

    Facts of one file refer to one another in any order. They are indexed once they have names.
    """
    known = set(DemoItem.objects.filter(key__startswith=f"{model._meta.label}:").values_list("key", flat=True))
    codes = set(model._default_manager.values_list("code", flat=True))
    new = [row for row in rows if _key(model, row) not in known and row["code"] not in codes]
    facts = model._default_manager.bulk_create(_draft(model, row) for row in new)
    items = [DemoItem(key=_key(model, row), object_id=str(fact.pk)) for row, fact in zip(new, facts, strict=True)]
    DemoItem.objects.bulk_create(items)
    return len(new)


def _draft(model: type[Fact], row: dict[str, Any]) -> Fact:
    """A fact with what it could not be saved without: references within its file are left for later."""
    fact = model(live=False)
    for name, value in row.items():
        if name == "names" or not (field := model._meta.get_field(name)).concrete or field.many_to_many:
            continue
        if not field.is_relation:
            setattr(fact, name, column_value(field, value))
        elif field.related_model is not model:
            setattr(fact, name, _by_code(field.related_model, value) if value else None)
    return fact


@indexing.at_once()
def _fill(model: type[Fact], rows: Iterable[dict[str, Any]]) -> None:
    """Publish drafts with their rows and all that they refer to, but those that somebody has edited by then."""
    drafts = {_key(model, row): row for row in rows}
    for item in DemoItem.objects.filter(key__in=drafts, done=False).order_by("pk"):
        fact = model._default_manager.filter(pk=item.object_id, latest_revision=None).first()
        if fact is not None:
            _set_relations(fact, drafts[item.key])
            fact.save_revision().publish()
        item.done = True
        item.save()


def _set_relations(fact: Fact, row: dict[str, Any]) -> None:
    model = type(fact)
    for name, value in row.items():
        if name == "names":
            fact.names = _names(model, value)  # type: ignore[attr-defined]
            continue
        field = model._meta.get_field(name)
        if field.many_to_many:
            setattr(fact, name, [_by_code(field.related_model, code) for code in value or []])
        elif field.one_to_many:
            setattr(fact, name, _rows(field.related_model, value))
        elif field.related_model is model:
            setattr(fact, name, _by_code(model, value) if value else None)


def _names(model: type[Fact], names: dict[str, list[str]]) -> list[Any]:
    name_model: Any = model._meta.get_field("names").related_model
    return [
        name_model(
            language=language,
            kind=NameKind.ALTERNATIVE if place else NameKind.PREFERRED,
            text=text,
            sort_order=order * 100 + place,
        )
        for order, (language, texts) in enumerate(names.items())
        for place, text in enumerate(texts)
    ]


def _rows(model: Any, value: Iterable[Any]) -> list[Any]:
    """Child rows from a list of mappings, or from texts by language."""
    if isinstance(value, dict):
        value = [{"language": language, "text": text} for language, text in value.items()]
    return [row_instance(model, row, order) for order, row in enumerate(value)]


def row_instance(model: Any, row: dict[str, Any], order: int) -> Any:
    """One child row; foreign keys are given by code."""
    instance = model(sort_order=order)
    for name, value in row.items():
        field = model._meta.get_field(name)
        if isinstance(field, ParentalKey):
            continue
        if field.is_relation:
            value = _by_code(field.related_model, value) if value else None
        else:
            value = column_value(field, value)
        setattr(instance, name, value)
    return instance


def column_value(field: Any, value: Any) -> Any:
    """A value of a file as the column holds it; YAML's 656.3 is a decimal, not the nearest binary number."""
    value = source.moment(value)
    return field.to_python(str(value) if isinstance(value, float) else value)


def _by_code(model: Any, code: str) -> Any:
    try:
        return model._default_manager.get(code=code)
    except model.DoesNotExist:
        raise source.DemoError(f"There is no {model._meta.label} {code!r}.") from None
