"""Records over REST."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, When
from django.http import HttpResponsePermanentRedirect
from rest_framework.request import Request
from typing_extensions import TypedDict

from cms import places
from cms.api import params, windows
from cms.api.errors import Gone, NotFound, Problem, bad
from cms.api.feeds import ENTRIES
from cms.api.tables import Table
from cms.api.views import Api, DetailApi, ListApi, Listed, whole
from cms.changes import CONTENT, RECORDS
from cms.labels import CodedAs, Labels
from cms.references import API_PATH
from cms.representation import enum
from resources import citations, hierarchy, languages, record_feed, record_numbers, record_shapes
from resources.agents import Agent
from resources.exchange import csl
from resources.exchange.portable import loaded, portable
from resources.record_formats import COLUMNS, LIST_RENDERERS, RecordFiles, cells, file_name, refuse_too_many
from resources.records import AgentRole, Record, RecordAgent, RecordLanguage
from resources.selection import IDS, selected
from resources.similar import similar

YEAR = params.integer(1000, 2200)
_TYPE = "resources.RecordType"
_COLLECTION = "resources.RecordCollection"


def public() -> QuerySet[Record]:
    """The records that readers may see."""
    return Record.objects.filter(live=True)


def _keys(query: params.Query, model: str, codes: Iterable[str]) -> set[int]:
    known = query.labels.table(model).by_code
    return {known[code].pk for code in codes if code in known}


def about_borders(borders: set[int], snapshot: Labels) -> Q:
    """Records indexed by any of these borders, or by a territory on one."""
    territories = places.of(snapshot).territories_on(borders)
    return indexed("borders", borders) | indexed("territories", territories)


def about_borders_and_parts(borders: Iterable[int], snapshot: Labels) -> Q:
    """Records about any of these borders, their parts or a territory on one."""
    return about_borders(places.of(snapshot).with_parts(borders), snapshot)


def about_concepts(concepts: Iterable[int], snapshot: Labels) -> Q:
    """Records about any of these concepts or a narrower one."""
    return indexed("concepts", hierarchy.of(snapshot).with_narrower(concepts))


def indexed(relation: str, facts: Iterable[int]) -> Q:
    """Records of which one of these facts is in a relation; as a subquery, so that no record comes twice."""
    through: Any = Record._meta.get_field(relation).remote_field.through  # type: ignore[union-attr]
    [target] = [field for field in through._meta.fields if field.is_relation and field.related_model is not Record]
    return Q(pk__in=through._default_manager.filter(**{f"{target.name}__in": list(facts)}).values("record"))


class RecordList(RecordFiles, ListApi):
    """Documentary records; several values of one parameter widen the list, several parameters narrow it.

    Also as a file (RIS, BibTeX, CSL-JSON, JSON Lines, CSV) of all of them, at most 2000, unless a `limit` is given, and
    as an Atom feed of the 50 that came last, or as many as `limit` says.
    """

    renderer_classes = LIST_RENDERERS
    families = (CONTENT, RECORDS)
    own_params = (
        IDS,
        params.Param("type", params.fact(_TYPE), "Types of documents (codes).", many=True),
        params.Param("collection", params.fact(_COLLECTION), "MOT collections (codes).", many=True),
        params.Param(
            "border",
            params.fact("borders.Border"),
            "About one of these borders, its parts or a territory on it (codes).",
            many=True,
        ),
        params.Param("territory", params.fact("borders.Territory"), "About these territories (codes).", many=True),
        params.Param(
            "country", params.fact("borders.Country"), "About these countries or one of their borders.", many=True
        ),
        params.Param(
            "concept", params.fact("resources.Concept"), "About these concepts or narrower ones (codes).", many=True
        ),
        params.Param("agent", params.plain, "By one of these persons or bodies (codes).", many=True),
        params.Param("role", params.choice(AgentRole), "What the agents did.", many=True),
        params.Param("language", params.choice(languages.KNOWN), "Written in one of these languages.", many=True),
        params.Param("year_from", YEAR, "Published in this year or later."),
        params.Param("year_to", YEAR, "Published in this year or earlier."),
        params.UPDATED_SINCE,
    )
    orderings = {
        "added": ("added_at",),
        "date": ("date", "title_key"),
        "title": ("title_key",),
    }

    def queryset(self, query: params.Query) -> QuerySet[Record]:
        found = params.published_since(public(), query)
        if query["ids"]:
            found = found.filter(code__in=selected(query["ids"]))
        for name, model in (("type", _TYPE), ("collection", _COLLECTION)):
            if query[name]:
                found = found.filter(**{f"{name}__in": _keys(query, model, query[name])})
        if query["border"]:
            named = _keys(query, "borders.Border", query["border"])
            found = found.filter(about_borders_and_parts(named, query.labels))
        if query["territory"]:
            found = found.filter(indexed("territories", _keys(query, "borders.Territory", query["territory"])))
        if query["country"]:
            countries = _keys(query, "borders.Country", query["country"])
            on = about_borders(places.of(query.labels).of_countries(countries), query.labels)
            found = found.filter(on | indexed("countries", countries))
        if query["concept"]:
            named = _keys(query, "resources.Concept", query["concept"])
            found = found.filter(about_concepts(named, query.labels))
        if query["agent"] or query["role"]:
            found = found.filter(pk__in=_by(query).values("record"))
        if query["language"]:
            found = found.filter(pk__in=RecordLanguage.objects.filter(language__in=query["language"]).values("record"))
        if query["year_from"]:
            found = found.filter(date__year__gte=query["year_from"])
        if query["year_to"]:
            found = found.filter(date__year__lte=query["year_to"])
        return found

    def items(self, found: Sequence[Record], query: params.Query) -> list[record_shapes.RecordJson]:
        return record_shapes.cards(found, self.context(query))

    def keys(self, query: params.Query) -> list[windows.Key]:
        if not query["ids"] or "order" in query.given:
            return super().keys(query)
        places = (When(code=code, then=place) for place, code in enumerate(selected(query["ids"])))
        return [windows.Key(Case(*places, output_field=IntegerField())), windows.KEY]

    def chosen(self, query: params.Query, **path: Any) -> list[Record]:
        refuse_too_many(self.total(self.queryset(query), query) - query["offset"], query)
        return self.all_rows(query)

    def table(self, query: params.Query, **path: Any) -> Table:
        return Table(file_name(path), COLUMNS, [cells(card) for card in self.items(self.chosen(query), query)])

    def feed(self, query: params.Query) -> str:
        latest = windows.ordered(self.queryset(query), [windows.Key("added_at", descending=True), windows.KEY])
        limit = query["limit"] if "limit" in query.given else ENTRIES
        found = list(latest.prefetch_related("texts")[query["offset"] : query["offset"] + limit])
        return record_feed.atom(found, query.written, windows.list_of(query), self.context(query))


def _by(query: params.Query) -> QuerySet[RecordAgent]:
    """What published agents did, of the agents and in the roles that are asked for."""
    agents = Agent.objects.filter(live=True)
    if query["agent"]:
        codes = [query.labels.successor("resources.Agent", code) for code in query["agent"]]
        agents = agents.filter(code__in=codes)
        known = set(agents.values_list("code", flat=True))
        if unknown := [code for code in codes if code not in known]:
            raise bad("agent", unknown[0], "is not a known code")
    rows = RecordAgent.objects.filter(agent__in=agents)
    return rows.filter(role__in=query["role"]) if query["role"] else rows


class OfRecord(Api):
    """What concerns one record; where that was merged, it is the other's, and where it was deleted, it is gone."""

    families = (CONTENT, RECORDS)
    problems = {404: Problem, 410: Problem}
    empty_answers = {301: "It was merged into another: `Location` is the address of that one."}

    def get(self, request: Request, **path: Any) -> Any:
        try:
            return super().get(request, **path)
        except NotFound:
            into = record_numbers.successor(path["key"])
            if into is None or not public().filter(code=into).exists():
                raise
            below = request._request.path.removeprefix(f"{API_PATH}records/{path['key']}/")
            address, given = f"{API_PATH}records/{into}/{below}", request._request.GET.urlencode()
            return HttpResponsePermanentRedirect(f"{address}?{given}" if given else address)

    @staticmethod
    def record(key: str) -> Record:
        """The published record with a number; raises errors.NotFound or errors.Gone."""
        record = public().select_related("type").filter(code=key).first()
        if record is None and record_numbers.gone(record_numbers.successor(key) or key):
            raise Gone("This record was deleted.")
        if record is None:
            raise NotFound("There is no record with this number.")
        return record


