"""Figures about borders and territories, each with its year and source, and what they measure."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from wagtail.search import index

from borders.geography import Border, Country, Territory
from cms.facts import Fact, FactName, FactText

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Unit(models.TextChoices):
    """What a figure counts, as it is written behind the number."""

    KM = "km", pgettext_lazy("reader", "km")
    KM2 = "km2", pgettext_lazy("reader", "km²")
    INHABITANTS = "inhabitants", pgettext_lazy("reader", "inhabitants")
    WORKERS = "workers", pgettext_lazy("reader", "workers")
    MUNICIPALITIES = "municipalities", pgettext_lazy("reader", "municipalities")
    MEMBERS = "members", pgettext_lazy("reader", "members")
    BEDS = "beds", pgettext_lazy("reader", "beds")
    EUR = "eur", pgettext_lazy("reader", "€")
    PERCENT = "percent", pgettext_lazy("reader", "%")
    COUNT = "count", pgettext_lazy("reader", "number")


WHOLE_UNITS = {Unit.INHABITANTS, Unit.WORKERS, Unit.MUNICIPALITIES, Unit.MEMBERS, Unit.BEDS, Unit.COUNT}


class Qualifier(models.TextChoices):
    EXACT = "exact", pgettext_lazy("reader", "exactly")
    ABOUT = "about", pgettext_lazy("reader", "about")
    MORE_THAN = "more_than", pgettext_lazy("reader", "more than")


class Indicator(Fact):
    """What key figures measure; the unit belongs to it, so that figures can be compared."""

    unit = models.CharField(_("unit"), max_length=14, choices=Unit.choices)

    class Meta(Fact.Meta):
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")

    def clean(self) -> None:
        super().clean()
        if self.pk and self.unit != Indicator.objects.values_list("unit", flat=True).get(pk=self.pk):
            unfit = [figure for figure in self.figures.all() if figure.value_problem(self.unit)]
            if unfit:
                raise ValidationError(
                    {"unit": _("The figure “%(code)s” does not fit this unit.") % {"code": unfit[0].code}}
                )


class IndicatorName(FactName):
    fact = ParentalKey(Indicator, on_delete=models.CASCADE, related_name="names")


class IndicatorDefinition(FactText):
    """What an indicator means."""

    fact = ParentalKey(Indicator, on_delete=models.CASCADE, related_name="definitions")

    class Meta(FactText.Meta):
        verbose_name = _("definition")
        verbose_name_plural = _("definitions")


class KeyFigure(Fact):
    """One value of an indicator, for one border or one territory, as one source gives it for one year.

    It has no name: it is called by what it measures, where and when. Sources may disagree; each has its figure.
    """

    indicator = models.ForeignKey(
        Indicator, verbose_name=_("indicator"), on_delete=models.PROTECT, related_name="figures"
    )
    border = models.ForeignKey(
        Border,
        verbose_name=_("border"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="figures",
        help_text=_("Either a border or a territory."),
    )
    territory = models.ForeignKey(
        Territory,
        verbose_name=_("territory"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="figures",
    )
    from_country = models.ForeignKey(
        Country,
        verbose_name=_("country of origin"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("For a flow: the country that it comes from."),
    )
    to_country = models.ForeignKey(
        Country,
        verbose_name=_("country of destination"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("For a flow: the country that it goes to."),
    )
    value = models.DecimalField(_("value"), max_digits=17, decimal_places=3, validators=[MinValueValidator(Decimal(0))])
    qualifier = models.CharField(_("precision"), max_length=9, choices=Qualifier.choices, default=Qualifier.EXACT)
    year = models.PositiveSmallIntegerField(
        _("year"),
        validators=[MinValueValidator(1800), MaxValueValidator(2100)],
        help_text=_("The year that the figure is about."),
    )
    source_name = models.CharField(_("source"), max_length=200)
    source_url = models.URLField(_("source's address"), max_length=500)
    read_on = models.DateField(_("read on"), null=True, blank=True)

    public_with = {
        "indicator_id": "borders.indicator",
        "border_id": "borders.border",
        "territory_id": "borders.territory",
    }
    search_fields = [
        index.SearchField("code"),
        index.AutocompleteField("code"),
        index.SearchField("source_name"),
        index.RelatedFields(
            "indicator",
            [index.RelatedFields("names", [index.SearchField("text"), index.AutocompleteField("text")])],
        ),
        index.RelatedFields(
            "border", [index.RelatedFields("names", [index.SearchField("text"), index.AutocompleteField("text")])]
        ),
        index.RelatedFields(
            "territory", [index.RelatedFields("names", [index.SearchField("text"), index.AutocompleteField("text")])]
        ),
        index.FilterField("year"),
    ]

    class Meta(Fact.Meta):
        verbose_name = _("key figure")
        verbose_name_plural = _("key figures")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(border__isnull=True) ^ models.Q(territory__isnull=True),
                name="borders_keyfigure_one_place",
                violation_error_message=_("Give either a border or a territory."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} – {self.place} – {self.year}"

    def name_in(self, language: str) -> str:
        place = self.place.name_in(language) if self.place else ""
        return f"{self.indicator.name_in(language)} – {place} – {self.year}"

    @property
    def place(self) -> Border | Territory | None:
        """What the figure is about."""
        return self.border or self.territory

    def value_problem(self, unit: str) -> "StrOrPromise":
        """Why the value does not fit a unit; empty when it does."""
        if unit == Unit.PERCENT and self.value > 100:
            return _("A percentage is between 0 and 100.")
        if unit in WHOLE_UNITS and self.value != self.value.to_integral_value():
            return _("This indicator counts whole things: give a whole number.")
        return ""

    def clean(self) -> None:
        super().clean()
        errors: dict[str, StrOrPromise] = {}
        if not self.border_id and not self.territory_id:
            errors["border"] = _("Give either a border or a territory.")
        if self.border_id and self.territory_id:
            errors["territory"] = _("Give either a border or a territory, not both.")
        if self.from_country_id and self.from_country_id == self.to_country_id:
            errors["to_country"] = _("A flow goes from one country to another.")
        if (
            self.indicator_id
            and isinstance(self.value, Decimal)
            and (problem := self.value_problem(self.indicator.unit))
        ):
            errors["value"] = problem
        if self.read_on and self.read_on > timezone.localdate():
            errors["read_on"] = _("This day is still to come.")
        if errors:
            raise ValidationError(errors)


class KeyFigureNote(FactText):
    """What a reader must know beside the number, such as what it leaves out."""

    fact = ParentalKey(KeyFigure, on_delete=models.CASCADE, related_name="notes")

    class Meta(FactText.Meta):
        verbose_name = _("note")
        verbose_name_plural = _("notes")
