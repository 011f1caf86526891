"""A search as an Atom feed: what came last of what it finds, so that readers hear of the next document."""

from collections.abc import Iterable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from cms import frontend, labels
from cms.api.feeds import ENTRIES, atom
from cms.throttle import limited
from search import facets
from search.answering import Unavailable
from search.entries import entries
from search.portal import current_locale
from search.results import answered
from search.state import ORDERS, State

FILE = "atom.xml"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"


@limited()
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The newest works of a search, which the address holds as that of its results does; only what has the words."""
    locale, snapshot = current_locale(), labels.current()
    state = State.read(request)
    try:
        found = answered(state.subscription(locale, ENTRIES), snapshot)["items"]
    except Unavailable:
        response = HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
        response["Retry-After"] = "60"
        return response
    here = frontend.portal_url(locale)
    asked = state.address(order=ORDERS[0])
    made = atom(
        " – ".join([*_asked(state, snapshot, locale), pgettext("reader", "Documentary portal")]),
        locale,
        f"{here}{asked}",
        f"{here}{FILE}{asked}",
        f"portal/{locale}/{asked}",
        entries(found, locale),
    )
    response = HttpResponse(made, content_type=MEDIA_TYPE)
    patch_cache_control(response, no_cache=True)
    return response


def _asked(state: State, snapshot: labels.Labels, locale: str) -> Iterable[str]:
    """What is asked for, in words: the text and the labels of what is chosen."""
    if state.text:
        yield state.text
    for facet in facets.FACETS:
        if chosen := state.chosen.get(facet.name):
            named = facet.labelled(dict.fromkeys(chosen, 0), facets.Known(snapshot), locale)
            yield ", ".join(named.get(code, code) for code in chosen)
    if any(state.years):
        yield " – ".join("" if year is None else str(year) for year in state.years)
