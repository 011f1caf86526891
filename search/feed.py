"""A search as an Atom feed: what came last of what it finds, so that readers hear of the next document."""

import datetime
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe
from wagtail.models import Page

from cms import labels
from cms.api.feeds import BEGINNING, ENTRIES, Atom, tag, writable
from resources.models import Record
from search import facets
from search.answering import Unavailable
from search.portal import PATH, current_locale
from search.results import SearchResult, answered
from search.state import ORDERS, State

FILE = "atom.xml"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"


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
    here = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    asked = state.address(order=ORDERS[0])
    made = Atom(
        title=writable(" – ".join([*_asked(state, snapshot, locale), pgettext("reader", "Documentary portal")])),
        link=f"{here}/{locale}/{PATH}{asked}",
        description="",
        language=locale,
        author_name=settings.WAGTAIL_SITE_NAME,
        feed_url=f"{here}/{locale}/{PATH}{FILE}{asked}",
        feed_guid=f"{tag()}portal/{locale}/{asked}",
    )
    moments = _moments(found)
    for item in found:
        added, updated = moments.get((item["kind"], item["key"]), (None, None))
        made.add_item(
            title=writable(item["title"]),
            link=item["html_url"] or f"{here}/{locale}/{PATH}{item['key']}/",
            description=writable(item["summary"]),
            unique_id=f"{tag()}{item['kind']}s/{item['key']}",
            pubdate=added,
            updateddate=updated or added or BEGINNING,
        )
    response = HttpResponse(made.writeString("utf-8"), content_type=MEDIA_TYPE)
    patch_cache_control(response, no_cache=True)
    return response


def _asked(state: State, snapshot: labels.Labels, locale: str) -> Iterable[str]:
    """What is asked for, in words: the text and the labels of what is chosen."""
    if state.text:
        yield state.text
    for facet in facets.FACETS:
        if chosen := state.chosen.get(facet.name):
            named = facet.labelled(dict.fromkeys(chosen, 0), snapshot, locale)
            yield ", ".join(named.get(code, code) for code in chosen)
    if any(state.years):
        yield " – ".join("" if year is None else str(year) for year in state.years)


_Moment = datetime.datetime | None


def _moments(found: Iterable[SearchResult]) -> Mapping[tuple[str, str], tuple[_Moment, _Moment]]:
    """When results came and when they changed, by kind and key (two queries)."""
    keys: dict[str, list[str]] = {"page": [], "record": []}
    for item in found:
        keys[item["kind"]].append(item["key"])
    pages = Page.objects.filter(pk__in=keys["page"]).values_list("pk", "first_published_at", "last_published_at")
    records = Record.objects.filter(code__in=keys["record"]).values_list("code", "added_at", "last_published_at")
    return {
        **{("page", str(pk)): (first, last) for pk, first, last in pages},
        **{("record", code): (first, last) for code, first, last in records},
    }
