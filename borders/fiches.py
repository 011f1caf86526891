"""The fiches: one page per border and per territory, prose around the facts."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from borders import atlas, published, shapes
from borders.bound import BoundMixin, FicheMixin, with_bound
from borders.geography import Border, LegalForm, Territory
from cms import fields
from cms.pages import (
    BodyMixin,
    BordersMixin,
    FollowUpMixin,
    IndexPage,
    SitePage,
    TerritoriesMixin,
    ThemesMixin,
    synchronised,
)
from cms.references import Context
from cms.structured_data import compact, place


class BorderIndexPage(IndexPage):
    """The entry to the border fiches."""

    subpage_types = ["borders.BorderPage"]

    class Meta:
        verbose_name = _("border index")
        verbose_name_plural = _("border indexes")


class BorderPage(BoundMixin, BodyMixin, FicheMixin, BordersMixin, ThemesMixin, FollowUpMixin, SitePage):
    """The fiche of a border; its countries, parts, length, figures, territories and programmes come from the facts."""

    schema_type = "Article"

    border = models.ForeignKey(
        Border,
        verbose_name=_("border"),
        on_delete=models.PROTECT,
        related_name="pages",
        help_text=_("Its countries, figures and programmes appear by themselves."),
    )

    bound_to = "border"
    head = [FieldPanel("border")]
    json_fields = [
        fields.fact("border", "borders.Border:detail", shapes.BorderDetail),
        fields.publications_about("border", "borders.Border"),
        with_bound("borders", "border_links", "borders.Border", lambda page, context: [page.border_id]),
    ]
    translation = synchronised("border")

    parent_page_types = ["borders.BorderIndexPage"]
    subpage_types: list[str] = []

    def structured_data(self, context: Context) -> dict[str, Any]:
        border = context.labels.derived(published.borders).get(self.border_id)
        name = context.labels.coded("borders.Border", self.border_id, context.locale)
        about = place(name["label"], lat=border.lat, lon=border.lon) if border and name else None
        return {**super().structured_data(context), "about": about}

    class Meta:
        verbose_name = _("border fiche")
        verbose_name_plural = _("border fiches")


class TerritoryIndexPage(IndexPage):
    """The entry to the territory fiches."""

    subpage_types = ["borders.TerritoryPage"]

    class Meta:
        verbose_name = _("territory index")
        verbose_name_plural = _("territory indexes")


class TerritoryPage(
    BoundMixin, BodyMixin, FicheMixin, BordersMixin, TerritoriesMixin, ThemesMixin, FollowUpMixin, SitePage
):
    """The fiche of a cross-border territory; its borders, legal form, members and figures come from the facts."""

    schema_type = "Article"

    territory = models.ForeignKey(
        Territory,
        verbose_name=_("territory"),
        on_delete=models.PROTECT,
        related_name="pages",
        help_text=_("Its borders, legal form, member authorities and figures appear by themselves."),
    )

    bound_to = "territory"
    head = [FieldPanel("territory")]
    json_fields = [
        fields.fact("territory", "borders.Territory:detail", shapes.TerritoryDetail),
        fields.publications_about("territory", "borders.Territory"),
        with_bound(
            "borders",
            "border_links",
            "borders.Border",
            lambda page, context: atlas.of(context.labels).borders_of_territory.get(page.territory_id, []),
        ),
        with_bound("territories", "territory_links", "borders.Territory", lambda page, context: [page.territory_id]),
    ]
    translation = synchronised("territory")

    parent_page_types = ["borders.TerritoryIndexPage"]
    subpage_types: list[str] = []

    def structured_data(self, context: Context) -> dict[str, Any]:
        territory = context.labels.derived(published.territories).get(self.territory_id)
        name = context.labels.coded("borders.Territory", self.territory_id, context.locale)
        if territory is None or name is None:
            return super().structured_data(context)
        about = place(name["label"], territory.seat, territory.lat, territory.lon)
        if territory.legal_form != LegalForm.NONE:
            about = compact(
                {"@type": "Organization", "name": name["label"], "url": territory.website, "location": about}
            )
        return {**super().structured_data(context), "about": about}

    class Meta:
        verbose_name = _("territory fiche")
        verbose_name_plural = _("territory fiches")
