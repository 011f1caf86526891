"""The admin of offices: the public contacts of pages and of the site."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.tables import Column

from cms.fact_admin import FactFilterSet, FactViewSet, code_column
from cms.facts import Office


class OfficeFilterSet(FactFilterSet):
    class Meta:
        model = Office
        fields: list[str] = []


class OfficeViewSet(FactViewSet):
    model = Office
    icon = "mail"
    menu_order = 5
    filterset_class = OfficeFilterSet
    search_by = ["email", "address"]
    list_display = [
        "__str__",
        code_column(),
        Column("email", label=_("e-mail")),
        Column("phone", label=_("telephone")),
    ]
    exported = ["email", "phone", "address", "website"]
    tab = [
        FieldRowPanel([FieldPanel("email"), FieldPanel("phone")]),
        FieldPanel("address"),
        FieldPanel("website"),
    ]
