"""What is not public does not exist: every answer is, to the byte, what it would be without.

Every endpoint of the router and every declared parameter is asked, so a new one is covered, or fails here until
somebody says what to ask it.
"""

import datetime
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from cms import publication
from cms.api.page_filters import BASE_COLUMNS
from cms.api.pages import PageList
from cms.api.params import Param
from cms.api.schema.operations import Endpoint
from cms.page_shapes import page_types
from home.models import Member, NavigationEntry
from resources.models import Record
from search.oai import register
from tests.api.following import Reader
from tests.contracts.every_request import Asked, every_request, kind_of
from tests.factories import borders, hidden, resources
from tests.factories.every_type import every_type
from tests.factories.hidden import MARK, Hidden
from tests.factories.pages import locale
from tests.search import site as searched

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MONTH = datetime.timedelta(days=30)
FACTS = {
    "borders": "fr-de",
    "territories": "saarmoselle",
    "programmes": "interreg",
    "key-figures": "length",
    "concepts": "health",
    "agents": "insee",
    "members": "metz",
    "records": "900001",
    "vocabularies": "language",
}
"""A public code for the path of each family."""
PUBLIC = {
    "border": ("fr-de", "border"),
    "agent": ("insee", "agent"),
    "broader": ("health", "concept"),
    "collection": ("cahiers", "recordcollection"),
    "concept": ("health", "concept"),
    "country": ("fr", "country"),
    "indicator": ("border-length", "indicator"),
    "programme": ("interreg", "programme"),
    "territory": ("saarmoselle", "territory"),
    "theme": ("health", "concept"),
}
"""A public code for each parameter that takes codes of facts, and the kind of fact."""


def site() -> dict[str, Page]:
    """Everything public, in French, some of it as a fallback in German; nothing happens in the next days."""
    pages = every_type("Texte", timezone.now() + MONTH)
    Record.objects.update(code="900000")  # a number, as the search and harvesters know it
    resources.every_record(FACTS["records"], "Texte", agent=resources.agent("insee"), page=pages["NewsPage"])
    borders.named(member())
    borders.border("fr-be")
    hidden.places()
    shown = {"NewsPage", "EventPage", "BorderPage"}
    for page in (page for name, page in pages.items() if name in shown or page.get_children().exists()):
        if not page.has_translation(locale("de")):
            page.copy_for_translation(locale("de"), copy_parents=True, alias=True)
    Redirect.add_redirect("/fr/ancien/", pages["NewsPage"], is_permanent=True)
    NavigationEntry.objects.create(page=pages["NewsIndexPage"])
    return pages


def member() -> Any:
    return Member(code="metz", category="federation", country=borders.country("fr"), city="Metz", lat=49.1, lon=6.2)


NEEDED = {
    "BorderComparison": ("codes", "fr-de,fr-be"),
    "PageFind": ("html_path", "/fr/newsindexpage/"),
    "PagePreview": ("token", "nobody-has-it"),
}


