"""The portal's page of a selection: the reader's own, or one that somebody sent; as files and as a bibliography."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cms import frontend, labels
from cms.references import API_PATH, Context, Loaded, References
from cms.throttle import limited
from resources import record_shapes
from resources.citations import references
from resources.exchange import csl
from resources.exchange.portable import loaded, portable
from resources.models import Record
from resources.record_api import public
from resources.selection import selected
from search import basket
from search.portal import DOWNLOADS, current_locale, in_each_language

SLUG = "selection"
NAME = "mot-selection"
STYLES = {"iso690": "ISO 690", "apa": "APA"}
"""Bibliographies that a selection can be taken away as; files for reference managers and spreadsheets are the API's."""


@limited()
@csrf_exempt  # a token would be a cookie for every reader; `_is_foreign` keeps other sites out
@require_http_methods(["GET", "HEAD", "POST"])
def selection(request: HttpRequest) -> HttpResponse:
    """Show a selection (`ids`, else the reader's own), write a bibliography (`format`), or change the reader's own."""
    if request.method == "POST":
        return _changed(request)
    given = request.GET.get("ids")
    numbers = basket.chosen(request) if given is None else basket.read(given.split(","))
    locale, snapshot = current_locale(), labels.current()
    records = records_of(numbers)
    context = Context(locale, snapshot, Loaded(References(), snapshot))
    if style := STYLES.get(request.GET.get("format", "")):
        response = _as_references(records, locale, style)
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
        "downloads": [
            *((name, f"{API_PATH}records/{query}&format={format}&locale={locale}") for format, name in DOWNLOADS),
            *((name, f"{path}{query}&format={format}") for format, name in STYLES.items()),
        ],
        "address": frontend.portal_url(locale, SLUG) + query,
    }
    return basket.show(request, "portal/selection.html", shown, private=given is None)


def records_of(numbers: Iterable[str]) -> list[Record]:
    """The published records with these numbers, in this order; what was merged is the other one."""
    wanted = selected(numbers)
    found = {one.code: one for one in public().select_related("type").filter(code__in=wanted)}
    return [found[number] for number in wanted if number in found]


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


def _as_references(records: list[Record], locale: str, style: str) -> HttpResponse:
    """A bibliography that word processors open."""
    rows = "".join(f"<p>{one}</p>\n" for one in _bibliographies(records, locale)[style])
    head = f'<!doctype html>\n<html lang="{locale}"><meta charset="utf-8"><title>{style}</title>\n'
    response = HttpResponse(head + rows, content_type="text/html; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{NAME}.html"'
    return response
