"""Rows that name organisations (partners, members, signatories, hosts): the same in every language."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import TypedDict
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Orderable

from cms.labels import Coded
from cms.references import Context


class OrganisationJson(TypedDict):
    """An organisation by its own name; `website` is empty where there is none."""

    name: str
    website: str


class PartnerJson(OrganisationJson):
    """An organisation with its country."""

    country: Coded | None


class Organisation(Orderable):
    """An organisation by its own name; subclasses add a ParentalKey to what names it."""

    name = models.CharField(_("name"), max_length=200)
    website = models.URLField(_("website"), max_length=500, blank=True)

    panels = [FieldPanel("name"), FieldPanel("website")]

    class Meta(Orderable.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name


class Partner(Organisation):
    """An organisation that takes part in something, with its country."""

    country = models.ForeignKey(
        "borders.Country",
        verbose_name=_("country"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    panels = [FieldPanel("name"), FieldRowPanel([FieldPanel("country"), FieldPanel("website")])]

    class Meta(Organisation.Meta):
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        abstract = True


def organisation_json(row: Organisation, context: Context) -> OrganisationJson:
    return {"name": row.name, "website": row.website}


def partner_json(row: Partner, context: Context) -> PartnerJson:
    country = context.labels.coded("borders.Country", row.country_id, context.locale)
    return {"name": row.name, "website": row.website, "country": country}
