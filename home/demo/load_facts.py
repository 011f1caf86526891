"""Loads the facts: one transaction each, so that an interrupted load goes on where it stopped."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from modelcluster.fields import ParentalKey

from cms import indexing
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

# What a file says that a later pass over the same file must do, because a row may refer to one below it.
LATER = {"broader", "related", "parent"}


def load(say: Callable[[str], None]) -> None:
    """Load every fact that is not there yet."""
    geometries = _geometries()
    for name, label in MODELS.items():
        model = apps.get_model(label)
        rows = source.facts(name)
        made = 0
        for row in rows:
            if label == "borders.Border" and row["code"] in geometries:
                row = {**row, "geometry": geometries[row["code"]]}
            made += _create(model, row)
        for row in rows:
            _finish(model, row)
        say(f"{model._meta.verbose_name_plural}: {made} / {len(rows)}")


def _geometries() -> dict[str, Any]:
    path = settings.BASE_DIR / "borders" / "data" / "borders.geojson"
    with path.open(encoding="utf-8") as stream:
        features = json.load(stream)["features"]
    # A maritime border is a point and a box; a geometry may carry its own box (RFC 7946, 5).
    return {f["properties"]["code"]: {**f["geometry"], **{k: f[k] for k in ("bbox",) if k in f}} for f in features}


@indexing.at_once()
def _create(model: type[Fact], row: dict[str, Any]) -> bool:
    """One fact with its rows; False where it is there already, whoever made it."""
    key = f"{model._meta.label}:{row['code']}"
    if DemoItem.objects.filter(key=key).exists() or model._default_manager.filter(code=row["code"]).exists():
        return False
    fact = model(code=row["code"], live=True)
    for name, value in row.items():
        if name in {"code", "names"} | LATER:
            continue
        field = model._meta.get_field(name)
        if field.many_to_many:
            setattr(fact, name, [_by_code(field.related_model, code) for code in value])
        elif field.one_to_many:
            setattr(fact, name, _rows(field.related_model, value))
        elif field.is_relation:
            setattr(fact, name, _by_code(field.related_model, value) if value else None)
        else:
            setattr(fact, name, column_value(field, value))
    if "names" in row:
        fact.names = _names(model, row["names"])  # type: ignore[attr-defined]
    fact.full_clean()
    fact.save()
    fact.save_revision().publish()
    DemoItem.objects.create(key=key, object_id=str(fact.pk), done=not LATER & row.keys())
    return True


@indexing.at_once()
def _finish(model: type[Fact], row: dict[str, Any]) -> None:
    """References to other rows of the same file."""
    item = DemoItem.objects.filter(key=f"{model._meta.label}:{row['code']}", done=False).first()
    if item is None:
        return
    fact = model._default_manager.get(pk=item.object_id)
    for name in LATER & row.keys():
        field = model._meta.get_field(name)
        if field.many_to_many:
            getattr(fact, name).set([_by_code(model, code) for code in row[name] or []])
        else:
            setattr(fact, name, _by_code(model, row[name]) if row[name] else None)
    fact.save_revision().publish()
    item.done = True
    item.save()


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
