"""What search engines may find: pages with a text of their own, in every language, with their translations."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Count, Max, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from wagtail.models import Page

from cms import frontend, labels, publication
from cms.api import params
from cms.api.pages import public_pages
from cms.api.renderers import JSONRenderer
from cms.api.sitemap_xml import Alternate, SitemapEntry, SitemapRenderer
from cms.api.views import ListApi, Listed
from cms.languages import CODES
from cms.page_shapes import page_types

LARGEST = 50_000
"""Pages in one file, as sitemaps.org allows."""


def hidden() -> frozenset[int]:
    """Keys of pages that ask search engines to stay away (for `Labels.derived`; one query)."""
    first, *others = [
        model._default_manager.filter(no_index=True).order_by().values_list("pk") for model in page_types().values()
    ]
    return frozenset(pk for (pk,) in first.union(*others, all=True))


def findable(snapshot: labels.Labels) -> QuerySet[Page]:
    """Public pages that search engines may show: no fallbacks, which repeat another page's text."""
    pages: QuerySet[Page] = public_pages(snapshot).filter(alias_of=None)
    return pages.exclude(pk__in=snapshot.derived(hidden))


class Part(NamedTuple):
    """A file of one language's pages, those from `offset` on; `lastmod` is when one of that language changed last."""

    locale: str
    offset: int
    lastmod: datetime.datetime | None


def parts(snapshot: labels.Labels) -> list[Part]:
    """The files that all pages which may be found fill, in the order of the languages (one query)."""
    rows = findable(snapshot).order_by().values_list("locale__language_code")
    counted = rows.annotate(number=Count("pk"), lastmod=Max("last_published_at"))
    found = {locale: (number, lastmod) for locale, number, lastmod in counted}
    return [
        Part(locale, offset, found[locale][1])
        for locale in CODES
        if locale in found
        for offset in range(0, found[locale][0], LARGEST)
    ]


def entries_of(part: Part, snapshot: labels.Labels) -> list[SitemapEntry]:
    """The pages of one file (two queries)."""
    found = _rows(snapshot, part.locale).order_by("pk")[part.offset : part.offset + LARGEST]
    return _entries(list(found), snapshot)


def _rows(snapshot: labels.Labels, locale: str | None) -> QuerySet[Page]:
    columns = ("url_path", "translation_key", "locale", "last_published_at")
    found = findable(snapshot).select_related("locale").only(*columns)
    return found.filter(locale__language_code=locale) if locale else found


def _entries(found: Sequence[Page], snapshot: labels.Labels) -> list[SitemapEntry]:
    keys = {page.translation_key for page in found}
    translations: dict[Any, list[Alternate]] = defaultdict(list)
    rows = findable(snapshot)
    if len(keys) <= params.LIMIT_MAX:  # a whole file has too many for one query, and is nearly all there is
        rows = rows.filter(translation_key__in=keys)
    columns = ("translation_key", "locale__language_code", "url_path")
    for key, locale, url_path in rows.order_by("locale__language_code").values_list(*columns):
        if key in keys:
            address = frontend.html_url(publication.html_path(locale, url_path))
            translations[key].append({"locale": locale, "html_url": address})
    return [
        {
            "id": page.pk,
            "locale": page.locale.language_code,
            "html_path": (path := publication.html_path(page.locale.language_code, page.url_path)),
            "html_url": frontend.html_url(path),
            "lastmod": page.last_published_at.isoformat() if page.last_published_at else None,
            "alternates": translations[page.translation_key],
        }
        for page in found
    ]


class Sitemap(ListApi):
    """All pages that search engines may find; `locale` leaves those of one language."""

    renderer_classes = (JSONRenderer, SitemapRenderer)

    @classmethod
    def answers(cls) -> dict[str, Any]:
        return {"json": Listed[SitemapEntry], "xml": str}

    def queryset(self, query: params.Query) -> QuerySet[Page]:
        return _rows(query.labels, query["locale"])

    def get(self, request: Request, *args: Any, **path: Any) -> Any:
        if request.accepted_renderer.format != SitemapRenderer.format:
            return super().get(request)
        return Response(self.all_items(self.query(request))[:LARGEST])

    def items(self, found: Sequence[Page], query: params.Query) -> list[SitemapEntry]:
        return _entries(found, query.labels)
