"""Borders, territories, programmes and key figures over REST."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.utils import translation
from rest_framework.request import Request
from rest_framework.response import Response

from borders import (
    atlas,
    bound_pages,
    comparison,
    figure_shapes,
    programme_shapes,
    published,
    shapes,
    structured_data,
)
from borders.figures import KeyFigure
from borders.geo_views import GeoDetailApi, GeoListApi
from borders.geography import Border, BorderKind, LegalForm, Territory, TerritoryScale
from borders.programmes import Programme, ProgrammeKind
from cms.api import params
from cms.api.errors import NotFound
from cms.api.renderers import JSONRenderer
from cms.api.tables import CsvRenderer, Table, TableListApi
from cms.api.views import Api, DetailApi, ListApi
from cms.references import Context
from cms.structured_data import Described

COUNTRY = params.Param("country", params.fact("borders.Country"), "On a border of these countries (codes).", many=True)
BORDER = params.Param(
    "border", params.fact("borders.Border"), "On one of these borders or its parts (codes).", many=True
)
T = TypeVar("T")
YEAR = params.integer(1800, 2100)


def _kind(name: str, choices: Any, description: str) -> params.Param:
    return params.Param(name, params.choice(choices), description, many=True)


def _on(query: params.Query) -> set[int] | None:
    """Borders that the parameters `border` and `country` leave; None where neither is given."""
    found: set[int] | None = None
    if codes := query.values.get("border"):
        found = atlas.borders_by_code(query.labels, codes)
    if codes := query.values.get("country"):
        countries = atlas.keys(query.labels, "borders.Country", codes)
        of_countries = atlas.of(query.labels).of_countries(countries)
        found = of_countries if found is None else found & of_countries
    return found


def _in_order(found: Sequence[Any], load: Callable[[set[int], Context], dict[int, Any]], context: Context) -> list[Any]:
    shown = load({fact.pk for fact in found}, context)
    return [shown[fact.pk] for fact in found if fact.pk in shown]


def _one(model: str, code: str, load: Callable[[int, Context], T | None], context: Context) -> T:
    entry = context.labels.table(model).by_code.get(code)
    shown = load(entry.pk, context) if entry else None
    if shown is None:
        raise NotFound("There is nothing with this code.")
    return shown


class BorderList(GeoListApi):
    """Borders and their parts, in the editors' order."""

    own_params = (COUNTRY, _kind("kind", BorderKind, "Kinds of border."), params.UPDATED_SINCE)
    orderings = {"order": ("order", "code"), "code": "code"}

    def queryset(self, query: params.Query) -> QuerySet[Border]:
        found = params.published_since(Border.objects.filter(live=True), query)
        if (on := _on(query)) is not None:
            found = found.filter(pk__in=on)
        return found.filter(kind__in=query["kind"]) if query["kind"] else found

    def items(self, found: Sequence[Border], query: params.Query) -> list[shapes.BorderJson]:
        return _in_order(found, shapes.borders, self.context(query))


class BorderDetail(GeoDetailApi):
    """One border with its figures, programmes, territories, and the pages about it."""

    def item(self, key: str, query: params.Query) -> bound_pages.BorderWithPages:
        return _one("borders.Border", key, bound_pages.border, self.context(query))

    def place(self, key: str, query: params.Query) -> shapes.BorderDetail:
        return _one("borders.Border", key, shapes.border_detail, self.context(query))


class BorderComparison(Api):
    """Key figures of several borders lined up by indicator, year and source, with what stands in the way.

    A border's parts are shown beside it and never stand for it. As a table (`format=csv`) each figure has a row.
    """

    renderer_classes = [JSONRenderer, CsvRenderer]
    own_params = (
        params.Param(
            "codes", params.fact("borders.Border"), "The borders to compare (codes).", many=True, between=(2, 10)
        ),
    )

    @classmethod
    def answers(cls) -> dict[str, Any]:
        return {**super().answers(), CsvRenderer.format: str}

    def answer(self, query: params.Query) -> comparison.BorderComparison:
        table = query.labels.table("borders.Border").by_code
        pks = [entry.pk for code in query["codes"] if (entry := table.get(code))]
        return comparison.compare(pks, self.context(query))

    def get(self, request: Request) -> Response:
        if request.accepted_renderer.format != CsvRenderer.format:
            return super().get(request)  # type: ignore[no-any-return]
        query = self.query(request)
        with translation.override(query.locale):
            rows = comparison.rows(self.answer(query))
        return Response(Table("borders-compared", comparison.COLUMNS, rows))


