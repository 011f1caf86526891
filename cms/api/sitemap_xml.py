"""Pages that search engines may find, as JSON and as the files that sitemaps.org describes."""

import datetime
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree

from rest_framework.renderers import BaseRenderer
from typing_extensions import TypedDict

from cms.json_types import Address, LocaleCode, Moment
from cms.languages import DEFAULT

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
ElementTree.register_namespace("", SITEMAP)
ElementTree.register_namespace("xhtml", XHTML)


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
        return file_xml(data)


def file_xml(entries: Iterable[SitemapEntry]) -> bytes:
    """A file of pages as sitemaps.org describes it."""
    root = ElementTree.Element(f"{{{SITEMAP}}}urlset")
    for entry in entries:
        url = _place(root, "url", entry["html_url"], entry["lastmod"])
        for language, address in _hreflang(entry["alternates"]):
            link = {"rel": "alternate", "hreflang": language, "href": address}
            ElementTree.SubElement(url, f"{{{XHTML}}}link", link)
    return _written(root)


def index_xml(files: Iterable[tuple[str, datetime.datetime | None]]) -> bytes:
    """The addresses of files, with when a page in them changed last, as sitemaps.org describes it."""
    root = ElementTree.Element(f"{{{SITEMAP}}}sitemapindex")
    for address, lastmod in files:
        _place(root, "sitemap", address, lastmod.isoformat() if lastmod else None)
    return _written(root)


def _place(root: ElementTree.Element, name: str, address: str, lastmod: str | None) -> ElementTree.Element:
    place = ElementTree.SubElement(root, f"{{{SITEMAP}}}{name}")
    ElementTree.SubElement(place, f"{{{SITEMAP}}}loc").text = address
    if lastmod:
        ElementTree.SubElement(place, f"{{{SITEMAP}}}lastmod").text = lastmod
    return place


def _written(root: ElementTree.Element) -> bytes:
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _hreflang(alternates: list[Alternate]) -> list[tuple[str, str]]:
    """Languages with addresses; readers of any other language are led to the default one."""
    found = [(alternate["locale"], alternate["html_url"]) for alternate in alternates]
    return [*found, *(("x-default", address) for language, address in found if language == DEFAULT)]
