"""Pages: lists, details and finding a page by its path."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponseRedirect
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import TypedDict
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site
from wagtail.search.backends import get_search_backend

from cms import labels, page_json, page_shapes, publication
from cms.api import page_filters, params, selection, windows
from cms.api.errors import NotFound, Problem, bad
from cms.api.views import Api, DetailApi, ListApi, Listed
from cms.fields import fields_of
from cms.json_types import PageTypeName, either, told_apart
from cms.languages import CODES, DEFAULT
from cms.page_shapes import page_types
from cms.pages import SitePage
from cms.references import API_PATH

SEARCH_MAX = 1000


def public_pages(snapshot: labels.Labels) -> Any:
    """Pages of the site's types that anybody may see."""
    return publication.public(Page.objects.type(SitePage), snapshot.private_paths)


def relative(name: str) -> params.Reader:
    """A page's key, or "root" for the language's home page."""
    whole = params.integer(1)

    @params.reader(whole.type | Literal["root"])
    def read(text: str) -> Any:
        if text == "root":
            return text
        try:
            return whole(text)
        except params.Refused:
            raise params.Refused(f"{name} must be a positive integer or root") from None

    return read


@params.reader(PageTypeName | Literal["wagtailcore.Page"])
def page_type(text: str) -> type[Page]:
    """The model of a page type's name in any case; "wagtailcore.Page" stands for all of them."""
    if text.lower() == "wagtailcore.page":
        return Page
    found = {name.lower(): model for name, model in page_types().items()}.get(text.lower())
    if found is None:
        raise params.Refused("type doesn't exist", sorted(page_types()))
    return found


TYPE = params.Param("type", page_type, "Page types, such as `borders.BorderPage`.", many=True, default=())
FIELDS = params.Param("fields", params.plain, "Which properties to show, as in Wagtail's API v2.", default="")
TREE = (
    params.Param("child_of", relative("child_of"), "Children of this page."),
    params.Param("descendant_of", relative("descendant_of"), "Pages below this page."),
    params.Param("ancestor_of", relative("ancestor_of"), "Pages above this page."),
    params.Param("translation_of", relative("translation_of"), "Other languages of this page."),
)
SEARCH = (
    params.Param("search", params.plain, "Full text search."),
    params.Param("search_operator", params.choice(["and", "or"]), "Whether all words must match.", default="and"),
)
SITE = params.Param("site", params.plain, "The host name of a site, with its port if need be.")
RICH_TEXT = params.Param("rich_text_format", params.choice(["html"]), "Rich text is always display HTML.")