class TerritoryList(GeoListApi):
    """Cross-border territories."""

    own_params = (
        BORDER,
        COUNTRY,
        _kind("legal_form", LegalForm, "Legal forms."),
        _kind("scale", TerritoryScale, "Scales."),
        params.UPDATED_SINCE,
    )
    orderings = {"code": "code", "founded_on": "founded_on"}

    def queryset(self, query: params.Query) -> QuerySet[Territory]:
        found = params.published_since(Territory.objects.filter(live=True), query)
        if (on := _on(query)) is not None:
            found = found.filter(pk__in=atlas.of(query.labels).territories_on(on))
        for name in ("legal_form", "scale"):
            if query[name]:
                found = found.filter(**{f"{name}__in": query[name]})
        return found

    def items(self, found: Sequence[Territory], query: params.Query) -> list[shapes.TerritoryJson]:
        return _in_order(found, shapes.territories, self.context(query))


class TerritoryDetail(GeoDetailApi):
    """One territory with its members, figures, programmes, and the pages about it."""

    def item(self, key: str, query: params.Query) -> bound_pages.TerritoryWithPages:
        return _one("borders.Territory", key, bound_pages.territory, self.context(query))

    def place(self, key: str, query: params.Query) -> shapes.TerritoryDetail:
        return _one("borders.Territory", key, shapes.territory_detail, self.context(query))


class ProgrammeList(ListApi):
    """Funding programmes."""

    own_params = (
        BORDER,
        COUNTRY,
        _kind("kind", ProgrammeKind, "Kinds of programme."),
        params.Param("year", YEAR, "Running in this year."),
        params.UPDATED_SINCE,
    )
    orderings = {"code": "code", "start_year": ("start_year", "code")}

    def queryset(self, query: params.Query) -> QuerySet[Programme]:
        found = params.published_since(Programme.objects.filter(live=True), query)
        if (on := _on(query)) is not None:
            found = found.filter(pk__in=atlas.of(query.labels).programmes_on(on))
        if query["kind"]:
            found = found.filter(kind__in=query["kind"])
        if year := query["year"]:
            found = found.filter(Q(end_year__gte=year) | Q(end_year__isnull=True), start_year__lte=year)
        return found

    def items(self, found: Sequence[Programme], query: params.Query) -> list[programme_shapes.ProgrammeJson]:
        return _in_order(found, programme_shapes.programmes, self.context(query))


class ProgrammeDetailJson(programme_shapes.ProgrammeJson, Described):
    """All that is known of a programme."""


class ProgrammeDetail(DetailApi):
    """One programme."""

    def item(self, key: str, query: params.Query) -> ProgrammeDetailJson:
        context = self.context(query)
        found = _one("borders.Programme", key, programme_shapes.programme, context)
        return {**found, "json_ld": structured_data.programme(found, context)}


class KeyFigureList(TableListApi):
    """Key figures; where sources disagree, each has its item."""

    table_name = "key-figures"
    columns = figure_shapes.COLUMNS

    own_params = (
        BORDER,
        params.Param(
            "territory", params.fact("borders.Territory"), "About one of these territories (codes).", many=True
        ),
        params.Param("indicator", params.fact("borders.Indicator"), "What is measured (codes).", many=True),
        params.Param(
            "country", params.fact("borders.Country"), "About a border or territory of these countries.", many=True
        ),
        params.Param("year_from", YEAR, "Of this year or later."),
        params.Param("year_to", YEAR, "Of this year or earlier."),
        params.UPDATED_SINCE,
    )
    orderings = {
        "indicator": ("indicator__code", "-year", "code"),
        "year": ("year", "code"),
        "value": ("value", "code"),
        "code": "code",
    }

    def queryset(self, query: params.Query) -> QuerySet[KeyFigure]:
        snapshot = query.labels
        found = params.published_since(published.public_figures(), query)
        if query["border"]:
            found = found.filter(border__in=atlas.borders_by_code(snapshot, query["border"]))
        if query["country"]:
            on = atlas.of(snapshot).of_countries(atlas.keys(snapshot, "borders.Country", query["country"]))
            found = found.filter(Q(border__in=on) | Q(territory__in=atlas.of(snapshot).territories_on(on)))
        for name, model in (("territory", "borders.Territory"), ("indicator", "borders.Indicator")):
            if query[name]:
                found = found.filter(**{f"{name}__in": atlas.keys(snapshot, model, query[name])})
        if query["year_from"]:
            found = found.filter(year__gte=query["year_from"])
        if query["year_to"]:
            found = found.filter(year__lte=query["year_to"])
        return found

    def items(self, found: Sequence[KeyFigure], query: params.Query) -> list[figure_shapes.FigureJson]:
        return _in_order(found, figure_shapes.figures, self.context(query))


class KeyFigureDetail(DetailApi):
    """One key figure."""

    def item(self, key: str, query: params.Query) -> figure_shapes.FigureJson:
        row = published.public_figures().filter(code=key).first()
        shown = figure_shapes.figure(row, self.context(query)) if row else None
        if shown is None:
            raise NotFound("There is nothing with this code.")
        return shown
