"""Which requests ask for the same answer. Pure, but for the addresses that Django resolves."""

from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from django.http import Http404, HttpRequest, QueryDict
from django.urls import resolve
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from cms.api.caching import Cacheable

LONGEST = 2_000
"""Characters of a path with its parameters; longer ones are not worth keeping."""
IGNORED = "_"
MAX_PARAMETERS = 100


class Key(NamedTuple):
    """What an answer depends on beside what the database holds."""

    path: str
    parameters: tuple[tuple[str, str], ...]
    format: str


def read(path: str, query: str, accept: str | None) -> Key | None:
    """The key of a GET by its path, query string and Accept header; None for what only Django can answer.

    Two requests have one key only where Django gives both the same answer: what is not plain is left to Django.
    """
    if len(path) + len(query) > LONGEST or not path.isascii() or not query.isascii():
        return None
    try:
        view = resolve(path).func
    except Http404:
        return None
    endpoint = getattr(view, "view_class", None)
    if endpoint is None or not issubclass(endpoint, Cacheable) or not endpoint.cached:
        return None
    parameters = _parameters(query)
    if parameters is None:
        return None
    negotiated = _format(endpoint, parameters, accept)
    return None if negotiated is None else Key(path, parameters, negotiated)


def _parameters(query: str) -> tuple[tuple[str, str], ...] | None:
    """Names and values, decoded as Django does, in the order of the names; that of a name's values is kept."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
    except ValueError:
        return None
    ignored = [value for name, value in pairs if name == IGNORED]
    if len(ignored) == 1 and ignored[0].isalnum() and len(ignored[0]) < 100:  # else Django answers an error
        pairs = [(name, value) for name, value in pairs if name != IGNORED]
    return tuple(sorted(pairs, key=lambda pair: pair[0]))


def _format(endpoint: Any, parameters: tuple[tuple[str, str], ...], accept: str | None) -> str | None:
    """The name of the renderer that REST framework chooses; None where it refuses, or is told more than a type."""
    renderers = getattr(endpoint, "renderer_classes", None)
    if not renderers:
        return ""
    asked = HttpRequest()
    asked.GET = QueryDict(urlencode(parameters))
    asked.META = {} if accept is None else {"HTTP_ACCEPT": accept}
    negotiation = endpoint.content_negotiation_class()
    try:
        renderer, accepted = negotiation.select_renderer(Request(asked), [made() for made in renderers])
    except (APIException, Http404):
        return None
    told = (part.strip() for part in accepted.split(";")[1:])  # such as "indent=4", which changes the answer
    return None if any(not part.startswith("q=") for part in told) else str(renderer.format)