class Questions:
    """What to put into paths and parameters: keys, codes, titles, slugs and paths of what is public and what is not."""

    def __init__(self, client: Client, public: dict[str, Page], secret: Hidden) -> None:
        self.client = client
        self.public, self.secret = public, secret
        some = [pages[0] for pages in secret.pages.values()]
        self.pages = [str(page.pk) for page in [public["HomePage"], public["NewsIndexPage"], *some[:4]]]
        self.texts = [MARK, "Texte", some[0].title, some[0].slug]
        self.codes = {str(fact._meta.model_name): fact.code for fact in secret.facts}

    def asked(self) -> list[Asked]:
        return [
            *every_request(self.keys, self.values, NEEDED),
            *orders_of_types(),
            *reading(self.public),
            *portal(self.codes),
        ]

    def keys(self, endpoint: Endpoint, converter: str, name: str) -> list[str]:
        """The public object first."""
        if converter == "slug":
            return [FACTS[endpoint.tag], *self.codes.values()]
        if endpoint.tag == "pages":
            first = self.public["EventPage" if "calendar" in endpoint.route else "StandardPage"]
            shown = self.public.values() if endpoint.route == "pages/<int:key>/" else ()
            return list(dict.fromkeys(str(page.pk) for page in [first, *shown, *self.secret.all_pages]))
        return ["1", *(str(media.pk) for media in self.secret.media)]

    def values(self, endpoint: Endpoint, param: Param) -> Sequence[str]:
        if param.name in self.by_name:
            return self.by_name[param.name](self, endpoint)
        what, codes = kind_of(param)
        if what == "enum":
            return [str(code) for code in codes[:12]]
        if what == "string" and param.many:
            known = PUBLIC.get(param.name)
            return [known[0], self.codes.get(known[1], known[0])] if known else [*FACTS.values(), *self.codes.values()]
        return self.by_kind[what](self)

    def html_paths(self, endpoint: Endpoint) -> list[str]:
        paths = [publication.html_path(p.locale.language_code, p.url_path) for p in self.secret.all_pages]
        return [*paths, "/fr/newsindexpage/", "/fr/nowhere/", f"/fr/{MARK}/{self.secret.all_pages[0].pk}/"]

    def next(self, endpoint: Endpoint) -> list[str]:
        found = self.client.get(f"/api/v2/{endpoint.route}?limit=1").json()["meta"]["next_cursor"]
        return [found] if found else []

    def orders(self, endpoint: Endpoint) -> Sequence[str]:
        api: Any = endpoint.api()
        codes = kind_of(next(param for param in api.declared() if param.name == "order"))[1]
        return codes or [*api.orderings_of_type(), *(f"-{name}" for name in api.orderings_of_type())]

    by_name: dict[str, Callable[["Questions", Endpoint], Sequence[str]]] = {
        "codes": lambda self, endpoint: ["fr-de,fr-be", f"fr-de,{self.codes.get('border', 'fr-be')}"],
        "cursor": next,
        "fields": lambda self, endpoint: ["*", "_,title", "-title"],
        "format": lambda self, endpoint: [renderer.format for renderer in endpoint.api.renderer_classes],
        "html_path": html_paths,
        "limit": lambda self, endpoint: ["1", "20", "100"],
        "offset": lambda self, endpoint: ["1", "20"],
        "order": orders,
        "project": lambda self, endpoint: [str(self.public["ProjectPage"].pk), *self.pages],
        "site": lambda self, endpoint: ["localhost"],
        "since": lambda self, endpoint: [self.client.get("/api/v2/changes/").json()["meta"]["token"]],
        "type": lambda self, endpoint: (
            ["report", self.codes.get("recordtype", "map")]
            if endpoint.tag == "records"
            else [*page_types(), "wagtailcore.Page", "newsroom.NewsPage,newsroom.EventPage"]
        ),
    }
    by_kind: dict[str, Callable[["Questions"], Sequence[str]]] = {
        "boolean": lambda self: ["true", "false"],
        "integer": lambda self: ["2024", *self.pages],
        "number": lambda self: ["0", "5000"],
        "date": lambda self: days(),
        "date-time": lambda self: days(),
        "string": lambda self: self.texts,
    }


def days() -> list[str]:
    today = timezone.now().date()
    return [str(today + step * datetime.timedelta(days=1)) for step in (-1, 0, 1, 31)]


def orders_of_types() -> list[Asked]:
    """Lists of one type in each order that only this type has."""
    found = []
    api = PageList()
    for name, model in page_types().items():
        api.types = [model]
        own = {*api.orderings_of_type()} - {*BASE_COLUMNS}
        found += [
            Asked("PageList", "/api/v2/pages/", (("type", name), ("order", order), ("limit", "2")), "order")
            for order in sorted(own)
        ]
    return found


