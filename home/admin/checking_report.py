"""The report « Pages à vérifier », its button, and its panel on the dashboard."""

from collections.abc import Mapping
from typing import Any, ClassVar

import django_filters
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.filters import ContentTypeFilter, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.models import Locale, Page

from cms.page_report import PageReport, page_type
from home.admin import checking

ON_DASHBOARD = 6


def _with_people(pages: QuerySet[Page], user: Any) -> list[Any]:
    """The pages with `responsible`, the user, `due_on`, and `has_button` where `user` can note a check.

    Users that are gone are nobody. Who approves a page in review is only asked when somebody notes a check.
    """
    found: list[Any] = list(pages)
    users = get_user_model()._default_manager.in_bulk({page.responsible_id for page in found} - {None})
    for page in found:
        page.responsible = users.get(page.responsible_id)
        page.due_on = checking.due_on(page)
        page.has_button = not page.locked and page.permissions_for_user(user).can_publish()
    return found


def _name(user: Any) -> str:
    return user.get_full_name() or user.get_username() if user else ""


class _UserField(django_filters.fields.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(self.null_label) if obj == self.null_value else _name(obj)  # the listing shows active filters so


class _UserFilter(django_filters.ModelChoiceFilter):
    field_class = _UserField


class ToCheckFilterSet(WagtailFilterSet):
    responsible = _UserFilter(
        label=gettext_lazy("Responsible"),
        method="of_responsible",
        queryset=lambda request: get_user_model()._default_manager.filter(
            pk__in=checking.due(request.user).order_by().values("responsible_id")
        ),
        null_label=gettext_lazy("nobody"),
    )
    content_type = ContentTypeFilter(
        label=gettext_lazy("Type"),
        queryset=lambda request: ContentType.objects.filter(
            pk__in=[one.pk for one in ContentType.objects.get_for_models(*checking.page_types()).values()]
        ),
    )
    locale = django_filters.ModelChoiceFilter(label=gettext_lazy("Language"), queryset=Locale.objects.all())

    class Meta:
        model = Page
        fields: list[str] = []

    def of_responsible(self, pages: QuerySet[Page], name: str, value: Any) -> QuerySet[Page]:
        return pages.filter(responsible_id=None if value == "null" else value.pk)


class ToCheckView(PageReport):
    """Pages that are due, with a button each that says they were read today and found right."""

    page_title = gettext_lazy("Pages to check")
    header_icon = "calendar-check"
    filterset_class = ToCheckFilterSet
    index_url_name = "home_to_check"
    index_results_url_name = "home_to_check_results"
    narrow_language = False
    export_filename = "pages-to-check"
    own_export: ClassVar[dict[str, Any]] = {
        "responsible": gettext_lazy("Responsible"),
        "checked_on": gettext_lazy("Last checked"),
        "due_on": gettext_lazy("Due since"),
    }

    def own_columns(self) -> list[Column]:
        return [
            Column(
                "responsible",
                label=_("Responsible"),
                accessor=lambda page: _name(page.responsible),
                classname="mot-wide",
            ),
            Column(
                "checked_on",
                label=_("Last checked"),
                accessor=lambda page: page.checked_on or _("never"),
                classname="mot-wide",
            ),
            DateColumn("due_on", label=_("Due since")),
            _ButtonColumn("check", label=_("Check")),
        ]

    def get_queryset(self) -> QuerySet[Page]:
        return checking.due(self.request.user).select_related("locale", "content_type")

    def decorate_paginated_queryset(self, object_list: QuerySet[Page]) -> list[Any]:
        return _with_people(object_list, self.request.user)

    def own_row(self, page: Any) -> dict[str, Any]:
        return {"responsible": _name(page.responsible), "checked_on": page.checked_on, "due_on": page.due_on}


class _ButtonColumn(Column):
    cell_template_name = "home/admin/check_cell.html"

    def get_value(self, instance: Any) -> str:
        return reverse("home_check", args=(instance.pk,))


@require_POST
def check(request: HttpRequest, page_id: int) -> HttpResponse:
    """Notes that a page was checked today; Http404 for one that nobody is to check."""
    page = get_object_or_404(Page, pk=page_id).specific
    if type(page) not in checking.page_types():
        raise Http404
    checking.mark_checked(page, request.user)
    messages.success(request, _("“%(page)s” is noted as checked today.") % {"page": page.get_admin_display_title()})
    return redirect("wagtailadmin_home" if request.GET.get("next") == "home" else "home_to_check")


class ToCheckPanel(Component):
    """The pages that are due, the user's own first."""

    name = "to_check"
    template_name = "home/admin/to_check_panel.html"
    order = 230

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        context = parent_context or {}
        request: HttpRequest = context["request"]
        pages = checking.due(request.user).select_related("locale", "content_type")
        own = Case(When(responsible_id=request.user.pk, then=Value(0)), default=Value(1))
        first = _with_people(pages.order_by(own, "due_number", "title")[:ON_DASHBOARD], request.user)
        for page in first:
            page.is_mine = page.responsible_id == request.user.pk
            page.type_label = page_type(page)
        return {"pages": first, "count": pages.count() if first else 0, "csrf_token": context["csrf_token"]}


class ToCheckMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return user_has_any_page_permission(request.user)


def menu_item() -> MenuItem:
    """register_reports_menu_item."""
    return ToCheckMenuItem(
        gettext_lazy("Pages to check"), reverse("home_to_check"), name="to-check", icon_name="calendar-check", order=700
    )


def urls() -> list[URLPattern]:
    """register_admin_urls."""
    return [
        path("reports/to-check/", ToCheckView.as_view(), name="home_to_check"),
        path("reports/to-check/results/", ToCheckView.as_view(results_only=True), name="home_to_check_results"),
        path("pages/<int:page_id>/checked/", check, name="home_check"),
    ]
