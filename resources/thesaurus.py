"""The thesaurus: concepts with labels per language, from the broadest (the themes) to the narrowest (SKOS)."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from cms.facts import Fact, FactName, FactText
from cms.pages import FactLink


class ConceptStatus(models.TextChoices):
    """Where a concept stands in its life."""

    CANDIDATE = "candidate", pgettext_lazy("reader", "Candidate")
    APPROVED = "approved", pgettext_lazy("reader", "Approved")
    DEPRECATED = "deprecated", pgettext_lazy("reader", "Deprecated")


class Concept(Fact):
    """A concept of the thesaurus; its names are its labels."""

    notation = models.CharField(
        _("notation"), max_length=20, blank=True, help_text=_("Its place in printed lists, such as “03.2”.")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=ConceptStatus.choices, default=ConceptStatus.CANDIDATE
    )
    eurovoc_id = models.CharField(
        _("EuroVoc number"),
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^(\d+|c_[0-9a-f]+)$", _("A number such as 2477, or a code such as c_2a1a9fdc."))],
        help_text=_("The concept of the same meaning in the European Union's thesaurus."),
    )
    broader = ParentalManyToManyField(
        "self",
        verbose_name=_("broader concepts"),
        symmetrical=False,
        blank=True,
        related_name="narrower",
        help_text=_("A concept without a broader one is a theme."),
    )
    related = ParentalManyToManyField(
        "self",
        verbose_name=_("related concepts"),
        symmetrical=False,
        blank=True,
        related_name="related_from",
        help_text=_("Stated on one side, it holds for both."),
    )

    search_fields = [*Fact.search_fields, index.SearchField("notation"), index.FilterField("status")]

    class Meta(Fact.Meta):
        verbose_name = _("concept")
        verbose_name_plural = _("concepts")

    def clean(self) -> None:
        super().clean()
        errors: dict[str, Any] = {}
        broader = {concept.pk for concept in self.broader.all()}
        related = {concept.pk for concept in self.related.all()}
        if self.pk is not None and self.pk in broader | closure(broader, upwards(without=self.pk)):
            errors["broader"] = _("A concept cannot be broader than itself, directly or through others.")
        if self.pk is not None and self.pk in related:
            errors["related"] = _("A concept is not related to itself.")
        elif related & broader:
            errors["related"] = _("A concept is either broader or related, not both.")
        if errors:
            raise ValidationError(errors)

    @property
    def is_theme(self) -> bool:
        """A top concept that is approved."""
        return self.status == ConceptStatus.APPROVED and not self.broader.exists()


class ConceptName(FactName):
    fact = ParentalKey(Concept, on_delete=models.CASCADE, related_name="names")


class ConceptScopeNote(FactText):
    """What a concept covers and what it leaves out."""

    fact = ParentalKey(Concept, on_delete=models.CASCADE, related_name="scope_notes")

    class Meta(FactText.Meta):
        verbose_name = _("scope note")
        verbose_name_plural = _("scope notes")


class PageTheme(FactLink):
    """A page is about a concept of the thesaurus."""

    page = ParentalKey("wagtailcore.Page", on_delete=models.CASCADE, related_name="theme_links")
    fact = models.ForeignKey(Concept, verbose_name=_("theme"), on_delete=models.PROTECT, related_name="+")

    panels = [FieldPanel("fact")]


Edges = dict[int, set[int]]


def upwards(*, without: int | None = None) -> Edges:
    """Broader concepts of every concept, by key (one query); `without` leaves one concept's own out."""
    edges: Edges = defaultdict(set)
    for narrower, broader in Concept.broader.through.objects.values_list("from_concept_id", "to_concept_id"):
        if narrower != without:
            edges[narrower].add(broader)
    return edges


def closure(keys: Iterable[int], edges: Edges) -> set[int]:
    """All that can be reached from the keys, themselves left out unless a loop leads back to them.

    Two publications at the same moment can close a loop that neither saw, so nothing may run round in it.
    """
    found: set[int] = set()
    waiting = [target for key in keys for target in edges.get(key, ())]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += edges.get(key, ())
    return found