def answer(client: Client, url: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body, without the version of the content."""
    response = client.get(url)
    body = response.content.decode()
    body = re.sub("<responseDate>[^<]*|<datestamp>[^<]*", "", body)
    if url.startswith("/api/v2/changes/") and response.status_code == 200:
        body = json.dumps({**response.json(), "meta": None})
    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    # Its kinds are those that were asked for, be there any or not.
    if keys := headers.get("Surrogate-Key"):
        headers["Surrogate-Key"] = " ".join(word for word in keys.split() if ":" in word)
    return response.status_code, headers, body


def reading(public: dict[str, Page]) -> list[Asked]:
    """Addresses outside the API whose answers anybody gets."""
    paths = [publication.html_path("fr", page.url_path) for page in public.values()]
    return [Asked("", path) for path in ("/robots.txt", "/fr/nowhere/", "/de/", *paths)]


def portal(hidden: dict[str, str]) -> list[Asked]:
    """The portal's pages, what it gives to machines, and its pages of what is hidden."""
    record, agent, concept = (hidden.get(name, "nowhere") for name in ("record", "agent", "concept"))
    both = f"{FACTS['records']},{record}"
    own = ["", "?q=Texte", f"?q={MARK}", "?order=-added", "?theme=health", "?q=nowhere&border=fr-de", "atom.xml"]
    own += [f"{FACTS['records']}/", f"{record}/", f"selection/?ids={both}"]
    own += ["auteurs/insee/", f"auteurs/{agent}/", "themes/health/", f"themes/{concept}/"]
    own += [f"selection/?ids={both}&format={format}" for format in ("jsonl", "csv", "apa")]
    harvested = ["ListSets", "ListRecords&metadataPrefix=oai_dc", "ListIdentifiers&metadataPrefix=oai_dc"]
    harvested += [f"GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:{record}"]
    return [
        *(Asked("", f"/{language}/portail/{path}") for language in ("fr", "de") for path in own),
        *(Asked("", f"/oai?verb={verb}") for verb in harvested),
        *(Asked("", path) for path in ("/sitemap.xml", "/sitemap-portail-fr-1.xml")),
    ]


def bring_up() -> None:
    """What the worker makes beside the answers: the index of the search, and what harvesters are told."""
    searched.refresh()
    register.bring_up(timezone.now() - MONTH)


def test_every_answer_is_what_it_would_be_without_what_is_hidden(client: Client, settings: Any) -> None:
    settings.API_CDN_SECONDS = 24 * 3600
    public = site()
    secret = hidden.hide(public)
    hidden.refer(public, secret)
    bring_up()
    ask = Questions(client, public, secret)
    asked = ask.asked()
    with_it = {one: answer(client, one.url) for one in asked}
    refused = {(one.endpoint, one.parameter) for one in asked}
    refused -= {(one.endpoint, one.parameter) for one, (status, _headers, _body) in with_it.items() if status != 400}
    assert not refused, "none of the values was taken: give better ones, or nothing is tested"
    shown = [
        one.url
        for one, (_status, headers, body) in with_it.items()
        if MARK.lower() in f"{headers}{body}".lower() and MARK.lower() not in one.url.lower()
    ]
    assert shown == []

    secret.end()
    bring_up()
    asked = [one for one in asked if one.parameter != "since"]  # what changed meanwhile: see the next test
    told = {one: (before, after) for one in asked if (before := with_it[one]) != (after := answer(client, one.url))}
    assert not told, "\n".join(f"{one.url}\n  with    {a}\n  without {b}" for one, (a, b) in [*told.items()][:5])


def test_the_feed_tells_nothing_of_what_was_never_public(client: Client) -> None:
    public = site()
    reader = Reader(client)
    secret = hidden.hide(public)
    told = reader.ask()
    secret.end()
    told_of_the_end = reader.ask()
    nothing = {"pages": [], "facts": [], "images": [], "documents": [], "parts": []}
    assert told == nothing
    assert told_of_the_end == nothing


def test_of_a_file_for_members_neither_name_nor_address_show(client: Client) -> None:
    public = site()
    document = hidden.members_file(public)
    secret = Hidden(pages={"none": [public["NewsPage"]]}, media=[document])
    ask = Questions(client, public, secret)
    shown = 0
    for one in (one for one in ask.asked() if one.parameter in {"", "fields", "format", "limit"}):
        _status, headers, body = answer(client, one.url)
        if MARK.lower() not in one.url.lower():
            assert MARK.lower() not in f"{headers}{body}".lower(), one.url
        assert f"/documents/{document.pk}/" not in body or one.path.endswith(f"/documents/{document.pk}/"), one.url
        shown += '"access":"members"' in body
    assert shown > 3, "the pages say that there is a file"
