"""The programmes that fund cooperation."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey, ParentalManyToManyField

from borders.geography import Border
from cms.facts import Fact, FactName
from cms.validation import END_BEFORE_START


class ProgrammeKind(models.TextChoices):
    INTERREG_A = "interreg_a", pgettext_lazy("reader", "Interreg A (cross-border)")
    INTERREG_B = "interreg_b", pgettext_lazy("reader", "Interreg B (transnational)")
    INTERREG_OTHER = "interreg_other", pgettext_lazy("reader", "Interreg, other strand")
    OTHER = "other", pgettext_lazy("reader", "Other programme")


class Programme(Fact):
    """A funding programme of one period: the next period is another programme."""

    kind = models.CharField(_("kind"), max_length=14, choices=ProgrammeKind.choices, default=ProgrammeKind.INTERREG_A)
    start_year = models.PositiveSmallIntegerField(
        _("first year"), validators=[MinValueValidator(1950), MaxValueValidator(2100)]
    )
    end_year = models.PositiveSmallIntegerField(
        _("last year"), null=True, blank=True, validators=[MinValueValidator(1950), MaxValueValidator(2100)]
    )
    borders = ParentalManyToManyField(Border, verbose_name=_("borders"), related_name="programmes", blank=True)
    website = models.URLField(_("website"), max_length=500, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def clean(self) -> None:
        super().clean()
        if self.start_year and self.end_year and self.end_year < self.start_year:
            raise ValidationError({"end_year": END_BEFORE_START})


class ProgrammeName(FactName):
    fact = ParentalKey(Programme, on_delete=models.CASCADE, related_name="names")
