"""Query parameters: each is declared once, with how it is read and what the documentation says of it."""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import get_current_timezone, is_naive, make_aware
from pydantic import Field

from cms import labels
from cms.api.errors import BadParameters, ParameterError
from cms.languages import DEFAULT, Language

MAX_LENGTH = 500
MAX_VALUES = 50
YEARS = range(2, 9999)
"""Of dates: on the first and last days of the calendar, a change of time zone overflows."""
LIMIT_DEFAULT = 20
LIMIT_MAX = 100
OFFSET_MAX = 1_000_000


class Refused(ValueError):
    """A value that a parameter does not take; `allowed` names what it takes, where that is a closed list."""

    def __init__(self, message: str, allowed: Sequence[str] | None = None) -> None:
        self.allowed = allowed
        super().__init__(message)


@dataclass(frozen=True)
class Reader:
    """How a text becomes a value; `type` is the Python type that documents which texts are taken."""

    read: Callable[[str], Any]
    type: Any

    def __call__(self, text: str) -> Any:
        return self.read(text)


def reader(kind: Any) -> Callable[[Callable[[str], Any]], Reader]:
    """Make a function a reader whose texts are documented by a Python type."""
    return lambda read: Reader(read, kind)


@dataclass(frozen=True)
class Param:
    """One query parameter; with `many`, several values separated by commas, any of which may match.

    They are at most `most`. With `between`, these are the least and most values that must be given, all different.
    """

    name: str
    read: Reader
    description: str
    many: bool = False
    default: Any = None
    between: tuple[int, int] | None = None
    most: int = MAX_VALUES
    longest: int = MAX_LENGTH
    """Characters of a value."""


@dataclass(frozen=True)
class Query:
    """The parameters of one request as Python values; absent ones hold their default."""

    values: Mapping[str, Any]
    labels: labels.Labels
    given: frozenset[str] = field(default_factory=frozenset)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def written(self) -> str:
        """What was given, as an address has it."""
        return urlencode({name: _written(self.values[name]) for name in sorted(self.given)}, safe=",")

    @property
    def locale(self) -> str:
        """The language of the answer."""
        return self.values.get("locale") or DEFAULT


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(_written, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def integer(low: int = 0, high: int = 2**31 - 1) -> Reader:
    """A whole number within bounds."""

    @reader(Annotated[int, Field(ge=low, le=high)])
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 12 or not low <= int(text) <= high:
            raise Refused(f"must be a whole number from {low} to {high}")
        return int(text)

    return read


@reader(bool)
def boolean(text: str) -> bool:
    """true, false, 1 or 0."""
    if text not in {"true", "false", "1", "0"}:
        raise Refused("must be true or false", ["true", "false"])
    return text in {"true", "1"}


@reader(datetime.date)
def date(text: str) -> datetime.date:
    """An ISO 8601 date."""
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise Refused("must be a date such as 2026-01-31")
    return found


@reader(datetime.datetime | datetime.date)
def moment(text: str) -> datetime.datetime:
    """An ISO 8601 date or moment; without a zone it is Paris time."""
    try:
        found = parse_datetime(text) or datetime.datetime.combine(date(text), datetime.time.min)
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise Refused("must be a moment such as 2026-01-31T09:00:00Z")
    return make_aware(found, get_current_timezone()) if is_naive(found) else found


@reader(Annotated[str, Field(max_length=MAX_LENGTH)])
def plain(text: str) -> str:
    """Any text without control characters."""
    return text


def choice(allowed: Iterable[str]) -> Reader:
    """One of a closed list: its codes, or the TextChoices itself, by whose name the documentation then calls it."""
    codes = tuple(str(code) for code in allowed)

    @reader(allowed if isinstance(allowed, type) else Literal[codes])
    def read(text: str) -> str:
        if text not in codes:
            raise Refused("is not one of the allowed values", codes)
        return text

    return read


def fact(model: str) -> Reader:
    """The code of a published fact of "app.Model"; that of one that was merged stands for the other."""

    @reader(Annotated[str, Field(max_length=MAX_LENGTH)])
    def read(text: str) -> str:
        known = labels.held().table(model).by_code
        code = text if text in known else labels.held().successor(model, text)
        if code not in known:
            raise Refused("is not a known code", sorted(known)[:60])
        return code

    return read


LOCALE = Param("locale", choice(Language), "The language of the answer.")
CACHE_BUSTER = Param("_", plain, "Ignored.")
LIMIT = Param("limit", integer(0, LIMIT_MAX), f"How many items (at most {LIMIT_MAX}).", default=LIMIT_DEFAULT)
OFFSET = Param("offset", integer(0, OFFSET_MAX), "How many items to pass over.", default=0)


UPDATED_SINCE = Param(
    "updated_since", moment, "Only what was published since this moment; what has no such date is always there."
)


def published_since(found: Any, query: Query) -> Any:
    """Of a queryset of facts, what UPDATED_SINCE leaves."""
    since = query["updated_since"]
    return found.filter(Q(last_published_at__gte=since) | Q(last_published_at=None)) if since else found


def format_of(formats: Sequence[str]) -> Param:
    """The parameter `format` of an endpoint that answers in these formats."""
    return Param("format", choice(formats), "The format of the answer; goes before the header Accept.")


def read(declared: Sequence[Param], given: QueryDict) -> Query:
    """All parameters of a request; raises BadParameters naming every unknown or wrong one."""
    snapshot = labels.current()
    by_name = {param.name: param for param in declared}
    values = {param.name: param.default for param in declared}
    errors: list[ParameterError] = []
    for name in given:
        param = by_name.get(name)
        if param is None:
            errors.append(
                {
                    "parameter": name[:100],
                    "value": str(given[name])[:200],
                    "message": "query parameter is not an operation or a recognised field",
                    "allowed": sorted(by_name),
                }
            )
            continue
        try:
            values[name] = _read(param, given.getlist(name))
        except Refused as refusal:
            error: ParameterError = {"parameter": name, "value": str(given[name])[:200], "message": str(refusal)}
            if refusal.allowed is not None:
                error["allowed"] = list(refusal.allowed)
            errors.append(error)
    for param in declared:
        if param.between and param.name not in given:
            errors.append({"parameter": param.name, "value": "", "message": _needs(*param.between)})
    if errors:
        raise BadParameters(errors)
    return Query(values, snapshot, frozenset(given))


def _read(param: Param, texts: list[str]) -> Any:
    if not param.many:
        if len(texts) > 1:
            raise Refused("is given more than once")
        return param.read(_checked(texts[0], param.longest))
    parts = [part for text in texts for part in text.split(",", param.most)]
    if len(parts) > param.most:
        raise Refused(f"takes at most {param.most} values")
    values = tuple(dict.fromkeys(param.read(_checked(part, param.longest)) for part in parts))
    if param.between:
        least, most = param.between
        if not least <= len(parts) <= most:
            raise Refused(_needs(least, most))
        if len(values) < len(parts):
            raise Refused("gives a value more than once")
    return values


def _needs(least: int, most: int) -> str:
    return f"takes {least} to {most} values"


def _checked(text: str, longest: int) -> str:
    if len(text) > longest:
        raise Refused(f"is longer than {longest} characters")
    if any(ord(character) < 32 or 0xD800 <= ord(character) < 0xE000 for character in text):
        raise Refused("contains control characters")
    return text
