"""Results as entries of a feed."""

import datetime
from collections.abc import Iterable, Mapping, Sequence

from wagtail.models import Page

from cms import frontend
from cms.api.feeds import Entry
from resources.models import Record
from search.results import SearchResult


def entries(found: Sequence[SearchResult], locale: str) -> Iterable[Entry]:
    """Results as a feed tells of them (two queries)."""
    moments = _moments(found)
    for item in found:
        added, updated = moments.get((item["kind"], item["key"]), (None, None))
        link = item["html_url"] or frontend.portal_url(locale, item["key"])
        yield Entry(f"{item['kind']}s/{item['key']}", item["title"], link, item["summary"], added, updated)


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
