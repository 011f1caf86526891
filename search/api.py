"""`/api/v2/search/`: pages and documents in one list; `/api/v2/suggest/`: what may be meant by its beginning."""

from typing import Any

from rest_framework.exceptions import APIException

from cms.api import params
from cms.api.errors import Problem
from cms.api.views import Api, Listed, whole
from search import facets
from search.answering import Unavailable
from search.results import Question, SearchAnswer, answered
from search.suggesting import Suggestion, suggest

DEEPEST = 9_900
"""How far down a list of results goes; whoever needs more asks more narrowly."""
YEAR = params.integer(1000, 2200)


class NotReady(APIException):
    """No engine can answer at the moment."""

    status_code = 503
    default_detail = "The search is being prepared. Try again in a moment."
    wait = 1


class Search(Api):
    """Pages with all their translations, and documents, in whatever language they are: each once, the best first.

    `q` takes words, "phrases", -exclusions, trunc*, AND / OR / NOT and `author:`, `title:`, `year:`, `doi:` with
    parentheses, in the six languages of the site. Nothing in it is an error: what is no syntax is words. Several values
    of one facet widen the list, several facets narrow it.
    """

    cached = False  # it follows the index, which is a moment behind the database
    own_params = (
        params.Param("q", params.plain, "What is looked for; without it, everything, the newest first.", default=""),
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
    )
    problems = {503: Problem}

    def answer(self, query: params.Query) -> SearchAnswer:
        order: Any = query["order"]
        name = order.removeprefix("-")
        question = Question(
            text=query["q"],
            locale=query.locale,
            chosen={facet.name: query[facet.name] for facet in facets.FACETS},
            year_from=query["year_from"],
            year_to=query["year_to"],
            order=name,
            descending=name == "relevance" or order.startswith("-"),
            limit=query["limit"],
            offset=query["offset"],
            expand=query["expand"],
        )
        try:
            return answered(question, query.labels)
        except Unavailable:
            raise NotReady from None


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
