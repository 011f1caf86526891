"""The report « Traductions à faire »: what is missing, partial or outdated in each language."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.models import Locale, Page
from wagtail.permission_policies.pages import PagePermissionPolicy

from cms.page_report import PageReport
from cms.translation.models import Completeness
from cms.translation.trees import IS_FALLBACK

TO_DO = {
    "missing": gettext_lazy("missing"),
    "partial": gettext_lazy("translated in part"),
    "outdated": gettext_lazy("outdated"),
}


def to_do(state: str, locales: list[Locale]) -> QuerySet[Page]:
    """Pages of the languages to work on; for what is missing, fallbacks and, without one, the page to translate."""
    if state == "outdated":
        return Page.objects.filter(locale__in=locales, translation_status__outdated=True)
    if state == "partial":
        return Page.objects.filter(locale__in=locales, translation_status__completeness=Completeness.PARTIAL)
    fallbacks = Page.objects.filter(IS_FALLBACK, locale__in=locales)
    lacking = Page.objects.none()
    for locale in locales:
        there = Page.objects.filter(translation_key=OuterRef("translation_key"), locale=locale)
        lacking |= Page.objects.filter(~Exists(there), alias_of=None, depth__gt=1)
    return fallbacks | lacking


def _states(page: Page) -> str:
    """What is to be done about a page of the report, in words."""
    status = getattr(page, "translation_status", None)
    if status is None:
        return capfirst(str(TO_DO["missing"]))
    found = []
    if status.completeness == Completeness.PARTIAL:
        found.append(f"{TO_DO['partial']} ({status.percent}\N{NO-BREAK SPACE}%)")
    if status.outdated:
        found.append(str(TO_DO["outdated"]))
    return capfirst(", ".join(found))


class ToDoFilterSet(WagtailFilterSet):
    language = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Language"), queryset=Locale.objects.all(), to_field_name="language_code"
    )
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=list(TO_DO.items()))

    class Meta:
        model = Page
        fields: list[str] = []

    def filter_queryset(self, pages: QuerySet[Page]) -> QuerySet[Page]:
        """Both at once: what a language lacks is a page of another language."""
        chosen = self.form.cleaned_data
        locales = [chosen["language"]] if chosen["language"] else list(Locale.objects.all())
        wanted = Q()
        for state in [chosen["state"]] if chosen["state"] else TO_DO:
            wanted |= Q(pk__in=to_do(state, locales).values("pk"))
        return pages.filter(wanted)


class ToDoView(PageReport):
    """Among the pages that the user may edit."""

    page_title = gettext_lazy("Translations to do")
    header_icon = "globe"
    filterset_class = ToDoFilterSet
    index_url_name = "cms_translation_report"
    index_results_url_name = "cms_translation_report_results"
    export_filename = "translations-to-do"
    own_export: ClassVar[dict[str, Any]] = {"state": gettext_lazy("State")}

    def own_columns(self) -> list[Column]:
        return [Column("state", label=_("State"), accessor=_states)]

    def get_queryset(self) -> QuerySet[Page]:
        editable = PagePermissionPolicy().instances_user_has_permission_for(self.request.user, "change")
        return (
            Page.objects.filter(pk__in=editable.values("pk"))
            .select_related("locale", "content_type", "translation_status")
            .order_by("locale", "path")
        )

    def own_row(self, page: Page) -> dict[str, Any]:
        return {"state": _states(page)}


urls: list[URLPattern] = [
    path("reports/translations-to-do/", ToDoView.as_view(), name="cms_translation_report"),
    path(
        "reports/translations-to-do/results/",
        ToDoView.as_view(results_only=True),
        name="cms_translation_report_results",
    ),
]
