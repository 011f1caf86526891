"""Pictures of the demo site, drawn from the geometry of the facts."""

from io import BytesIO

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
    view = maps.Canvas(box, SIZE[0] * 2, SIZE[1] * 2)
    canvas = Image.new("RGB", (view.width, view.height), SEA)
    pen = ImageDraw.Draw(canvas)
    for country, ring in view.countries():
        pen.polygon([view.at(p) for p in ring], fill=FRANCE if country in maps.FRANCE else LAND, outline=LINE)
    for line in lines:
        pen.line([view.at(p) for p in line], fill=MARK, width=12, joint="curve")
    if point:
        x, y = view.at(point)
        pen.ellipse((x - 40, y - 40, x + 40, y + 40), fill=MARK, outline="white", width=10)
    content = BytesIO()
    canvas.reduce(2).save(content, "JPEG", quality=88)
    content.seek(0)
    return CmsImage(file=ImageFile(content, name=f"{code}.jpg"), credit=CREDIT)
