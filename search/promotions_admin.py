"""The admin of promoted results."""

import django_filters
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList, PublishingPanel, TabbedInterface
from wagtail.admin.ui.tables import Column

from cms.fact_admin import FactFilterSet, FactViewSet
from cms.languages import Language
from search.promotions import PromotedResult


class PromotedResultFilterSet(FactFilterSet):
    language = django_filters.ChoiceFilter(label=_("readers’ language"), choices=Language.choices)

    class Meta:
        model = PromotedResult
        fields: list[str] = []


class PromotedResultViewSet(FactViewSet):
    model = PromotedResult
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
