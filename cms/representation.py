"""How shared things look as JSON: images, documents, links, rich text, dates of uncertain precision."""

import datetime
import re
from functools import cache
from typing import Annotated, Literal, TypeVar

import nh3
from django.db.models import TextChoices
from django.utils.html import escape
from django.utils.translation import get_language, pgettext_lazy
from typing_extensions import TypeAliasType, TypedDict
from wagtail.rich_text.rewriters import LinkRewriter

from cms.json_types import Address, CodeOf, LocaleCode, PageTypeName
from cms.labels import CodedAs
from cms.media import CmsDocument, CmsImage
from cms.references import Context, PageTarget, key
from cms.renditions import File, Files, Planned, made, planned, ready, vector

RICH_TEXT_FEATURES = ["bold", "italic", "superscript", "subscript", "ol", "ul", "link", "document-link"]

FOOTNOTE = re.compile(r"\[\^(\d{1,3})\]")
_TAGS = {"p", "br", "b", "strong", "i", "em", "sup", "sub", "ol", "ul", "li", "a", "span"}
_ATTRIBUTES = {
    "a": {"href", "data-page-id", "data-page-type", "data-document-id", "data-access", "id", "class", "role"},
    "sup": {"class"},
}


class DatePrecision(TextChoices):
    """How much of a date is known."""

    YEAR = "year", pgettext_lazy("reader", "year")
    MONTH = "month", pgettext_lazy("reader", "month")
    DAY = "day", pgettext_lazy("reader", "day")


FileAccess = TypeAliasType("FileAccess", Literal["public", "members"])
ImageType = TypeAliasType("ImageType", Literal["image/avif", "image/webp", "image/jpeg", "image/png"])


class UncertainDate(TypedDict):
    """A date as its source gives it: "1713", "2009-08" or "2019-01-22"."""

    date: str
    precision: Annotated[Literal["year", "month", "day"], CodeOf(DatePrecision)]


class PageRefMeta(TypedDict):
    """As Wagtail's API v2 nests it."""

    type: PageTypeName
    detail_url: Address
    html_url: Address


class PageLink(TypedDict):
    """A public page that something links to; `meta` is as Wagtail's API v2 nests pages.

    `text_locale` is the language of its text: another one than `locale` where it stands in for a translation.
    """

    id: int
    type: PageTypeName
    title: str
    meta: PageRefMeta
    locale: LocaleCode
    html_path: str
    html_url: Address
    text_locale: LocaleCode
    is_fallback: bool


class Size(TypedDict):
    """One file of an image, in pixels."""

    url: Address
    width: int
    height: int


class ImageSource(TypedDict):
    """One format of an image in several widths, as an HTML <source>."""

    type: ImageType
    srcset: list[Size]


class FocalPoint(TypedDict):
    """The centre of interest, as shares of width and height between 0 and 1."""

    x: float
    y: float


class MediaRef(TypedDict):
    """As Wagtail's API v2 nests images and documents; the addresses are null for what is not public.

    What can be downloaded of an image is its largest rendition that every program reads: the original is never public.
    """

    type: str
    detail_url: Address | None
    download_url: Address | None


class ImageProfile(TypedDict):
    """An image for one use; the size of its largest file is known before `sources` are made."""

    width: int
    height: int
    sources: list[ImageSource]


class ImageProfiles(TypedDict):
    """`inline` is the whole picture, the others are cut around the focal point: `card` to 3:2, `hero` to 2:1, `share`
    (one JPEG for social networks) to 1200:630. Nothing is enlarged: the files of a small picture are smaller.
    """

    inline: ImageProfile
    card: ImageProfile
    hero: ImageProfile
    share: ImageProfile


class Placeholder(TypedDict):
    """What stands in while a file loads: the mean colour, "#8a9bac" (null where something can be seen through), and the
    picture itself, tiny and blurred, as a data URL of about 200 characters.
    """

    color: str | None
    url: str


class ImageFacts(TypedDict):
    """An image with its renditions, `sources` being those of the profile `inline`.

    `ready` means that all are there, made of the present file around the present focal point. Until then a profile has
    no `sources`, or those around an earlier focal point. `vector` is the drawing itself, cleaned, where the image was
    uploaded as SVG: beside the `sources` that were drawn of it, for who wants it sharp at any size.
    """

    id: int
    title: str
    alt: str
    credit: str
    width: int
    height: int
    focal_point: FocalPoint | None
    ready: bool
    placeholder: Placeholder | None
    profiles: ImageProfiles
    sources: list[ImageSource]
    vector: Size | None


class ImageSet(ImageFacts):
    """An image that something shows."""

    meta: MediaRef


class DocumentFacts(TypedDict):
    """A file; `url` is null where it is for members only."""

    id: int
    title: str
    access: FileAccess
    url: Address | None
    file_extension: str
    file_size: int | None


class DocumentLink(DocumentFacts):
    """A file that something offers."""

    meta: MediaRef


def uncertain_date(value: datetime.date | str | None, precision: str) -> UncertainDate | None:
    """Cut a date to what is known of it."""
    if not value:
        return None
    text = value if isinstance(value, str) else value.isoformat()
    known: Literal["year", "month", "day"] = precision if precision in {"year", "month"} else "day"  # type: ignore[assignment]
    return {"date": text[: {"year": 4, "month": 7, "day": 10}[known]], "precision": known}


