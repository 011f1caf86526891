"""Maps of facts, drawn from their geometry over the outlines of the countries around."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from html import escape
from typing import Any

from django.conf import settings

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

Shape = dict[str, Any]
"""A fact with `label`, and `geometry` or `point`; with `address` it is a link on the map."""

SHRINK = 0.68
"""The length of a degree of longitude beside one of latitude, in the middle of France."""

SIZES = {"wide": (800, 480), "tall": (440, 520)}
"""Width and height of maps, in the units of their labels (15 high)."""

FRANCE = {"fr", "gf", "mf"}
LETTER = 13
"""The width of a letter of a label, on a telephone (labels are larger there, for the map is smaller)."""

FLAT = 3.0
"""How much wider than high the name of a country is, room around it included."""

APART = 9.0
"""Facts further apart than this, in degrees, are drawn on maps of their own."""


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


def points(geometry: dict[str, Any] | None) -> list[list[float]]:
    """All single points of a GeoJSON geometry."""
    if not geometry:
        return []
    if geometry["type"] == "GeometryCollection":
        return [point for part in geometry["geometries"] for point in points(part)]
    coordinates = geometry.get("coordinates", [])
    return {"Point": [coordinates], "MultiPoint": coordinates}.get(geometry["type"], [])


def window(positions: Sequence[Sequence[float]], ratio: float, margin: float = 0.35, least: float = 1.2) -> Box:
    """The part of the world to show: the positions with some room, `least` degrees high, `ratio` wide by high."""
    if not positions:
        return -6.5, 40.5, 12.5, 52.0
    west, east = min(p[0] for p in positions), max(p[0] for p in positions)
    south, north = min(p[1] for p in positions), max(p[1] for p in positions)
    height = max(max(north - south, (east - west) * SHRINK / ratio) * (1 + margin), least)
    width = height * ratio / SHRINK
    x, y = (west + east) / 2, (south + north) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


class Canvas:
    """A window on the world and how positions in it become places in a picture."""

    def __init__(self, box: Box, width: int, height: int) -> None:
        self.box, self.width, self.height = box, width, height

    def at(self, position: Sequence[float]) -> tuple[float, float]:
        west, south, east, north = self.box
        x = (position[0] - west) / (east - west) * self.width
        return round(x, 1), round((north - position[1]) / (north - south) * self.height, 1)

    def path(self, line: Sequence[Sequence[float]]) -> str:
        return "M" + "L".join(f"{x} {y}" for x, y in map(self.at, line))

    def sees(self, ring: Sequence[Sequence[float]]) -> bool:
        west, south, east, north = self.box
        xs, ys = [p[0] for p in ring], [p[1] for p in ring]
        return max(xs) > west and min(xs) < east and max(ys) > south and min(ys) < north

    def countries(self) -> Iterator[tuple[str, list[list[float]]]]:
        """Country code and ring of the outlines in sight."""
        for feature in features("outlines.geojson"):
            for ring in lines(feature["geometry"]):
                if self.sees(ring):
                    yield feature["properties"].get("code", ""), ring

    def land(self) -> str:
        """The outlines, France apart."""
        return "".join(f"<path class='{_tone(code)}' d='{self.path(ring)}Z'/>" for code, ring in self.countries())


def _tone(code: str) -> str:
    return "home" if code in FRANCE else "land"


def svg(shapes: Iterable[Shape | None], title: str, size: tuple[int, int] = SIZES["wide"]) -> str:
    """SVG maps of facts, one for each part of the world that they are in; empty where none of them has a place."""
    placed = [shape for shape in shapes if shape and _positions(shape)]
    width, height = size
    groups = _together(placed)
    if len(groups) > 1:
        width, height = 400, 300
    maps = "".join(_map(group, title, width, height) for group in groups)
    return f"<div class='maps'>{maps}</div>" if len(groups) > 1 else maps


def linked(shapes: Iterable[Shape], title: str) -> str:
    """SVG maps of facts that are links: a large one of the part of the world with most, small ones of the others."""
    groups = sorted(_together([shape for shape in shapes if _positions(shape)]), key=len, reverse=True)
    large = "".join(_map(group, title, 640, 600) for group in groups[:1])
    small = "".join(_map(group, "", 400, 300) for group in groups[1:])
    return f"{large}<div class='maps'>{small}</div>" if small else large


def _positions(shape: Shape) -> Sequence[Sequence[float]]:
    """What a map must show of a fact: its lines, else the box of its coasts, else its point."""
    drawn = [position for line in lines(shape.get("geometry")) for position in line]
    if drawn:
        return drawn
    box = (shape.get("geometry") or {}).get("bbox") or shape.get("bbox") or []
    if len(box) == 4 and (box[0], box[1]) != (box[2], box[3]):
        return [box[:2], box[2:]]
    point = shape.get("point")
    return [[point["lon"], point["lat"]]] if point else points(shape.get("geometry"))


def _parts(shape: Shape) -> list[Shape]:
    """A fact whose geometry is a collection as one fact a member, so that far parts get their own maps."""
    geometry = shape.get("geometry") or {}
    if geometry.get("type") == "GeometryCollection":
        return [{**shape, "geometry": part, "point": None, "bbox": None} for part in geometry["geometries"]]
    if geometry.get("type") == "MultiLineString":
        return [
            {**shape, "geometry": {"type": "LineString", "coordinates": line}, "point": None, "bbox": None}
            for line in geometry["coordinates"]
        ]
    return [shape]


def _together(shapes: Sequence[Shape]) -> list[list[Shape]]:
    """Facts near one another in one group."""
    groups: list[tuple[list[Shape], list[Sequence[float]]]] = []
    for part in (part for shape in shapes for part in _parts(shape)):
        own = _positions(part)
        if not own:
            continue
        near = [group for group in groups if _near(group[1], own)]
        merged = ([s for group in near for s in group[0]] + [part], [p for group in near for p in group[1]] + [*own])
        groups = [group for group in groups if group not in near] + [merged]
    return [group for group, _positions in groups]


def _near(some: Sequence[Sequence[float]], others: Sequence[Sequence[float]]) -> bool:
    a, b = _box(some), _box(others)
    return max(a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3]) < APART


def _box(positions: Sequence[Sequence[float]]) -> Box:
    xs, ys = [p[0] for p in positions], [p[1] for p in positions]
    return min(xs), min(ys), max(xs), max(ys)


def _map(shapes: Sequence[Shape], title: str, width: int, height: int) -> str:
    positions = [position for shape in shapes for position in _positions(shape)]
    drawn = [(shape, line) for shape in shapes for line in lines(shape.get("geometry"))]
    canvas = Canvas(window(positions, width / height, least=0.5 if drawn else 1.2), width, height)
    parts = [canvas.land()]
    parts += _lines(canvas, drawn)
    marks = [(shape, place) for shape in shapes if not lines(shape.get("geometry")) and (place := _mark(shape))]
    taken = [canvas.at(position) for _shape, line in drawn for position in line]
    labels = []
    for shape, place in marks:
        x, y = canvas.at(place)
        length = len(shape["label"]) * LETTER
        if x + length < width:
            anchor, left, a, b = "start", x, x + 12, y + 5
        elif x > length:
            anchor, left, a, b = "end", x - length, x - 12, y + 5
        else:
            anchor, left, a, b = "middle", x - length / 2, x, y - 14
        taken += [(left + step, b) for step in range(0, length, LETTER)]
        mark = (
            f"<circle cx='{x}' cy='{y}' r='7'/>"
            f"<text x='{a}' y='{b}' text-anchor='{anchor}'>{escape(shape['label'])}</text>"
        )
        address = shape.get("address")
        labels.append(f"<a href='{escape(address, quote=True)}'>{mark}</a>" if address else mark)
    parts += _names(canvas, shapes, taken) + labels
    role = "group" if any(shape.get("address") for shape in shapes) else "img"
    name = escape(title or ", ".join(dict.fromkeys(shape["label"] for shape in shapes)), quote=True)
    return (
        f"<svg class='map' viewBox='0 0 {width} {height}' role='{role}' aria-label='{name}'>"
        f"<rect class='sea' width='{width}' height='{height}'/>{''.join(parts)}</svg>"
    )


def _lines(canvas: Canvas, drawn: Sequence[tuple[Shape, list[list[float]]]]) -> list[str]:
    """Lines with their names; all of one fact with an address are one link, whose lines are broad to point at."""
    found: dict[str, tuple[Shape, list[str]]] = {}
    for place, (shape, line) in enumerate(drawn):
        found.setdefault(shape.get("address") or str(place), (shape, []))[1].append(canvas.path(line))
    parts = []
    for shape, paths in found.values():
        name, path = f"<title>{escape(shape['label'])}</title>", "".join(paths)
        if address := shape.get("address"):
            label = escape(shape["label"], quote=True)
            parts.append(
                f"<a href='{escape(address, quote=True)}' aria-label='{label}'>{name}"
                f"<path class='reach' d='{path}'/><path class='border' d='{path}'/>"
                f"{_shown_name(canvas, shape, drawn)}</a>"
            )
        else:
            parts.append(f"<path class='border' d='{path}'>{name}</path>")
    return parts


def _shown_name(canvas: Canvas, shape: Shape, drawn: Iterable[tuple[Shape, list[list[float]]]]) -> str:
    """The name of a line, in its middle and within the map, for whoever points at it or comes to it by keyboard."""
    own = [position for other, line in drawn if other.get("address") == shape["address"] for position in line]
    x, y = canvas.at(own[len(own) // 2])
    half = len(shape["label"]) * LETTER / 2
    x = round(min(max(x, half), canvas.width - half) if 2 * half < canvas.width else canvas.width / 2, 1)
    y = round(max(y - 12, 16), 1)
    return f"<text class='name' x='{x}' y='{y}' text-anchor='middle' aria-hidden='true'>{escape(shape['label'])}</text>"


def _mark(shape: Shape) -> Sequence[float] | None:
    point = shape.get("point")
    return [point["lon"], point["lat"]] if point else next(iter(points(shape.get("geometry"))), None)


def _names(canvas: Canvas, shapes: Sequence[Shape], taken: Sequence[tuple[float, float]]) -> list[str]:
    """Names of the facts' countries, each where its land has most room on the map."""
    labels = {country["code"]: country["label"] for shape in shapes for country in shape.get("countries") or []}
    found = []
    for code in dict.fromkeys(code for code, _ring in canvas.countries() if code in labels):
        room, x, y = _roomiest(code, canvas.box, canvas.width, canvas.height, tuple(taken))
        if room > LETTER:
            found.append(f"<text class='country' x='{x}' y='{y}' text-anchor='middle'>{escape(labels[code])}</text>")
    return found


