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

RULES: list[api_robots.RobotsRule] = [{"user_agent": "*", "allow": [], "disallow": ["/admin/"]}]


def _files() -> dict[tuple[str, int], api_sitemap.Part]:
    """The files of languages whose readers are here, by language and number."""
    found = (part for part in api_sitemap.parts(labels.current()) if not frontend.is_elsewhere(part.locale))
    return {(part.locale, part.offset // api_sitemap.LARGEST + 1): part for part in found}


def _address(name: str, **path: Any) -> str:
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse(name, kwargs=path)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Robots may read pages; those that must not be found say so themselves, which robots must be able to read."""
    found = api_robots.text(RULES, [_address("sitemap")] if _files() else [])
    return HttpResponse(found, content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Where the files of each language are; there are none where readers find all languages elsewhere."""
    files = _files()
    if not files:
        raise Http404
    found = [(_address("sitemap_file", locale=key[0], number=key[1]), part.lastmod) for key, part in files.items()]
    return HttpResponse(sitemap_xml.index_xml(found), content_type="application/xml; charset=utf-8")


@require_safe
def sitemap_file(request: HttpRequest, locale: str, number: int) -> HttpResponse:
    """The pages of one language, at most as many as one file may have."""
    part = _files().get((locale, number))
    if part is None:
        raise Http404
    entries = api_sitemap.entries_of(part, labels.current())
    return HttpResponse(sitemap_xml.file_xml(entries), content_type="application/xml; charset=utf-8")
