"""Concepts and agents over REST."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpResponsePermanentRedirect
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import TypedDict

from cms.api import params
from cms.api.errors import NotFound
from cms.api.renderers import JSONRenderer
from cms.api.views import Api, DetailApi, ListApi, Listed, whole
from cms.changes import CONTENT, RECORDS
from cms.facts import Fact
from cms.json_types import Address
from cms.labels import Coded, CodedAs
from cms.references import API_PATH, Context
from cms.representation import enum
from cms.structured_data import Described, JsonLd, compact, document, postal_address
from resources import concept_shapes, hierarchy, skos
from resources.agents import Agent, AgentKind
from resources.fact_merging import successor
from resources.thesaurus import Concept, ConceptStatus


def keys(query: params.Query, name: str) -> set[int]:
    """Keys of the concepts that a parameter names by their codes."""
    known = query.labels.table("resources.Concept").by_code
    return {known[code].pk for code in query[name]}


SKOS_RENDERERS = [JSONRenderer, skos.JsonLdRenderer, skos.TurtleRenderer]
SKOS_ANSWERS = {skos.JsonLdRenderer.format: JsonLd, skos.TurtleRenderer.format: str}


def _skos(found: Sequence[Concept], query: params.Query) -> Response:
    """Concepts as a graph (two queries beside the labels')."""
    known = query.labels.table("resources.Concept").by_pk
    shown = [row for row in found if row.pk in known]
    prefetch_related_objects(shown, "names", "scope_notes")
    return Response(skos.graph(shown, Api.context(query)))


class ConceptList(ListApi):
    """Concepts of the thesaurus; as SKOS (JSON-LD or Turtle) all of them at once, unless a `limit` is given."""

    renderer_classes = SKOS_RENDERERS  # type: ignore[assignment]
    own_params = (
        params.Param(
            "theme", params.fact("resources.Concept"), "These concepts and all that are narrower (codes).", many=True
        ),
        params.Param(
            "broader", params.fact("resources.Concept"), "Concepts right below one of these (codes).", many=True
        ),
        params.Param("status", params.choice(ConceptStatus), "Statuses.", many=True),
        params.Param("is_theme", params.boolean, "true for top concepts only, false for all the others."),
        params.UPDATED_SINCE,
    )
    orderings = {"code": "code", "notation": ("notation", "code")}

    def queryset(self, query: params.Query) -> QuerySet[Concept]:
        known = hierarchy.of(query.labels)
        found = params.published_since(Concept.objects.filter(live=True), query)
        if query["theme"]:
            found = found.filter(pk__in=known.with_narrower(keys(query, "theme")))
        if query["broader"]:
            below = (known.narrower.get(pk, set()) for pk in keys(query, "broader"))
            found = found.filter(pk__in=set().union(*below))
        if query["status"]:
            found = found.filter(status__in=query["status"])
        if query["is_theme"] is not None:
            found = found.filter(pk__in=known.themes) if query["is_theme"] else found.exclude(pk__in=known.themes)
        return found

    def items(self, found: Sequence[Concept], query: params.Query) -> list[concept_shapes.ConceptJson]:
        context = self.context(query)
        known = query.labels.table("resources.Concept").by_pk  # a concept may have been published since it was read
        return [concept_shapes.concept(row, context) for row in found if row.pk in known]

    @classmethod
    def answers(cls) -> dict[str, Any]:
        return {**super().answers(), **SKOS_ANSWERS}

    def get(self, request: Request) -> Response:
        if request.accepted_renderer.format not in SKOS_ANSWERS:
            return super().get(request)  # type: ignore[no-any-return]
        query = self.query(request)
        return _skos(self.all_rows(query), query)


class ConceptTree(Api):
    """The whole thesaurus from its themes down; what has several broader concepts is below each of them.

    Concepts that no theme leads to, such as candidates without a place, are in `concepts/` only.
    """

    own_params = (params.Param("theme", params.fact("resources.Concept"), "From these themes only.", many=True),)

    def answer(self, query: params.Query) -> Listed[concept_shapes.ConceptNode]:
        chosen = hierarchy.of(query.labels).themes
        if query["theme"]:
            chosen = chosen & keys(query, "theme")
        return whole(concept_shapes.tree(chosen, self.context(query)))


class MergedDetail(DetailApi):
    """One fact; the code of one that was merged leads to the other."""

    model: ClassVar[type[Fact]]
    place: ClassVar[str]
    """Where details are, below the API's root."""
    empty_answers = {301: "It was merged into another: `Location` is the address of that one's detail."}

    def get(self, request: Request, key: str) -> Any:
        try:
            return self.shown(request, key)
        except NotFound:
            into = successor(self.model, key)
            if into is None or not self.model._default_manager.filter(code=into, live=True).exists():
                raise
            given = request._request.GET.urlencode()
            return HttpResponsePermanentRedirect(f"{API_PATH}{self.place}/{into}/" + (f"?{given}" if given else ""))

    def shown(self, request: Request, key: str) -> Response:
        """The answer for a code that is one's own."""
        return super().get(request, key=key)  # type: ignore[no-any-return]


class ConceptDetail(MergedDetail):
    """One concept with all its labels and neighbours; also as SKOS (JSON-LD or Turtle).

    The code of one that was merged leads to the other.
    """

    model, place = Concept, "concepts"
    renderer_classes = SKOS_RENDERERS  # type: ignore[assignment]

    @classmethod
    def answers(cls) -> dict[str, Any]:
        return {**super().answers(), **SKOS_ANSWERS}

    def shown(self, request: Request, key: str) -> Response:
        if request.accepted_renderer.format not in SKOS_ANSWERS:
            return super().shown(request, key)
        query = self.query(request)
        return _skos([self._row(key, query)], query)

    def item(self, key: str, query: params.Query) -> concept_shapes.ConceptDetail:
        return concept_shapes.concept_detail(self._row(key, query), self.context(query))

    @staticmethod
    def _row(key: str, query: params.Query) -> Concept:
        entry = query.labels.table("resources.Concept").by_code.get(key)
        found = Concept.objects.filter(pk=entry.pk, live=True).first() if entry else None
        if found is None:
            raise NotFound("There is no concept with this code.")
        return found


class AgentJson(TypedDict):
    """A person or body; `variant_names` are its other names, in every language; `records_url` lists its documents."""

    code: str
    label: str
    variant_names: list[str]
    kind: CodedAs[AgentKind] | None
    orcid: str
    isni: str
    viaf: str
    website: str
    country: Coded | None
    records_url: Address


def agent_json(agent: Agent, context: Context) -> AgentJson:
    """A published agent whose names are prefetched."""
    label = agent.name_in(context.locale)
    return {
        "code": agent.code,
        "label": label,
        "variant_names": list(dict.fromkeys(name.text for name in agent.names.all() if name.text != label)),
        "kind": enum(AgentKind, agent.kind),
        "orcid": agent.orcid,
        "isni": agent.isni,
        "viaf": agent.viaf,
        "website": agent.website,
        "country": context.labels.coded("borders.Country", agent.country_id, context.locale),
        "records_url": context.api(f"records/?agent={agent.code}&locale={context.locale}"),
    }


class AgentDetailJson(AgentJson, Described):
    """All that is known of a person or body."""


def agent_json_ld(shown: AgentJson, context: Context) -> JsonLd:
    """A person or an organisation, with its other names and its identifiers as addresses."""
    person = shown["kind"] is not None and shown["kind"]["code"] == AgentKind.PERSON
    same_as = (
        shown["orcid"] and f"https://orcid.org/{shown['orcid']}",
        shown["isni"] and f"https://isni.org/isni/{shown['isni']}",
        shown["viaf"] and f"https://viaf.org/viaf/{shown['viaf']}",
    )
    own = {
        "@type": "Person" if person else "Organization",
        "@id": context.api(f"agents/{shown['code']}/"),
        "name": shown["label"],
        "alternateName": shown["variant_names"],
        "url": shown["website"],
        "sameAs": [address for address in same_as if address],
        "address": None if person else postal_address(shown["country"]),
    }
    return document(compact(own))


def _agents() -> QuerySet[Agent]:
    return Agent.objects.filter(live=True).prefetch_related("names")


class AgentList(ListApi):
    """Authors and publishers."""

    families = (CONTENT, RECORDS)
    own_params = (
        params.Param("kind", params.choice(AgentKind), "Persons or bodies.", many=True),
        params.Param("country", params.fact("borders.Country"), "Countries (codes).", many=True),
        params.UPDATED_SINCE,
    )
    orderings = {"code": "code"}

    def queryset(self, query: params.Query) -> QuerySet[Agent]:
        found = params.published_since(_agents(), query)
        if query["kind"]:
            found = found.filter(kind__in=query["kind"])
        if query["country"]:
            known = query.labels.table("borders.Country").by_code
            found = found.filter(country__in=[known[code].pk for code in query["country"]])
        return found

    def items(self, found: Sequence[Agent], query: params.Query) -> list[AgentJson]:
        context = self.context(query)
        return [agent_json(agent, context) for agent in found]


class AgentDetail(MergedDetail):
    """One agent; the code of one that was merged leads to the other."""

    model, place = Agent, "agents"
    families = (CONTENT, RECORDS)

    def item(self, key: str, query: params.Query) -> AgentDetailJson:
        agent = _agents().filter(code=key).first()
        if agent is None:
            raise NotFound("There is no agent with this code.")
        context = self.context(query)
        found = agent_json(agent, context)
        return {**found, "json_ld": agent_json_ld(found, context)}
