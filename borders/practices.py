"""Good practices: what was done across a border, and what came of it."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel

from cms import fields
from cms.organisations import Partner, PartnerJson, partner_json
from cms.pages import (
    BodyMixin,
    BordersMixin,
    FollowUpMixin,
    IndexPage,
    ProgrammesMixin,
    SitePage,
    TerritoriesMixin,
    ThemesMixin,
    names_in,
    rich_text_field,
    synchronised,
    translated,
)
from cms.validation import END_BEFORE_START


class PracticeIndexPage(IndexPage):
    """The entry to the good practices."""

    subpage_types = ["borders.PracticePage"]

    class Meta:
        verbose_name = _("good practice index")
        verbose_name_plural = _("good practice indexes")


class PracticePage(BodyMixin, BordersMixin, TerritoriesMixin, ProgrammesMixin, ThemesMixin, FollowUpMixin, SitePage):
    """A good practice: partners, years, budget and results."""

    schema_type = "Article"

    results = rich_text_field(_("results"))
    start_year = models.PositiveSmallIntegerField(
        _("first year"), null=True, blank=True, validators=[MinValueValidator(1900), MaxValueValidator(2100)]
    )
    end_year = models.PositiveSmallIntegerField(
        _("last year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1900), MaxValueValidator(2100)],
        help_text=_("Empty: it goes on."),
    )
    budget = models.PositiveBigIntegerField(
        _("budget (euros)"), null=True, blank=True, validators=[MaxValueValidator(100_000_000_000)]
    )

    content = [
        FieldPanel("results"),
        FieldRowPanel([FieldPanel("start_year"), FieldPanel("end_year"), FieldPanel("budget")]),
        InlinePanel("partners", heading=_("Partners"), label=_("partner"), max_num=60),
    ]
    json_fields = [
        fields.rich_text("results"),
        fields.value("start_year", int | None, card=True),
        fields.value("end_year", int | None, card=True),
        fields.value("budget", int | None),
        fields.rows("partners", PartnerJson, partner_json),
    ]
    searched = [names_in("partners", "name")]
    translation = [*translated("results"), *synchronised("start_year", "end_year", "budget", "partners")]

    parent_page_types = ["borders.PracticeIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("good practice")
        verbose_name_plural = _("good practices")

    def clean(self) -> None:
        super().clean()
        if self.start_year and self.end_year and self.end_year < self.start_year:
            raise ValidationError({"end_year": END_BEFORE_START})


class PracticePartner(Partner):
    """An organisation that took part in a practice."""

    page = ParentalKey(PracticePage, on_delete=models.CASCADE, related_name="partners")
