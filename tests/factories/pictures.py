"""Real pictures, drawn by Pillow, as cameras and programs write them."""

import io
from typing import Any

from django.core.files.images import ImageFile
from PIL import ExifTags, Image, ImageCms

from cms.media import CmsImage

PARIS = {1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 4: (2.0, 21.0, 3.0)}

SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 12"><defs><linearGradient id="sky">
<stop offset="0" stop-color="#c81e1e"/></linearGradient><style>.ground { fill: #1e1ec8 }</style></defs>
<path fill="url(#sky)" d="M0 0h12v12H0z"/><rect class="ground" x="12" width="6" height="12"/></svg>"""
"""A logo of 24 x 12 units: red on the left, then blue, and nothing on the right."""


def draw(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right, with enough noise that it does not compress to nothing."""
    picture = Image.new("RGB", (width, height), (200, 30, 30))
    picture.paste((30, 30, 200), (width // 2, 0, width, height))
    picture = Image.blend(picture, Image.effect_noise((width, height), 60).convert("RGB"), 0.1)
    return picture.convert(mode)


def written(picture: Image.Image, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def jpeg(width: int = 640, height: int = 480, mode: str = "RGB", **options: Any) -> bytes:
    return written(draw(width, height, mode), "JPEG", quality=90, **options)


def png(width: int = 640, height: int = 480, *, transparent: bool = False) -> bytes:
    picture = draw(width, height, "RGBA")
    if transparent:
        picture.putalpha(Image.linear_gradient("L").resize((width, height)))
    return written(picture, "PNG")


def camera_jpeg(width: int = 640, height: int = 480, orientation: int = 6) -> bytes:
    """A photograph stored lying on its side, with the place where it was taken."""
    picture = draw(width, height)
    exif = picture.getexif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = "Somebody"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(PARIS)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return written(picture, "JPEG", exif=exif, icc_profile=profile)


def animated_gif() -> bytes:
    frames = [Image.new("RGB", (20, 20), (level, 0, 0)) for level in (0, 120, 240)]
    return written(frames[0], "GIF", save_all=True, append_images=frames[1:])


def image(content: bytes | None = None, name: str = "picture.jpg", **fields: Any) -> CmsImage:
    """A saved image, as code makes one."""
    content = jpeg() if content is None else content
    return CmsImage.objects.create(**{"title": "A picture", **fields}, file=ImageFile(io.BytesIO(content), name))
