"""The portal's pages for readers, `/{locale}/portail/`: rendered on the server, whole without JavaScript.

The address holds the whole state. What it says wrongly is passed over, so that an old link still answers.
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import trans_real
from django.views.decorators.http import require_safe

from borders import atlas, shapes
from cms import frontend, labels
from cms.languages import CODES, DEFAULT, Language
from cms.references import Context, Loaded, References
from cms.throttle import limited
from resources import highwire, record_numbers, record_shapes
from resources.citations import references
from resources.exchange import csl
from resources.exchange.portable import loaded, portable
from resources.models import Record
from resources.record_api import public
from resources.similar import similar
from search import basket, reader_queries
from search.answering import Unavailable
from search.documents import BORDER
from search.nothing import Nothing
from search.question import Question
from search.refining import NO_YEARS, refined
from search.results import SearchAnswer, answered
from search.state import DEEPEST, ORDERS, PER_SHEET, State

PATH = f"{frontend.PORTAL_SLUG}/"
NEWEST = 6
SIMILAR = 5
DOWNLOADS = (("ris", "RIS"), ("bibtex", "BibTeX"), ("csl", "CSL-JSON"), ("csv", "CSV"), ("jsonl", "JSON Lines"))
"""The formats of the API that readers are offered, with their names."""
ON_HOME = ("theme", "border")
"""Facets that the portal's home begins from."""


@limited()
@require_safe
def portal(request: HttpRequest) -> HttpResponse:
    """The portal's home, or the results of what its address asks for."""
    locale, snapshot = current_locale(), labels.current()
    state = State.read(request)
    context: dict[str, Any] = {
        "state": state,
        "locale": locale,
        "languages": in_each_language(state.address(page=state.sheet)),
    }
    try:
        if state.is_home:
            found = answered(Question(text="", locale=locale, limit=0), snapshot)
            newest = Question(text="", locale=locale, documents=True, order="added", limit=NEWEST)
            found["items"] = answered(newest, snapshot)["items"]
            template = "portal/home.html"
            context["mapped"] = _mapped(found, locale, snapshot)
            context["begin"] = [facet for facet in found["facets"] if facet["name"] in ON_HOME and facet["values"]]
        else:
            question = state.question(locale)
            found = answered(question, snapshot)
            reader_queries.note(request, question, found)
            template = "portal/results.html"
            context |= _around(state, found, locale, snapshot)
    except Unavailable:
        return unavailable(request, context)
    # Not `items`: a template would take the dictionary's own.
    return basket.show(request, template, {**context, "found": {**found, "results": found["items"]}})


def _mapped(found: SearchAnswer, locale: str, snapshot: labels.Labels) -> list[dict[str, Any]]:
    """The borders that works are about, as they are drawn, each with the address of its works; not wholes of others."""
    [counts] = [facet["values"] for facet in found["facets"] if facet["name"] == "border"]
    known, codes = atlas.of(snapshot), snapshot.table(BORDER).by_code
    pks = {codes[value["code"]].pk for value in counts if value["code"] in codes}
    context = Context(locale, snapshot, Loaded(References(), snapshot))
    drawn = shapes.borders({pk for pk in pks if not pks.intersection(known.parts_of.get(pk, ()))}, context)
    return [{**border, "address": f"?border={border['code']}"} for border in drawn.values()]


