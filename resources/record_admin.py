"""The admin of records: a list that stays quick with tens of thousands, its filters, search and export."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, TabbedInterface
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.snippets.widgets import AdminSnippetChooser

from cms.fact_admin import (
    FactFilterSet,
    FactIndexView,
    FactInspectView,
    FactViewSet,
    FactViewSetGroup,
    code_column,
    fact_filter,
)
from resources import languages
from resources.agents import Agent
from resources.exchange import table
from resources.exchange.portable import portable, relations
from resources.import_views import menu_item
from resources.record_form import ROWS, TABS, RecordForm, shown_date
from resources.record_types import RecordCollection, RecordType
from resources.records import AgentRole, Record, RecordAgent, RecordLanguage, RecordText

SHOWN_AGENTS = 3
EXPORTED_AT_ONCE = 500


def _facts(name: str, label: Any) -> django_filters.ModelMultipleChoiceFilter:
    model: Any = Record._meta.get_field(name).related_model
    return fact_filter(model, label)


class RecordFilterSet(FactFilterSet):
    type = _facts("type", _("type"))
    collection = _facts("collection", _("MOT collection"))
    agent = django_filters.ModelChoiceFilter(
        queryset=Agent.objects.all(), label=_("person or body"), method="by_agent", widget=AdminSnippetChooser(Agent)
    )
    year = django_filters.RangeFilter(field_name="date__year", label=_("year"))
    concepts = _facts("concepts", _("concepts"))
    borders = _facts("borders", _("borders"))
    territories = _facts("territories", _("territories"))
    countries = _facts("countries", _("countries"))
    language = django_filters.ChoiceFilter(label=_("language"), choices=languages.choices, method="in_language")
    to_index = django_filters.BooleanFilter(label=_("free keywords to index"), method="with_keywords")

    class Meta:
        model = Record
        fields: list[str] = []

    def in_language(self, records: QuerySet[Record], name: str, wanted: str) -> QuerySet[Record]:
        return records.filter(pk__in=RecordLanguage.objects.filter(language=wanted).values("record"))

    def by_agent(self, records: QuerySet[Record], name: str, wanted: Agent) -> QuerySet[Record]:
        return records.filter(pk__in=RecordAgent.objects.filter(agent=wanted).values("record"))

    def with_keywords(self, records: QuerySet[Record], name: str, wanted: bool) -> QuerySet[Record]:
        return records.exclude(keywords="") if wanted else records.filter(keywords="")


def _agents(record: Record, *roles: str) -> list[str]:
    return [str(link.agent) for link in record.agent_links.all() if link.role in roles]


def _authors(record: Record) -> str:
    """Who wrote a record's document, else who edited it: as many as a list has room for."""
    names = _agents(record, AgentRole.AUTHOR) or _agents(record, AgentRole.EDITOR)
    return " ; ".join(names[:SHOWN_AGENTS]) + (" …" if len(names) > SHOWN_AGENTS else "")


def _type_label(record: Record) -> str:
    return str(record.type)


class RecordIndexView(FactIndexView):
    """The list of records, newest first."""

    def get_base_queryset(self) -> QuerySet[Any]:
        records = super().get_base_queryset()
        return records.prefetch_related(None).prefetch_related(*relations()) if self.is_export else records

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """An export needs nothing of the page around a list, which counts by loading everything."""
        return {"object_list": self.object_list} if self.is_export else super().get_context_data(**kwargs)

    def to_row_dict(self, item: Any) -> Any:
        return {name: item.snippet_viewset.export_value(item, name) for name in self.list_export}

    def as_spreadsheet(self, queryset: Any, spreadsheet_format: str) -> Any:
        return super().as_spreadsheet(_InParts(queryset), spreadsheet_format)


class _InParts:
    """A queryset that is walked a part at a time."""

    def __init__(self, queryset: QuerySet[Record]) -> None:
        self.queryset = queryset
        self.model = queryset.model

    def __iter__(self) -> Iterator[Record]:
        return self.queryset.iterator(chunk_size=EXPORTED_AT_ONCE)


class RecordInspectView(FactInspectView):
    """A record to read, with its rows: titles, authors, numbers, copies, files."""

    def get_field_label(self, field_name: str, field: Any) -> Any:
        return ROWS.get(field_name) or super().get_field_label(field_name, field)

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        if field_name in ROWS:
            return "\n".join(_read(row) for row in getattr(self.object, field_name).all()) or "-"
        return super().get_field_display_value(field_name, field)


def _read(row: Any) -> str:
    if not isinstance(row, RecordText):
        return str(row)
    language = row.get_language_display()
    if row.is_original:
        language = f"{language} ({_('original')})"
    return "\n".join([f"{language}: {row.title}", *filter(None, (row.subtitle, row.abstract))])


_heading = lazy(table.heading, str)  # in the language of whoever exports, not of the first request


class RecordViewSet(FactViewSet):
    model = Record
    icon = "doc-full-inverse"
    menu_label = _("Records")
    index_view_class = RecordIndexView
    inspect_view_class = RecordInspectView
    filterset_class = RecordFilterSet
    ordering = ["-added_at", "-pk"]
    related = ["type", "collection"]
    prefetched = ["texts", "type__names", "collection__names", "agent_links__agent__names"]
    search_by = ["texts__title", "identifiers__value", "copies__shelf_mark"]
    list_display = [
        "listed_title",
        Column("code", label=_("no."), sort_key="pk"),
        Column("type", label=_("type"), accessor=_type_label),
        Column("authors", label=_("authors"), accessor=_authors),
        Column("date", label=_("date"), accessor=shown_date, sort_key="date"),
        DateColumn("added_at", label=_("added on"), sort_key="added_at"),
    ]
    chooser_columns = (
        lambda: Column("code", label=_("no.")),
        lambda: Column("date", label=_("date"), accessor=shown_date),
    )

    @property
    def list_export(self) -> list[str]:
        return [*table.COLUMNS, *table.ADDED]

    @property
    def export_headings(self) -> dict[str, Any]:
        return {name: _heading(name) for name in self.list_export}

    def export_value(self, fact: Any, field: str) -> Any:
        if field not in table.COLUMNS:
            return getattr(fact, field)
        if not hasattr(fact, "as_portable"):
            fact.as_portable = portable(fact)
        return table.COLUMNS[field](fact.as_portable)

    def get_edit_handler(self) -> Any:
        return TabbedInterface(TABS, base_form_class=RecordForm).bind_to_model(self.model)

    def get_inspect_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        given = super().get_inspect_view_kwargs(**kwargs)
        code, *others = given["fields"]
        return {**given, "fields": [code, *ROWS, *others]}


class RecordTypeViewSet(FactViewSet):
    model = RecordType
    icon = "tag"
    list_display = [
        "__str__",
        code_column(),
        Column("kind", label=_("in other systems"), accessor="get_kind_display", sort_key="kind"),
    ]
    exported = ["kind"]
    tab = [FieldPanel("kind")]


class RecordCollectionViewSet(FactViewSet):
    model = RecordCollection
    icon = "folder-open-inverse"


class DocumentationGroup(FactViewSetGroup):
    """The entry of the menu."""

    items: tuple[Any, ...] = (RecordViewSet, RecordTypeViewSet, RecordCollectionViewSet)
    menu_label = _("Documentary portal")
    menu_icon = "doc-full-inverse"
    menu_order = 205

    def get_submenu_items(self) -> list[Any]:
        items = list(super().get_submenu_items())
        return [*items, menu_item(len(items))]
