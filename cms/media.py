"""Custom image, rendition, document and user models: present from the first migration so that they can grow."""

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.models import AbstractImage, AbstractRendition, WagtailImageField, WagtailImageFieldFile
from wagtail.images.models import Image as WagtailImage
from wagtail.images.models import get_upload_to as wagtail_upload_to
from wagtail.models import Collection

from cms import vectors

RENDITIONS = "renditions/"
"""Below MEDIA_ROOT: the only folder that is public."""
CLOSED = "Notices : fichiers fermés"
"""Name of the collection of files that are there for nobody but their keepers."""
FOCAL_POINT = ("focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height")


def upright_size(picture: Image.Image) -> tuple[int, int]:
    """Width and height in pixels as people see the picture, which a camera may have stored lying on its side.

    Reads the head of the file only. (Pillow would decode a whole PNG to look for a note that PNGs do not have.)
    """
    exif = picture.getexif() if picture.format != "PNG" or "exif" in picture.info else {}
    width, height = picture.size
    return (height, width) if exif.get(ExifTags.Base.Orientation, 1) >= 5 else (width, height)


def is_vector(name: str) -> bool:
    """Whether a file is an SVG, as its name tells."""
    return name.lower().endswith(".svg")


class UprightFile(WagtailImageFieldFile):
    """An image file whose size is that of the upright picture, as renditions have it and focal points count it."""

    def get_image_dimensions(self) -> tuple[int, int]:
        closed = self.closed
        try:
            self.open()
            return vectors.size(self.file) if is_vector(self.name) else upright_size(Image.open(self))
        finally:
            if closed:
                self.close()
            else:
                self.seek(0)


class UprightImageField(WagtailImageField):
    attr_class = UprightFile


class RenditionState(models.TextChoices):
    """Where the worker is with an image's renditions."""

    WAITING = "waiting", _("waiting")
    WORKING = "working", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


class CmsImage(AbstractImage):
    """A picture with its credit; its renditions are made by the worker after upload, never during a request."""

    file = UprightImageField(
        verbose_name=_("file"), upload_to=wagtail_upload_to, width_field="width", height_field="height"
    )
    credit = models.CharField(_("credit"), max_length=255, blank=True)
    rendered_file = models.CharField(max_length=100, blank=True, default="", editable=False)
    """Name of the file that the renditions were made of; they are ready while it is the image's own."""
    transparent = models.BooleanField(default=False, editable=False)
    """Known once renditions are made, like the next two (cms.encoding.Placeholder)."""
    color = models.CharField(max_length=7, blank=True, default="", editable=False)
    placeholder = models.CharField(max_length=1000, blank=True, default="", editable=False)
    rendition_state = models.CharField(
        max_length=10, choices=RenditionState.choices, default=RenditionState.WAITING, editable=False
    )

    admin_form_fields = (*WagtailImage.admin_form_fields, "credit")

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; whatever the route, a new file loses the old one's renditions and is queued for its own.

        A new focal point is queued as well; the old one's cuts stay until they are replaced.

        The task is a row of the same transaction: it exists if and only if the image was saved.
        """
        from cms.renditions import make_renditions  # it needs this model

        before = type(self).objects.filter(pk=self.pk).values("file", *FOCAL_POINT).first() if self.pk else None
        new_file = before is None or not self.file._committed or before["file"] != self.file.name
        new_point = before is not None and any(before[name] != getattr(self, name) for name in FOCAL_POINT)
        told: set[str] = set()
        if new_file:
            self._set_image_file_metadata()
            self.rendered_file = ""
            told = {"file_size", "file_hash", "width", "height", "rendered_file"}
        if new_file or new_point:
            self.rendition_state = RenditionState.WAITING
            told.add("rendition_state")
        if told and kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], *told}
        with transaction.atomic():
            super().save(*args, **kwargs)
            if new_file:
                self.renditions.all().delete()
            elif new_point:
                self.renditions.exclude(focal_point_key="").exclude(file__startswith=RENDITIONS).delete()
            if new_file or new_point:
                make_renditions.enqueue(self.pk)


class Rendition(AbstractRendition):
    """One size and format of an image."""

    image = models.ForeignKey(CmsImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("image", "filter_spec", "focal_point_key"), name="cms_one_rendition")
        ]


class CmsDocument(AbstractDocument):
    """A file; in a private collection it is for members only and never public."""

    open_collection = models.ForeignKey(
        Collection, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    """Where it goes back to when it is open again; none while it was never put away."""

    admin_form_fields = WagtailDocument.admin_form_fields

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def clean(self) -> None:
        """Without a file the form has said why; Wagtail would complain of the extension of its empty name, too."""
        if self.file:
            super().clean()