def unavailable(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The page that says that the search cannot answer at the moment."""
    response = basket.show(request, "portal/unavailable.html", context, HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = "2"
    return response


def _around(state: State, found: SearchAnswer, locale: str, snapshot: labels.Labels) -> dict[str, Any]:
    """Chips, facets and sheets of a list of results; what else to try, where nothing is found."""
    rows, chips = refined(state, found)
    total = found["meta"]["total_count"]
    last = min(DEEPEST, max(0, total - 1)) // PER_SHEET + 1
    return {
        "rows": rows,
        "chips": chips,
        "feed": f"atom.xml{state.address(order=ORDERS[0])}",
        "without_filters": state.address(chosen={}, years=NO_YEARS),
        "tries": _tries(state, found["nothing"]) if found["nothing"] else {},
        "as_typed": state.address(expand=False),
        "orders": [(order, state.address(order=order)) for order in ORDERS],
        "address": frontend.portal_url(locale) + state.address(page=state.sheet),
        "first": (state.sheet - 1) * PER_SHEET + 1,
        "last_sheet": last,
        "previous": state.address(page=state.sheet - 1) if state.sheet > 1 else "",
        "next": state.address(page=state.sheet + 1) if state.sheet < last else "",
    }


def _tries(state: State, nothing: Nothing) -> dict[str, Any]:
    """What a reader may try where nothing is found, with addresses of this portal."""
    without_language = {name: values for name, values in state.chosen.items() if name != "language"}
    changes: dict[str, dict[str, Any]] = {
        "without_filters": {"chosen": {}, "years": NO_YEARS},
        "any_language": {"chosen": without_language},
        "other_names": {"expand": True},
    }
    return {
        "words": [
            {**one, "address": state.address(text=one["word"], chosen={}, years=NO_YEARS)} for one in nothing["words"]
        ],
        "others": [
            {**one, "address": state.address(text=one["q"], **changes.get(one["kind"], {}))}
            for one in nothing["alternatives"]
        ],
    }


@limited()
@require_safe
def record(request: HttpRequest, code: str) -> HttpResponse:
    """A document by its permanent number; one that was merged leads to the other, one that was deleted is gone."""
    locale, snapshot = current_locale(), labels.current()
    found = public().select_related("type").filter(code=code).first()
    if found is None:
        into = record_numbers.successor(code)
        if into and public().filter(code=into).exists():
            return redirect(frontend.portal_path(locale, into), permanent=True)
        gone = record_numbers.gone(into or code)
        status = HTTPStatus.GONE if gone else HTTPStatus.NOT_FOUND
        return basket.show(request, "portal/no_record.html", {"locale": locale, "gone": gone}, status)
    context = Context(locale, snapshot, Loaded(References(), snapshot))
    return basket.show(request, "portal/record.html", _about(found, context))


def _about(found: Record, context: Context) -> dict[str, Any]:
    """What the page of a document shows: the API's detail, its reference for machines, and others like it."""
    locale, shown = context.locale, record_shapes.detail(found, context)
    [item] = csl.items([portable(one) for one in loaded([found])])
    address = frontend.portal_url(locale, found.code)
    likes = similar(found, public(), SIMILAR)
    return {
        "locale": locale,
        "record": shown,
        "languages": in_each_language("", f"{found.code}/"),
        "address": address,
        "tags": highwire.tags(item, shown["files"], address),
        "downloads": DOWNLOADS,
        "references": references(item, locale),
        "similar": record_shapes.cards(likes, context),
        # Whoever cannot have it here is told whom to ask.
        "ask": not shown["url"] and not any(file["document"] for file in shown["files"]),
    }


def current_locale() -> str:
    """The language of the page that is asked for."""
    return translation.get_language() or DEFAULT


def in_each_language(query: str, below: str = "") -> list[dict[str, str]]:
    """The same page of the portal in each language."""
    query = "" if query == "?" else query
    return [
        {"code": code, "name": str(Language(code).label), "address": f"/{code}/{PATH}{below}{query}"} for code in CODES
    ]


@require_safe
def in_own_language(request: HttpRequest) -> HttpResponse:
    """`/portail/` leads to the portal in the reader's language, of those of the site, with what was asked."""
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponseRedirect(frontend.portal_path(_preferred(request)) + (f"?{query}" if query else ""))
    patch_vary_headers(response, ["Accept-Language"])
    return response


def _preferred(request: HttpRequest) -> str:
    """What the browser likes best of the site's languages, as "de" for "de-AT"; French where it likes none."""
    accepted = request.headers.get("Accept-Language", "")
    parsed = trans_real.parse_accept_lang_header(accepted)
    liked = (language.partition("-")[0] for language, weight in parsed if weight)
    return next((code for code in liked if code in CODES), DEFAULT)
