"""What every endpoint shares: who may ask, how parameters are read, how lists are cut and ordered."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar, get_args, get_type_hints

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from cms import changes
from cms.api import counts, errors, params, windows
from cms.api.caching import Cacheable
from cms.api.renderers import JSONRenderer
from cms.references import Context, Loaded, References

T = TypeVar("T")


class Listed(TypedDict, Generic[T]):
    """One part of a list."""

    meta: windows.ListMeta
    items: list[T]


def whole(items: Sequence[T], total: int | None = None) -> Listed[T]:
    """A list without cursor; `total` where these are not all of them."""
    return {"meta": {"total_count": len(items) if total is None else total, "next_cursor": None}, "items": list(items)}


class Api(Cacheable, APIView):
    """An endpoint: anonymous, read-only, JSON, with declared parameters and a declared answer.

    Subclasses give `answer`, the JSON for a query and the parts of the path; its return annotation is what the
    OpenAPI document says of it (see cms.api.schema).
    """

    authentication_classes = ()
    permission_classes = ()
    renderer_classes: Sequence[type[BaseRenderer]] = (JSONRenderer,)
    parser_classes = ()
    content_negotiation_class = DefaultContentNegotiation
    http_method_names = ["get", "head", "options"]

    own_params: ClassVar[Sequence[params.Param]] = ()
    """The endpoint's own parameters; `locale` and `format` are everywhere."""
    problems: ClassVar[Mapping[int, Any]] = {}
    """Errors that not every endpoint has: the status with the TypedDict of the body (errors.Problem or a subclass)."""
    empty_answers: ClassVar[Mapping[int, str]] = {}
    """Answers without a body: the status with its meaning."""

    answer: Callable[..., Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override("en"):  # messages for developers; answers set their own language
            return super().dispatch(request, *args, **kwargs)

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return errors.handle

    def declared(self) -> list[params.Param]:
        """Every parameter of the endpoint."""
        return [params.LOCALE, *self.own_params, self.format, params.CACHE_BUSTER]

    @classmethod
    def documented(cls) -> list[params.Param]:
        """Every parameter, whatever the others are."""
        return cls().declared()

    @property
    def format(self) -> params.Param:
        return params.format_of([renderer.format for renderer in self.renderer_classes])

    @classmethod
    def answers(cls) -> dict[str, Any]:
        """What is answered in each format, as a Python type; text is `str`."""
        return {"json": cls.answer_type()}

    @classmethod
    def answer_type(cls) -> Any:
        """The Python type of the JSON."""
        return returned(cls.answer)

    @classmethod
    def cut_type(cls) -> Any:
        """The Python type of which an answer cut by `fields` has a part."""
        return cls.answer_type()

    def get(self, request: Request, *args: Any, **path: Any) -> Any:
        query = self.query(request)
        with translation.override(query.locale):
            return Response(self.answer(query, **path))

    def options(self, request: HttpRequest, *args: Any, **path: Any) -> Response:
        """What may be done here, in the header `Allow`."""
        return Response(status=204)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """The renderer that `format` or Accept asks for; an unknown `format` is a bad parameter like any other.

        Where there is nothing to read, Accept is no reason to say 406 instead of what is wrong.
        """
        force = force or request.method not in {"GET", "HEAD"}
        wanted = request._request.GET.get("format")
        known = [renderer.format for renderer in self.renderer_classes]
        if wanted is not None and wanted not in known and not force:
            raise errors.bad("format", wanted, "is not a format of this endpoint", known)
        return super().perform_content_negotiation(request, force)

    def query(self, request: Request) -> params.Query:
        """The request's parameters; BadParameters names what is unknown or wrong."""
        query = params.read(self.declared(), request._request.GET)
        self.snapshot = query.labels
        return query

    @staticmethod
    def context(query: params.Query, references: References | None = None) -> Context:
        """The language, labels and loaded references of an answer."""
        return Context(query.locale, query.labels, Loaded(references or References(), query.labels))


def returned(function: Callable[..., Any]) -> Any:
    """The type that a function says it returns."""
    return get_type_hints(function, include_extras=True).get("return", Any)


class ListApi(Api):
    """A list: `{"meta": {"total_count": n, "next_cursor": …}, "items": […]}`, ordered and cut.

    Subclasses give `queryset` (already filtered by the query) and `items` (a slice of it as JSON, in a fixed
    number of queries).
    """

    orderings: ClassVar[Mapping[str, str | Sequence[str]]] = {}
    """Names for `order` with the columns behind them; the first is the default."""

    def declared(self) -> list[params.Param]:
        names = list(self.orderings)
        order = params.Param(
            "order",
            params.choice([*names, *(f"-{name}" for name in names)]),
            "The order of the items; a minus sign reverses it.",
            default=names[0] if names else None,
        )
        return [*super().declared(), params.LIMIT, params.OFFSET, windows.CURSOR, *([order] if names else [])]

    def queryset(self, query: params.Query) -> QuerySet[Any]:
        raise NotImplementedError

    def items(self, found: Sequence[Any], query: params.Query) -> list[Any]:
        raise NotImplementedError

    @classmethod
    def answer_type(cls) -> Any:
        if cls.answer is not ListApi.answer:
            return returned(cls.answer)
        item, *_none = get_args(returned(cls.items)) or [Any]
        return Listed[item]  # type: ignore[valid-type]

    def answer(self, query: params.Query) -> Listed[Any]:
        queryset = self.queryset(query)
        total = self.total(queryset, query)
        found, following = windows.window(queryset, self.keys(query), query)
        return {"meta": {"total_count": total, "next_cursor": following}, "items": self.items(found, query)}

    def total(self, queryset: QuerySet[Any], query: params.Query) -> int:
        """How many items the whole list has."""
        if self.families != (changes.CONTENT,):  # labels, under which counts are held, know of no other changes
            return queryset.order_by().count()
        return counts.total((type(self), windows.list_of(query)), queryset, self.begun, query.labels)

    def all_items(self, query: params.Query) -> list[Any]:
        """Every item from `offset` on, or `limit` of them where it is given: what formats hold that are one file."""
        return self.items(self.all_rows(query), query)

    def all_rows(self, query: params.Query) -> list[Any]:
        """What `all_items` shows, as it comes from the database."""
        if "cursor" in query.given:
            raise errors.bad("cursor", query["cursor"], "is for JSON: this format answers everything at once")
        found = windows.ordered(self.queryset(query), self.keys(query))
        end = query["offset"] + query["limit"] if "limit" in query.given else None
        return list(found[query["offset"] : end])

    def keys(self, query: params.Query) -> list[windows.Key]:
        """The order asked for, with the key as tie-break so that parts of a list never overlap."""
        if not self.orderings:
            return [windows.KEY]
        name: str = query["order"]
        columns = self.orderings[name.removeprefix("-")]
        columns = [columns] if isinstance(columns, str) else columns
        keys = [windows.Key(column.removeprefix("-"), column.startswith("-")) for column in columns]
        return [*(key.reversed() if name.startswith("-") else key for key in keys), windows.KEY]


class DetailApi(Api):
    """One object by its code or key; subclasses give `item`."""

    problems = {404: errors.Problem}

    def item(self, key: Any, query: params.Query) -> Any:
        """The object as JSON; raises errors.NotFound."""
        raise NotImplementedError

    @classmethod
    def answer_type(cls) -> Any:
        return returned(cls.item)

    def answer(self, query: params.Query, key: Any) -> Any:
        return self.item(key, query)


class Nothing(Api):
    """Every address below the API that leads nowhere."""

    cached = False

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: Request, rest: str = "") -> Response:
        raise errors.NotFound(errors.NOTHING_HERE)
