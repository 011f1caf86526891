"""GeoJSON geometries (RFC 7946): what is accepted, how it is kept, their box, and several as one.

Positions are longitude, latitude in degrees, WGS 84; heights are accepted and left out. A geometry may carry its own
`bbox` (west, south, east, north): a maritime border is a point and the box of its coasts, never an invented line.
Of a box across the antimeridian, west is the greater number.
"""

import json
import math
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, Literal

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext as _
from typing_extensions import TypeAliasType, TypedDict

MAX_BYTES = 500_000
MAX_NESTING = 4

_DEPTH = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
"""How many lists there are around a position."""

_MEMBERS = {"type", "coordinates", "geometries", "bbox"}

Box = tuple[float, float, float, float]


GeometryType = TypeAliasType(
    "GeometryType",
    Literal["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"],
)
Coordinates = list[float] | list[list[float]] | list[list[list[float]]] | list[list[list[list[float]]]]
"""A position, or positions nested as the type of the geometry wants."""


class Geometry(TypedDict, total=False):
    """A geometry of RFC 7946; `geometries` only in a GeometryCollection, `coordinates` in all others."""

    type: GeometryType
    coordinates: Coordinates
    geometries: list["Geometry"]
    bbox: list[float]


def validate(value: Any) -> None:
    """Refuse what is not a geometry of RFC 7946 (ValidationError with the reason); None is accepted."""
    if value is None:
        return
    if len(json.dumps(value)) > MAX_BYTES:
        raise ValidationError(
            _("This geometry is too large (%(limit)s kB at most): simplify it.") % {"limit": MAX_BYTES // 1000}
        )
    _validate_geometry(value, 0)


def _validate_geometry(value: Any, nesting: int) -> None:
    kind = value.get("type") if isinstance(value, dict) else None
    kind = kind if isinstance(kind, str) else ""
    if kind in {"Feature", "FeatureCollection"}:
        raise ValidationError(_("Give the geometry alone, not the %(type)s around it.") % {"type": kind})
    if kind != "GeometryCollection" and kind not in _DEPTH:
        raise ValidationError(
            _("This is not a GeoJSON geometry: its “type” must be one of %(types)s.")
            % {"types": ", ".join([*_DEPTH, "GeometryCollection"])}
        )
    if others := sorted(value.keys() - _MEMBERS):
        raise ValidationError(
            _("A geometry has no “%(member)s”, only type, coordinates, geometries and bbox.")
            % {"member": others[0][:60]}
        )
    if "bbox" in value:
        _validate_box(value["bbox"])
    if kind == "GeometryCollection":
        if not isinstance(value.get("geometries"), list):
            raise ValidationError(_("A GeometryCollection needs a list of “geometries”."))
        if nesting >= MAX_NESTING:
            raise ValidationError(_("GeometryCollections are nested too deeply."))
        for part in value["geometries"]:
            _validate_geometry(part, nesting + 1)
    else:
        _validate_coordinates(kind, value.get("coordinates"), _DEPTH[kind])


def _validate_coordinates(kind: str, value: Any, depth: int) -> None:
    if not isinstance(value, list) or not value:
        raise ValidationError(
            _("The coordinates of a %(type)s are missing or not nested as they must be.") % {"type": kind}
        )
    if depth == 0:
        _validate_position(value)
        return
    for item in value:
        _validate_coordinates(kind, item, depth - 1)
    if depth == 1 and kind in {"LineString", "MultiLineString"} and len(value) < 2:
        raise ValidationError(_("A line needs at least two positions."))
    if depth == 1 and kind in {"Polygon", "MultiPolygon"} and (len(value) < 4 or value[0] != value[-1]):
        raise ValidationError(_("The ring of a polygon needs at least four positions, the last equal to the first."))


def _validate_position(value: list[Any]) -> None:
    if len(value) not in (2, 3) or not all(_is_number(part) for part in value):
        raise ValidationError(
            _("A position is two or three numbers (longitude, latitude, height), not %(value)s.")
            % {"value": json.dumps(value)[:60]}
        )
    if abs(value[0]) > 180 or abs(value[1]) > 90:
        raise ValidationError(
            _("The position %(value)s is not on Earth: longitude comes first (-180 to 180), then latitude (-90 to 90).")
            % {"value": json.dumps(value)[:60]}
        )


def _validate_box(value: Any) -> None:
    if (
        not isinstance(value, list)
        or len(value) != 4
        or not all(_is_number(part) for part in value)
        or not (-180 <= value[0] <= 180 and -180 <= value[2] <= 180 and -90 <= value[1] <= value[3] <= 90)
    ):
        raise ValidationError(_("A “bbox” is four numbers: west, south, east, north."))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


class GeometryFormField(forms.JSONField):
    """Text that is too deep or whose numbers are too long to be read is a mistake, not an error of ours."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (RecursionError, ValueError) as error:
            raise ValidationError(_("This is not GeoJSON that can be read.")) from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except (RecursionError, ValueError):
            return InvalidJSONInput(data)

    def prepare_value(self, value: Any) -> Any:
        """An empty field where there is no geometry, not the word "null"."""
        return "" if value is None else super().prepare_value(value)


class GeometryField(models.JSONField):
    """A geometry of RFC 7946, or null; cleaning brings it into the form of `normal`."""

    default_validators = [validate]

    def clean(self, value: Any, model_instance: Any) -> Any:
        cleaned = super().clean(value, model_instance)
        return normal(cleaned) if cleaned else cleaned

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": GeometryFormField, **kwargs})


def normal(geometry: Geometry) -> Geometry:
    """A valid geometry without heights, its rings by the right-hand rule (RFC 7946, 3.1.6): outside anticlockwise."""
    found: dict[str, Any] = {**geometry}
    if geometry["type"] == "GeometryCollection":
        found["geometries"] = [normal(part) for part in geometry["geometries"]]
        return found  # type: ignore[return-value]
    coordinates = _flat(geometry["coordinates"], _DEPTH[geometry["type"]])
    if geometry["type"] == "Polygon":
        coordinates = _wound(coordinates)
    if geometry["type"] == "MultiPolygon":
        coordinates = [_wound(polygon) for polygon in coordinates]
    return {**found, "coordinates": coordinates}  # type: ignore[return-value,typeddict-item]


def _flat(coordinates: list[Any], depth: int) -> list[Any]:
    return coordinates[:2] if depth == 0 else [_flat(part, depth - 1) for part in coordinates]


def _wound(rings: list[list[list[float]]]) -> list[list[list[float]]]:
    return [ring if (_doubled_area(ring) >= 0) is (place == 0) else ring[::-1] for place, ring in enumerate(rings)]


def _doubled_area(ring: list[list[float]]) -> float:
    """Positive where a ring runs anticlockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))