@lru_cache(maxsize=256)
def _roomiest(
    code: str, box: Box, width: int, height: int, taken: tuple[tuple[float, float], ...]
) -> tuple[float, float, float]:
    """How much room a country's name has at most on a map where places are taken, and its place there.

    Where no name would fit, the room is LETTER, and the place is none.

    It is what costs most of a page with a map, and most maps are drawn again and again.
    """
    canvas = Canvas(box, width, height)
    outline = [[canvas.at(position) for position in ring] for other, ring in canvas.countries() if other == code]
    drawn = [(a, b) for ring in [taken, *outline] for a, b in ring if 0 <= a <= width and 0 <= b <= height]
    places = sorted(_grid(canvas), reverse=True)
    crossings = {y: [x for ring in outline for x in _crossings(ring, y)] for y in {place[2] for place in places}}
    best = (float(LETTER), 0.0, 0.0)
    for frame, x, y in places:
        if frame < best[0]:  # and so are all that follow
            break
        if sum(x < crossing for crossing in crossings[y]) % 2:  # inside, by the even-odd rule
            best = max(best, (_room((x, y), frame, drawn, best[0]), x, y))
    return best


def _grid(canvas: Canvas) -> Iterator[tuple[float, float, float]]:
    """Places all over a map, each after its distance from the frame."""
    for column in range(1, 12):
        for row in range(1, 10):
            x, y = canvas.width * column / 12, canvas.height * row / 10
            yield min(x / FLAT, (canvas.width - x) / FLAT, y, canvas.height - y), x, y


