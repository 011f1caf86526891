"""Blocks of prose."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks

from cms.blocks.base import CodeBlock
from cms.representation import RICH_TEXT_FEATURES


class RichText(blocks.RichTextBlock):
    """Rich text with the few features that a page of the site needs."""

    def __init__(self, **kwargs):  # type: ignore[no-untyped-def]
        kwargs.setdefault("features", RICH_TEXT_FEATURES)
        kwargs.setdefault("max_length", 20_000)
        super().__init__(**kwargs)


class HeadingLevel(TextChoices):
    SECTION = "h2", pgettext_lazy("reader", "Section")
    SUBSECTION = "h3", pgettext_lazy("reader", "Subsection")


class HeadingBlock(blocks.StructBlock):
    """A heading inside a text; that of the page is above `h2`."""

    text = blocks.CharBlock(label=_("text"), max_length=150)
    level = CodeBlock(HeadingLevel, label=_("level"), default=HeadingLevel.SECTION)

    class Meta:
        icon = "title"
        label = _("Heading")


class QuoteBlock(blocks.StructBlock):
    """Words of somebody, with their author and source where known."""

    text = blocks.TextBlock(label=_("text"), max_length=1500)
    author = blocks.CharBlock(label=_("author"), max_length=200, required=False)
    source = blocks.CharBlock(label=_("source"), max_length=250, required=False)

    class Meta:
        icon = "openquote"
        label = _("Quote")


class CalloutKind(TextChoices):
    INFO = "info", pgettext_lazy("reader", "Information")
    WARNING = "warning", pgettext_lazy("reader", "Warning")
    EXAMPLE = "example", pgettext_lazy("reader", "Example")
    DEFINITION = "definition", pgettext_lazy("reader", "Definition")


class CalloutBlock(blocks.StructBlock):
    """A box that stands out of the text."""

    kind = CodeBlock(CalloutKind, label=_("kind"), default=CalloutKind.INFO)
    title = blocks.CharBlock(label=_("title"), max_length=150, required=False)
    text = RichText(label=_("text"))

    class Meta:
        icon = "info-circle"
        label = _("Call-out")


class AccordionItemBlock(blocks.StructBlock):
    """A part that opens on demand."""

    title = blocks.CharBlock(label=_("title"), max_length=200)
    content = RichText(label=_("content"))


class AccordionBlock(blocks.StructBlock):
    """Parts that open on demand."""

    items = blocks.ListBlock(AccordionItemBlock(), label=_("items"), min_num=1, max_num=40)

    class Meta:
        icon = "list-ul"
        label = _("Accordion")


class FootnoteBlock(blocks.StructBlock):
    """The note that `[^number]` in a text refers to."""

    number = blocks.IntegerBlock(
        label=_("number"), min_value=1, max_value=999, help_text=_("Write [^1] in the text to refer to note 1.")
    )
    text = blocks.RichTextBlock(label=_("text"), features=["bold", "italic", "link"], max_length=2000)

    class Meta:
        icon = "superscript"
        label = _("Footnote")


class FootnotesBlock(blocks.StreamBlock):
    """The notes of a chapter; the markers `[^1]` in its text are plain text and so survive any translation."""

    note = FootnoteBlock()
