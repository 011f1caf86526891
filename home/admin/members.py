"""The members of the network in the admin, beside the rest of the site."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.tables import Column

from borders.admin import POINT
from borders.models import Country
from cms.fact_admin import FactFilterSet, FactViewSet, choices_filter, code_column, fact_filter
from home.models import Member
from home.models.members import MemberCategory

MENU_HOOK = "register_site_menu_item"


class MemberFilterSet(FactFilterSet):
    category = choices_filter("category", MemberCategory, _("category"))
    country = fact_filter(Country, _("country"))

    class Meta:
        model = Member
        fields: list[str] = []


class MemberViewSet(FactViewSet):
    model = Member
    menu_hook = MENU_HOOK
    icon = "group"
    menu_order = 20
    filterset_class = MemberFilterSet
    related = ["country"]
    prefetched = ["country__names"]
    search_by = ["city"]
    list_display = [
        "__str__",
        Column("category", label=_("category"), accessor="get_category_display", sort_key="category"),
        Column("city", label=_("city"), sort_key="city"),
        Column("country", label=_("country"), sort_key="country__code"),
        code_column(),
    ]
    exported = ["category", "country", "city", "website", "lat", "lon"]
    tab = [
        FieldPanel("category"),
        FieldRowPanel([FieldPanel("city"), FieldPanel("country")]),
        FieldPanel("website"),
        POINT,
    ]
