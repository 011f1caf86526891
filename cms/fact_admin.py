"""The admin of facts: quick lists, exports with a column per language, choosers and forms in tabs.

Every app registers its viewsets; their entries gather in one menu.
"""

import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import django_filters
from django import forms
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, Model, OuterRef, Q, QuerySet, TextChoices
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property, lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.panels import FieldPanel, InlinePanel, ObjectList, Panel, PublishingPanel, TabbedInterface
from wagtail.admin.ui.tables import Column, StatusTagColumn
from wagtail.admin.views.generic.chooser import CreateView
from wagtail.models import WorkflowState
from wagtail.search.backends import get_search_backend
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet
from wagtail.snippets.views.snippets import IndexView, InspectView, SnippetViewSet, SnippetViewSetGroup

from cms.fact_removal import FactUnpublishView
from cms.facts import Fact, FactName, FactText, NameKind
from cms.languages import CODES, Language

SEARCH_MAX = 1000
MENU_HOOK = "register_facts_menu_item"
_MENU = Menu(register_hook_name=MENU_HOOK)


@hooks.register("register_admin_menu_item")
def facts_menu() -> MenuItem:
    """One menu for the facts of every app."""
    return SubmenuMenuItem(_("Reference data"), _MENU, name="facts", icon_name="list-ul", order=200)


def name_model(model: type[Model]) -> type[FactName] | None:
    """The rows of names of a kind of fact; None where it has none."""
    found = next((f for f in model._meta.related_objects if f.name == "names"), None)
    return found.related_model if found else None  # type: ignore[return-value]


def text_models(model: type[Model]) -> dict[str, type[FactText]]:
    """The rows of prose of a kind of fact (notes, definitions) by the name of their relation."""
    relations = {f.name: f.related_model for f in model._meta.related_objects}
    return {name: rows for name, rows in relations.items() if issubclass(rows, FactText)}  # type: ignore[arg-type]


def texts_panel(relation: str, heading: Any, label: Any) -> InlinePanel:
    """The rows of one kind of prose in the form of a fact, one per language."""
    return InlinePanel(relation, heading=heading, label=label, max_num=len(CODES))


def with_names(facts: QuerySet[Any]) -> QuerySet[Any]:
    """Facts that can be called by their names without a query each."""
    return facts.prefetch_related("names") if name_model(facts.model) else facts


class FactBoxes(forms.CheckboxSelectMultiple):
    """Boxes to tick in the order of the names beside them: facts themselves are in the order of their codes.

    Many of them scroll, the ticked ones first, below a field that finds the others (with JavaScript).
    """

    template_name = "cms/widgets/filtered_checkboxes.html"

    @cached_property
    def media(self) -> Any:
        return forms.Media(css={"all": ["cms/filtered-choices.css"]}, js=["cms/filtered-choices.js"])

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        def by_name(group: Any) -> str:
            [option] = group[1]
            letters = unicodedata.normalize("NFKD", str(option["label"]).casefold())
            return "".join(letter for letter in letters if not unicodedata.combining(letter))

        return sorted(super().optgroups(name, value, attrs), key=by_name)


def facts_panel(field: str) -> FieldPanel:
    """The field of a fact that refers to any number of others."""
    return FieldPanel(field, widget=FactBoxes)


def fact_filter(model: type[Fact], label: Any, **kwargs: Any) -> django_filters.ModelMultipleChoiceFilter:
    """A filter of a list by other facts."""
    return django_filters.ModelMultipleChoiceFilter(
        queryset=lambda request: with_names(model._default_manager.all()),
        label=label,
        widget=FactBoxes,
        **kwargs,
    )


def choices_filter(field: str, choices: type[TextChoices], label: Any) -> django_filters.MultipleChoiceFilter:
    """A filter of a list by a closed list."""
    return django_filters.MultipleChoiceFilter(
        field_name=field, choices=choices.choices, label=label, widget=forms.CheckboxSelectMultiple
    )


def code_column() -> Column:
    """The codes of a list of facts."""
    return Column("code", label=_("code"), sort_key="code")


class Publication(TextChoices):
    """Where a fact stands between its draft and its readers."""

    LIVE = "live", _("published")
    DRAFT = "draft", _("draft")
    CHANGED = "changed", _("published, with a draft")
    REVIEW = "review", _("in review")


_PUBLICATIONS = {
    Publication.LIVE: Q(live=True),
    Publication.DRAFT: Q(live=False),
    Publication.CHANGED: Q(live=True, has_unpublished_changes=True),
    Publication.REVIEW: Q(in_review=True),
}


