"""Pictures of the demo site, drawn from the geometry of the facts."""

import json
from functools import cache
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.images import ImageFile
from PIL import Image, ImageDraw

from cms.media import CmsImage

SIZE = (1600, 900)
SEA, LAND, FRANCE, LINE, MARK = "#dce9f2", "#f4efe4", "#e9dfc8", "#b8ad95", "#b3261e"
CREDIT = "Natural Earth ; MOT"


@cache
def _features(name: str) -> list[dict[str, Any]]:
    with (settings.BASE_DIR / "borders" / "data" / name).open(encoding="utf-8") as stream:
        return json.load(stream)["features"]


def _lines(geometry: dict[str, Any]) -> list[list[list[float]]]:
    """All lines and rings of a GeoJSON geometry."""
    kind, coordinates = geometry["type"], geometry.get("coordinates", [])
    if kind == "GeometryCollection":
        return [line for part in geometry["geometries"] for line in _lines(part)]
    if kind == "LineString":
        return [coordinates]
    if kind in {"MultiLineString", "Polygon"}:
        return list(coordinates)
    if kind == "MultiPolygon":
        return [ring for polygon in coordinates for ring in polygon]
    return []


def draw(code: str, codes: list[str], point: tuple[float, float] | None) -> CmsImage:
    """An unsaved picture: the lines of some borders, or a point (longitude, latitude), on the map around."""
    lines = [
        line for f in _features("borders.geojson") if f["properties"]["code"] in codes for line in _lines(f["geometry"])
    ]
    marked = [tuple(position[:2]) for line in lines for position in line]
    if point:
        marked.append(point)
    box = _window(marked, 0.35 if lines and not point else 1.6)
    canvas = Image.new("RGB", (SIZE[0] * 2, SIZE[1] * 2), SEA)
    pen = ImageDraw.Draw(canvas)

    def place(position: Any) -> tuple[float, float]:
        west, south, east, north = box
        return (
            (position[0] - west) / (east - west) * canvas.width,
            (north - position[1]) / (north - south) * canvas.height,
        )

    for feature in _features("outlines.geojson"):
        fill = FRANCE if feature["properties"].get("code") in {"fr", "gf", "mf"} else LAND
        for ring in _lines(feature["geometry"]):
            pen.polygon([place(p) for p in ring], fill=fill, outline=LINE)
    for line in lines:
        pen.line([place(p) for p in line], fill=MARK, width=12, joint="curve")
    if point:
        x, y = place(point)
        pen.ellipse((x - 40, y - 40, x + 40, y + 40), fill=MARK, outline="white", width=10)
    content = BytesIO()
    canvas.resize(SIZE, Image.Resampling.LANCZOS).save(content, "JPEG", quality=88)
    content.seek(0)
    return CmsImage(file=ImageFile(content, name=f"{code}.jpg"), credit=CREDIT)


def _window(points: list[Any], margin: float) -> tuple[float, float, float, float]:
    """West, south, east, north around the points in the picture's proportions."""
    if not points:
        return -6.5, 40.5, 12.5, 52.0
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    shrink = 0.68  # a degree of longitude beside one of latitude, in the middle of France
    height = max(north - south, (east - west) * shrink * SIZE[1] / SIZE[0], 0.2) * (1 + margin)
    height = max(height, 1.2)
    width = height * SIZE[0] / SIZE[1] / shrink
    x, y = (west + east) / 2, (south + north) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2
