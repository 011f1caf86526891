"""The files that readers get of an image: which sizes and formats there are, how they are made, and by whom.

The worker makes them from the original, once per file; a request never does. The original itself, with the camera's
notes and position, is never public. Why: docs/decisions/0003-media.md.
"""

import io
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from string import ascii_lowercase, digits
from typing import IO, Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q
from django.utils.crypto import get_random_string
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult
from PIL import Image, ImageCms, ImageOps
from PIL.Image import Resampling

from cms import changes
from cms.media import CmsImage, Rendition, RenditionState, upright_size

logger = logging.getLogger(__name__)

WIDTHS = (400, 800, 1200, 1600)
FOLDER = "renditions/"
"""Below MEDIA_ROOT: the only folder that is public."""
READABLE = ["AVIF", "GIF", "JPEG", "PNG", "WEBP"]
"""Which of its decoders Pillow may use."""


@dataclass(frozen=True)
class Format:
    """A format of the set: its name in Wagtail's filter specs, its files and how Pillow writes it."""

    name: str
    mime: str
    extension: str
    options: dict[str, Any]


# One thread and Pillow's default AVIF speed: slower settings take five times as long for the same size.
AVIF = Format("avif", "image/avif", "avif", {"format": "AVIF", "quality": 60, "speed": 6, "max_threads": 1})
WEBP = Format("webp", "image/webp", "webp", {"format": "WEBP", "quality": 80})
JPEG = Format("jpeg", "image/jpeg", "jpg", {"format": "JPEG", "quality": 80, "optimize": True, "progressive": True})
PNG = Format("png", "image/png", "png", {"format": "PNG"})


def formats(*, transparent: bool) -> list[Format]:
    """The set's formats, the smallest files first and the one that everything reads last."""
    return [AVIF, WEBP, PNG if transparent else JPEG]


def widths(original: int) -> list[int]:
    """The set's widths in pixels: never wider than the original, and the original's own if it is small."""
    return [width for width in WIDTHS if width <= original] or [original]


def spec(width: int, made: Format) -> str:
    """Wagtail's filter spec, by which its own lookups find the rendition too."""
    return f"width-{width}|format-{made.name}"


def sources(image: CmsImage, renditions: Sequence[Rendition]) -> dict[str, list[Rendition]]:
    """MIME type -> the renditions of that type, narrowest first; empty until all of the present file's are there."""
    if image.rendered_file != image.file.name:
        return {}
    found = {rendition.filter_spec: rendition for rendition in renditions}
    try:
        return {
            made.mime: [found[spec(width, made)] for width in widths(image.width)]
            for made in formats(transparent=image.transparent)
        }
    except KeyError:
        return {}


@dataclass(frozen=True)
class Encoded:
    """A rendition in memory."""

    spec: str
    extension: str
    width: int
    height: int
    content: bytes


@dataclass(frozen=True)
class RenditionSet:
    """All renditions of a picture in memory."""

    transparent: bool
    files: list[Encoded]


def encode(original: IO[bytes]) -> RenditionSet:
    """Decode once, turn upright, bring to sRGB, and encode every width and format, without any metadata.

    Whatever Pillow raises on a damaged file goes through.
    """
    with Image.open(original, formats=READABLE) as opened:
        width, height = upright_size(opened)
        wanted = widths(width)
        # A JPEG can be decoded at a half, a quarter or an eighth of its size: a fraction of the time and memory.
        scale = max(wanted) / width
        opened.draft(opened.mode, (round(opened.width * scale), round(opened.height * scale)))
        picture = _in_srgb(ImageOps.exif_transpose(opened))
    transparent = picture.mode == "RGBA"
    files = []
    for target in wanted:
        size = target, max(1, round(height * target / width))
        resized = picture.resize(size, Resampling.LANCZOS, reducing_gap=3)
        for made in formats(transparent=transparent):
            buffer = io.BytesIO()
            resized.save(buffer, **made.options)
            files.append(Encoded(spec(target, made), made.extension, *size, buffer.getvalue()))
    return RenditionSet(transparent, files)


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


def make(image: CmsImage) -> RenditionState:
    """Make all renditions of an image as it was read, and put them in the place of its old ones.

    FAILED where the file cannot be read, which is noted for the editor and logged; WAITING where somebody gave the
    image another file meanwhile, which has its own task.
    """
    # Whoever holds another file by now is not touched.
    same = CmsImage.objects.filter(pk=image.pk, file=image.file.name, file_hash=image.file_hash)
    same.update(rendition_state=RenditionState.WORKING)
    try:
        with image.file.storage.open(image.file.name) as original:
            made = encode(original)
    # Decoders raise nearly anything on damaged files.
    except Exception as error:
        logger.warning("Image %s has no renditions: %s cannot be read (%s)", image.pk, image.file.name, error)
        same.update(rendition_state=RenditionState.FAILED)
        return RenditionState.FAILED
    folder = FOLDER + get_random_string(20, ascii_lowercase + digits)
    rows = [_stored(image, encoded, folder) for encoded in made.files]
    try:
        with transaction.atomic():
            if not same.update(
                rendered_file=image.file.name,
                transparent=made.transparent,
                rendition_state=RenditionState.READY,
            ):
                raise _ReplacedError
            if image.rendered_file == image.file.name:
                # The image's row is as it was, so the log has seen nothing; but its files have new addresses.
                changes.record(image)
            image.renditions.filter(filter_spec__startswith="width-").delete()
            Rendition.objects.bulk_create(rows)
    except BaseException as error:
        for row in rows:
            row.file.storage.delete(row.file.name)
        if isinstance(error, _ReplacedError):
            return RenditionState.WAITING
        raise
    return RenditionState.READY


class _ReplacedError(Exception):
    """The image was given another file, or deleted, while its renditions were made."""


def _stored(image: CmsImage, encoded: Encoded, folder: str) -> Rendition:
    """An unsaved row whose file is stored; the folder makes an address that nobody guesses and that is never reused."""
    name = f"{folder}/{PurePath(image.file.name).stem[:40]}-{encoded.width}.{encoded.extension}"
    storage = Rendition._meta.get_field("file").storage
    row = Rendition(image=image, filter_spec=encoded.spec, width=encoded.width, height=encoded.height)
    row.file = storage.save(name, ContentFile(encoded.content))
    return row


@task()
def make_renditions(image_id: int) -> None:
    """What the worker does after an image was given a file; nothing where that is done."""
    image = CmsImage.objects.filter(pk=image_id).first()
    if image and not sources(image, list(image.renditions.all())):
        make(image)


def incomplete() -> Iterator[CmsImage]:
    """Images that lack renditions, or files of theirs, those that failed included."""
    for image in CmsImage.objects.prefetch_related("renditions").order_by("pk").iterator(chunk_size=200):
        found = sources(image, list(image.renditions.all()))
        if not found or not all(row.file.storage.exists(row.file.name) for rows in found.values() for row in rows):
            yield image


def enqueue_forgotten() -> int:
    """Queue images that came by a route without a task (bulk_create, raw SQL); returns how many.

    An image whose task was given up, because it kills the worker, has failed.
    """
    unfinished = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
    if DBTaskResult.objects.filter(task_path=make_renditions.module_path, status__in=unfinished).exists():
        return 0
    CmsImage.objects.filter(rendition_state=RenditionState.WORKING).update(rendition_state=RenditionState.FAILED)
    forgotten = CmsImage.objects.filter(~Q(rendered_file=F("file")), ~Q(rendition_state=RenditionState.FAILED))
    keys = list(forgotten.values_list("pk", flat=True))
    for key in keys:
        make_renditions.enqueue(key)
    return len(keys)
