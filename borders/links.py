"""What ties any page of the site to borders, territories and programmes."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel

from borders.geography import Border, Territory
from borders.programmes import Programme
from cms.pages import FactLink


class PageBorder(FactLink):
    """A page is about a border."""

    page = ParentalKey("wagtailcore.Page", on_delete=models.CASCADE, related_name="border_links")
    fact = models.ForeignKey(Border, verbose_name=_("border"), on_delete=models.PROTECT, related_name="+")

    panels = [FieldPanel("fact")]


class PageTerritory(FactLink):
    """A page is about a territory."""

    page = ParentalKey("wagtailcore.Page", on_delete=models.CASCADE, related_name="territory_links")
    fact = models.ForeignKey(Territory, verbose_name=_("territory"), on_delete=models.PROTECT, related_name="+")

    panels = [FieldPanel("fact")]


class PageProgramme(FactLink):
    """A page is about a programme."""

    page = ParentalKey("wagtailcore.Page", on_delete=models.CASCADE, related_name="programme_links")
    fact = models.ForeignKey(Programme, verbose_name=_("programme"), on_delete=models.PROTECT, related_name="+")

    panels = [FieldPanel("fact")]