class RecordDetail(OfRecord, RecordFiles, DetailApi):
    """One record by its permanent number, also as a file (RIS, BibTeX, CSL-JSON, JSON Lines, CSV).

    One that was merged leads to the other, one that was deleted is gone.
    """

    def item(self, key: str, query: params.Query) -> record_shapes.RecordDetailJson:
        return record_shapes.detail(self.record(key), self.context(query))

    def chosen(self, query: params.Query, **path: Any) -> list[Record]:
        return [self.record(path["key"])]

    def table(self, query: params.Query, **path: Any) -> Table:
        found = record_shapes.cards(self.chosen(query, **path), self.context(query))
        return Table(file_name(path), COLUMNS, [cells(card) for card in found])


class CitationJson(TypedDict):
    """A reference as plain text, and as HTML whose only tag is <i>."""

    style: CodedAs[citations.Style] | None
    text: str
    html: str


class RecordCitation(OfRecord):
    """One record as bibliographies cite it: ISO 690 (author and date), in the language of the answer, and APA.

    A style that cannot cite it well is left out: APA of theses and of documents for which nobody answers.
    """

    own_params = (params.Param("style", params.choice(citations.Style), "These styles only.", many=True, default=()),)

    def answer(self, query: params.Query, key: str) -> Listed[CitationJson]:
        [item] = csl.items([portable(one) for one in loaded([self.record(key)])])
        wanted = query["style"] or citations.Style.values
        found = [one for one in citations.references(item, query.locale) if one.style in wanted]
        return whole([{"style": enum(citations.Style, one.style), "text": one.text, "html": one.html} for one in found])


class SimilarRecords(OfRecord):
    """Records about the same concepts, territories and borders or by the same authors, most in common first."""

    own_params = (params.Param("limit", params.integer(1, 20), "How many items (at most 20).", default=5),)

    def answer(self, query: params.Query, key: str) -> Listed[record_shapes.RecordJson]:
        found = similar(self.record(key), public(), query["limit"])
        return whole(record_shapes.cards(found, self.context(query)))
