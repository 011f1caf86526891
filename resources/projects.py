"""Projects of the network with their partners and pilot actions."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.fields import StreamField

from cms import fields
from cms.blocks import FactChooserBlock, RichText
from cms.json_types import Date
from cms.organisations import Partner, PartnerJson, partner_json
from cms.pages import (
    BodyMixin,
    BordersMixin,
    IndexPage,
    ProgrammesMixin,
    SitePage,
    TerritoriesMixin,
    ThemesMixin,
    names_in,
    synchronised,
    translated,
)
from cms.validation import END_BEFORE_START


class ProjectKind(models.TextChoices):
    PROJECT = "project", pgettext_lazy("reader", "Project")
    PARTNERSHIP = "partnership", pgettext_lazy("reader", "Partnership")
    ALLIANCE = "alliance", pgettext_lazy("reader", "Alliance")


class PilotActionBlock(blocks.StructBlock):
    """One trial in one place."""

    strand = blocks.CharBlock(label=_("strand"), max_length=150, required=False)
    title = blocks.CharBlock(label=_("title"), max_length=200)
    territory = FactChooserBlock("borders.Territory", label=_("territory"), required=False)
    borders = blocks.ListBlock(
        FactChooserBlock("borders.Border", label=_("border")), label=_("borders"), max_num=30, default=[]
    )
    partners = blocks.ListBlock(
        blocks.CharBlock(label=_("partner"), max_length=200), label=_("partners"), max_num=40, default=[]
    )
    start = blocks.DateBlock(label=_("start"), required=False)
    end = blocks.DateBlock(label=_("end"), required=False)
    result = RichText(label=_("result"), required=False, max_length=5000)

    class Meta:
        icon = "pick"
        label = _("Pilot action")

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if cleaned["start"] and cleaned["end"] and cleaned["end"] < cleaned["start"]:
            raise StructBlockValidationError(block_errors={"end": ValidationError(END_BEFORE_START)})
        return cleaned


class PilotActionsBlock(blocks.StreamBlock):
    """The pilot actions of a project."""

    action = PilotActionBlock()


class ProjectIndexPage(IndexPage):
    """The entry to the projects."""

    subpage_types = ["resources.ProjectPage"]

    class Meta:
        verbose_name = _("project index")
        verbose_name_plural = _("project indexes")


class ProjectPage(BodyMixin, ThemesMixin, BordersMixin, TerritoriesMixin, ProgrammesMixin, SitePage):
    """A project, partnership or alliance."""

    schema_type = "Article"

    kind = models.CharField(_("kind"), max_length=11, choices=ProjectKind.choices, default=ProjectKind.PROJECT)
    start_date = models.DateField(_("start"), null=True, blank=True)
    end_date = models.DateField(_("end"), null=True, blank=True)
    budget = models.DecimalField(
        _("budget (EUR)"), max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    pilot_actions = StreamField(PilotActionsBlock(max_num=100), verbose_name=_("pilot actions"), blank=True)

    head = [
        FieldRowPanel([FieldPanel("kind"), FieldPanel("budget")]),
        FieldRowPanel([FieldPanel("start_date"), FieldPanel("end_date")]),
    ]
    content = [FieldPanel("pilot_actions"), InlinePanel("partners", heading=_("Partners"), label=_("partner"))]
    json_fields = [
        fields.enum("kind", ProjectKind, card=True),
        fields.value("start_date", Date | None, card=True),
        fields.value("end_date", Date | None, card=True),
        fields.value("budget", float | None),
        fields.rows("partners", PartnerJson, partner_json),
        fields.stream("pilot_actions", PilotActionsBlock),
    ]
    searched = [names_in("partners", "name")]
    translation = [
        *translated("pilot_actions"),
        *synchronised("kind", "start_date", "end_date", "budget", "partners"),
    ]

    parent_page_types = ["resources.ProjectIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")

    def clean(self) -> None:
        super().clean()
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise ValidationError({"end_date": END_BEFORE_START})


class ProjectPartner(Partner):
    """An organisation that takes part in a project."""

    page = ParentalKey(ProjectPage, on_delete=models.CASCADE, related_name="partners")
