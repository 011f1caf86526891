"""The admin of the thesaurus and of the agents."""

from typing import Any

import django_filters
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn

from cms import labels
from cms.fact_admin import (
    FactFilterSet,
    FactIndexView,
    FactViewSet,
    FactViewSetGroup,
    choices_filter,
    code_column,
    fact_filter,
    facts_panel,
    texts_panel,
)
from resources import hierarchy
from resources.agents import Agent, AgentKind
from resources.thesaurus import Concept, ConceptStatus


class ConceptIndexView(FactIndexView):
    """The list of concepts; tells where each published one stands in the tree: "Mobility › Public transport"."""

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        paginator, page, concepts, several = super().paginate_queryset(queryset, page_size)
        snapshot = labels.current()
        known = hierarchy.of(snapshot)
        for concept in concepts:
            steps = known.path(concept.pk, snapshot, get_language() or "fr")
            concept.place = " › ".join(step["label"] for step in steps)
            concept.shown_as_theme = concept.pk in known.themes
        return paginator, page, concepts, several


class ConceptFilterSet(FactFilterSet):
    status = choices_filter("status", ConceptStatus, _("status"))
    broader = fact_filter(Concept, _("broader concepts"))
    theme = django_filters.BooleanFilter(label=_("theme"), method="that_are_themes")

    class Meta:
        model = Concept
        fields: list[str] = []

    def that_are_themes(self, concepts: Any, name: str, wanted: bool) -> Any:
        themes = hierarchy.of(labels.current()).themes
        return concepts.filter(pk__in=themes) if wanted else concepts.exclude(pk__in=themes)


class ConceptViewSet(FactViewSet):
    model = Concept
    icon = "list-ul"
    index_view_class = ConceptIndexView
    filterset_class = ConceptFilterSet
    search_by = ["notation"]
    list_display = [
        "__str__",
        code_column(),
        Column("notation", label=_("notation"), sort_key="notation"),
        Column("place", label=_("below")),
        BooleanColumn("shown_as_theme", label=_("theme")),
        Column("status", label=_("status"), accessor="get_status_display", sort_key="status"),
    ]
    prefetched = ["broader", "related"]
    exported = ["notation", "status", "eurovoc_id", "broader", "related"]
    tab = [
        FieldRowPanel([FieldPanel("status"), FieldPanel("notation"), FieldPanel("eurovoc_id")]),
        texts_panel("scope_notes", _("Scope notes"), _("scope note")),
        facts_panel("broader"),
        facts_panel("related"),
    ]


class AgentFilterSet(FactFilterSet):
    kind = choices_filter("kind", AgentKind, _("kind"))
    country = fact_filter(Agent._meta.get_field("country").related_model, _("country"))

    class Meta:
        model = Agent
        fields: list[str] = []


class AgentViewSet(FactViewSet):
    model = Agent
    icon = "group"
    filterset_class = AgentFilterSet
    related = ["country"]
    search_by = ["orcid", "isni", "viaf"]
    list_display = [
        "__str__",
        code_column(),
        Column("kind", label=_("kind"), accessor="get_kind_display", sort_key="kind"),
        Column("country", label=_("country"), accessor=lambda agent: agent.country.code if agent.country else ""),
        Column("orcid", label="ORCID"),
        Column("isni", label="ISNI"),
        DateColumn("last_published_at", label=_("published on"), sort_key="last_published_at"),
    ]
    exported = ["kind", "orcid", "isni", "viaf", "website", "country"]
    tab = [
        FieldRowPanel([FieldPanel("kind"), FieldPanel("country"), FieldPanel("website")]),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("orcid"), FieldPanel("isni"), FieldPanel("viaf")])],
            heading=_("Identifiers in other registers"),
        ),
    ]


class ThesaurusGroup(FactViewSetGroup):
    """The entry of the menu."""

    items: tuple[Any, ...] = (ConceptViewSet, AgentViewSet)
    menu_label = _("Thesaurus and authors")
    menu_icon = "tag"
    menu_order = 210
