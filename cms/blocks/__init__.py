"""The blocks of pages, a file per family; each owns its JSON (see cms.blocks.base)."""

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import StreamBlock

from cms.blocks.base import FactChooserBlock, Represented, collect, json_type, represent, texts
from cms.blocks.data import ChronologyBlock, ChronologyStream, KeyFiguresBlock, MapBlock, TableBlock
from cms.blocks.links import CallToActionBlock, ContactBlock, RecordsBlock, RelatedPagesBlock
from cms.blocks.media import DocumentItemBlock, DocumentsBlock, GalleryBlock, PictureBlock, VideoBlock
from cms.blocks.text import AccordionBlock, CalloutBlock, FootnotesBlock, HeadingBlock, QuoteBlock, RichText

__all__ = [
    "BodyBlock",
    "ChronologyStream",
    "DocumentItemBlock",
    "FactChooserBlock",
    "FootnotesBlock",
    "Represented",
    "RichText",
    "StreamBlock",
    "collect",
    "json_type",
    "represent",
    "texts",
]


class BodyBlock(StreamBlock):
    """What an editor can put into a page."""

    heading = HeadingBlock(group=_("Text"))
    paragraph = RichText(label=_("Paragraph"), icon="pilcrow", group=_("Text"))
    quote = QuoteBlock(group=_("Text"))
    callout = CalloutBlock(group=_("Text"))
    accordion = AccordionBlock(group=_("Text"))
    table = TableBlock(group=_("Facts"))
    key_figures = KeyFiguresBlock(group=_("Facts"))
    chronology = ChronologyBlock(group=_("Facts"))
    map = MapBlock(group=_("Facts"))
    image = PictureBlock(group=_("Media"))
    gallery = GalleryBlock(group=_("Media"))
    video = VideoBlock(group=_("Media"))
    documents = DocumentsBlock(group=_("Media"))
    records = RecordsBlock(group=_("Links"))
    related_pages = RelatedPagesBlock(group=_("Links"))
    contact = ContactBlock(group=_("Links"))
    call_to_action = CallToActionBlock(group=_("Links"))