class PageList(ListApi):
    """Public pages as cards, or as `fields` says; in all languages unless `locale` is given."""

    types: list[Any] = []
    """The page types asked for; none stands for all."""

    @classmethod
    def answer_type(cls) -> Any:
        return Listed[page_shapes.any_card()]  # type: ignore[misc]

    @classmethod
    def cut_type(cls) -> Any:
        return Listed[page_shapes.any_detail()]  # type: ignore[misc]

    @classmethod
    def documented(cls) -> list[params.Param]:
        """The parameters of lists of any type; what only some types have names them."""
        variants: dict[str, dict[str, params.Param]] = defaultdict(dict)
        for name, model in page_types().items():
            api = cls()
            api.types = [model]
            for param in api.declared():
                variants[param.name][name] = param
        return [_merged(by_type) for by_type in variants.values()]

    def declared(self) -> list[params.Param]:
        columns = page_filters.columns_of(self.types[0] if len(self.types) == 1 else Page)
        order = params.Param("order", params.plain, "Columns, each with a minus sign to reverse it, or `random`.")
        own = [TYPE, FIELDS, *TREE, *SEARCH, SITE, RICH_TEXT, params.LIMIT, params.OFFSET, windows.CURSOR, order]
        names = {param.name for param in own}
        filters = [f.param for f in page_filters.filters_for(self.types) if f.param.name not in names]
        self.columns = columns
        return [params.LOCALE, *own, *filters, self.format, params.CACHE_BUSTER]

    def query(self, request: Request) -> params.Query:
        self.types = self.types_in(request._request.GET.getlist("type"))
        return super().query(request)

    def answer(self, query: params.Query) -> Listed[Any]:
        config = selection.parse(query["fields"]) if query["fields"] else []
        choose = selection.chooser(config, self.types or list(page_types().values()), card=True)
        pages, meta = self.found(query)
        items = page_json.represent(pages, choose)
        if any(sub for _name, _negated, sub in config):
            items = [
                selection.cut(item, config, {f.name: f for f in fields_of(type(page))})
                for item, page in zip(items, pages, strict=True)
            ]
        return {"meta": meta, "items": items}

    @staticmethod
    def types_in(texts: list[str]) -> list[type[Page]]:
        """The page types asked for, on which the other parameters depend; wrong names are refused with them."""
        found: list[type[Page]] = []
        for name in (name for text in texts for name in text.split(",")):
            with suppress(params.Refused):
                found.append(page_type(name))
        return [] if Page in found else list(dict.fromkeys(found))

    def found(self, query: params.Query) -> tuple[list[Page], windows.ListMeta]:
        """The specific pages of this part of the list, and how it goes on."""
        pages = self.filtered(query)
        if query["search"] is not None:
            ranked = self.search(query)
            pages = pages.filter(pk__in=ranked)
            if not query["order"]:
                return self.by_relevance(pages, ranked, query)
        total = pages.order_by().count()
        pages = pages if len(self.types) == 1 else pages.specific()
        if query["order"] == "random":
            return self.at_random(pages, query), {"total_count": total, "next_cursor": None}
        found, following = windows.window(pages, self.keys(query), query)
        return found, {"total_count": total, "next_cursor": following}

    def by_relevance(self, pages: Any, ranked: list[int], query: params.Query) -> tuple[list[Page], windows.ListMeta]:
        """Pages in the order of their rank, which lasts for one answer only."""
        if query["cursor"] is not None:
            raise bad("cursor", query["cursor"], "needs an order: the relevance of a search does not last")
        there = set(pages.values_list("pk", flat=True))
        keys = [pk for pk in ranked if pk in there]
        shown = keys[query["offset"] : query["offset"] + query["limit"]]
        by_pk = pages.filter(pk__in=shown).specific().in_bulk() if shown else {}
        found = [by_pk[pk] for pk in shown if pk in by_pk]
        return found, {"total_count": len(keys), "next_cursor": None}

    def at_random(self, pages: Any, query: params.Query) -> list[Page]:
        """Some pages, never the same."""
        self.cached = False
        for name in ("offset", "cursor"):
            if name in query.given:
                raise bad(name, query[name], f"random ordering with {name} is not supported")
        return list(pages.order_by("?")[: query["limit"]])

    def filtered(self, query: params.Query) -> Any:
        """Public pages that fit every filter."""
        if len(self.types) == 1:
            pages = publication.public(self.types[0].objects.all(), query.labels.private_paths)
        else:
            pages = public_pages(query.labels)
            pages = pages.type(*self.types) if self.types else pages
        if query["locale"]:
            pages = pages.filter(locale__language_code=query["locale"])
        if query["site"]:
            pages = self.below_site(pages, query["site"])
        if query["child_of"]:
            pages = pages.child_of(self.relative(query, "child_of"))
        if query["descendant_of"]:
            pages = pages.descendant_of(self.relative(query, "descendant_of"))
        if query["ancestor_of"]:
            pages = pages.ancestor_of(self.relative(query, "ancestor_of"))
        if query["translation_of"]:
            pages = pages.translation_of(self.relative(query, "translation_of"))
        for page_filter in page_filters.filters_for(self.types):
            value = query.values.get(page_filter.param.name)
            if page_filter.param.name in query.given and page_filter.param.name not in {"locale"}:
                pages = page_filter.apply(pages, value, query)
        return pages

    def relative(self, query: params.Query, name: str) -> Page:
        """The page that a tree parameter names."""
        value = query[name]
        pages = public_pages(query.labels)
        if value == "root":
            found = pages.filter(depth=2, locale__language_code=query.locale).first()
        else:
            found = pages.filter(pk=value).first()
        if found is None:
            raise bad(name, value, "page doesn't exist")
        return found

    @staticmethod
    def below_site(pages: QuerySet[Any], host: str) -> QuerySet[Any]:
        name, _colon, port = host.partition(":")
        sites = Site.objects.filter(hostname=name).select_related("root_page")
        site = (sites.filter(port=port) if port.isdigit() else sites).first()
        if site is None:
            raise bad("site", host, "no such site")
        homes = publication.public(site.root_page.get_translations(inclusive=True), ())
        below = Page.objects.none()
        for home in homes:
            below = below | Page.objects.descendant_of(home, inclusive=True)
        return pages.filter(pk__in=below.values("pk"))

    def search(self, query: params.Query) -> list[int]:
        """Keys of pages that match the words, the best first."""
        words = query["search"].strip()
        if not words:
            return []
        model = self.types[0] if len(self.types) == 1 else Page
        keys = model._default_manager.only("pk")
        results = get_search_backend().search(words, keys, operator=query["search_operator"])
        return [page.pk for page in results[:SEARCH_MAX]]

    def keys(self, query: params.Query) -> list[windows.Key]:
        """The order asked for, by default that of the tree."""
        if not query["order"]:
            return [windows.Key("path")]
        order: list[str] = query["order"].split(",")
        if "random" in order:
            raise bad("order", query["order"], "random ordering cannot be combined with other fields")
        declared = self.orderings_of_type()
        keys = []
        for name in order:
            expression = declared.get(name.removeprefix("-"))
            if expression is None:
                message = f"cannot order by '{name}' (unknown field)"
                raise bad("order", query["order"], message, [*sorted(declared), "random"])
            keys.append(windows.Key(expression, descending=name.startswith("-")))
        return [*keys, windows.KEY]

    def orderings_of_type(self) -> dict[str, Any]:
        """Names for `order` with what is behind them: the type's columns and what it declares in `orderings`."""
        names = {name: name for name in (*self.columns, "last_published_at")}
        model = self.types[0] if len(self.types) == 1 else Page
        return {**names, **getattr(model, "orderings", {})}


