"""The files that readers get of an image: which sizes, cuts and formats there are, how they are made, and by whom.

The worker makes them from the original, once per file; a request never does. The original itself, with the camera's
notes and position, is never public. Why: docs/decisions/0003-media.md.
"""

import contextlib
import io
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import PurePath
from string import ascii_lowercase, digits
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult
from wagtail.images.models import Filter

from cms import vectors
from cms.encoding import AVIF, JPEG, PNG, WEBP, Cut, Format, Picture, Wanted
from cms.media import FOCAL_POINT, RENDITIONS, CmsImage, Rendition, RenditionState, is_vector

ORPHAN_AGE = timedelta(hours=1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Profile:
    """A use of images: the widths of its files in pixels, and the ratio that they are cut to around the focal point
    (none: the whole picture). With `only`, one format for all.
    """

    widths: tuple[int, ...]
    ratio: tuple[int, int] | None = None
    only: Format | None = None

    def formats(self, *, transparent: bool) -> list[Format]:
        """The smallest files first and the one that everything reads last."""
        return [self.only] if self.only else [AVIF, WEBP, PNG if transparent else JPEG]

    def sizes(self, width: int, height: int) -> list[tuple[int, int]]:
        """Width and height of the files of a picture of this size, the smallest first; none is ever enlarged."""
        part = self._part(width, height)
        widths = [own for own in self.widths if own <= part[0]] or [part[0]]
        across, down = self.ratio or (width, height)
        return [(own, max(1, round(own * down / across))) for own in widths]

    def cuts(self, image: CmsImage) -> list[Cut]:
        """What its files show of an image: as much as the ratio allows, with the focal point as central as can be."""
        width, height = self._part(image.width, image.height)
        point = image.get_focal_point()
        x, y = (point.centroid_x, point.centroid_y) if point else (image.width / 2, image.height / 2)
        left = min(max(x - width / 2, 0), image.width - width)
        upper = min(max(y - height / 2, 0), image.height - height)
        return [
            Cut((left, upper, left + width, upper + height), size) for size in self.sizes(image.width, image.height)
        ]

    def _part(self, width: int, height: int) -> tuple[int, int]:
        """The largest part of a picture that has the ratio."""
        across, down = self.ratio or (width, height)
        return min(width, max(1, round(height * across / down))), min(height, max(1, round(width * down / across)))

    def spec(self, size: tuple[int, int], made: Format) -> str:
        """Wagtail's filter spec, by which its own lookups find the file too."""
        resized = f"fill-{size[0]}x{size[1]}" if self.ratio else f"width-{size[0]}"
        return f"{resized}|format-{made.name}"


PROFILES = {
    "inline": Profile((400, 800, 1200, 1600)),
    "card": Profile((400, 800), (3, 2)),
    "hero": Profile((800, 1600), (2, 1)),
    "share": Profile((1200,), (1200, 630), only=JPEG),  # what social networks ask for
}

VECTOR = "original"
"""The spec of the cleaned drawing that an SVG has beside its pictures."""

_FILL = Filter("fill-1x1")


class Planned(NamedTuple):
    """A profile of a picture: the size of its largest files, and the specs of all by MIME type, the smallest first."""

    size: tuple[int, int]
    specs: dict[str, list[str]]


@lru_cache(maxsize=2_000)
def planned(width: int, height: int, *, transparent: bool) -> dict[str, Planned]:
    """What each profile makes of pictures of this size."""
    found = {}
    for name, profile in PROFILES.items():
        sizes = profile.sizes(width, height)
        kinds = profile.formats(transparent=transparent)
        found[name] = Planned(sizes[-1], {kind.mime: [profile.spec(size, kind) for size in sizes] for kind in kinds})
    return found


class File(NamedTuple):
    """A rendition as the API shows it: hundreds are in one answer, too many for model instances."""

    spec: str
    focal_point_key: str
    name: str
    width: int
    height: int

    @property
    def url(self) -> str:
        return _url(self.name)


@lru_cache(maxsize=20_000)
def _url(name: str) -> str:
    """The address of a file, which never changes."""
    address: str = Rendition._meta.get_field("file").storage.url(name)
    return address


def files(images: Iterable[int]) -> dict[int, list[File]]:
    """All renditions for readers by the key of their image (one query)."""
    found: dict[int, list[File]] = defaultdict(list)
    rows = Rendition.objects.filter(image_id__in=list(images), file__startswith=RENDITIONS)
    for image, *columns in rows.values_list("image_id", "filter_spec", "focal_point_key", "file", "width", "height"):
        found[image].append(File(*columns))
    return found


Files = dict[str, list[File]]
"""Files by MIME type, the smallest first."""


def made(image: CmsImage, renditions: Iterable[File]) -> dict[str, Files]:
    """The files of each profile; of one whose files are not all there, none.

    Those of another file than the image's present one are not its files; but cuts around an earlier focal point stand
    in until the present one's are there.
    """
    if image.rendered_file != image.file.name:
        return {name: {} for name in PROFILES}
    by_spec = {rendition.spec: rendition for rendition in renditions}
    found: dict[str, Files] = {}
    for name, plan in planned(image.width, image.height, transparent=image.transparent).items():
        try:
            found[name] = {mime: [by_spec[spec] for spec in specs] for mime, specs in plan.specs.items()}
        except KeyError:
            found[name] = {}
    return found


def vector(image: CmsImage, renditions: Iterable[File]) -> File | None:
    """The cleaned drawing that the pictures were made of, where the image is an SVG."""
    if image.rendered_file != image.file.name:
        return None
    return next((rendition for rendition in renditions if rendition.spec == VECTOR), None)


def ready(image: CmsImage, found: dict[str, Files]) -> bool:
    """Whether all profiles are there (as `made` found them), and those that are cut around the present focal point."""
    key = _FILL.get_cache_key(image)
    return all(found.values()) and all(
        row.focal_point_key in ("", key) for kinds in found.values() for rows in kinds.values() for row in rows
    )


def make(image: CmsImage, *, cuts_only: bool = False) -> RenditionState:
    """Make all renditions of an image as it was read, or those around its focal point, in the place of its old ones.

    FAILED where the file cannot be read, which is noted for the editor and logged; WAITING where somebody gave the
    image another file or focal point meanwhile, which has its own task.
    """
    # Whoever holds another file by now is not touched.
    point = {name: getattr(image, name) for name in FOCAL_POINT}
    same = CmsImage.objects.filter(pk=image.pk, file=image.file.name, file_hash=image.file_hash, **point)
    same.update(rendition_state=RenditionState.WORKING)
    profiles = [profile for profile in PROFILES.values() if profile.ratio or not cuts_only]
    cuts = [cut for profile in profiles for cut in profile.cuts(image)]
    needed = max(cut.size[0] / (cut.part[2] - cut.part[0]) for cut in cuts)
    try:
        drawing = None
        with image.file.storage.open(image.file.name) as original:
            if is_vector(image.file.name):
                drawing = vectors.draw(original.read())
            picture = Picture(io.BytesIO(drawing.png) if drawing else original, needed)
        encoded = picture.encode(_wanted(image, profiles, transparent=picture.transparent))
        placeholder = picture.placeholder()
    # Decoders raise nearly anything on damaged files.
    except Exception as error:
        logger.warning("Image %s has no renditions: %s cannot be read (%s)", image.pk, image.file.name, error)
        same.update(rendition_state=RenditionState.FAILED)
        return RenditionState.FAILED
    folder = RENDITIONS + get_random_string(20, ascii_lowercase + digits)
    rows = [
        _stored(image, wanted.name, wanted.cut.size, wanted.format.extension, content, folder)
        for wanted, content in encoded
    ]
    if drawing and not cuts_only:
        rows.append(_stored(image, VECTOR, (image.width, image.height), "svg", drawing.svg, folder))
    try:
        with transaction.atomic():
            if not same.update(
                rendered_file=image.file.name,
                transparent=picture.transparent,
                color=placeholder.color,
                placeholder=placeholder.url,
                rendition_state=RenditionState.READY,
            ):
                raise _ReplacedError
            old = image.renditions.filter(file__startswith=RENDITIONS)
            (old.exclude(focal_point_key="") if cuts_only else old).delete()
            Rendition.objects.bulk_create(rows)
    except BaseException as error:
        for row in rows:
            row.file.storage.delete(row.file.name)
        if isinstance(error, _ReplacedError):
            return RenditionState.WAITING
        raise
    return RenditionState.READY


def _wanted(image: CmsImage, profiles: Iterable[Profile], *, transparent: bool) -> list[Wanted]:
    """Every file of the profiles once: of a tiny picture, several cuts are the same."""
    found: dict[str, Wanted] = {}
    for profile in profiles:
        for cut in profile.cuts(image):
            for kind in profile.formats(transparent=transparent):
                spec = profile.spec(cut.size, kind)
                found.setdefault(spec, Wanted(spec, cut, kind))
    return list(found.values())


class _ReplacedError(Exception):
    """The image was given another file, or deleted, while its renditions were made."""


def _stored(
    image: CmsImage, spec: str, size: tuple[int, int], extension: str, content: bytes, folder: str
) -> Rendition:
    """An unsaved row whose file is stored; the folder makes an address that nobody guesses and that is never reused."""
    width, height = size
    name = f"{folder}/{PurePath(image.file.name).stem[:40]}-{width}x{height}.{extension}"
    storage = Rendition._meta.get_field("file").storage
    row = Rendition(image=image, filter_spec=spec, focal_point_key=Filter(spec).get_cache_key(image))
    row.width, row.height = width, height
    row.file = storage.save(name, ContentFile(content))
    return row


@task()
def make_renditions(image_id: int) -> None:
    """What the worker does after an image was given a file or another focal point; nothing where that is done."""
    image = CmsImage.objects.filter(pk=image_id).first()
    if image is None:
        return
    found = made(image, files([image_id])[image_id])
    if not ready(image, found):
        make(image, cuts_only=bool(found["inline"]))


def incomplete() -> Iterator[CmsImage]:
    """Images that lack renditions, or files of theirs, those that failed included."""
    storage = Rendition._meta.get_field("file").storage
    for image in CmsImage.objects.order_by("pk").iterator(chunk_size=200):
        found = made(image, files([image.pk])[image.pk])
        names = [row.name for kinds in found.values() for rows in kinds.values() for row in rows]
        if not ready(image, found) or not all(storage.exists(name) for name in names):
            yield image


def remove_orphans() -> int:
    """Delete the files that no rendition names, as a killed process leaves them; returns how many.

    The youngest are left: the rows of what is being made come last.
    """
    storage = Rendition._meta.get_field("file").storage
    named = set(Rendition.objects.filter(file__startswith=RENDITIONS).values_list("file", flat=True))
    settled = timezone.now() - ORPHAN_AGE
    removed = 0
    with contextlib.suppress(FileNotFoundError):  # nothing was ever made
        for folder in storage.listdir(RENDITIONS)[0]:
            for file in storage.listdir(RENDITIONS + folder)[1]:
                name = f"{RENDITIONS}{folder}/{file}"
                if name not in named and storage.get_modified_time(name) < settled:
                    storage.delete(name)
                    removed += 1
            with contextlib.suppress(OSError):  # a folder that is in use
                storage.delete(RENDITIONS + folder)
    return removed


def enqueue_forgotten() -> int:
    """Queue images that came by a route without a task (bulk_create, raw SQL); returns how many.

    An image whose task was given up, because it kills the worker, has failed.
    """
    unfinished = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
    if DBTaskResult.objects.filter(task_path=make_renditions.module_path, status__in=unfinished).exists():
        return 0
    CmsImage.objects.filter(rendition_state=RenditionState.WORKING).update(rendition_state=RenditionState.FAILED)
    forgotten = CmsImage.objects.filter(
        ~Q(rendered_file=F("file")) | Q(rendition_state=RenditionState.WAITING),
        ~Q(rendition_state=RenditionState.FAILED),
    )
    keys = list(forgotten.values_list("pk", flat=True))
    for key in keys:
        make_renditions.enqueue(key)
    return len(keys)
