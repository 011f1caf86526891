"""Which part of a list an answer holds: by `offset`, or by `cursor`, which is stable while editors publish.

A cursor names the last item seen by the values that it was ordered by and its key. What follows it is found by
comparison, so nothing comes twice and nothing that stays in its place is missed, and the far end of a list is as
quick as its beginning.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable, OrderBy
from pydantic import Field
from typing_extensions import TypedDict

from cms.api import params
from cms.api.errors import bad

MAX_VALUE = 500
"""Characters of a text that a cursor carries; columns that can be ordered by are no longer."""
MAX_CURSOR = 4_000


@params.reader(Annotated[str, Field(max_length=MAX_CURSOR)])
def _cursor(text: str) -> str:
    """What `write` wrote, unread: that takes all parameters."""
    return text


CURSOR = params.Param(
    "cursor", _cursor, "Goes on behind the item that `meta.next_cursor` of an answer named.", longest=MAX_CURSOR
)
# What may change from one part of a list to the next.
FREE = frozenset({"cursor", "offset", "limit", "fields", "rich_text_format", "format", "_"})

T = TypeVar("T")
WindowOf = tuple[list[T], str | None]


class ListMeta(TypedDict):
    """`next_cursor` is null at the end of a list, and where a list has no order that lasts (random, relevance)."""

    total_count: int
    next_cursor: str | None


@dataclass(frozen=True)
class Key:
    """A column or expression that a list is ordered by; null comes last in either direction."""

    expression: str | Combinable
    descending: bool = False

    def reversed(self) -> "Key":
        return Key(self.expression, not self.descending)


KEY = Key("pk")
"""Breaks ties, so that every order is total."""


def ordered(queryset: QuerySet[Any], keys: Sequence[Key]) -> QuerySet[Any]:
    """The queryset in this order, with the values of its keys as `order_0`, `order_1`…"""
    named = {f"order_{place}": _expression(key) for place, key in enumerate(keys)}
    return queryset.annotate(**named).order_by(*(_order_by(queryset, place, key) for place, key in enumerate(keys)))


def _expression(key: Key) -> Any:
    return F(key.expression) if isinstance(key.expression, str) else key.expression


def _order_by(queryset: QuerySet[Any], place: int, key: Key) -> OrderBy:
    # Naming the column itself, and nulls only where there are any, lets the database walk an index.
    target = F(key.expression) if isinstance(key.expression, str) else F(f"order_{place}")
    nulls = True if _nullable(queryset, key) else None
    return OrderBy(target, descending=key.descending, nulls_last=nulls)


def _nullable(queryset: QuerySet[Any], key: Key) -> bool:
    if not isinstance(key.expression, str) or "__" in key.expression:
        return True
    return key.expression != "pk" and bool(queryset.model._meta.get_field(key.expression).null)


def window(queryset: QuerySet[Any], keys: Sequence[Key], query: params.Query) -> tuple[list[Any], str | None]:
    """This part of a list, and the cursor of the next one; None at the end.

    `keys` end with one that no two items share. BadParameters for a cursor that was not made for this list.
    """
    found = ordered(queryset, keys)
    if (last := last_seen(query, len(keys))) is not None:
        found = _behind(found, keys, last, query)
    return _part(found, lambda row: [getattr(row, f"order_{place}") for place in range(len(keys))], query)


Values = Callable[[T], list[Any]]


def window_of(found: Sequence[T], values: Values[T], descending: Sequence[bool], query: params.Query) -> WindowOf[T]:
    """The same of a list in memory, which is given in its order.

    `values` are what an item is ordered by, as JSON has it, the last of them unique; null comes last. `descending` says
    of each whether the order goes down.
    """
    if (last := last_seen(query, len(descending))) is not None:
        try:
            found = [item for item in found if _is_behind(values(item), last, descending)]
        except TypeError:  # other kinds of values than this list has
            raise refused(query) from None
    return _part(found, values, query)


def _is_behind(own: list[Any], last: list[Any], descending: Sequence[bool]) -> bool:
    for value, before, down in zip(own, last, descending, strict=True):
        if value != before:
            if value is None or before is None:
                return value is None
            return bool(value < before if down else value > before)
    return False


def last_seen(query: params.Query, count: int) -> list[Any] | None:
    """The values, of which there must be so many, that the cursor holds; None without a cursor.

    BadParameters for a cursor that was not made for this list. What the values are is for the caller to check.
    """
    if query["cursor"] is None:
        return None
    if "offset" in query.given:
        raise bad("cursor", query["cursor"], "goes without offset")
    return _read(query, count)


def _part(found: Any, values: Values[Any], query: params.Query) -> WindowOf[Any]:
    start = query["offset"]  # 0 with a cursor
    rows = list(found[start : start + query["limit"] + 1])
    shown = rows[: query["limit"]]
    return shown, write(values(shown[-1]), query) if shown and len(rows) > len(shown) else None


def _behind(queryset: QuerySet[Any], keys: Sequence[Key], values: list[Any], query: params.Query) -> QuerySet[Any]:
    """What comes after an item with these values: greater in the first key in which it differs."""
    behind = Q(pk__in=())
    same = Q()
    for place, (key, value) in enumerate(zip(keys, values, strict=True)):
        name = f"order_{place}"
        if value is None:
            same &= Q(**{f"{name}__isnull": True})
            continue
        after = Q(**{f"{name}__{'lt' if key.descending else 'gt'}": value})
        if _nullable(queryset, key):
            after |= Q(**{f"{name}__isnull": True})
        behind |= same & after
        same &= Q(**{name: value})
    try:
        return queryset.filter(behind)
    except (ValidationError, ValueError, TypeError):
        raise refused(query) from None


def write(values: list[Any], query: params.Query) -> str:
    """A cursor with these values (texts, numbers, moments, None) for the list that a query asks for."""
    text = json.dumps([list_of(query), *map(_plain, values)], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _read(query: params.Query, count: int) -> list[Any]:
    text: str = query["cursor"]
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise refused(query) from None
    if not isinstance(found, list) or len(found) < 2 or not all(map(_is_value, found)):
        raise refused(query)
    name, *values = found
    if name != list_of(query):  # which may have another number of values: say that before anything of them
        raise bad("cursor", text, "belongs to a list with other parameters: only limit and fields may change")
    if len(values) != count:
        raise refused(query)
    return values


def _is_value(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_VALUE and "\0" not in value
    return value is None or (isinstance(value, int | float) and abs(value) < 2**63)


def refused(query: params.Query) -> Exception:
    """The error of a cursor that cannot be read."""
    return bad("cursor", query["cursor"], "is not a cursor of this list: take it from meta.next_cursor")


def list_of(query: params.Query) -> str:
    """A name for the list that a query asks for, whatever part of it."""
    given = sorted((name, repr(query.values[name])) for name in query.given - FREE)
    return hashlib.sha256(repr(given).encode()).hexdigest()[:12]
