"""The members' network."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey

from borders.location import Located
from cms.facts import Fact, FactName


class MemberCategory(models.TextChoices):
    LOCAL_AUTHORITY = "local_authority", pgettext_lazy("reader", "Local authority")
    INTERMUNICIPAL = "intermunicipal", pgettext_lazy("reader", "Intermunicipal body")
    REGION = "region", pgettext_lazy("reader", "Region")
    DEPARTMENT = "department", pgettext_lazy("reader", "Department")
    STATE_SERVICE = "state_service", pgettext_lazy("reader", "State service")
    FEDERATION = "federation", pgettext_lazy("reader", "Federation or network")
    PLANNING_AGENCY = "planning_agency", pgettext_lazy("reader", "Urban-planning agency")
    CHAMBER = "chamber", pgettext_lazy("reader", "Chamber")
    ASSOCIATION = "association", pgettext_lazy("reader", "Association")
    COMPANY = "company", pgettext_lazy("reader", "Company")
    PUBLIC_COMPANY = "public_company", pgettext_lazy("reader", "Public company")
    UNIVERSITY = "university", pgettext_lazy("reader", "University")
    CROSS_BORDER_STRUCTURE = "cross_border_structure", pgettext_lazy("reader", "Cross-border structure")


class Member(Located, Fact):
    """An organisation that belongs to the association."""

    category = models.CharField(_("category"), max_length=24, choices=MemberCategory.choices)
    country = models.ForeignKey(
        "borders.Country", verbose_name=_("country"), on_delete=models.PROTECT, related_name="members"
    )
    city = models.CharField(_("city"), max_length=120)
    website = models.URLField(_("website"), blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("member")
        verbose_name_plural = _("members")


class MemberName(FactName):
    fact = ParentalKey(Member, on_delete=models.CASCADE, related_name="names")
