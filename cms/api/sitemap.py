"""What search engines may find: pages with a text of their own, in every language, with their translations."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from django.db.models import QuerySet
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import TypedDict
from wagtail.models import Page

from cms import labels, publication
from cms.api import params
from cms.api.pages import public_pages
from cms.api.views import ListApi, Listed
from cms.json_types import Address, LocaleCode, Moment
from cms.languages import DEFAULT
from cms.page_shapes import page_types

LARGEST = 50_000
"""Pages in one file, as sitemaps.org allows."""
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


class Alternate(TypedDict):
    """The same page in a language, itself included."""

    locale: LocaleCode
    html_url: Address


class SitemapEntry(TypedDict):
    """A page that may be found; `alternates` are what hreflang names."""

    id: int
    locale: LocaleCode
    html_path: str
    html_url: Address
    lastmod: Moment | None
    alternates: list[Alternate]


class SitemapRenderer(BaseRenderer):
    """`?format=xml`: a file as sitemaps.org describes it, with xhtml:link alternates."""

    media_type = "application/xml"
    format = "xml"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        ElementTree.register_namespace("", SITEMAP)
        ElementTree.register_namespace("xhtml", XHTML)
        root = ElementTree.Element(f"{{{SITEMAP}}}urlset")
        for entry in data:
            url = ElementTree.SubElement(root, f"{{{SITEMAP}}}url")
            ElementTree.SubElement(url, f"{{{SITEMAP}}}loc").text = entry["html_url"]
            if entry["lastmod"]:
                ElementTree.SubElement(url, f"{{{SITEMAP}}}lastmod").text = entry["lastmod"]
            for language, address in _hreflang(entry["alternates"]):
                link = {"rel": "alternate", "hreflang": language, "href": address}
                ElementTree.SubElement(url, f"{{{XHTML}}}link", link)
        return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _hreflang(alternates: list[Alternate]) -> list[tuple[str, str]]:
    """Languages with addresses; readers of any other language are led to the default one."""
    found = [(alternate["locale"], alternate["html_url"]) for alternate in alternates]
    return [*found, *(("x-default", address) for language, address in found if language == DEFAULT)]


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


class Sitemap(ListApi):
    """All pages that search engines may find; `locale` leaves those of one language."""

    renderer_classes = (JSONRenderer, SitemapRenderer)

    @classmethod
    def answers(cls) -> dict[str, Any]:
        return {"json": Listed[SitemapEntry], "xml": str}

    def queryset(self, query: params.Query) -> QuerySet[Page]:
        found = (
            findable(query.labels)
            .select_related("locale")
            .only("url_path", "translation_key", "locale", "last_published_at")
        )
        return found.filter(locale__language_code=query["locale"]) if query["locale"] else found

    def get(self, request: Request, *args: Any, **path: Any) -> Any:
        if request.accepted_renderer.format != SitemapRenderer.format:
            return super().get(request)
        return Response(self.all_items(self.query(request))[:LARGEST])

    def items(self, found: Sequence[Page], query: params.Query) -> list[SitemapEntry]:
        context = self.context(query)
        keys = {page.translation_key for page in found}
        translations: dict[Any, list[Alternate]] = defaultdict(list)
        rows = findable(query.labels)
        if len(keys) <= params.LIMIT_MAX:  # a whole file has too many for one query, and is nearly all there is
            rows = rows.filter(translation_key__in=keys)
        columns = ("translation_key", "locale__language_code", "url_path")
        for key, locale, url_path in rows.order_by("locale__language_code").values_list(*columns):
            if key in keys:
                address = context.html_url(publication.html_path(locale, url_path))
                translations[key].append({"locale": locale, "html_url": address})
        return [
            {
                "id": page.pk,
                "locale": page.locale.language_code,
                "html_path": (path := publication.html_path(page.locale.language_code, page.url_path)),
                "html_url": context.html_url(path),
                "lastmod": page.last_published_at.isoformat() if page.last_published_at else None,
                "alternates": translations[page.translation_key],
            }
            for page in found
        ]
