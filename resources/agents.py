"""Agents: the persons and bodies that write and publish."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from wagtail.search import index

from cms.changes import RECORDS
from cms.facts import Fact, FactName


class AgentKind(models.TextChoices):
    PERSON = "person", pgettext_lazy("reader", "Person")
    BODY = "body", pgettext_lazy("reader", "Organisation")


def check_digit(digits: str) -> str:
    """The last character of an ISNI or ORCID after its first 15 digits (ISO 7064 MOD 11-2): 0 to 9 or X."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    result = (12 - total % 11) % 11
    return "X" if result == 10 else str(result)


def _refuse_mistyped(characters: str) -> None:
    if check_digit(characters[:15]) != characters[15]:
        raise ValidationError(_("The last character does not fit the others: a digit was mistyped."))


def validate_orcid(value: str) -> None:
    """An ORCID as it is written: four groups of four."""
    RegexValidator(r"^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$", _("Write it like 0000-0002-1825-0097."))(value)
    _refuse_mistyped(value.replace("-", ""))


def validate_isni(value: str) -> None:
    """An ISNI as it is written: four groups of four, or sixteen characters without spaces."""
    RegexValidator(r"^\d{4} ?\d{4} ?\d{4} ?\d{3}[\dX]$", _("Write it like 0000 0001 2103 2683."))(value)
    _refuse_mistyped(value.replace(" ", ""))


class Agent(Fact):
    """An author or publisher; its names are the variants under which it signs."""

    change_family = RECORDS

    kind = models.CharField(_("kind"), max_length=6, choices=AgentKind.choices, default=AgentKind.BODY)
    orcid = models.CharField("ORCID", max_length=19, blank=True, validators=[validate_orcid])
    isni = models.CharField("ISNI", max_length=19, blank=True, validators=[validate_isni])
    viaf = models.CharField(
        "VIAF", max_length=22, blank=True, validators=[RegexValidator(r"^\d+$", _("Digits only, such as 2477."))]
    )
    website = models.URLField(_("website"), max_length=500, blank=True)
    country = models.ForeignKey(
        "borders.Country",
        verbose_name=_("country"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    search_fields = [*Fact.search_fields, index.FilterField("kind"), index.SearchField("orcid")]

    class Meta(Fact.Meta):
        verbose_name = _("agent")
        verbose_name_plural = _("agents")

    def clean(self) -> None:
        super().clean()
        self.isni = self.isni.replace(" ", "")
        if self.orcid and self.kind != AgentKind.PERSON:
            raise ValidationError({"orcid": _("Only persons have an ORCID; organisations have an ISNI.")})


class AgentName(FactName):
    fact = ParentalKey(Agent, on_delete=models.CASCADE, related_name="names")
