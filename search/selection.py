"""The portal's page of a selection: the reader's own, or one that somebody sent; as files and as a bibliography."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cms import frontend, labels
from cms.api.tables import Table
from cms.references import Context, Loaded, References
from resources import record_numbers, record_shapes
from resources.citations import references
from resources.exchange import csl
from resources.exchange.portable import loaded, portable
from resources.models import Record
from resources.record_api import public
from resources.record_formats import COLUMNS, FILES, cells
from search import basket
from search.portal import current_locale, in_each_language

SLUG = "selection"
NAME = "mot-selection"
STYLES = {"iso690": "ISO 690", "apa": "APA"}
FORMATS = (
    *(("ris", "RIS"), ("bibtex", "BibTeX"), ("csl", "CSL-JSON"), ("csv", "CSV"), ("jsonl", "JSON Lines")),
    *STYLES.items(),
)
"""What a selection can be taken away as."""


@csrf_exempt  # a token would be a cookie for every reader; `_is_foreign` keeps other sites out
@require_http_methods(["GET", "HEAD", "POST"])
def selection(request: HttpRequest) -> HttpResponse:
    """Show a selection (`ids`, else the reader's own), write it as a file (`format`), or change the reader's own."""
    if request.method == "POST":
        return _changed(request)
    given = request.GET.get("ids")
    numbers = basket.chosen(request) if given is None else basket.read(given.split(","))
    locale, snapshot = current_locale(), labels.current()
    records = records_of(numbers)
    context = Context(locale, snapshot, Loaded(References(), snapshot))
    if write := _WRITERS.get(request.GET.get("format", "")):
        response = write(records, context)
        response["Cache-Control"] = "no-cache" if given is not None else "no-cache, private"
        return response
    query = "?" + urlencode({"ids": ",".join(record.code for record in records)}, safe=",")
    path = frontend.portal_path(locale, SLUG)
    shown = {
        "locale": locale,
        "languages": in_each_language(query if given is not None else "", f"{SLUG}/"),
        "own": given is None,
        "records": record_shapes.cards(records, context),
        "numbers": [record.code for record in records],
        "gone": len(numbers) - len(records),
        "bibliographies": _bibliographies(records, locale),
        "downloads": [(name, f"{path}{query}&format={format}") for format, name in FORMATS],
        "address": frontend.portal_url(locale, SLUG) + query,
    }
    return basket.show(request, "portal/selection.html", shown, private=given is None)


def records_of(numbers: Iterable[str]) -> list[Record]:
    """The published records with these numbers, in this order; what was merged is the other one."""
    numbers = list(numbers)
    found = {one.code: one for one in public().select_related("type").filter(code__in=numbers)}
    following = record_numbers.successors(number for number in numbers if number not in found)
    others = {one.code: one for one in public().select_related("type").filter(code__in=following.values())}
    wanted = (found.get(number) or others.get(following[number]) for number in numbers)
    return list({record.pk: record for record in wanted if record is not None}.values())


def _changed(request: HttpRequest) -> HttpResponse:
    """`add` and `remove` are numbers, separated by commas; `next` says where to go on."""
    if _is_foreign(request):
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    removed = set(request.POST.get("remove", "").split(","))
    added = request.POST.get("add", "").split(",")
    numbers = basket.read([*(one for one in basket.chosen(request) if one not in removed), *added])
    if "application/json" in request.headers.get("Accept", ""):
        response: HttpResponse = JsonResponse({"selection": numbers, "full": len(numbers) >= basket.MOST})
    else:
        following = request.POST.get("next", "")
        local = following.startswith("/") and url_has_allowed_host_and_scheme(following, allowed_hosts=None)
        response = redirect(following if local else frontend.portal_path(current_locale(), SLUG))
        response.status_code = HTTPStatus.SEE_OTHER
    basket.keep(response, numbers)
    return response


def _is_foreign(request: HttpRequest) -> bool:
    """Whether a browser says that another site sends this; older ones (Safari before 16.4) name that site alone."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.get_host()


def _bibliographies(records: Iterable[Record], locale: str) -> dict[str, list[str]]:
    """References by style as HTML, in alphabetical order."""
    found: dict[str, list[Any]] = {style: [] for style in STYLES.values()}
    for item in csl.items(portable(one) for one in loaded(records)):
        for reference in references(item, locale):
            found[str(reference.style.label)].append(reference)
    return {
        style: [one.html for one in sorted(rows, key=lambda one: one.text.casefold())] for style, rows in found.items()
    }


def _attached(text: str, media_type: str, ending: str) -> HttpResponse:
    response = HttpResponse(text.encode(), content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{NAME}.{ending}"'
    return response


def _as_file(renderer: Any) -> Callable[[list[Record], Context], HttpResponse]:
    def write(records: list[Record], context: Context) -> HttpResponse:
        text = renderer.write(portable(record) for record in loaded(records))
        return _attached(text, f"{renderer.media_type}; charset=utf-8", renderer.ending)

    return write


def _as_table(records: list[Record], context: Context) -> HttpResponse:
    table = Table(NAME, COLUMNS, [cells(card) for card in record_shapes.cards(records, context)])
    return _attached(table.text(), "text/csv; charset=utf-8", "csv")


def _as_references(style: str) -> Callable[[list[Record], Context], HttpResponse]:
    def write(records: list[Record], context: Context) -> HttpResponse:
        found = _bibliographies(records, context.locale)[style]
        rows = "".join(f"<p>{one}</p>\n" for one in found)
        head = f'<!doctype html>\n<html lang="{context.locale}"><meta charset="utf-8"><title>{style}</title>\n'
        return _attached(head + rows, "text/html; charset=utf-8", "html")

    return write


_WRITERS: Mapping[str, Callable[[list[Record], Context], HttpResponse]] = {
    **{str(renderer.format): _as_file(renderer) for renderer in FILES},
    "csv": _as_table,
    **{code: _as_references(style) for code, style in STYLES.items()},
}
