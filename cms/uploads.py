"""What the admin accepts as an image or a document, whichever way it is uploaded.

Every route (single, several at once, inside a chooser, replacing a file) goes through the two forms below, which the
settings name. A refused file is told on the field `file` and leaves nothing behind.
"""

import threading
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.db import models, transaction
from django.forms import FileField
from django.utils.translation import gettext as _
from PIL import Image
from wagtail.documents.fields import WagtailDocumentField
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from cms import vectors
from cms.document_checks import check_content, extension_of
from cms.encoding import READABLE
from cms.media import CmsImage, RenditionState

FORMAT_OF = {"avif": "AVIF", "gif": "GIF", "jpeg": "JPEG", "jpg": "JPEG", "png": "PNG", "webp": "WEBP"}

# A picture may take hundreds of megabytes while it is decoded: one at a time.
_decoding = threading.Lock()


class CappedUpload(FileUploadHandler):
    """Keeps no more of a file than shows that it is too big, so that nobody fills the disk; the form then says so."""

    limit = max(settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE, settings.WAGTAILDOCS_MAX_UPLOAD_SIZE)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= self.limit else None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        return None


class ImageUploadField(WagtailImageField):
    """Wagtail's field, which decodes a picture before it counts its pixels and fails on a truncated one."""

    def to_python(self, data: Any) -> Any:
        upload = FileField.to_python(self, data)
        if upload is None:
            return None
        self.check_image_file_size(upload)
        if extension_of(upload) == "svg":
            clean_drawing(upload)
        else:
            check_picture(upload, self.allowed_image_extensions, self.max_image_pixels)
        upload.seek(0)
        return upload


def clean_drawing(upload: File[Any]) -> None:
    """Leave of an uploaded SVG what is kept of it; ValidationError where it is not taken.

    In the upload itself, which Wagtail keeps as it came where another field of the form is wrong.
    """
    upload.seek(0)
    try:
        with _decoding:
            drawing = vectors.draw(upload.read())
    except vectors.RefusedError as refused:
        raise ValidationError(_why_refused(refused.reason), code="invalid_drawing") from None
    upload.seek(0)
    upload.truncate()
    upload.write(drawing.svg)
    upload.flush()
    upload.size = len(drawing.svg)


def _why_refused(reason: vectors.Refused) -> str:
    match reason:
        case vectors.Refused.NO_SVG:
            return _("This file is not an SVG drawing, or it is damaged. Export it again as “plain SVG”.")
        case vectors.Refused.TEXT:
            return _("This drawing holds text, whose font readers may not have. Convert the text to paths first.")
        case vectors.Refused.PICTURES:
            return _("This drawing holds a picture of pixels. Upload it as PNG or WebP.")
        case vectors.Refused.ANIMATION:
            return _("This drawing moves. Upload a still one.")
        case vectors.Refused.ELSEWHERE:
            return _(
                "This drawing refers to something outside it, such as a style sheet. Export it again as “plain SVG”."
            )
        case vectors.Refused.EMPTY:
            return _(
                "Nothing can be seen of this drawing once it is cleaned. Export it again as “plain SVG”, or as PNG."
            )
        case vectors.Refused.TOO_LARGE | vectors.Refused.TOO_COSTLY:
            return _("This drawing is too large or too intricate. Simplify it, or upload it as PNG or WebP.")


def check_picture(upload: File[Any], extensions: list[str], max_pixels: int) -> None:
    """ValidationError where the file is not a whole, still picture of the format that its name tells."""
    extension = extension_of(upload)
    if extension not in extensions or extension not in FORMAT_OF:
        raise ValidationError(
            _("“%(name)s” is not a supported picture. Save it as one of: %(formats)s.")
            % {"name": upload.name, "formats": ", ".join(extensions).upper()},
            code="invalid_image_extension",
        )
    source: IO[bytes] = upload.file or upload  # type: ignore[assignment]
    source.seek(0)
    try:
        picture = Image.open(source, formats=READABLE)
    except Image.DecompressionBombError:
        raise _too_many_pixels(max_pixels) from None
    except Exception as error:
        raise ValidationError(
            _("This file is not a picture, or it is damaged. Open it in a picture editor and save it again."),
            code="invalid_image",
        ) from error
    found = "JPEG" if picture.format == "MPO" else picture.format
    if found != FORMAT_OF[extension]:
        raise ValidationError(
            _("This file is named .%(extension)s but is a %(format)s picture. Rename it to .%(right)s.")
            % {"extension": extension, "format": found, "right": str(found).lower()},
            code="invalid_image_known_format",
        )
    if picture.width * picture.height > max_pixels:
        raise _too_many_pixels(max_pixels, picture)
    if picture.format != "MPO" and getattr(picture, "is_animated", False):
        raise ValidationError(
            _("This picture is animated. Upload a still picture, or show a video with its own block."),
            code="animated_image",
        )
    try:
        with _decoding:
            picture.draft(picture.mode, (picture.width // 8, picture.height // 8))  # JPEG only: all read, little kept
            picture.load()
    # Decoders raise nearly anything on damaged files.
    except Exception as error:
        raise ValidationError(
            _("This picture is cut off or damaged. Open it in a picture editor and save it again."),
            code="damaged_image",
        ) from error


def _too_many_pixels(max_pixels: int, picture: Image.Image | None = None) -> ValidationError:
    size = f"{picture.width} × {picture.height}" if picture else _("far too many pixels")
    return ValidationError(
        _("This picture is too large (%(size)s). Reduce it to %(max)s megapixels at most.")
        % {"size": size, "max": max_pixels // 1_000_000},
        code="file_too_many_pixels",
    )


class DocumentUploadField(WagtailDocumentField):
    """Wagtail's field, which checks the size, and what the file is."""

    def to_python(self, data: Any) -> Any:
        upload = super().to_python(data)
        if upload is not None:
            check_content(upload, settings.WAGTAILDOCS_EXTENSIONS)
            upload.seek(0)
        return upload


def _replace_field(form: Any, kind: type[FileField]) -> None:
    """Wagtail chooses the class of the file field itself; the form for details after an upload has none."""
    if field := form.fields.get("file"):
        form.fields["file"] = kind(
            label=field.label, required=field.required, widget=field.widget, max_length=field.max_length
        )


def _why_unseen(image: CmsImage) -> str:
    """Why readers do not see an image; empty when they do."""
    if image.rendered_file == image.file.name:
        return ""
    if image.rendition_state == RenditionState.FAILED:
        return _("No web version could be made of this image, so readers do not see it. Replace its file.")
    return _("The web versions of this image are being made; readers will see it then.")


class ImageForm(BaseImageForm):
    """The base of every form that takes an image."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _replace_field(self, ImageUploadField)
        if "file" in self.fields and self.instance.pk and (note := _why_unseen(self.instance)):
            self.fields["file"].help_text = f"{note} {self.fields['file'].help_text}"

    def save(self, commit: bool = True) -> models.Model:
        """One transaction, so that the worker does not start before the form has cleared the old renditions."""
        with transaction.atomic():
            return super().save(commit=commit)


class DocumentForm(BaseDocumentForm):
    """The base of every form that takes a document."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _replace_field(self, DocumentUploadField)