def with_reviews(facts: QuerySet[Any]) -> QuerySet[Any]:
    """Facts that know without a query each whether they wait for a review (`in_review`)."""
    reviews = WorkflowState.objects.filter(
        base_content_type=ContentType.objects.get_for_model(facts.model, for_concrete_model=False),
        object_id=Cast(OuterRef("pk"), CharField()),
        status=WorkflowState.STATUS_IN_PROGRESS,
    )
    return facts.annotate(in_review=Exists(reviews))


def _publication(fact: Any) -> str:
    if fact.live:
        own = Publication.CHANGED if fact.has_unpublished_changes else Publication.LIVE
    else:
        own = Publication.DRAFT
    return ", ".join(str(state.label) for state in (own, *([Publication.REVIEW] if fact.in_review else [])))


class FactFilterSet(WagtailFilterSet):
    """What every list of facts can be filtered by; subclasses name their model."""

    publication = django_filters.MultipleChoiceFilter(
        label=_("publication"),
        choices=Publication.choices,
        widget=forms.CheckboxSelectMultiple,
        method="of_publication",
    )

    def of_publication(self, facts: QuerySet[Any], name: str, wanted: list[str]) -> QuerySet[Any]:
        found = Q()
        for one in wanted:
            found |= _PUBLICATIONS[Publication(one)]
        return facts.filter(found)


class FactIndexView(IndexView):
    """The list of one kind of fact; exports its names, a column per language."""

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By code, by any name or text in any language, and by the viewset's `search_by`; works with every filter.

        Wagtail's search finds names without their accents, the database finds parts of words.
        """
        if not self.is_searching:
            return queryset
        viewset: Any = self.model.snippet_viewset
        ranked = get_search_backend().autocomplete(self.search_query, self.model)[:SEARCH_MAX]
        found = Q(code__icontains=self.search_query) | Q(pk__in=[fact.pk for fact in ranked])
        if names := name_model(self.model):
            found |= Q(pk__in=names._default_manager.filter(text__icontains=self.search_query).values("fact"))
        for rows in text_models(self.model).values():
            found |= Q(pk__in=rows._default_manager.filter(text__icontains=self.search_query).values("fact"))
        for lookup in viewset.search_by:
            matching = self.model._default_manager.filter(**{f"{lookup}__icontains": self.search_query})
            found |= Q(pk__in=matching.values("pk"))
        return queryset.filter(found)

    def get_base_queryset(self) -> QuerySet[Any]:
        facts = super().get_base_queryset()
        return facts.prefetch_related(*text_models(self.model)) if self.is_export else facts

    def to_row_dict(self, item: Any) -> Any:
        names = item.names.all() if name_model(type(item)) else ()
        by_language = {f"name:{row.language}": row.text for row in names if row.kind == NameKind.PREFERRED}
        for relation in text_models(type(item)):
            by_language |= {f"{relation}:{row.language}": row.text for row in getattr(item, relation).all()}
        row: OrderedDict[str, Any] = OrderedDict()
        for field in self.list_export:
            row[field] = (
                by_language.get(field, "") if ":" in field else self.model.snippet_viewset.export_value(item, field)
            )
        return row


class FactInspectView(InspectView):
    """A fact to read, names and texts included."""

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        if field_name in text_models(self.model):
            rows = getattr(self.object, field_name).all()
            return "\n".join(f"{row.get_language_display()}: {row}" for row in rows)
        value = super().get_field_display_value(field_name, field)
        return "-" if value in (None, "") else value

    def get_field_label(self, field_name: str, field: Any) -> Any:
        return _("Names") if field_name == "names" else super().get_field_label(field_name, field)

    def get_names_display_value(self) -> str:
        return "\n".join(
            f"{row.get_language_display()}: {row} ({row.get_kind_display()})" for row in self.object.names.all()
        )


class _Chooses:
    """Facts to choose from, with the columns of their viewset."""

    def get_object_list(self) -> QuerySet[Any]:
        viewset: FactViewSet = self.model_class.snippet_viewset  # type: ignore[attr-defined]
        return viewset.quick(self.model_class._default_manager.all())  # type: ignore[attr-defined]

    @property
    def columns(self) -> list[Column]:
        first, *others = super().columns  # type: ignore[misc]
        viewset: FactViewSet = self.model_class.snippet_viewset  # type: ignore[attr-defined]
        own = [column() for column in viewset.chooser_columns]
        for column in own:
            column.sort_key = None  # a chooser cannot sort: the link would leave the form behind it
        return [first, *own, *others]


class FactChooseView(_Chooses, ChooseView):
    pass


class FactChooseResultsView(_Chooses, ChooseResultsView):
    pass


class FormlessCreateView(CreateView):
    def post(self, request: HttpRequest) -> HttpResponse:
        """Wagtail's expects the form that the chooser does not have."""
        raise Http404


