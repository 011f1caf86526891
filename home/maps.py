"""Maps of facts, drawn from their geometry over the outlines of the countries around."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from typing import Any

from django.conf import settings

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

SHRINK = 0.68
"""The length of a degree of longitude beside one of latitude, in the middle of France."""


@cache
def features(name: str) -> list[dict[str, Any]]:
    """The features of a GeoJSON file of the borders app."""
    with (settings.BASE_DIR / "borders" / "data" / name).open(encoding="utf-8") as stream:
        return json.load(stream)["features"]


def lines(geometry: dict[str, Any] | None) -> list[list[list[float]]]:
    """All lines and rings of a GeoJSON geometry."""
    if not geometry:
        return []
    kind, coordinates = geometry["type"], geometry.get("coordinates", [])
    if kind == "GeometryCollection":
        return [line for part in geometry["geometries"] for line in lines(part)]
    if kind == "LineString":
        return [coordinates]
    if kind in {"MultiLineString", "Polygon"}:
        return list(coordinates)
    if kind == "MultiPolygon":
        return [ring for polygon in coordinates for ring in polygon]
    return []


def window(points: Sequence[Sequence[float]], ratio: float, margin: float = 0.35) -> Box:
    """The part of the world to show: the points with some room, at least 1.2 degrees high, `ratio` wide by high."""
    if not points:
        return -6.5, 40.5, 12.5, 52.0
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    height = max(max(north - south, (east - west) * SHRINK / ratio, 0.2) * (1 + margin), 1.2)
    width = height * ratio / SHRINK
    x, y = (west + east) / 2, (south + north) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def svg(shapes: Iterable[dict[str, Any]], title: str) -> str:
    """An SVG map of facts with `label`, `geometry` and `point`; empty where none of them has a place."""
    shapes = [shape for shape in shapes if shape]
    drawn = [(shape, line) for shape in shapes for line in lines(shape.get("geometry"))]
    points = [(shape, shape["point"]) for shape in shapes if shape.get("point") and not lines(shape.get("geometry"))]
    places = [p for _shape, line in drawn for p in line] + [[p["lon"], p["lat"]] for _shape, p in points]
    if not places:
        return ""
    width, height = 800, 480
    west, south, east, north = window(places, width / height, 0.35 if drawn else 1.2)

    def at(position: Sequence[float]) -> tuple[float, float]:
        x = (position[0] - west) / (east - west) * width
        return round(x, 1), round((north - position[1]) / (north - south) * height, 1)

    def path(line: Sequence[Sequence[float]], close: str = "") -> str:
        return "M" + "L".join(f"{x} {y}" for x, y in map(at, line)) + close

    parts = []
    for feature in features("outlines.geojson"):
        home = " class='home'" if feature["properties"].get("code") in {"fr", "gf", "mf"} else ""
        for ring in lines(feature["geometry"]):
            xs, ys = [p[0] for p in ring], [p[1] for p in ring]
            if max(xs) > west and min(xs) < east and max(ys) > south and min(ys) < north:
                parts.append(f"<path{home} d='{path(ring, 'Z')}'/>")
    parts += [
        f"<path class='border' d='{path(line)}'><title>{escape(shape['label'])}</title></path>" for shape, line in drawn
    ]
    for shape, point in points:
        x, y = at([point["lon"], point["lat"]])
        anchor, offset = ("end", -12) if x > width * 0.7 else ("start", 12)
        parts.append(
            f"<circle cx='{x}' cy='{y}' r='7'/>"
            f"<text x='{x + offset}' y='{y + 5}' text-anchor='{anchor}'>{escape(shape['label'])}</text>"
        )
    return (
        f"<svg class='map' viewBox='0 0 {width} {height}' role='img' aria-label='{escape(title, quote=True)}'>"
        f"<rect class='sea' width='{width}' height='{height}'/>{''.join(parts)}</svg>"
    )
