"""Make the two small GeoJSON files that the borders app and the maps are drawn from.

Source: Natural Earth 1:10m countries (public domain), as the TopoJSON of the npm package `world-atlas`
(ISC licence). In TopoJSON two neighbours refer to the same arcs: the arcs that France and a neighbour share
*are* their land border, so no line is invented or matched by distance.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz package/countries-10m.json
    python scripts/natural_earth_borders.py package/countries-10m.json borders/data

writes

- `borders.geojson`: one feature per border or border part that has a geometry of its own (`code`); land borders
  are LineStrings or MultiLineStrings, the maritime border with the United Kingdom is a Point with a `bbox`;
- `outlines.geojson`: the land around these borders (`code` of the country, `region`), cut to a box per region.

Coordinates are longitude, latitude in degrees (WGS 84) with four decimals; the source's grid is about 0.003°.
Every arc is simplified once (Douglas-Peucker), whatever uses it, so lines and outlines fit together exactly.
Only the standard library is needed.
"""

import argparse
import itertools
import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

Point = tuple[float, float]
Line = list[Point]
Box = tuple[float, float, float, float]

FRANCE = "250"
# ISO 3166-1 numeric (Natural Earth) -> the code of the Country fact.
COUNTRIES = {
    FRANCE: "fr", "056": "be", "442": "lu", "276": "de", "756": "ch", "380": "it", "492": "mc", "724": "es",
    "020": "ad", "826": "gb", "528": "nl", "040": "at", "438": "li", "620": "pt", "372": "ie", "203": "cz",
    "705": "si", "191": "hr", "070": "ba", "616": "pl", "208": "dk", "348": "hu", "703": "sk", "674": "sm",
    "336": "va", "504": "ma", "012": "dz", "788": "tn", "076": "br", "740": "sr", "328": "gy", "663": "mf",
    "534": "sx", "660": "ai", "833": "im", "831": "gg", "832": "je", "578": "no", "752": "se", "688": "rs",
    "499": "me", "008": "al", "300": "gr", "643": "ru", "440": "lt", "428": "lv", "470": "mt", "862": "ve",
}  # fmt: skip
# Border code -> the two countries that share it. Guiana is part of France in Natural Earth, Saint-Martin is not.
LAND_BORDERS = {
    "fr-be": (FRANCE, "056"),
    "fr-lu": (FRANCE, "442"),
    "fr-de": (FRANCE, "276"),
    "fr-ch": (FRANCE, "756"),
    "fr-it": (FRANCE, "380"),
    "fr-mc": (FRANCE, "492"),
    "fr-es": (FRANCE, "724"),
    "fr-ad": (FRANCE, "020"),
    "gf-br": (FRANCE, "076"),
    "gf-sr": (FRANCE, "740"),
    "mf-sx": ("663", "534"),
}
# A line through the Channel would be invented: a point in the Strait of Dover and the box of the Channel coasts.
MARITIME_BORDERS: dict[str, tuple[Point, Box]] = {"fr-gb": ((1.45, 51.0), (-5.8, 48.4, 2.6, 51.5))}

REGIONS: dict[str, Box] = {
    "europe": (-13.0, 35.0, 19.8, 60.0),
    "guiana": (-60.5, -2.0, -47.5, 9.5),
    "saint-martin": (-63.4, 17.8, -62.7, 18.4),
}
FINE = 0.0015  # degrees; arcs of a border or of France
COARSE = 0.02  # degrees; everything else is only background
MICROSTATES = {"mc", "va"}  # shown however small they are
SMALLEST_ISLAND = {"europe": 0.004, "guiana": 0.001, "saint-martin": 0.0}  # square degrees


class Topology(NamedTuple):
    """Decoded arcs (degrees, four decimals) and, per country, the arc indices of its rings, polygon by polygon."""

    arcs: list[Line]
    polygons: dict[str, list[list[list[int]]]]

    @classmethod
    def load(cls, path: Path) -> "Topology":
        """Read a quantised TopoJSON file whose `countries` are Polygons and MultiPolygons."""
        data = json.loads(path.read_text())
        (scale_x, scale_y), (move_x, move_y) = data["transform"]["scale"], data["transform"]["translate"]
        arcs = []
        for deltas in data["arcs"]:
            x = y = 0
            line = []
            for dx, dy in deltas:
                x, y = x + dx, y + dy
                line.append((round(x * scale_x + move_x, 4), round(y * scale_y + move_y, 4)))
            arcs.append(line)
        polygons: dict[str, list[list[list[int]]]] = {}
        for shape in data["objects"]["countries"]["geometries"]:
            parts = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
            polygons.setdefault(shape.get("id", ""), []).extend(parts)
        return cls(arcs, polygons)

    def arcs_of(self, country: str) -> Iterator[int]:
        """The country's arcs, ring after ring, each by its index (a reversed arc is ~index)."""
        for polygon in self.polygons[country]:
            for ring in polygon:
                yield from ring

    def line(self, index: int) -> Line:
        """An arc in the direction in which a ring runs through it."""
        return self.arcs[index] if index >= 0 else self.arcs[~index][::-1]

    def ring(self, indices: Iterable[int]) -> Line:
        """A closed ring; consecutive arcs share their end point."""
        points: Line = []
        for index in indices:
            points.extend(self.line(index)[1 if points else 0 :])
        return points


