"""How far a page's translation goes and whether its source has moved on: two axes, never mixed."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Completeness(models.TextChoices):
    FULL = "full", pgettext_lazy("reader", "full")
    PARTIAL = "partial", pgettext_lazy("reader", "partial")
    SUMMARY = "summary", pgettext_lazy("reader", "summary")


class TranslationStatus(models.Model):
    """One row per translated page; a page without a row is a source or an alias."""

    page = models.OneToOneField(
        "wagtailcore.Page", on_delete=models.CASCADE, primary_key=True, related_name="translation_status"
    )
    completeness = models.CharField(max_length=8, choices=Completeness.choices, default=Completeness.FULL)
    percent = models.PositiveSmallIntegerField(default=100)
    outdated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("translation status")
        verbose_name_plural = _("translation statuses")

    def __str__(self) -> str:
        return f"{self.page_id}: {self.completeness} {self.percent} %"
