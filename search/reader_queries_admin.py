"""The report « Recherches des lecteurs » for whoever feeds the portal: what is asked, and first what finds nothing."""

import datetime
from typing import Any

import django_filters
from django.db.models import Case, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import ReportView

from cms import frontend
from cms.languages import Language
from search import promotions_admin
from search import query as queries
from search.models import ReaderQuery

PERMISSION = "search.view_readerquery"
PERIODS = {"week": 1, "month": 5, "year": 53}
"""Columns of counts, in weeks, this one included."""


def _since(weeks: int) -> datetime.date:
    today = timezone.localdate()
    return today - datetime.timedelta(days=today.weekday(), weeks=weeks - 1)


def counted() -> QuerySet[Any]:
    """The queries with their sessions of this week, of five weeks and of a year (`week`, `month`, `year`)."""
    sums = {
        name: Coalesce(Sum("weeks__sessions", filter=Q(weeks__monday__gte=_since(weeks))), 0)
        for name, weeks in PERIODS.items()
    }
    found_nothing = Case(When(results=0, then=Value(0)), default=Value(1), output_field=IntegerField())
    return ReaderQuery.objects.annotate(**sums, found_something=found_nothing)


class ReaderQueryFilterSet(WagtailFilterSet):
    results = django_filters.ChoiceFilter(
        label=gettext_lazy("Results"),
        method="by_results",
        choices=[("none", gettext_lazy("finds nothing")), ("some", gettext_lazy("finds something"))],
    )
    locale = django_filters.ChoiceFilter(label=gettext_lazy("Language"), choices=Language.choices)
    asked_on = django_filters.DateFromToRangeFilter(label=gettext_lazy("Last asked"))

    class Meta:
        model = ReaderQuery
        fields: list[str] = []

    def by_results(self, queries: QuerySet[Any], name: str, wanted: str) -> QuerySet[Any]:
        return queries.filter(results=0) if wanted == "none" else queries.exclude(results=0)


class ReaderQueriesView(ReportView):
    """What several sessions have asked, what finds nothing first, then what is asked most."""

    model = ReaderQuery
    page_title = gettext_lazy("Readers’ searches")
    header_icon = "search"
    index_url_name = "search_reader_queries"
    index_results_url_name = "search_reader_queries_results"
    filterset_class = ReaderQueryFilterSet
    export_filename = "reader-queries"
    is_searchable = True
    search_fields = ["text"]
    default_ordering = ("found_something", "-month", "-year", "text", "pk")
    list_export = ["text", "locale", "results", "week", "month", "year", "asked_on"]

    def user_has_any_permission(self, permissions: Any) -> bool:
        return may_see(self.request.user)

    any_permission_required = ["view"]

    @cached_property
    def labels(self) -> dict[str, Any]:
        """Headings by column."""
        return {
            "text": _("Query"),
            "locale": _("Language"),
            "results": _("Exact results"),
            "week": _("This week"),
            "month": _("In 5 weeks"),
            "year": _("In a year"),
            "asked_on": _("Last asked"),
        }

    @property
    def export_headings(self) -> dict[str, Any]:
        return self.labels

    @cached_property
    def columns(self) -> list[Column]:
        label = self.labels
        promote = TitleColumn("promote", label="", accessor=_promote, get_url=_promotion)
        may_promote = self.request.user.has_perm(promotions_admin.PERMISSION)
        return [
            TitleColumn("text", label=label["text"], get_url=_in_portal, sort_key="text"),
            Column("locale", label=label["locale"], accessor="get_locale_display", sort_key="locale"),
            Column("results", label=label["results"], accessor=_results, sort_key="results"),
            Column("week", label=label["week"], sort_key="week"),
            Column("month", label=label["month"], sort_key="month"),
            Column("year", label=label["year"], sort_key="year"),
            Column("asked_on", label=label["asked_on"], accessor=_day, sort_key="asked_on"),
            *([promote] if may_promote else []),
        ]

    def get_base_queryset(self) -> QuerySet[Any]:
        return counted()


def _results(query: ReaderQuery) -> Any:
    return "" if query.results is None else query.results


def _day(query: ReaderQuery) -> str:
    return date_format(query.asked_on, "SHORT_DATE_FORMAT")


def _promote(query: ReaderQuery) -> Any:
    """What the link says to the form of promoted results, which take words alone."""
    return promotions_admin.PROMOTE if queries.parse(query.text).simple else ""


def _promotion(query: ReaderQuery) -> str:
    return promotions_admin.add_address(query=query.text, language=query.locale)


def _in_portal(query: ReaderQuery) -> str:
    """Where the portal answers the query."""
    return f"{frontend.portal_path(query.locale)}?{urlencode({'q': query.text})}"


def may_see(user: Any) -> bool:
    return bool(user.has_perm(PERMISSION))


class ReaderQueriesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_see(request.user)


def menu_item() -> MenuItem:
    """register_reports_menu_item."""
    return ReaderQueriesMenuItem(
        gettext_lazy("Readers’ searches"),
        reverse("search_reader_queries"),
        name="reader-queries",
        icon_name="search",
        order=710,
    )


def urls() -> list[URLPattern]:
    """register_admin_urls."""
    view = ReaderQueriesView
    return [
        path("reports/reader-queries/", view.as_view(), name="search_reader_queries"),
        path("reports/reader-queries/results/", view.as_view(results_only=True), name="search_reader_queries_results"),
    ]
