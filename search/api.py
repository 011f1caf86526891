"""`/api/v2/search/`: pages and documents in one list; `/api/v2/suggest/`: what may be meant by its beginning."""

from dataclasses import replace
from typing import Any

from django.utils.translation import pgettext
from rest_framework.exceptions import APIException

from cms import frontend
from cms.api import params, windows
from cms.api.errors import Problem, bad
from cms.api.feeds import ENTRIES, atom
from cms.api.tables import Table
from cms.api.views import Api, Listed, whole
from resources.record_api import public
from resources.record_formats import LIST_RENDERERS, MOST, RecordFiles, cells, refuse_too_many
from resources.records import Record
from resources.selection import IDS, selected
from search import facets, reader_queries
from search import query as queries
from search.answering import Unavailable
from search.documents import record_ids
from search.engines.base import After
from search.entries import entries
from search.question import Question
from search.results import SearchAnswer, SearchResult, answered, listed, total
from search.searching import Behind, order_of
from search.suggesting import Suggestion, suggest

DEEPEST = 9_900
"""How far down a list of results goes; whoever needs more asks more narrowly."""
YEAR = params.integer(1000, 2200)
COLUMNS = (
    *("kind", "key", "type.code", "type.label", "locale", "locales", "title", "summary", "date.date", "authors"),
    *("html_url", "detail_url"),
)
"""A result as a row of a table."""


class NotReady(APIException):
    """No engine can answer at the moment."""

    status_code = 503
    default_detail = "The search is being prepared. Try again in a moment."
    wait = 1


class Search(RecordFiles, Api):
    """Pages with all their translations, and documents, in whatever language they are: each once, the best first.

    `q` takes words, "phrases", -exclusions, trunc*, AND / OR / NOT and `author:`, `title:`, `year:`, `doi:` with
    parentheses, in the six languages of the site. Nothing in it is an error: what is no syntax is words. Several values
    of one facet widen the list, several facets narrow it.

    Also as a file, at most of 2000 works, unless a `limit` is given: the documents among them for reference managers
    (RIS, BibTeX, CSL-JSON, JSON Lines), all of them for spreadsheets (CSV); and as an Atom feed of the 50 works that
    came last, or as many as `limit` says, of those that have the words.
    """

    renderer_classes = LIST_RENDERERS

    cached = False  # it follows the index, which is a moment behind the database
    own_params = (
        params.Param("q", params.plain, "What is looked for; without it, everything, the newest first.", default=""),
        IDS,
        *(facet.param for facet in facets.FACETS),
        params.Param("year_from", YEAR, "Of this year or later."),
        params.Param("year_to", YEAR, "Of this year or earlier."),
        params.Param(
            "order",
            params.choice(["relevance", "date", "-date", "added", "-added", "title", "-title"]),
            "The order of the items; a minus sign reverses it.",
            default="relevance",
        ),
        params.Param(
            "expand",
            params.boolean,
            "false takes the words as they are: not the names that concepts, borders and territories have elsewhere.",
            default=True,
        ),
        params.LIMIT,
        params.Param("offset", params.integer(0, DEEPEST), "How many items to pass over.", default=0),
        windows.CURSOR,
    )
    problems = {503: Problem}

    def answer(self, query: params.Query) -> SearchAnswer:
        try:
            question = replace(self._question(query), behind=_behind(query))
            found = answered(question, query.labels, lambda last: _cursor(last, query))
        except Unavailable:
            raise NotReady from None
        reader_queries.note(self.request._request, question, found)
        return found

    def chosen(self, query: params.Query, **path: Any) -> list[Record]:
        found = self._listed(query, documents=True)
        records = public().in_bulk([one["key"] for one in found if one["kind"] == "record"], field_name="code")
        return [records[one["key"]] for one in found if one["key"] in records]

    def table(self, query: params.Query, **path: Any) -> Table:
        return Table("mot-search", COLUMNS, [cells(one) for one in self._listed(query)])

    def feed(self, query: params.Query) -> str:
        question = replace(self._question(query), near=False)
        if "limit" not in query.given:
            question = replace(question, limit=ENTRIES)
        if "order" not in query.given:
            question = replace(question, order="added", descending=True)
        try:
            found = listed(question, query.labels)
        except Unavailable:
            raise NotReady from None
        context = self.context(query)
        named = [query["q"], pgettext("reader", "Documentary portal")]
        return atom(
            " – ".join(part for part in named if part),
            query.locale,
            frontend.portal_url(query.locale),
            context.api(f"search/?{query.written}"),
            f"search/?{query.written}",
            entries(found, query.locale),
        )

    def _listed(self, query: params.Query, *, documents: bool = False) -> list[SearchResult]:
        """The works of a file; BadParameters where these are too many."""
        if "cursor" in query.given:
            raise bad("cursor", query["cursor"], "is for JSON: this format answers everything at once")
        question = replace(self._question(query), documents=documents)
        try:
            if "limit" not in query.given:
                refuse_too_many(total(question, query.labels) - question.offset, query)
                question = replace(question, limit=min(MOST, DEEPEST + params.LIMIT_MAX - question.offset))
            return listed(question, query.labels)
        except Unavailable:
            raise NotReady from None

    @staticmethod
    def _question(query: params.Query) -> Question:
        order = _order(query)
        name: Any = order.removeprefix("-")
        return Question(
            text=query["q"],
            locale=query.locale,
            chosen={facet.name: query[facet.name] for facet in facets.FACETS},
            year_from=query["year_from"],
            year_to=query["year_to"],
            ids=record_ids(selected(query["ids"])) if query["ids"] else None,
            order=name,
            descending=name == "relevance" or order.startswith("-"),
            limit=query["limit"],
            offset=query["offset"],
            expand=query["expand"],
        )


