"""What every endpoint shares: who may ask, how parameters are read, how lists are cut and ordered."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cms.api import errors, params, windows
from cms.references import Context, Loaded, References


class Api(APIView):
    """An endpoint: anonymous, read-only, JSON, with declared parameters."""

    authentication_classes = ()
    permission_classes = ()
    renderer_classes: Sequence[type[BaseRenderer]] = (JSONRenderer,)
    parser_classes = ()
    content_negotiation_class = DefaultContentNegotiation
    http_method_names = ["get", "head", "options"]

    own_params: ClassVar[Sequence[params.Param]] = ()
    """The endpoint's own parameters; `locale` and `format` are everywhere."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override("en"):  # messages for developers; answers set their own language
            return super().dispatch(request, *args, **kwargs)

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return errors.handle

    def declared(self) -> list[params.Param]:
        """Every parameter of the endpoint."""
        return [params.LOCALE, *self.own_params, params.FORMAT, params.CACHE_BUSTER]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """The renderer that `format` or Accept asks for; an unknown `format` is a bad parameter like any other."""
        wanted = request._request.GET.get("format")
        known = [renderer.format for renderer in self.renderer_classes]
        if wanted is not None and wanted not in known and not force:
            raise errors.bad("format", wanted, "is not a format of this endpoint", known)
        return super().perform_content_negotiation(request, force)

    def query(self, request: Request) -> params.Query:
        """The request's parameters; BadParameters names what is unknown or wrong."""
        return params.read(self.declared(), request._request.GET)

    @staticmethod
    def context(query: params.Query, references: References | None = None) -> Context:
        """The language, labels and loaded references of an answer."""
        return Context(query.locale, query.labels, Loaded(references or References(), query.labels))


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

    def get(self, request: Request) -> Response:
        query = self.query(request)
        queryset = self.queryset(query)
        total = queryset.order_by().count()
        found, following = windows.window(queryset, self.keys(query), query)
        meta: windows.ListMeta = {"total_count": total, "next_cursor": following}
        with translation.override(query.locale):
            return Response({"meta": meta, "items": self.items(found, query)})

    def all_items(self, query: params.Query) -> list[Any]:
        """Every item from `offset` on, or `limit` of them where it is given: what formats hold that are one file."""
        if "cursor" in query.given:
            raise errors.bad("cursor", query["cursor"], "is for JSON: this format answers everything at once")
        found = windows.ordered(self.queryset(query), self.keys(query))
        end = query["offset"] + query["limit"] if "limit" in query.given else None
        return self.items(list(found[query["offset"] : end]), query)

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

    def item(self, key: Any, query: params.Query) -> Any:
        """The object as JSON; raises errors.NotFound."""
        raise NotImplementedError

    def get(self, request: Request, key: Any) -> Response:
        query = self.query(request)
        with translation.override(query.locale):
            return Response(self.item(key, query))


class Nothing(Api):
    """Every address below the API that leads nowhere."""

    def get(self, request: Request, rest: str) -> Response:
        raise errors.NotFound("There is nothing at this address.")
