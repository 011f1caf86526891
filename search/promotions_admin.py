"""The admin of promoted results, and what leads to it from what readers ask and from what they find."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList, PublishingPanel, TabbedInterface
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.snippets.action_menu import ActionMenuItem
from wagtail.snippets.views.snippets import CreateView

from cms.fact_admin import FactFilterSet, FactViewSet
from cms.languages import Language
from cms.pages import SitePage
from resources.models import Record
from search.promotions import PromotedQuery, PromotedResult

PERMISSION = "search.add_promotedresult"
PROMOTE = _("Promote in the search")


class PromotedResultFilterSet(FactFilterSet):
    language = django_filters.ChoiceFilter(label=_("readers’ language"), choices=Language.choices)

    class Meta:
        model = PromotedResult
        fields: list[str] = []


class PromotedResultCreateView(CreateView):
    """The form, which its address may fill: a `query`, its `language`, the key of a `page` or a `record`."""

    def get_initial_form_instance(self) -> PromotedResult:
        given = self.request.GET
        made = PromotedResult(record=_chosen(Record.objects, given.get("record")))
        made.page = _chosen(Page.objects, given.get("page"))
        if text := given.get("query", "").strip():
            longest = PromotedQuery._meta.get_field("text").max_length
            made.queries = [PromotedQuery(text=text[:longest])]  # type: ignore[attr-defined]
        if given.get("language") in Language.values:
            made.language = given["language"]
        return made


def _chosen(objects: Any, key: str | None) -> Any:
    found: QuerySet[Any] = objects.filter(pk=int(key)) if key and key.isdecimal() and len(key) < 18 else objects.none()
    return found.first()


def add_address(**filled: Any) -> str:
    """Where the form is that these parameters fill."""
    return f"{reverse(PromotedResult.snippet_viewset.get_url_name('add'))}?{urlencode(filled)}"  # type: ignore[attr-defined]


def listing_buttons(snippet: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """register_snippet_listing_buttons."""
    if isinstance(snippet, Record) and user.has_perm(PERMISSION):
        yield Button(PROMOTE, add_address(record=snippet.pk), icon_name="pick", priority=70)


def page_buttons(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """register_page_header_buttons."""
    if issubclass(page.specific_class or Page, SitePage) and page.pk and user.has_perm(PERMISSION):
        yield Button(PROMOTE, add_address(page=page.pk), icon_name="pick", priority=70)


class PromoteMenuItem(ActionMenuItem):
    """Below the form of a record, beside its other actions."""

    name = "promote"
    label = PROMOTE
    icon_name = "pick"

    def is_shown(self, context: Any) -> bool:
        is_record = context["view"] == "edit" and context["model"] is Record
        return is_record and context["request"].user.has_perm(PERMISSION)

    def get_url(self, parent_context: Any) -> str:
        return add_address(record=parent_context["instance"].pk)


def action_menu_item(model: Any) -> PromoteMenuItem:
    """register_snippet_action_menu_item."""
    return PromoteMenuItem(order=120)


class PromotedResultViewSet(FactViewSet):
    model = PromotedResult
    add_view_class = PromotedResultCreateView
    icon = "pick"
    menu_label = _("Promoted results")
    menu_order = 900
    ordering = ["pk"]
    filterset_class = PromotedResultFilterSet
    related = ["page", "record"]
    prefetched = ["queries", "record__texts"]
    search_by = ["queries__text", "page__title", "record__texts__title"]
    list_display = [
        "__str__",
        Column("language", label=_("language"), accessor="get_language_display", sort_key="language"),
        Column("target", label=_("shown first")),
        Column("note", label=_("note for editors")),
    ]
    list_export = ["asked", "language", "target", "note", "go_live_at", "expire_at", "live"]

    def get_edit_handler(self) -> TabbedInterface:
        content = [
            MultiFieldPanel(
                [
                    FieldPanel("language"),
                    InlinePanel(
                        "queries",
                        heading=_("Queries"),
                        label=_("query"),
                        min_num=1,
                        help_text=_("What readers type; case, accents and the order of the words make no difference."),
                    ),
                ],
                heading=_("When readers ask"),
            ),
            MultiFieldPanel([FieldPanel("page"), FieldPanel("record")], heading=_("Show first")),
            FieldPanel("note"),
        ]
        tabs = [
            ObjectList(content, heading=_("Content")),
            ObjectList([PublishingPanel()], heading=_("Publication")),
        ]
        return TabbedInterface(tabs, base_form_class=self.model.base_form_class).bind_to_model(self.model)
