"""How far a page's translation goes and whether its source has moved on: two axes, never mixed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Completeness(models.TextChoices):
    """How much of the source a published translation gives."""

    FULL = "full", pgettext_lazy("reader", "full")
    PARTIAL = "partial", pgettext_lazy("reader", "partial")
    SUMMARY = "summary", pgettext_lazy("reader", "summary")


class TranslationStatus(models.Model):
    """What is published of a translated page; a page without a row is a source or an alias.

    `made_from` and `confirmed_from` are fingerprints of the source's prose (cms.translation.prose): the one that the
    published text was translated from, and the one for which somebody said that the text still holds.
    """

    page = models.OneToOneField(
        "wagtailcore.Page", on_delete=models.CASCADE, primary_key=True, related_name="translation_status"
    )
    completeness = models.CharField(
        _("completeness"), max_length=8, choices=Completeness.choices, default=Completeness.FULL
    )
    percent = models.PositiveSmallIntegerField(
        _("translated"), default=100, help_text=_("Share of the source's segments, in percent; 0 for a summary.")
    )
    outdated = models.BooleanField(_("outdated"), default=False)
    made_from = models.CharField(max_length=64, blank=True, editable=False)
    confirmed_from = models.CharField(max_length=64, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("confirmed by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(_("confirmed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("translation status")
        verbose_name_plural = _("translation statuses")

    def __str__(self) -> str:
        return f"{self.page_id}: {self.completeness} {self.percent} %"


class TranslatedRevision(models.Model):
    """What a draft was made of, so that its publication, whenever and however it happens, can say so."""

    revision = models.OneToOneField(
        "wagtailcore.Revision", on_delete=models.CASCADE, primary_key=True, related_name="translated"
    )
    percent = models.PositiveSmallIntegerField()
    made_from = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.percent} %"
