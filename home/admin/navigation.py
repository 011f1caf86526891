"""Menus and footer in the admin, listed as readers see them: by menu, the second level below the first."""

from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from cms.fact_admin import FormlessChooserViewSet
from home.models import NavigationEntry


class NavigationForm(WagtailAdminModelForm):
    """Offers the entries of the first level as parents, with their menu."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parents = NavigationEntry.objects.filter(parent=None).exclude(pk=self.instance.pk)
        self.fields["parent"].queryset = parents.select_related("page").prefetch_related("labels")
        self.fields["parent"].label_from_instance = lambda entry: f"{entry.get_menu_display()} › {entry}"


class NavigationIndexView(IndexView):
    def _get_title_column(self, field_name: str, *args: Any, **kwargs: Any) -> Column:
        column = super()._get_title_column(field_name, *args, **kwargs)
        column.label = _("Entry")
        column.accessor = lambda entry: f"— {entry}" if entry.parent_id else str(entry)
        return column


def _target(entry: NavigationEntry) -> str:
    """Where an entry leads, and whether readers see it."""
    if entry.page is None:
        return entry.url
    if not entry.page.live:
        return _("%(title)s (not published: the entry is hidden)") % {"title": entry.page.title}
    return entry.page.title


class NavigationViewSet(SnippetViewSet):
    model = NavigationEntry
    icon = "list-ul"
    menu_label = _("Navigation")
    menu_order = 10
    index_view_class = NavigationIndexView
    chooser_viewset_class = FormlessChooserViewSet
    copy_view_enabled = False
    list_per_page = 100
    list_display = [
        "__str__",
        Column("menu", label=_("Menu"), accessor="get_menu_display"),
        Column("target", label=_("Target"), accessor=_target),
        Column(
            "labels", label=_("Labels"), accessor=lambda entry: ", ".join(row.language for row in entry.labels.all())
        ),
        Column("sort_order", label=_("Order")),
    ]
    list_filter = ["menu"]
    search_fields = ["labels__text", "page__title", "url"]
    search_backend_name = None
    edit_handler = ObjectList(NavigationEntry.panels, base_form_class=NavigationForm)

    def get_queryset(self, request: HttpRequest) -> QuerySet[NavigationEntry]:
        return (
            NavigationEntry.objects.select_related("page", "parent")
            .prefetch_related("labels")
            .order_by(
                "-menu",  # the main menu before the footer
                Coalesce("parent__sort_order", "sort_order"),
                Coalesce("parent_id", "pk"),
                F("parent_id").asc(nulls_first=True),
                "sort_order",
                "pk",
            )
        )