def page_link(target: PageTarget | None, context: Context) -> PageLink | None:
    """A link to a page; None where the page is not public."""
    if target is None:
        return None
    html_url = context.html_url(target.html_path)
    return {
        "id": target.id,
        "type": target.type,
        "title": target.title,
        "meta": {"type": target.type, "detail_url": context.api(f"pages/{target.id}/"), "html_url": html_url},
        "locale": target.locale,
        "html_path": target.html_path,
        "html_url": html_url,
        "text_locale": target.text_locale,
        "is_fallback": target.is_fallback,
    }


def image_set(image: CmsImage, renditions: list[File], context: Context) -> ImageSet:
    """An image as rendition sets; makes no rendition, which is the worker's job."""
    found = made(image, renditions)
    *_smaller, readable = found["inline"].values() or [None]
    point = image.get_focal_point()
    plans = planned(image.width, image.height, transparent=image.transparent)
    profiles = {name: _profile(plans[name], files, context) for name, files in found.items()}
    return {
        "id": image.pk,
        "meta": {
            "type": image._meta.label,
            "detail_url": context.api(f"images/{image.pk}/"),
            "download_url": context.absolute(readable[-1].url) if readable else None,
        },
        "title": image.title,
        "alt": "",
        "credit": image.credit,
        "width": image.width,
        "height": image.height,
        "focal_point": (
            {"x": round(point.centroid_x / image.width, 4), "y": round(point.centroid_y / image.height, 4)}
            if point and image.width and image.height
            else None
        ),
        "ready": ready(image, found),
        "placeholder": {"color": image.color or None, "url": image.placeholder} if found["inline"] else None,
        "profiles": profiles,  # type: ignore[typeddict-item]
        "sources": profiles["inline"]["sources"],
        "vector": _size(drawing, context) if (drawing := vector(image, renditions)) else None,
    }


def _profile(plan: Planned, files: Files, context: Context) -> ImageProfile:
    """One profile; its size is known before its files are made."""
    width, height = plan.size
    return {
        "width": width,
        "height": height,
        "sources": [
            {
                "type": mime,  # type: ignore[typeddict-item]
                "srcset": [_size(row, context) for row in rows],
            }
            for mime, rows in files.items()
        ],
    }


def _size(file: File, context: Context) -> Size:
    return {"url": context.absolute(file.url), "width": file.width, "height": file.height}


def image(pk: int | None, context: Context, alt: str = "") -> ImageSet | None:
    """A loaded image; None where it was deleted."""
    found = context.loaded.images.get(pk) if pk else None
    if found is None:
        return None
    held = context.loaded.image_sets
    if found.pk not in held:
        held[found.pk] = image_set(found, context.loaded.renditions[found.pk], context)
    shown: ImageSet = held[found.pk]
    return {**shown, "alt": alt}


def document_link(document: CmsDocument, *, private: bool, context: Context, title: str = "") -> DocumentLink:
    """A file with its address, or without one where it is in a private collection."""
    url = None if private else context.absolute(document.url)
    return {
        "id": document.pk,
        "meta": {
            "type": document._meta.label,
            "detail_url": None if private else context.api(f"documents/{document.pk}/"),
            "download_url": url,
        },
        "title": title or document.title,
        "access": "members" if private else "public",
        "url": url,
        "file_extension": document.file_extension,
        "file_size": document.file_size,
    }


def document(pk: int | None, context: Context, title: str = "") -> DocumentLink | None:
    """A loaded document; None where it was deleted."""
    found = context.loaded.documents.get(pk) if pk else None
    if found is None:
        return None
    return document_link(found, private=found.pk in context.loaded.private_documents, context=context, title=title)


def rich_text(source: str, context: Context) -> str:
    """Stored rich text as clean display HTML.

    Internal links become addresses of the front end, with the target's id and type as data attributes;
    a link to what is not public becomes its bare text. Footnote markers `[^1]` become links to `#note-1`.
    Whatever else was stored, only harmless tags come out.
    """
    if not source:
        return ""

    def link_to_page(attributes: dict[str, str]) -> str:
        target = context.loaded.page(key(attributes.get("id")), context.locale)
        if target is None:
            return ""
        return (
            f'<a href="{escape(context.html_url(target.html_path))}" data-page-id="{target.id}"'
            f' data-page-type="{escape(target.type)}">'
        )

    def link_to_document(attributes: dict[str, str]) -> str:
        found = document(key(attributes.get("id")), context)
        if found is None:
            return ""
        if found["url"] is None:
            return f'<a data-document-id="{found["id"]}" data-access="members">'
        return f'<a href="{escape(found["url"])}" data-document-id="{found["id"]}">'

    expanded = LinkRewriter({"page": link_to_page, "document": link_to_document})(source)
    cleaned = nh3.clean(
        expanded,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener",
    )
    return FOOTNOTE.sub(
        r'<sup class="footnote"><a id="ref-\1" href="#note-\1" role="doc-noteref">\1</a></sup>', cleaned
    )


C = TypeVar("C", bound=TextChoices)


def enum(choices: type[C], code: str) -> CodedAs[C] | None:
    """A value of a closed list with its label in the active language; None where it is empty."""
    return {"code": choices(code), "label": _label(choices, code, get_language())} if code else None


@cache
def _label(choices: type[TextChoices], code: str, language: str) -> str:
    """A code's label in the language, which is the active one."""
    return str(choices(code).label)
