"""Pages: lists and details."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal

from django.db.models import QuerySet
from rest_framework.request import Request
from wagtail.models import Page, Site
from wagtail.search.backends import get_search_backend

from cms import labels, page_json, page_shapes, publication
from cms.api import page_filters, params, selection, windows
from cms.api.errors import BadParameters, NotFound, ParameterError, bad
from cms.api.views import Api, DetailApi, ListApi, Listed
from cms.fields import fields_of
from cms.json_types import PageTypeName, either
from cms.page_shapes import page_types
from cms.pages import SitePage

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
FIELDS = params.Param(
    "fields",
    params.plain,
    "Which properties to show, as in Wagtail's API v2: `body(type)` adds, `-title` removes, `*` begins with all, `_` "
    "with none. The answer then conforms to the schema under `x-cut-by-fields`.",
    default="",
)
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
ORDER = "order"
SITE = params.Param("site", params.plain, "The host name of a site, with its port if need be.")
RICH_TEXT = params.Param("rich_text_format", params.choice(["html"]), "Rich text is always display HTML.")


def _with_its_types(error: ParameterError) -> ParameterError:
    """The error of a parameter that these lists do not have; where those of some types do, it says which."""
    having = [
        name
        for name, model in page_types().items()
        if error["parameter"] in (found.param.name for found in page_filters.filters_for((model,)))
    ]
    return (
        error
        if not having
        else {**error, "message": f"{error['message']}; it is one of lists with type={' or '.join(having)}"}
    )


class FilteredPages(Api):
    """What answers with public pages that fit the filters of page lists."""

    types: Sequence[type[Page]] = ()
    """The page types asked for; none stands for all."""

    def filters(self) -> list[params.Param]:
        """The filters that make sense for these types."""
        return [*TREE, SITE, *(found.param for found in page_filters.filters_for(tuple(self.types)))]

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
        for page_filter in page_filters.filters_for(tuple(self.types)):
            value = query.values.get(page_filter.param.name)
            if page_filter.param.name in query.given and page_filter.param.name not in {"locale"}:
                pages = page_filter.apply(pages, value, query)
        return pages

    def relative(self, query: params.Query, name: str) -> Page:
        """The page that a tree parameter names."""
        value = query[name]
        pages = public_pages(query.labels)
        if value == "root":
            found = pages.filter(pk__in=query.labels.homes, locale__language_code=query.locale).first()
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


class PageList(FilteredPages, ListApi):
    """Public pages as cards, or as `fields` says; in all languages unless `locale` is given."""

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
        return [
            replace(param, description=f"{param.description} {cls.orderings_documented()}")
            if param.name == ORDER
            else param
            for param in (_merged(by_type) for by_type in variants.values())
        ]

    @classmethod
    def orderings_documented(cls) -> str:
        """Which columns there are for `order`: of every type, and more of each."""
        api = cls()
        own: dict[str, list[str]] = {}
        for name, model in {"": Page, **page_types()}.items():
            api.types = [model]
            own[name] = sorted(api.orderings_of_type())
        everywhere = own.pop("")
        lines = [f"Of every type: {_quoted(everywhere)}."]
        for name, columns in own.items():
            if more := [column for column in columns if column not in everywhere]:
                lines.append(f"With `type={name}`: {_quoted(more)}.")
        return " ".join(lines)

    def declared(self) -> list[params.Param]:
        order = params.Param(ORDER, params.plain, "Columns, each with a minus sign to reverse it, or `random`.")
        own = [TYPE, FIELDS, *SEARCH, RICH_TEXT, params.LIMIT, params.OFFSET, windows.CURSOR, order]
        return [params.LOCALE, *own, *self.filters(), self.format, params.CACHE_BUSTER]

    def query(self, request: Request) -> params.Query:
        self.types = self.types_in(request._request.GET.getlist("type"))
        try:
            return super().query(request)
        except BadParameters as refused:
            known = {param.name for param in self.declared()}
            raise BadParameters(
                [error if error["parameter"] in known else _with_its_types(error) for error in refused.errors]
            ) from None

    def answer(self, query: params.Query) -> Listed[Any]:
        config = selection.parse(query["fields"]) if query["fields"] else []
        choose = selection.chooser(config, self.types or list(page_types().values()), card=True)
        pages, meta = self.found(query, choose)
        items = page_json.represent(pages, choose, query.labels)
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

    def found(self, query: params.Query, choose: selection.Chooser) -> tuple[list[Page], windows.ListMeta]:
        """The specific pages of this part of the list, and how it goes on."""
        pages = self.filtered(query)
        if query["search"] is not None:
            ranked = self.search(query)
            pages = pages.filter(pk__in=ranked)
            if not query["order"]:
                return self.by_relevance(pages, ranked, query)
        # The index of the search follows the pages at its own pace, and no content version tells of it.
        total = self.total(pages, query) if query["search"] is None else pages.order_by().count()
        if len(self.types) == 1:
            pages = pages.defer(*page_json.unread(self.types[0], choose(self.types[0])))
        else:
            pages = pages.specific()
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
        model = self.types[0] if len(self.types) == 1 else Page
        names = {name: name for name in (*page_filters.columns_of(model), "last_published_at")}
        return {**names, **getattr(model, "orderings", {})}


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _merged(by_type: dict[str, params.Param]) -> params.Param:
    """One parameter that stands for those of several page types."""
    first = next(iter(by_type.values()))
    kinds = list({str(param.read.type): param.read.type for param in by_type.values()}.values())
    reader = params.Reader(first.read.read, either(kinds))
    if len(by_type) == len(page_types()):
        return replace(first, read=reader)
    return replace(first, read=reader, description=f"{first.description} Only with a `type` among {_quoted(by_type)}.")


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
        item = page_json.represent([page], choose, query.labels)[0]
        return selection.cut(item, config, {f.name: f for f in fields_of(type(page))})