def _order(query: params.Query) -> str:
    return "selected" if query["ids"] and "order" not in query.given else query["order"]


VALUES: dict[str, tuple[type, ...]] = {
    "relevance": (float, int),
    "date": (int, type(None)),
    "added": (int, type(None)),
    "title": (str,),
    "selected": (int,),
}
"""What a cursor holds of an item in each order."""


def _cursor(last: Behind, query: params.Query) -> str:
    value, name = last.after or (None, "")
    return windows.write([value, name, int(last.wide), last.corrected, ",".join(last.above)], query)


def _behind(query: params.Query) -> Behind | None:
    """Where the list goes on; BadParameters for a cursor that no answer to this question gave."""
    if (found := windows.last_seen(query, 5)) is None:
        return None
    value, name, wide, corrected, above = found
    if wide not in (0, 1) or not all(isinstance(text, str) for text in (name, corrected, above)):
        raise windows.refused(query)
    order: Any = _order(query).removeprefix("-")
    if order != "selected":
        order = order_of(order, queries.parse(corrected or query["q"]))
    if name and type(value) not in VALUES[order]:
        raise windows.refused(query)
    after = After(value, name) if name else None
    return Behind(after, bool(wide), corrected, tuple(above.split(",")) if above else ())


class Suggest(Api):
    """What a reader may mean who has typed the beginning of a word or of several: names of concepts, borders,
    territories and authors that lead to works, and titles of pages and documents.

    From two letters on, whatever the accents, in any of the six languages, the reader's own first; where nothing
    begins so, what was typed is taken for a mistake.
    """

    cached = False  # it follows the index, which is a moment behind the database
    own_params = (
        params.Param("q", params.plain, "What has been typed; under two letters, nothing is suggested.", default=""),
        params.Param("limit", params.integer(1, 20), "How many suggestions (at most 20).", default=8),
    )
    problems = {503: Problem}

    def answer(self, query: params.Query) -> Listed[Suggestion]:
        try:
            return whole(suggest(query["q"], query.locale, query["limit"], query.labels))
        except Unavailable:
            raise NotReady from None