def simplify(line: Line, tolerance: float) -> Line:
    """Douglas-Peucker: drop the points nearer than `tolerance` degrees to the line through those kept.

    Longitudes are shrunk by the cosine of the latitude so that a degree weighs the same both ways. The ends of
    an arc always stay; a closed arc (an island) keeps at least four points, so it stays a ring.
    """
    if len(line) < 3:
        return line
    shrink = math.cos(math.radians(line[0][1]))

    def distance(p: Point, a: Point, b: Point) -> float:
        px, py, bx, by = (p[0] - a[0]) * shrink, p[1] - a[1], (b[0] - a[0]) * shrink, b[1] - a[1]
        length = bx * bx + by * by
        t = 0.0 if length == 0 else max(0.0, min(1.0, (px * bx + py * by) / length))
        return math.hypot(px - t * bx, py - t * by)

    closed = line[0] == line[-1]
    keep = {0, len(line) - 1} | ({len(line) // 3, 2 * len(line) // 3} if closed else set())
    ends = sorted(keep)
    stack = list(itertools.pairwise(ends))
    while stack:
        start, end = stack.pop()
        if end - start < 2:
            continue
        far = max(range(start + 1, end), key=lambda i: distance(line[i], line[start], line[end]))
        if distance(line[far], line[start], line[end]) > tolerance:
            keep.add(far)
            stack += [(start, far), (far, end)]
    return [line[i] for i in sorted(keep)]


def shared_lines(topology: Topology, first: str, second: str) -> list[Line]:
    """The lines that two countries share, joined end to end as far as they touch."""
    theirs = {index if index >= 0 else ~index for index in topology.arcs_of(second)}
    lines: list[Line] = []
    for index in topology.arcs_of(first):
        if (index if index >= 0 else ~index) in theirs:
            lines.append(list(topology.line(index)))
    joined = True
    while joined:  # a ring may start in the middle of a border, so its first arc can continue its last
        joined = False
        for a in lines:
            b = next((other for other in lines if other is not a and other[0] == a[-1]), None)
            if b is not None:
                a.extend(b[1:])
                lines = [line for line in lines if line is not b]
                joined = True
                break
    return lines


def signed_area(ring: Line) -> float:
    """Square degrees, positive where the ring runs counter-clockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)) / 2


def wound(ring: Line, sign: int) -> Line:
    """The ring run counter-clockwise (1: an outer ring) or clockwise (-1: a hole), as RFC 7946 asks."""
    return ring if signed_area(ring) * sign > 0 else ring[::-1]


def clip(ring: Line, box: Box) -> Line:
    """The part of a closed ring inside the box (Sutherland-Hodgman), closed again; empty when nothing is left."""
    points = ring[:-1]
    for axis, limit, sign in ((0, box[0], 1), (0, box[2], -1), (1, box[1], 1), (1, box[3], -1)):
        result: Line = []
        for before, point in zip([points[-1], *points[:-1]] if points else [], points, strict=True):
            inside, was_inside = sign * (point[axis] - limit) >= 0, sign * (before[axis] - limit) >= 0
            if inside != was_inside:
                t = (limit - before[axis]) / (point[axis] - before[axis])
                cut = [round(before[i] + t * (point[i] - before[i]), 4) for i in (0, 1)]
                cut[axis] = limit
                result.append((cut[0], cut[1]))
            if inside:
                result.append(point)
        points = result
    return [*points, points[0]] if len(points) > 2 else []


def border_features(topology: Topology) -> list[dict[str, Any]]:
    """One feature per border or part: real shared lines, or a point and a box."""
    features: list[dict[str, Any]] = []
    for code, (first, second) in LAND_BORDERS.items():
        lines = shared_lines(topology, first, second)
        if not lines:
            raise SystemExit(f"{code}: these countries share no arc in this file")
        geometry: dict[str, Any] = (
            {"type": "LineString", "coordinates": lines[0]}
            if len(lines) == 1
            else {"type": "MultiLineString", "coordinates": lines}
        )
        features.append({"type": "Feature", "properties": {"code": code}, "geometry": geometry})
    for code, (point, box) in MARITIME_BORDERS.items():
        features.append(
            {
                "type": "Feature",
                "bbox": box,
                "properties": {"code": code},
                "geometry": {"type": "Point", "coordinates": point},
            }
        )
    return features


def outline_features(topology: Topology) -> list[dict[str, Any]]:
    """The land of each region, cut to its box: one MultiPolygon per country."""
    features = []
    for region, box in REGIONS.items():
        for number, code in COUNTRIES.items():
            polygons = []
            for rings in topology.polygons.get(number, []):
                outer, *holes = [clip(topology.ring(ring), box) for ring in rings]
                if outer and (code in MICROSTATES or abs(signed_area(outer)) >= SMALLEST_ISLAND[region]):
                    polygons.append([wound(outer, 1), *(wound(hole, -1) for hole in holes if hole)])
            if polygons:
                features.append(
                    {
                        "type": "Feature",
                        "properties": {"code": code, "region": region},
                        "geometry": {"type": "MultiPolygon", "coordinates": polygons},
                    }
                )
    return features


def write(path: Path, features: list[dict[str, Any]]) -> None:
    """Write a FeatureCollection with one feature per line, so that a change shows as a small difference."""
    lines = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in features)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n')


def main() -> None:
    """Read the TopoJSON named on the command line and write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("topojson", type=Path, help="countries-10m.json of world-atlas")
    parser.add_argument("folder", type=Path, help="where to write, e.g. borders/data")
    arguments = parser.parse_args()
    topology = Topology.load(arguments.topojson)
    fine = {i if i >= 0 else ~i for n in (FRANCE, "492", "020", "663", "534") for i in topology.arcs_of(n)}
    for i, arc in enumerate(topology.arcs):
        topology.arcs[i] = simplify(arc, FINE if i in fine else COARSE)
    write(arguments.folder / "borders.geojson", border_features(topology))
    write(arguments.folder / "outlines.geojson", outline_features(topology))


if __name__ == "__main__":
    main()
