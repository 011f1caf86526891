"""The home page of each language and the standard pages below it."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from cms import fields
from cms.pages import BodyMixin, SitePage, synchronised, translated


class FeaturedBlock(blocks.StructBlock):
    """Pages that the editors put forward."""

    title = blocks.CharBlock(label=_("title"), max_length=150)
    pages = blocks.ListBlock(blocks.PageChooserBlock(label=_("page")), label=_("pages"), min_num=1, max_num=12)

    class Meta:
        icon = "pick"
        label = _("Featured pages")


class KeyMessageBlock(blocks.StructBlock):
    """A message, which may lead to a page."""

    title = blocks.CharBlock(label=_("title"), max_length=150)
    text = blocks.TextBlock(label=_("text"), max_length=600)
    page = blocks.PageChooserBlock(label=_("page"), required=False)


class KeyMessagesBlock(blocks.StructBlock):
    """What the organisation wants to be known for."""

    title = blocks.CharBlock(label=_("title"), max_length=150)
    messages = blocks.ListBlock(KeyMessageBlock(), label=_("messages"), min_num=1, max_num=8)

    class Meta:
        icon = "list-ul"
        label = _("Key messages")


class AgendaBlock(blocks.StructBlock):
    """The next events, `count` of them."""

    title = blocks.CharBlock(label=_("title"), max_length=150)
    count = blocks.IntegerBlock(
        label=_("number of events"),
        min_value=1,
        max_value=12,
        default=3,
        help_text=_("The next events, in the order of their dates."),
    )

    class Meta:
        icon = "date"
        label = _("Agenda")


class SectionsBlock(blocks.StreamBlock):
    """The sections of the home page."""

    featured = FeaturedBlock()
    key_messages = KeyMessagesBlock()
    agenda = AgendaBlock()


class HomePage(SitePage):
    """The entry of one language; its slug is not part of any address."""

    schema_type = "WebSite"

    sections = StreamField(SectionsBlock(), verbose_name=_("sections"), blank=True)

    content = [FieldPanel("sections")]
    json_fields = [fields.stream("sections", SectionsBlock)]
    translation = translated("sections")

    parent_page_types = ["wagtailcore.Page"]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")


class StandardPage(BodyMixin, SitePage):
    """A page without a type of its own: about, contact, legal notice…"""

    translation = synchronised()

    parent_page_types = ["home.HomePage", "home.StandardPage"]
    subpage_types = ["home.StandardPage"]

    class Meta:
        verbose_name = _("standard page")
        verbose_name_plural = _("standard pages")
