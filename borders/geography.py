"""Countries, the borders between them and the territories that lie across."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey, ParentalManyToManyField

from borders import geojson
from borders.location import Located
from cms.facts import Fact, FactName
from cms.organisations import Partner
from cms.representation import DatePrecision


class BorderKind(models.TextChoices):
    LAND = "land", pgettext_lazy("reader", "Land border")
    MARITIME = "maritime", pgettext_lazy("reader", "Maritime border")
    LAKE = "lake", pgettext_lazy("reader", "Lake border")
    MIXED = "mixed", pgettext_lazy("reader", "Mixed border")


class LegalForm(models.TextChoices):
    """What a territory's structure is in law."""

    EGTC = "egtc", pgettext_lazy("reader", "European grouping of territorial cooperation (EGTC)")
    GLCT = "glct", pgettext_lazy("reader", "Local grouping of cross-border cooperation (LGCC)")
    EEIG = "eeig", pgettext_lazy("reader", "European economic interest grouping (EEIG)")
    CONSORCIO = "consorcio", pgettext_lazy("reader", "Consorcio under Spanish law")
    ASSOCIATION = "association", pgettext_lazy("reader", "Association")
    CONFERENCE = "conference", pgettext_lazy("reader", "Conference or working community")
    AGREEMENT = "agreement", pgettext_lazy("reader", "Agreement without a structure")
    NONE = "none", pgettext_lazy("reader", "No legal form")


class TerritoryScale(models.TextChoices):
    AGGLOMERATION = "agglomeration", pgettext_lazy("reader", "Cross-border conurbation")
    RURAL = "rural", pgettext_lazy("reader", "Rural and natural territory")
    METROPOLITAN = "metropolitan", pgettext_lazy("reader", "Metropolitan region")
    EUROREGION = "euroregion", pgettext_lazy("reader", "Euroregion")


class Country(Fact):
    """A country or territory by its ISO 3166-1 alpha-2 code, in small letters."""

    class Meta(Fact.Meta):
        verbose_name = _("country")
        verbose_name_plural = _("countries")

    def clean(self) -> None:
        super().clean()
        if not re.fullmatch("[a-z]{2}", self.code):
            raise ValidationError({"code": _("Two small letters (ISO 3166-1), such as “de”.")})


class CountryName(FactName):
    fact = ParentalKey(Country, on_delete=models.CASCADE, related_name="names")


POINTS = {"Point", "MultiPoint"}


class Border(Located, Fact):
    """A border of two countries or more; one that is made of parts has the lines of its parts."""

    kind = models.CharField(_("kind"), max_length=10, choices=BorderKind.choices, default=BorderKind.LAND)
    countries = ParentalManyToManyField(Country, verbose_name=_("countries"), related_name="borders")
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parts",
        help_text=_("The border that this one is a part of; what concerns a part is found under the whole too."),
    )
    geometry = geojson.GeometryField(
        _("line"),
        null=True,
        blank=True,
        help_text=_(
            "A GeoJSON geometry (RFC 7946). A maritime border has a point with a “bbox”, never an invented line; "
            "leave it empty for a border made of parts."
        ),
    )
    order = models.PositiveSmallIntegerField(
        _("order"), default=100, help_text=_("Place among the borders: the smallest number comes first.")
    )

    class Meta(Fact.Meta):
        verbose_name = _("border")
        verbose_name_plural = _("borders")
        ordering = ["order", "code"]  # type: ignore[misc]

    def clean(self) -> None:
        super().clean()
        errors: dict[str, Any] = {}
        if len(self.countries.all()) < 2:
            errors["countries"] = _("A border lies between two countries at least.")
        if self.parent_id and self._is_above(self.parent_id):
            errors["parent"] = _("A border cannot be a part of itself or of one of its own parts.")
        if self.kind == BorderKind.MARITIME and self.geometry and self.geometry.get("type") not in POINTS:
            errors["geometry"] = _("A maritime border is a point with a “bbox”: its line would be invented.")
        if errors:
            raise ValidationError(errors)

    def _is_above(self, pk: int | None) -> bool:
        """Whether this border is found on the way up from another."""
        if self.pk is None:
            return False
        above = dict(Border.objects.values_list("pk", "parent_id"))
        seen: set[int] = set()
        while pk is not None and pk not in seen:
            if pk == self.pk:
                return True
            seen.add(pk)
            pk = above.get(pk)
        return False


class BorderName(FactName):
    fact = ParentalKey(Border, on_delete=models.CASCADE, related_name="names")


class Territory(Located, Fact):
    """A cross-border territory: authorities on several sides of one border or more that work together."""

    legal_form = models.CharField(_("legal form"), max_length=12, choices=LegalForm.choices, default=LegalForm.NONE)
    scale = models.CharField(
        _("scale"), max_length=14, choices=TerritoryScale.choices, default=TerritoryScale.AGGLOMERATION
    )
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    founded_precision = models.CharField(
        _("what is known of the date"),
        max_length=5,
        choices=DatePrecision.choices,
        default=DatePrecision.DAY,
        help_text=_("A date of which only the year is known: 1 January and “year”."),
    )
    seat = models.CharField(_("seat"), max_length=120, blank=True, help_text=_("The town of its offices."))
    website = models.URLField(_("website"), max_length=500, blank=True)
    borders = ParentalManyToManyField(
        Border,
        verbose_name=_("borders"),
        related_name="territories",
        help_text=_("At least one; a trinational territory counts under each of its borders."),
    )

    class Meta(Fact.Meta):
        verbose_name = _("cross-border territory")
        verbose_name_plural = _("cross-border territories")


class TerritoryName(FactName):
    fact = ParentalKey(Territory, on_delete=models.CASCADE, related_name="names")


class TerritoryMember(Partner):
    """An authority that belongs to a territory."""

    fact = ParentalKey(Territory, on_delete=models.CASCADE, related_name="members")

    class Meta(Partner.Meta):
        verbose_name = _("member authority")
        verbose_name_plural = _("member authorities")
