"""Pages and facts in schema.org's terms (JSON-LD), pages for social networks (Open Graph), ready to embed.

A page type says what it is in `structured_data`; what all pages have is added here. Facts are described beside their
JSON.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from django.conf import settings
from pydantic import WithJsonSchema
from typing_extensions import TypedDict

from cms.json_types import Address
from cms.labels import Coded
from cms.publication import html_path
from cms.references import Context
from cms.representation import image

JsonLd = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "additionalProperties": True})]
"""A JSON-LD document, to be written as it is into a <script type="application/ld+json">."""

Json = dict[str, Any]


class Described(TypedDict):
    """What all details of facts have: the fact as JSON-LD, its `@id` the same in every language."""

    json_ld: JsonLd


class SharingImage(TypedDict):
    """A picture for social networks, in pixels."""

    url: Address
    width: int
    height: int
    alt: str


class OpenGraph(TypedDict):
    """og:* and twitter:* of a page by name; `locale_alternate` are the languages it is translated to."""

    title: str
    description: str
    type: str
    url: Address
    site_name: str
    locale: str
    locale_alternate: list[str]
    image: SharingImage | None
    twitter_card: str


TERRITORIES = {"fr": "fr_FR", "en": "en_GB", "de": "de_DE", "es": "es_ES", "it": "it_IT", "nl": "nl_NL"}
"""Open Graph wants a language with a territory."""

NO_WORK = dict.fromkeys(["datePublished", "dateModified", "publisher"])
"""Takes away what only works have, for page types that are none in schema.org: an event, a job."""


class Publisher(TypedDict):
    """Who publishes the site, with its pages elsewhere."""

    name: str
    same_as: list[str]


def _nobody() -> Publisher:
    return {"name": settings.WAGTAIL_SITE_NAME, "same_as": []}


_publisher: Callable[[], Publisher] = _nobody


def register_publisher(load: Callable[[], Publisher]) -> None:
    """Say who publishes the site; `load` is for `Labels.derived`. Called when apps are ready."""
    global _publisher
    _publisher = load


def graph(page: Any, context: Context, language: str, breadcrumb: Iterable[Any]) -> JsonLd:
    """A page with prose in a language, its publisher and the way to it (as page_json.PageRef) as a JSON-LD graph."""
    publisher = organisation(context)
    own = {
        "@type": "WebPage",
        "@id": page_url(page, context),
        "url": page_url(page, context),
        "name": page.title,
        "description": page.search_description or page.introduction,
        "inLanguage": language,
        "datePublished": page.first_published_at,
        "dateModified": page.last_published_at,
        "image": picture["url"] if (picture := sharing_image(page, context)) else None,
        "publisher": {"@id": publisher["@id"]},
        **page.structured_data(context),
    }
    steps = [*((step["title"], step["meta"]["html_url"]) for step in breadcrumb), (page.title, own["url"])]
    trail = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            compact({"@type": "ListItem", "position": position, "name": name, "item": address})
            for position, (name, address) in enumerate(steps, 1)
        ],
    }
    return document(compact(own), publisher, trail)


def document(*things: Json) -> JsonLd:
    """Things as one JSON-LD graph."""
    return {"@context": "https://schema.org", "@graph": list(things)}


def country(coded: Coded | None) -> Json | None:
    """A country by its ISO 3166-1 code and name."""
    return {"@type": "Country", "identifier": coded["code"].upper(), "name": coded["label"]} if coded else None


def postal_address(country: Coded | None, city: str = "") -> Json | None:
    """As much of an address as is known; None for nothing."""
    known = compact({"addressLocality": city, "addressCountry": country and country["code"].upper()})
    return {"@type": "PostalAddress", **known} if known else None


def organisation(context: Context) -> JsonLd:
    """The site's publisher."""
    found = context.labels.derived(_publisher)
    home = context.html_url("/")
    return compact(
        {
            "@type": "Organization",
            "@id": f"{home}#organization",
            "name": found["name"],
            "url": home,
            "sameAs": found["same_as"],
        }
    )


def compact(found: Json) -> Json:
    """Without what is not known; moments as ISO 8601."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in found.items()
        if value not in (None, "", [], {})
    }


def place(name: str, address: str = "", lat: Any = None, lon: Any = None) -> Json:
    """A place by its name, address and point."""
    point = {"@type": "GeoCoordinates", "latitude": float(lat), "longitude": float(lon)} if lat is not None else None
    return compact({"@type": "Place", "name": name or address, "address": address or name, "geo": point})


def page_url(page: Any, context: Context) -> str:
    """The reader's address of a page; empty for one that was never saved."""
    return context.html_url(html_path(context.locale, page.url_path)) if page.url_path else ""


def sharing_image(page: Any, context: Context) -> SharingImage | None:
    """The page's picture for social networks, once it is made."""
    found = image(page.sharing_image_id, context)
    sources = found["profiles"]["share"]["sources"] if found else []
    return {**sources[0]["srcset"][-1], "alt": found["alt"] or found["title"]} if found and sources else None


def open_graph(page: Any, context: Context, language: str, translations: list[str]) -> OpenGraph:
    """What social networks show of a page, whose prose is in a language."""
    article = page.schema_type.endswith("Article")
    picture = sharing_image(page, context)
    return {
        "title": page.sharing_title or page.title,
        "description": page.sharing_description or page.search_description or page.introduction,
        "type": "article" if article else "website",
        "url": page_url(page, context),
        "site_name": context.labels.derived(_publisher)["name"],
        "locale": TERRITORIES[language],
        "locale_alternate": [TERRITORIES[code] for code in translations if code != language],
        "image": picture,
        "twitter_card": "summary_large_image" if picture else "summary",
    }