def _merged(by_type: dict[str, params.Param]) -> params.Param:
    """One parameter that stands for those of several page types."""
    first = next(iter(by_type.values()))
    kinds = list({str(param.read.type): param.read.type for param in by_type.values()}.values())
    reader = params.Reader(first.read.read, either(kinds))
    if len(by_type) == len(page_types()):
        return replace(first, read=reader)
    names = ", ".join(f"`{name}`" for name in by_type)
    return replace(first, read=reader, description=f"{first.description} Only with a `type` among {names}.")


class PageDetail(DetailApi):
    """One public page in full, or as `fields` says."""

    own_params = (FIELDS, RICH_TEXT)

    @classmethod
    def answer_type(cls) -> Any:
        return page_shapes.any_detail()

    def item(self, key: int, query: params.Query) -> Any:
        page = public_pages(query.labels).filter(pk=key).first()
        if page is None:
            raise NotFound("There is no such page.")
        page = page.specific
        config = selection.parse(query["fields"]) if query["fields"] else []
        choose = selection.chooser(config, [type(page)], card=False)
        item = page_json.represent([page], choose)[0]
        return selection.cut(item, config, {f.name: f for f in fields_of(type(page))})


class Moved(TypedDict):
    """Answer of `find` for a path that has moved; `location` is a path of the site or an address elsewhere."""

    type: Literal["redirect"]
    location: str
    permanent: bool


