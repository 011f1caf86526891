"""From an original picture to the files that readers get: pure Pillow, no database, no storage."""

import base64
import io
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

from PIL import Image, ImageCms, ImageOps
from PIL.Image import Resampling

from cms.media import upright_size

logger = logging.getLogger(__name__)

READABLE = ["AVIF", "GIF", "JPEG", "PNG", "WEBP"]
"""Which of its decoders Pillow may use."""


@dataclass(frozen=True)
class Format:
    """A format: its name in Wagtail's filter specs, its files and how Pillow writes it."""

    name: str
    mime: str
    extension: str
    options: dict[str, Any]


# One thread and Pillow's default AVIF speed: slower settings take five times as long for the same size.
AVIF = Format("avif", "image/avif", "avif", {"format": "AVIF", "quality": 60, "speed": 6, "max_threads": 1})
WEBP = Format("webp", "image/webp", "webp", {"format": "WEBP", "quality": 80})
JPEG = Format("jpeg", "image/jpeg", "jpg", {"format": "JPEG", "quality": 80, "optimize": True, "progressive": True})
PNG = Format("png", "image/png", "png", {"format": "PNG"})


@dataclass(frozen=True)
class Cut:
    """A part of a picture (its left, upper, right and lower edge) in a size (width and height), in pixels."""

    part: tuple[float, float, float, float]
    size: tuple[int, int]


@dataclass(frozen=True)
class Wanted:
    """A file to be made, under a name of the caller's."""

    name: str
    cut: Cut
    format: Format


class Encoded(NamedTuple):
    """A file in memory."""

    wanted: Wanted
    content: bytes


@dataclass(frozen=True)
class Placeholder:
    """What stands in for a picture until it is there: its mean colour, "#8a9bac" (empty where something can be seen
    through), and the picture itself, tiny and blurred, as a data URL.
    """

    color: str
    url: str


class Picture:
    """A decoded original: upright, in sRGB, without any metadata."""

    def __init__(self, original: IO[bytes], needed: float = 1.0) -> None:
        """Decode; `needed` is the share of the original's size that will do. What Pillow raises goes through."""
        with Image.open(original, formats=READABLE) as opened:
            self.size = upright_size(opened)
            # A JPEG can be decoded at a half, a quarter or an eighth of its size: a fraction of the time and memory.
            opened.draft(opened.mode, (round(opened.width * needed), round(opened.height * needed)))
            self._pixels = _in_srgb(ImageOps.exif_transpose(opened))
        self.transparent = self._pixels.mode == "RGBA"

    def encode(self, files: Iterable[Wanted]) -> list[Encoded]:
        """The files in memory; cuts count pixels of the original."""
        resized: dict[Cut, Image.Image] = {}
        found = []
        for wanted in files:
            if wanted.cut not in resized:
                resized[wanted.cut] = self._resized(wanted.cut)
            picture = resized[wanted.cut]
            if wanted.format is JPEG and self.transparent:
                ground = Image.new("RGB", picture.size, "white")
                ground.paste(picture, mask=picture.getchannel("A"))
                picture = ground
            buffer = io.BytesIO()
            picture.save(buffer, **wanted.format.options)
            found.append(Encoded(wanted, buffer.getvalue()))
        return found

    def _resized(self, cut: Cut) -> Image.Image:
        across, down = self._pixels.width / self.size[0], self._pixels.height / self.size[1]
        left, upper, right, lower = cut.part
        part = (left * across, upper * down, right * across, lower * down)
        return self._pixels.resize(cut.size, Resampling.LANCZOS, box=part, reducing_gap=3)

    def placeholder(self) -> Placeholder:
        """About a hundred bytes."""
        tiny = self._pixels.copy()
        tiny.thumbnail((16, 16), Resampling.BOX)
        buffer = io.BytesIO()
        tiny.save(buffer, "WEBP", quality=20, method=6)
        mean: Any = tiny.resize((1, 1), Resampling.BOX).getpixel((0, 0))
        color = "" if self.transparent else f"#{bytes(mean).hex()}"
        return Placeholder(color, f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}")


def _in_srgb(picture: Image.Image) -> Image.Image:
    """RGBA where something can be seen through, else RGB; nothing but pixels comes along."""
    if picture.mode.startswith(("I", "F")):  # 16 bits of grey
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "RGBA", "CMYK"}:
        try:
            picture = ImageCms.profileToProfile(  # type: ignore[assignment]
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode=mode,
            )
        except (ImageCms.PyCMSError, OSError, ValueError) as error:
            logger.info("A colour profile was ignored: %s", error)
    picture = picture.convert(mode)
    if mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    picture.info = {}
    return picture