def _room(place: tuple[float, float], frame: float, drawn: Sequence[tuple[float, float]], least: float) -> float:
    """How far a place is from the frame and from what is drawn within it; -1 where that is less than `least`.

    Distances to the side count less: names are flat.
    """
    x, y = place
    room = frame
    for a, b in drawn:
        room = min(room, math.hypot((x - a) / FLAT, y - b))
        if room < least:
            return -1.0
    return room


def _crossings(ring: Sequence[tuple[float, float]], y: float) -> Iterator[float]:
    """Where a ring crosses a level."""
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y):
            yield (x2 - x1) * (y - y1) / (y2 - y1) + x1


@cache
def ornament() -> str:
    """Metropolitan France with its land borders, without a word."""
    canvas = Canvas(window([(-4.8, 41.3), (9.6, 51.1)], 1.0, 0.04), 440, 440)
    land = "".join(f"<path d='{canvas.path(ring)}Z'/>" for code, ring in canvas.countries() if code == "fr")
    borders = "".join(
        f"<path class='border' d='{canvas.path(line)}'/>"
        for feature in features("borders.geojson")
        for line in lines(feature["geometry"])
        if canvas.sees(line)
    )
    return f"<svg class='ornament' viewBox='0 0 440 440' aria-hidden='true'>{land}{borders}</svg>"
