"""The admin of borders, territories, programmes and figures."""

from typing import Any

import django_filters
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column

from borders.figures import Indicator, KeyFigure, Qualifier, Unit
from borders.geography import Border, BorderKind, Country, LegalForm, Territory, TerritoryScale
from borders.programmes import Programme, ProgrammeKind
from cms.fact_admin import (
    FactFilterSet,
    FactViewSet,
    choices_filter,
    code_column,
    fact_filter,
    facts_panel,
    texts_panel,
)
from cms.representation import DatePrecision


def _codes(relation: str, label: Any) -> Column:
    """The codes of related facts."""
    return Column(
        relation, label=label, accessor=lambda fact: ", ".join(one.code for one in getattr(fact, relation).all())
    )


def _choice(field: str, label: Any) -> Column:
    """The label of a closed list."""
    return Column(field, label=label, accessor=lambda fact: getattr(fact, f"get_{field}_display")(), sort_key=field)


POINT = MultiFieldPanel([FieldRowPanel([FieldPanel("lat"), FieldPanel("lon")])], heading=_("Point on the map"))


class CountryFilterSet(FactFilterSet):
    class Meta:
        model = Country
        fields: list[str] = []


class CountryViewSet(FactViewSet):
    model = Country
    filterset_class = CountryFilterSet
    icon = "globe"
    menu_order = 10
    list_display = ["__str__", code_column()]


class BorderFilterSet(FactFilterSet):
    kind = choices_filter("kind", BorderKind, _("kind"))
    countries = fact_filter(Country, _("countries"))
    parent = fact_filter(Border, _("part of"))

    class Meta:
        model = Border
        fields: list[str] = []


class BorderViewSet(FactViewSet):
    model = Border
    icon = "resubmit"
    menu_order = 20
    filterset_class = BorderFilterSet
    ordering = ["order", "code"]
    related = ["parent"]
    prefetched = ["countries"]
    list_display = [
        "__str__",
        code_column(),
        _choice("kind", _("kind")),
        _codes("countries", _("countries")),
        Column("parent", label=_("part of"), accessor=lambda border: border.parent.code if border.parent else ""),
        Column("order", label=_("order"), sort_key="order"),
    ]
    exported = ["kind", "countries", "parent", "lat", "lon", "order"]
    tab = [
        FieldRowPanel([FieldPanel("kind"), FieldPanel("parent"), FieldPanel("order")]),
        facts_panel("countries"),
        POINT,
        FieldPanel("geometry"),
    ]


class TerritoryFilterSet(FactFilterSet):
    borders = fact_filter(Border, _("borders"))
    legal_form = choices_filter("legal_form", LegalForm, _("legal form"))
    scale = choices_filter("scale", TerritoryScale, _("scale"))

    class Meta:
        model = Territory
        fields: list[str] = []


def _founded(territory: Territory) -> str:
    """The founding date as far as it is known."""
    if territory.founded_on is None:
        return ""
    known = {DatePrecision.YEAR: "Y", DatePrecision.MONTH: "YEAR_MONTH_FORMAT"}
    return date_format(territory.founded_on, known.get(DatePrecision(territory.founded_precision), "DATE_FORMAT"))


class TerritoryViewSet(FactViewSet):
    model = Territory
    icon = "site"
    menu_order = 30
    filterset_class = TerritoryFilterSet
    prefetched = ["borders"]
    search_by = ["seat", "members__name"]
    list_display = [
        "__str__",
        code_column(),
        _choice("legal_form", _("legal form")),
        _choice("scale", _("scale")),
        _codes("borders", _("borders")),
        Column("founded_on", label=_("founded on"), accessor=_founded, sort_key="founded_on"),
    ]
    exported = [
        "legal_form",
        "scale",
        "founded_on",
        "founded_precision",
        "seat",
        "website",
        "borders",
        "lat",
        "lon",
    ]
    tab = [
        facts_panel("borders"),
        FieldPanel("legal_form"),
        FieldPanel("scale"),
        FieldRowPanel([FieldPanel("founded_on"), FieldPanel("founded_precision")]),
        FieldRowPanel([FieldPanel("seat"), FieldPanel("website")]),
        POINT,
        InlinePanel("members", heading=_("Member authorities"), label=_("member authority")),
    ]


class ProgrammeFilterSet(FactFilterSet):
    kind = choices_filter("kind", ProgrammeKind, _("kind"))
    borders = fact_filter(Border, _("borders"))

    class Meta:
        model = Programme
        fields: list[str] = []


class ProgrammeViewSet(FactViewSet):
    model = Programme
    icon = "calendar-check"
    menu_order = 40
    filterset_class = ProgrammeFilterSet
    prefetched = ["borders"]
    list_display = [
        "__str__",
        _choice("kind", _("kind")),
        Column("start_year", label=_("first year"), sort_key="start_year"),
        Column("end_year", label=_("last year"), sort_key="end_year"),
        _codes("borders", _("borders")),
    ]
    exported = ["kind", "start_year", "end_year", "borders", "website"]
    tab = [
        FieldPanel("kind"),
        FieldRowPanel([FieldPanel("start_year"), FieldPanel("end_year")]),
        facts_panel("borders"),
        FieldPanel("website"),
    ]


