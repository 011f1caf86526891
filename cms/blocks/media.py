"""Blocks with pictures, films and files."""

import re
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from typing_extensions import TypeAliasType, TypedDict
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from cms import representation
from cms.blocks.base import Represented
from cms.blocks.text import RichText
from cms.json_types import Address
from cms.references import Context, References


class Picture(TypedDict):
    """A picture in a text; `alt` is empty where the picture is decorative."""

    image: representation.ImageSet | None
    decorative: bool
    caption: str


class PictureBlock(Represented, blocks.StructBlock):
    """A picture in a text."""

    image = ImageChooserBlock(label=_("image"))
    alt = blocks.CharBlock(
        label=_("alternative text"),
        max_length=250,
        required=False,
        help_text=_("What the picture says, for those who do not see it."),
    )
    decorative = blocks.BooleanBlock(
        label=_("decorative"), required=False, help_text=_("The picture adds nothing to the text.")
    )
    caption = blocks.CharBlock(label=_("caption"), max_length=300, required=False)

    class Meta:
        icon = "image"
        label = _("Image")

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if not cleaned["alt"] and not cleaned["decorative"]:
            raise StructBlockValidationError(
                block_errors={"alt": ValidationError(_("Describe the picture, or mark it as decorative."))}
            )
        return cleaned

    def collect(self, value: Any, references: References) -> None:
        if value.get("image"):
            references.images.add(int(value["image"]))

    def represent(self, value: Any, context: Context) -> Picture:
        decorative = bool(value.get("decorative"))
        alt = "" if decorative else value.get("alt") or ""
        return {
            "image": representation.image(value.get("image"), context, alt),
            "decorative": decorative,
            "caption": value.get("caption") or "",
        }

    def json_type(self) -> Any:
        return Picture


class GalleryBlock(blocks.StructBlock):
    """Pictures side by side."""

    title = blocks.CharBlock(label=_("title"), max_length=150, required=False)
    images = blocks.ListBlock(PictureBlock(), label=_("images"), min_num=1, max_num=60)

    class Meta:
        icon = "image"
        label = _("Gallery")


class DocumentItemBlock(Represented, blocks.StructBlock):
    """A file, under a title of its own where the editor gave one."""

    document = DocumentChooserBlock(label=_("document"))
    title = blocks.CharBlock(
        label=_("title"), max_length=200, required=False, help_text=_("Empty: the document's own title.")
    )

    def collect(self, value: Any, references: References) -> None:
        if value.get("document"):
            references.documents.add(int(value["document"]))

    def represent(self, value: Any, context: Context) -> representation.DocumentLink | None:
        return representation.document(value.get("document"), context, value.get("title") or "")

    def json_type(self) -> Any:
        return representation.DocumentLink


class DocumentsBlock(blocks.StructBlock):
    """Files to download."""

    title = blocks.CharBlock(label=_("title"), max_length=150, required=False)
    documents = blocks.ListBlock(DocumentItemBlock(), label=_("documents"), min_num=1, max_num=60)

    class Meta:
        icon = "doc-full-inverse"
        label = _("Documents")


VideoProvider = TypeAliasType("VideoProvider", Literal["youtube", "vimeo", "dailymotion", "peertube", "other"])


class Video(TypedDict):
    """A film: nothing of its provider is loaded before the reader agrees and the front end uses `embed_url`."""

    title: str
    url: str
    provider: VideoProvider
    embed_url: Address | None
    transcript: str


def video_address(url: str) -> tuple[str, str | None]:
    """The provider of a film's page and the address of its player without tracking cookies, where it is known."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if host in {"youtube.com", "youtube-nocookie.com", "youtu.be"}:
        found = re.search(r"^/(?:embed/|shorts/|live/)?([\w-]{6,20})$", parts.path)
        key = (parse_qs(parts.query).get("v") or [found.group(1) if found else ""])[0]
        return "youtube", f"https://www.youtube-nocookie.com/embed/{key}" if re.fullmatch(r"[\w-]+", key) else None
    if host == "vimeo.com" and (found := re.search(r"/(\d+)$", parts.path)):
        return "vimeo", f"https://player.vimeo.com/video/{found.group(1)}?dnt=1"
    if host == "dailymotion.com" and (found := re.search(r"/video/(\w+)$", parts.path)):
        return "dailymotion", f"https://www.dailymotion.com/embed/video/{found.group(1)}"
    if found := re.search(r"^/(?:w|videos/watch)/([\w-]{8,40})$", parts.path):
        return "peertube", f"https://{parts.netloc}/videos/embed/{found.group(1)}"
    return "other", None


class VideoBlock(Represented, blocks.StructBlock):
    """A film with its transcript."""

    url = blocks.URLBlock(label=_("address"), help_text=_("The address of the film's page."))
    title = blocks.CharBlock(label=_("title"), max_length=200)
    transcript = RichText(label=_("transcript"), required=False)

    class Meta:
        icon = "media"
        label = _("Video")

    def collect(self, value: Any, references: References) -> None:
        references.add_rich_text(value.get("transcript") or "")

    def represent(self, value: Any, context: Context) -> Video:
        provider, embed_url = video_address(value.get("url") or "")
        return {
            "title": value.get("title") or "",
            "url": value.get("url") or "",
            "provider": provider,  # type: ignore[typeddict-item]
            "embed_url": embed_url,
            "transcript": representation.rich_text(value.get("transcript") or "", context),
        }

    def json_type(self) -> Any:
        return Video
