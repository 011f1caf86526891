"""Pictures of the demo site, drawn from the geometry of the facts."""

from io import BytesIO
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image, ImageDraw

from cms.media import CmsImage
from home import maps

SIZE = (1600, 900)
SEA, LAND, FRANCE, LINE, MARK = "#dce9f2", "#f4efe4", "#e9dfc8", "#b8ad95", "#b3261e"
CREDIT = "Natural Earth ; MOT"


def draw(code: str, codes: list[str], point: tuple[float, float] | None) -> CmsImage:
    """An unsaved picture: the lines of some borders, or a point (longitude, latitude), on the map around."""
    lines = [
        line
        for feature in maps.features("borders.geojson")
        if feature["properties"]["code"] in codes
        for line in maps.lines(feature["geometry"])
    ]
    marked = [position[:2] for line in lines for position in line]
    if point:
        marked.append(list(point))
    box = maps.window(marked, SIZE[0] / SIZE[1], 0.35 if lines and not point else 1.6)
    canvas = Image.new("RGB", (SIZE[0] * 2, SIZE[1] * 2), SEA)
    pen = ImageDraw.Draw(canvas)

    def place(position: Any) -> tuple[float, float]:
        west, south, east, north = box
        return (
            (position[0] - west) / (east - west) * canvas.width,
            (north - position[1]) / (north - south) * canvas.height,
        )

    for feature in maps.features("outlines.geojson"):
        fill = FRANCE if feature["properties"].get("code") in {"fr", "gf", "mf"} else LAND
        for ring in maps.lines(feature["geometry"]):
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
