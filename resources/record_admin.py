"""The admin of records: a list that stays quick with tens of thousands, its filters, search and export."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, TabbedInterface
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from cms.fact_admin import FactFilterSet, FactIndexView, FactViewSet, fact_filter
from cms.representation import uncertain_date
from resources import languages
from resources.record_form import TABS, RecordForm
from resources.record_types import RecordCollection, RecordType
from resources.records import AgentRole, Record, RecordLanguage

SHOWN_AGENTS = 3
EXPORTED_AT_ONCE = 500
EXPORTED_RELATIONS = ("languages", "identifiers", "borders", "territories", "countries", "concepts", "copies")
"""What an export tells beside what the list shows."""


def _facts(name: str, label: Any) -> django_filters.ModelMultipleChoiceFilter:
    model: Any = Record._meta.get_field(name).related_model
    return fact_filter(model, label)


class RecordFilterSet(FactFilterSet):
    type = _facts("type", _("type"))
    collection = _facts("collection", _("MOT collection"))
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

    def with_keywords(self, records: QuerySet[Record], name: str, wanted: bool) -> QuerySet[Record]:
        return records.exclude(keywords="") if wanted else records.filter(keywords="")


def _agents(record: Record, *roles: str) -> list[str]:
    return [str(link.agent) for link in record.agent_links.all() if link.role in roles]


def _authors(record: Record) -> str:
    """Who wrote a record's document, else who edited it: as many as a list has room for."""
    names = _agents(record, AgentRole.AUTHOR) or _agents(record, AgentRole.EDITOR)
    return " ; ".join(names[:SHOWN_AGENTS]) + (" …" if len(names) > SHOWN_AGENTS else "")


def _date(record: Record) -> str:
    known = uncertain_date(record.date, record.date_precision)
    return known["date"] if known else ""


def _type_label(record: Record) -> str:
    return str(record.type)


class RecordIndexView(FactIndexView):
    """The list of records, newest first."""

    def get_base_queryset(self) -> QuerySet[Any]:
        records = super().get_base_queryset()
        return records.prefetch_related(*EXPORTED_RELATIONS) if self.is_export else records

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """An export needs nothing of the page around a list, which counts by loading everything."""
        return {"object_list": self.object_list} if self.is_export else super().get_context_data(**kwargs)

    def as_spreadsheet(self, queryset: Any, spreadsheet_format: str) -> Any:
        return super().as_spreadsheet(_InParts(queryset), spreadsheet_format)


class _InParts:
    """A queryset that is walked a part at a time."""

    def __init__(self, queryset: QuerySet[Record]) -> None:
        self.queryset = queryset
        self.model = queryset.model

    def __iter__(self) -> Iterator[Record]:
        return self.queryset.iterator(chunk_size=EXPORTED_AT_ONCE)


EXPORTS: dict[str, Any] = {
    "title": lambda record: record.original.title if record.original else "",
    "subtitle": lambda record: record.original.subtitle if record.original else "",
    "type": lambda record: record.type.code,
    "author": lambda record: _agents(record, AgentRole.AUTHOR),
    "editor": lambda record: _agents(record, AgentRole.EDITOR),
    "publisher": lambda record: _agents(record, AgentRole.PUBLISHER),
    "date": _date,
    "languages": lambda record: [row.language for row in record.languages.all()],
    "collection": lambda record: record.collection.code if record.collection else "",
    "collection_number": lambda record: record.collection_number,
    "host": lambda record: record.host,
    "volume": lambda record: record.volume,
    "issue": lambda record: record.issue,
    "pages": lambda record: record.pages,
    "place": lambda record: record.place,
    "identifiers": lambda record: [f"{row.scheme}:{row.value}" for row in record.identifiers.all()],
    "url": lambda record: record.url,
    "borders": lambda record: [fact.code for fact in record.borders.all()],
    "territories": lambda record: [fact.code for fact in record.territories.all()],
    "countries": lambda record: [fact.code for fact in record.countries.all()],
    "concepts": lambda record: [fact.code for fact in record.concepts.all()],
    "keywords": lambda record: record.keyword_list,
    "copies": lambda record: [row.shelf_mark for row in record.copies.all()],
    "added_at": lambda record: record.added_at,
}
HEADINGS = {
    "title": _("title"),
    "subtitle": _("subtitle"),
    "author": AgentRole.AUTHOR.label,
    "editor": AgentRole.EDITOR.label,
    "publisher": AgentRole.PUBLISHER.label,
    "languages": _("languages"),
    "identifiers": _("identifiers"),
    "copies": _("shelf mark"),
}


class RecordViewSet(FactViewSet):
    model = Record
    icon = "doc-full-inverse"
    menu_label = _("Records")
    index_view_class = RecordIndexView
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
        Column("date", label=_("date"), accessor=_date, sort_key="date"),
        DateColumn("added_at", label=_("added on"), sort_key="added_at"),
    ]
    chooser_columns = (
        lambda: Column("code", label=_("no.")),
        lambda: Column("date", label=_("date"), accessor=_date),
    )

    @property
    def list_export(self) -> list[str]:
        return ["code", *EXPORTS, "live"]

    @property
    def export_headings(self) -> dict[str, Any]:
        return {name: capfirst(label) for name, label in HEADINGS.items()}

    def export_value(self, fact: Any, field: str) -> Any:
        value = EXPORTS[field](fact) if field in EXPORTS else getattr(fact, field)
        return " ; ".join(value) if isinstance(value, list) else value

    def get_edit_handler(self) -> Any:
        return TabbedInterface(TABS, base_form_class=RecordForm).bind_to_model(self.model)


class RecordTypeViewSet(FactViewSet):
    model = RecordType
    icon = "tag"
    list_display = [
        "__str__",
        Column("code", label=_("code"), sort_key="code"),
        Column("kind", label=_("in other systems"), accessor="get_kind_display", sort_key="kind"),
    ]
    exported = ["kind"]
    tab = [FieldPanel("kind")]


class RecordCollectionViewSet(FactViewSet):
    model = RecordCollection
    icon = "folder-open-inverse"


class DocumentationGroup(SnippetViewSetGroup):
    """The entry of the menu."""

    items: tuple[Any, ...] = (RecordViewSet, RecordTypeViewSet, RecordCollectionViewSet)
    menu_label = _("Documentary portal")
    menu_icon = "doc-full-inverse"
    menu_order = 205
