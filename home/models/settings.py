"""What the whole site shares: tagline, contacts, social accounts, legal pages."""

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Orderable

from cms.languages import Language


class SocialNetwork(models.TextChoices):
    LINKEDIN = "linkedin", "LinkedIn"
    FACEBOOK = "facebook", "Facebook"
    YOUTUBE = "youtube", "YouTube"
    BLUESKY = "bluesky", "Bluesky"
    MASTODON = "mastodon", "Mastodon"
    INSTAGRAM = "instagram", "Instagram"
    X = "x", "X"


@register_setting(icon="site")
class SiteSettings(ClusterableModel, BaseSiteSetting):
    """One row a site."""

    name = models.CharField(_("name of the site"), max_length=120, default="Mission Opérationnelle Transfrontalière")
    offices = ParentalManyToManyField("cms.Office", verbose_name=_("public contacts"), blank=True)
    legal_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("legal notice"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    privacy_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("privacy policy"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    accessibility_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("accessibility"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    panels = [
        FieldPanel("name"),
        InlinePanel("taglines", heading=_("Taglines"), label=_("tagline")),
        FieldPanel("offices", widget=forms.CheckboxSelectMultiple),
        InlinePanel("social_accounts", heading=_("Social accounts"), label=_("account")),
        FieldPanel("legal_page"),
        FieldPanel("privacy_page"),
        FieldPanel("accessibility_page"),
    ]

    class Meta:
        verbose_name = _("site settings")


class SiteTagline(Orderable):
    settings = ParentalKey(SiteSettings, on_delete=models.CASCADE, related_name="taglines")
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    text = models.CharField(_("tagline"), max_length=200)

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["settings", "language"], name="home_sitetagline_once")]

    def __str__(self) -> str:
        return self.text


class SocialAccount(Orderable):
    settings = ParentalKey(SiteSettings, on_delete=models.CASCADE, related_name="social_accounts")
    network = models.CharField(_("network"), max_length=10, choices=SocialNetwork.choices)
    url = models.URLField(_("address"))

    def __str__(self) -> str:
        return self.get_network_display()