class NearestPage(TypedDict):
    """The closest public page above a path that leads nowhere."""

    id: int
    title: str
    html_path: str


class PageNotFound(Problem):
    """What answers a path that leads nowhere; `nearest` is null while its language has no home page."""

    nearest: NearestPage | None


class PageFind(Api):
    """`?html_path=/de/…` or `?id=`: 302 to the detail, 200 where it has moved, or 404 with the `nearest` page.

    A client that follows redirects, as most do, gets the page's detail.
    """

    problems = {404: PageNotFound}
    empty_answers = {302: "The page is there: `Location` is the address of its detail."}

    cached_statuses = (200, 302, 404)

    own_params = (
        params.Param("html_path", params.plain, "A path of the site with its language."),
        params.Param("id", params.integer(1), "A page's key."),
        FIELDS,
        RICH_TEXT,
    )

    @classmethod
    def answer_type(cls) -> Any:
        details = [page_shapes.detail(model) for model in page_types().values()]
        return told_apart("FoundPage", [*details, Moved])

    def get(self, request: Request) -> Response | HttpResponseRedirect:
        query = self.query(request)
        pages = public_pages(query.labels)
        if query["html_path"] is not None:
            found = self.by_path(pages, query["html_path"])
        elif query["id"] is not None:
            found = pages.filter(pk=query["id"]).first()
        else:
            raise bad("html_path", "", "give html_path or id")
        if found is not None:
            kept: dict[str, str] = {
                name: request._request.GET[name] for name in ("fields", "locale", "format") if name in query.given
            }
            target = f"{API_PATH}pages/{found.pk}/"
            return HttpResponseRedirect(f"{target}?{urlencode(kept)}" if kept else target)
        if query["html_path"] is not None and (moved := self.moved(query["html_path"])):
            return Response(moved)
        raise NotFound("There is no page at this path.", nearest=self.nearest(pages, query["html_path"] or "/"))

    @staticmethod
    def by_path(pages: QuerySet[Page], path: str) -> Page | None:
        """The page at a path; a path without a language is looked for in the default one."""
        locale, slugs = split(path)
        home = pages.filter(depth=2, locale__language_code=locale).values_list("slug", flat=True).first()
        if home is None:
            return None
        return pages.filter(url_path="/" + "/".join([home, *slugs]) + "/", locale__language_code=locale).first()

    @staticmethod
    def moved(path: str) -> Moved | None:
        """Where editors or a move sent the path, as wagtail.contrib.redirects keeps it."""
        found = (
            Redirect.objects.filter(old_path=Redirect.normalise_path(path))
            .select_related("redirect_page__locale")
            .first()
        )
        if found is None:
            return None
        target = found.redirect_page
        if target is None:
            return {"type": "redirect", "location": found.redirect_link, "permanent": found.is_permanent}
        visible = public_pages(labels.current()).filter(pk=target.pk).exists()
        if not visible:
            return None
        location = publication.html_path(target.locale.language_code, target.url_path)
        return {"type": "redirect", "location": location, "permanent": found.is_permanent}

    @staticmethod
    def nearest(pages: QuerySet[Page], path: str) -> NearestPage | None:
        """The closest public page above a path, for a helpful "not found" page."""
        locale, slugs = split(path)
        home = pages.filter(depth=2, locale__language_code=locale).first()
        if home is None:
            return None
        above = ["/" + "/".join([home.slug, *slugs[:end]]) + "/" for end in range(len(slugs))]
        found = pages.filter(url_path__in=above, locale__language_code=locale).order_by("-depth").first() or home
        return {
            "id": found.pk,
            "title": found.title,
            "html_path": publication.html_path(locale, found.url_path),
        }


def split(path: str) -> tuple[str, list[str]]:
    """The language and the slugs of a path; without a language, the default one."""
    parts = [part for part in path.split("?")[0].split("/") if part][:20]
    if parts and parts[0] in CODES:
        return parts[0], parts[1:]
    return DEFAULT, parts