class IndicatorFilterSet(FactFilterSet):
    unit = choices_filter("unit", Unit, _("unit"))

    class Meta:
        model = Indicator
        fields: list[str] = []


class IndicatorViewSet(FactViewSet):
    model = Indicator
    icon = "list-ol"
    menu_order = 50
    filterset_class = IndicatorFilterSet
    list_display = ["__str__", code_column(), _choice("unit", _("unit"))]
    exported = ["unit"]
    tab = [FieldPanel("unit"), texts_panel("definitions", _("Definitions"), _("definition"))]


def same_subject(figures: QuerySet[KeyFigure]) -> QuerySet[KeyFigure]:
    """Figures with the number of figures, themselves included, of the same thing at the same place (`sources`)."""
    subject = ("border_id", "territory_id", "from_country_id", "to_country_id")
    none = {f"no_{name}": Coalesce(F(name), 0) for name in subject}
    alike = (
        KeyFigure.objects.annotate(**none)
        .filter(
            indicator_id=OuterRef("indicator_id"),
            **{f"no_{name}": Coalesce(OuterRef(name), 0) for name in subject},
        )
        .order_by()
        .values("indicator_id")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return figures.annotate(sources=Subquery(alike, output_field=IntegerField()))


class KeyFigureFilterSet(FactFilterSet):
    indicator = fact_filter(Indicator, _("indicator"))
    border = fact_filter(Border, _("border"))
    territory = fact_filter(Territory, _("territory"))
    year = django_filters.RangeFilter(label=_("year"))
    qualifier = choices_filter("qualifier", Qualifier, _("precision"))
    several = django_filters.BooleanFilter(label=_("several sources"), method="with_several")

    class Meta:
        model = KeyFigure
        fields: list[str] = []

    def with_several(self, figures: QuerySet[KeyFigure], name: str, wanted: bool) -> QuerySet[KeyFigure]:
        return figures.filter(sources__gt=1) if wanted else figures.filter(sources=1)


def _amount(figure: KeyFigure) -> str:
    """The value as it is read: "about 46,000 workers"; what is merely counted, such as seats, has no unit to show."""
    number = number_format(figure.value.normalize(), use_l10n=True, force_grouping=True)
    qualifier = "" if figure.qualifier == Qualifier.EXACT else f"{figure.get_qualifier_display()} "
    unit = "" if figure.indicator.unit == Unit.COUNT else f" {figure.indicator.get_unit_display()}"
    return f"{qualifier}{number}{unit}"


def _direction(figure: KeyFigure) -> str:
    if not figure.from_country and not figure.to_country:
        return ""
    ends = (country.code.upper() if country else "…" for country in (figure.from_country, figure.to_country))
    return " → ".join(ends)


def _amount_column() -> Column:
    return Column("value", label=_("value"), accessor=_amount, sort_key="value")


def _source_column() -> Column:
    return Column("source_name", label=_("source"), sort_key="source_name")


class KeyFigureViewSet(FactViewSet):
    model = KeyFigure
    icon = "order"
    menu_order = 60
    filterset_class = KeyFigureFilterSet
    ordering = ["indicator__code", "border__order", "territory__code", "-year"]
    related = ["indicator", "border", "territory", "from_country", "to_country"]
    prefetched = ["indicator__names", "border__names", "territory__names"]
    search_by = [
        "source_name",
        "indicator__names__text",
        "border__names__text",
        "territory__names__text",
    ]
    list_display = [
        "__str__",
        _amount_column(),
        Column("direction", label=_("from → to"), accessor=_direction),
        _source_column(),
        Column("sources", label=_("sources for it"), accessor="sources", sort_key="sources"),
    ]
    chooser_columns = (_amount_column, _source_column)
    exported = [
        "indicator",
        "border",
        "territory",
        "from_country",
        "to_country",
        "value",
        "unit",
        "qualifier",
        "year",
        "source_name",
        "source_url",
        "read_on",
    ]
    tab = [
        FieldPanel("indicator"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("border"), FieldPanel("territory")]),
                FieldRowPanel([FieldPanel("from_country"), FieldPanel("to_country")]),
            ],
            heading=_("Where"),
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("qualifier"), FieldPanel("value"), FieldPanel("year")])], heading=_("Figure")
        ),
        MultiFieldPanel(
            [FieldPanel("source_name"), FieldPanel("source_url"), FieldPanel("read_on")], heading=_("Source")
        ),
        texts_panel("notes", _("Notes"), _("note")),
    ]

    def get_queryset(self, request: Any) -> QuerySet[KeyFigure]:
        return same_subject(super().get_queryset(request))

    @property
    def export_headings(self) -> dict[str, Any]:
        return {**super().export_headings, "unit": capfirst(_("unit"))}

    def export_value(self, fact: Any, field: str) -> Any:
        return fact.indicator.unit if field == "unit" else super().export_value(fact, field)


VIEWSETS = (
    CountryViewSet,
    BorderViewSet,
    TerritoryViewSet,
    ProgrammeViewSet,
    IndicatorViewSet,
    KeyFigureViewSet,
)
