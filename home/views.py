"""Addresses of the reading view that are no pages: what search engines ask for."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from cms import frontend, labels
from cms.api import robots as api_robots
from cms.api import sitemap as api_sitemap
from cms.api import sitemap_xml
from search import sitemap as record_sitemap

RULES: list[api_robots.RobotsRule] = [{"user_agent": "*", "allow": [], "disallow": ["/admin/"]}]


def _files() -> dict[tuple[str, int], api_sitemap.Part]:
    """The files of languages whose readers are here, by language and number."""
    found = (part for part in api_sitemap.parts(labels.current()) if not frontend.is_elsewhere(part.locale))
    return {(part.locale, part.offset // api_sitemap.LARGEST + 1): part for part in found}


def _documents() -> dict[tuple[str, int], record_sitemap.RecordPart]:
    """The files of the portal's documents, whose pages are here whatever server has the others."""
    return {(part.locale, part.number): part for part in record_sitemap.parts()}


def _address(name: str, **path: Any) -> str:
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse(name, kwargs=path)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Robots may read pages; those that must not be found say so themselves, which robots must be able to read."""
    found = api_robots.text(RULES, [_address("sitemap")] if _files() or _documents() else [])
    return HttpResponse(found, content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Where the files of each language are: of pages whose readers are here, and of the portal's documents."""
    pages = [("sitemap_file", key, part.lastmod) for key, part in _files().items()]
    documents = [("sitemap_documents", key, part.lastmod) for key, part in _documents().items()]
    found = [
        (_address(name, locale=locale, number=number), lastmod)
        for name, (locale, number), lastmod in [*pages, *documents]
    ]
    if not found:
        raise Http404
    return HttpResponse(sitemap_xml.index_xml(found), content_type="application/xml; charset=utf-8")


@require_safe
def sitemap_file(request: HttpRequest, locale: str, number: int) -> HttpResponse:
    """The pages of one language, at most as many as one file may have."""
    part = _files().get((locale, number))
    if part is None:
        raise Http404
    entries = api_sitemap.entries_of(part, labels.current())
    return HttpResponse(sitemap_xml.file_xml(entries), content_type="application/xml; charset=utf-8")


@require_safe
def sitemap_documents(request: HttpRequest, locale: str, number: int) -> HttpResponse:
    """The portal's pages of documents in one language, at most as many as one file may have."""
    if (locale, number) not in _documents():
        raise Http404
    entries = record_sitemap.entries_of(locale, number)
    return HttpResponse(sitemap_xml.file_xml(entries), content_type="application/xml; charset=utf-8")
