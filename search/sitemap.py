"""The portal's pages of documents for search engines: each in every language, with the others beside it."""

import datetime
from typing import NamedTuple

from django.db.models import Count, Max

from cms import frontend
from cms.api.sitemap_xml import Alternate, SitemapEntry
from cms.languages import CODES
from resources.record_api import public

LARGEST = 10_000
"""Documents in one file: with six addresses each they stay under what sitemaps.org allows (50 MB)."""


class RecordPart(NamedTuple):
    """A file of the documents' pages in one language, counted from 1; `lastmod` is when any of them changed last."""

    locale: str
    number: int
    lastmod: datetime.datetime | None


def parts() -> list[RecordPart]:
    """The files that all published documents fill, in the order of the languages (one query)."""
    found = public().order_by().aggregate(count=Count("pk"), lastmod=Max("last_published_at"))
    numbers = range(1, -(-found["count"] // LARGEST) + 1)
    return [RecordPart(locale, number, found["lastmod"]) for locale in CODES for number in numbers]


def entries_of(locale: str, number: int) -> list[SitemapEntry]:
    """The documents of one file (one query)."""
    rows = public().order_by("pk").values_list("pk", "code", "last_published_at")
    found: list[SitemapEntry] = []
    for pk, code, published in rows[(number - 1) * LARGEST : number * LARGEST]:
        addresses = {other: frontend.portal_url(other, code) for other in CODES}
        alternates: list[Alternate] = [{"locale": other, "html_url": url} for other, url in addresses.items()]
        found.append(
            {
                "id": pk,
                "locale": locale,
                "html_path": frontend.portal_path(locale, code),
                "html_url": addresses[locale],
                "lastmod": published.isoformat() if published else None,
                "alternates": alternates,
            }
        )
    return found
