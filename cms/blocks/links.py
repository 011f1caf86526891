"""Blocks that lead somewhere else."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from cms.blocks.base import FactChooserBlock


class RelatedPagesBlock(blocks.StructBlock):
    """Links to other pages of the site."""

    title = blocks.CharBlock(label=_("title"), max_length=150, required=False)
    pages = blocks.ListBlock(blocks.PageChooserBlock(label=_("page")), label=_("pages"), min_num=1, max_num=20)

    class Meta:
        icon = "link"
        label = _("Related pages")


class RecordsBlock(blocks.StructBlock):
    """Documents of the portal, in the order of the editor."""

    title = blocks.CharBlock(label=_("title"), max_length=150, required=False)
    records = blocks.ListBlock(
        FactChooserBlock("resources.Record", label=_("record")),
        label=_("records"),
        min_num=1,
        max_num=30,
        help_text=_("A record that is not published shows once it is."),
    )

    class Meta:
        icon = "doc-full"
        label = _("Publications")


class ContactBlock(blocks.StructBlock):
    """An office to get in touch with."""

    office = FactChooserBlock("cms.Office", label=_("office"))

    class Meta:
        icon = "mail"
        label = _("Contact")


class CallToActionBlock(blocks.StructBlock):
    """A button: it leads to `page`, or to `url` where that is null."""

    text = blocks.CharBlock(label=_("text"), max_length=100)
    page = blocks.PageChooserBlock(label=_("page"), required=False)
    url = blocks.URLBlock(label=_("address"), required=False)

    class Meta:
        icon = "pick"
        label = _("Call to action")

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if bool(cleaned["page"]) == bool(cleaned["url"]):
            error = ValidationError(_("Give either a page or an address."))
            raise StructBlockValidationError(block_errors={"page": error, "url": error})
        return cleaned