class FormlessChooserViewSet(SnippetChooserViewSet):
    """Chooses what has a form of its own to be made with."""

    create_view_class = FormlessCreateView


class FactChooserViewSet(FormlessChooserViewSet):
    choose_view_class = FactChooseView
    choose_results_view_class = FactChooseResultsView


# Addresses are made once, in whatever language somebody asks for the first.
_heading = lazy(lambda label, language: f"{capfirst(label)} ({language.label})", str)


class FactViewSet(SnippetViewSet):
    """The admin of one kind of fact."""

    menu_hook = MENU_HOOK
    index_view_class = FactIndexView
    inspect_view_class = FactInspectView
    unpublish_view_class = FactUnpublishView
    chooser_viewset_class = FactChooserViewSet
    inspect_view_enabled = True
    copy_view_enabled = False  # a copy would carry the code, which is unique
    list_per_page = 50
    list_display = ["__str__", "code"]
    ordering = ["code"]

    tab: ClassVar[Sequence[Panel]] = ()
    """Panels of the kind's own fields."""
    related: ClassVar[Sequence[str]] = ()
    """Foreign keys that lists show."""
    prefetched: ClassVar[Sequence[str]] = ()
    """Relations of many that lists show."""
    search_by: ClassVar[Sequence[str]] = ()
    """Lookups that the list's search follows beside code and names."""
    exported: ClassVar[Sequence[str]] = ()
    """Fields in the export beside code and names."""
    chooser_columns: ClassVar[Sequence[Callable[[], Column]]] = (lambda: Column("code", label=_("code")),)

    def quick(self, facts: QuerySet[Any]) -> QuerySet[Any]:
        """Facts with all that a list shows, in a fixed number of queries; revisions are large and left aside."""
        facts = facts.select_related("latest_revision", *self.related).defer("latest_revision__content")
        return with_names(facts).prefetch_related(*self.prefetched)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_reviews(self.quick(self.model._default_manager.all()))

    def get_index_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        column = StatusTagColumn(
            "publication",
            label=_("publication"),
            accessor=_publication,
            primary=lambda fact: fact.live,
            sort_key="live",
        )
        return super().get_index_view_kwargs(**{"list_display": [*self.list_display, column], **kwargs})

    @property
    def list_export(self) -> list[str]:
        names = [f"name:{code}" for code in CODES] if name_model(self.model) else []
        texts = [f"{relation}:{code}" for relation in text_models(self.model) for code in CODES]
        return ["code", *names, *self.exported, *texts, "live"]

    @property
    def export_headings(self) -> dict[str, Any]:
        kinds = {relation: rows._meta.verbose_name for relation, rows in text_models(self.model).items()}
        return {
            f"{kind}:{language.value}": _heading(label, language)
            for kind, label in {"name": _("name"), **kinds}.items()
            for language in Language
        }

    @property
    def export_filename(self) -> str:
        return str(self.model._meta.model_name)

    def export_value(self, fact: Any, field: str) -> Any:
        """A field in the export: codes of closed lists and facts, several separated by spaces."""
        value = getattr(fact, field)
        if hasattr(value, "all"):
            return " ".join(str(getattr(one, "code", one)) for one in value.all())
        return value.code if isinstance(value, Fact) else value

    def get_edit_handler(self) -> Any:
        names = [self.model.name_panel] if name_model(self.model) else []
        tabs = [
            ObjectList([FieldPanel("code"), *names, *self.tab], heading=_("Content")),
            ObjectList([PublishingPanel()], heading=_("Publication")),
        ]
        return TabbedInterface(tabs, base_form_class=self.model.base_form_class).bind_to_model(self.model)

    def get_inspect_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        names = ["names"] if name_model(self.model) else []
        own = [f.name for f in self.model._meta.local_fields if f.editable and not f.primary_key]
        many = [f.name for f in self.model._meta.local_many_to_many]
        hidden = {"go_live_at", "expire_at", "first_published_at", "code"}
        fields = ["code", *names, *(name for name in own if name not in hidden), *many, *text_models(self.model)]
        return super().get_inspect_view_kwargs(**{"fields": fields, **kwargs})


class FactViewSetGroup(SnippetViewSetGroup):
    """Kinds of facts in a menu of their own, and in no other: the menu of the page one is on is marked."""

    def __init__(self) -> None:
        super().__init__()
        for viewset in self.registerables:
            viewset.menu_hook = None
