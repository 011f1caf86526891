"""Which sizes and formats of an image exist, and whether they are all there."""

from cms.media import CmsImage, Rendition

WIDTHS = (400, 800, 1200, 1600)
FORMATS = {"image/avif": "avif", "image/webp": "webp", "image/jpeg": "jpeg"}


def specs(image: CmsImage) -> list[str]:
    """Wagtail filter specs of the full set: never wider than the original, and the original's width if it is small."""
    widths = [width for width in WIDTHS if width <= image.width] or [image.width]
    return [f"width-{width}|format-{form}" for width in widths for form in FORMATS.values()]


def is_ready(image: CmsImage, renditions: list[Rendition]) -> bool:
    """Whether every rendition of the set has been made."""
    made = {rendition.filter_spec for rendition in renditions}
    return all(spec in made for spec in specs(image))