def box(geometries: Iterable[Geometry]) -> Box | None:
    """West, south, east, north of several geometries, their own boxes included; None where there is nothing."""
    return hull(part for geometry in geometries for part in _boxes(geometry))


def hull(boxes: Iterable[Box]) -> Box | None:
    """The narrowest box that holds them all, so that parts on both sides of the antimeridian do not span the Earth."""
    spans: list[tuple[float, float]] = []
    latitudes: list[float] = []
    for west, south, east, north in boxes:
        spans.append((west, east if east >= west else east + 360))
        latitudes += south, north
    if not spans:
        return None
    spans.sort()
    last = max(east for _west, east in spans)
    west, east, widest = -180.0, 180.0, 0.0
    reached, seen = last, last - 360  # what lies across the antimeridian is seen again at the beginning
    for start, end in spans:
        if start - seen > widest:
            widest, west, east = start - seen, start, reached
        if end > seen:
            reached = seen = end
    return west, min(latitudes), east if east <= 180 else round(east - 360, 9), max(latitudes)


def _boxes(geometry: Geometry) -> Iterator[Box]:
    """The own box of a geometry, and those of its lines, rings and points one by one."""
    if "bbox" in geometry:
        west, south, east, north = geometry["bbox"]
        yield west, south, east, north
    for part in geometry.get("geometries", []):
        yield from _boxes(part)
    coordinates: list[Any] = geometry.get("coordinates", [])
    for line in ([point] for point in coordinates) if geometry["type"] == "MultiPoint" else _lines(coordinates):
        longitudes, latitudes = zip(*(position[:2] for position in line), strict=True)
        yield min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def _lines(coordinates: list[Any]) -> Iterator[list[list[float]]]:
    if not coordinates:
        return
    if not isinstance(coordinates[0], list):
        yield [coordinates]
    elif not isinstance(coordinates[0][0], list):
        yield coordinates
    else:
        for part in coordinates:
            yield from _lines(part)


def union(geometries: Iterable[Geometry]) -> Geometry | None:
    """Several geometries as one: a Multi… where they are of one family, else a GeometryCollection; None for none."""
    found = list(geometries)
    if len(found) < 2:
        return found[0] if found else None
    families = {geometry["type"].removeprefix("Multi") for geometry in found}
    if len(families) > 1 or "GeometryCollection" in families:
        return {"type": "GeometryCollection", "geometries": found}
    parts: list[Any] = []
    for geometry in found:
        parts += geometry["coordinates"] if geometry["type"].startswith("Multi") else [geometry["coordinates"]]
    return {"type": f"Multi{families.pop()}", "coordinates": parts}  # type: ignore[return-value,typeddict-item]
