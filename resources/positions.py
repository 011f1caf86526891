"""Positions: what the network asks of public policy."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel

from cms import fields
from cms.dated import DatedMixin
from cms.organisations import Organisation, OrganisationJson, organisation_json
from cms.pages import (
    BodyMixin,
    BordersMixin,
    IndexPage,
    SitePage,
    TerritoriesMixin,
    ThemesMixin,
    names_in,
    overridable,
    synchronised,
    translated,
)


class PositionIndexPage(IndexPage):
    """The entry to the positions."""

    subpage_types = ["resources.PositionPage"]

    class Meta:
        verbose_name = _("position index")
        verbose_name_plural = _("position indexes")


class PositionPage(DatedMixin, BodyMixin, ThemesMixin, BordersMixin, TerritoriesMixin, SitePage):
    """A contribution, resolution or letter with its addressee and signatories."""

    schema_type = "Article"

    addressee = models.CharField(
        _("addressee"), max_length=200, blank=True, help_text=_("Whom it speaks to: an institution, a minister…")
    )
    policy = models.CharField(
        _("policy concerned"), max_length=200, blank=True, help_text=_("The law, regulation or budget at stake.")
    )
    file = models.ForeignKey(
        settings.WAGTAILDOCS_DOCUMENT_MODEL,
        verbose_name=_("file"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The text as it was sent. A translation may have a file of its own."),
    )

    head = [FieldRowPanel([FieldPanel("addressee"), FieldPanel("policy")])]
    content = [FieldPanel("file"), InlinePanel("signatories", heading=_("Signatories"), label=_("signatory"))]
    json_fields = [
        fields.value("date", str, card=True),
        fields.text("addressee", card=True),
        fields.text("policy", card=True),
        fields.document("file"),
        fields.rows("signatories", OrganisationJson, organisation_json),
    ]
    searched = [names_in("signatories", "name")]
    translation = [
        *translated("addressee", "policy"),
        *synchronised("signatories"),
        *overridable("file"),
    ]

    parent_page_types = ["resources.PositionIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")


class PositionSignatory(Organisation):
    """An organisation that signed a position."""

    page = ParentalKey(PositionPage, on_delete=models.CASCADE, related_name="signatories")
