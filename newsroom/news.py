"""News, press releases and job offers."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from cms import fields, structured_data
from cms.dated import DatedMixin
from cms.json_types import Date
from cms.pages import BodyMixin, BordersMixin, IndexPage, SitePage, TerritoriesMixin, ThemesMixin, synchronised
from cms.references import Context


class NewsCategory(models.TextChoices):
    """Whose news it is."""

    MOT = "mot", pgettext_lazy("reader", "MOT")
    TERRITORIES = "territories", pgettext_lazy("reader", "Territories")
    FRANCE = "france", pgettext_lazy("reader", "France")
    STATES = "states", pgettext_lazy("reader", "States")
    EUROPE = "europe", pgettext_lazy("reader", "Europe")


class NewsKind(models.TextChoices):
    NEWS = "news", pgettext_lazy("reader", "News")
    PRESS_RELEASE = "press_release", pgettext_lazy("reader", "Press release")
    JOB = "job", pgettext_lazy("reader", "Job or internship offer")


class NewsIndexPage(IndexPage):
    """The entry to the news."""

    subpage_types = ["newsroom.NewsPage"]

    class Meta:
        verbose_name = _("news index")
        verbose_name_plural = _("news indexes")


class NewsPage(DatedMixin, BodyMixin, ThemesMixin, BordersMixin, TerritoriesMixin, SitePage):
    """A piece of news with its date and, where it comes from elsewhere, its source."""

    schema_type = "NewsArticle"

    category = models.CharField(
        _("category"), max_length=11, choices=NewsCategory.choices, default=NewsCategory.TERRITORIES
    )
    kind = models.CharField(_("kind"), max_length=13, choices=NewsKind.choices, default=NewsKind.NEWS)
    source_url = models.URLField(_("source"), max_length=500, blank=True, help_text=_("Where the news comes from."))

    head = [FieldRowPanel([FieldPanel("category"), FieldPanel("kind")])]
    content = [FieldPanel("source_url")]
    json_fields = [
        fields.value("date", Date, card=True),
        fields.enum("category", NewsCategory, card=True),
        fields.enum("kind", NewsKind, card=True),
        fields.text("source_url", card=True),
    ]
    translation = synchronised("category", "kind", "source_url")

    parent_page_types = ["newsroom.NewsIndexPage"]
    subpage_types: list[str] = []

    def structured_data(self, context: Context) -> dict[str, Any]:
        if self.kind == NewsKind.JOB:
            return {
                "@type": "JobPosting",
                **structured_data.NO_WORK,
                "inLanguage": None,
                "title": self.title,
                "datePosted": self.known_date,
                "hiringOrganization": structured_data.organisation(context),
            }
        return {**super().structured_data(context), "datePublished": self.known_date}

    class Meta:
        verbose_name = _("news item")
        verbose_name_plural = _("news items")
        indexes = [models.Index(fields=["-date", "page_ptr"], name="newsroom_news_latest")]  # what sites list
