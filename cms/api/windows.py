"""Which part of a list an answer holds: by `offset`, or by `cursor`, which is stable while editors publish.

A cursor names the last item seen by the values that it was ordered by and its key. What follows it is found by
comparison, so nothing comes twice and nothing that stays in its place is missed, and the far end of a list is as
quick as its beginning.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable, OrderBy
from typing_extensions import TypedDict

from cms.api import params
from cms.api.errors import bad

CURSOR = params.Param("cursor", params.plain, "Goes on behind the item that `meta.next_cursor` of an answer named.")
# What may change from one part of a list to the next.
FREE = frozenset({"cursor", "offset", "limit", "fields", "rich_text_format", "format", "_"})
MAX_VALUE = 255
"""Characters of a text that a cursor carries; columns that can be ordered by are no longer."""


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
    start = query["offset"]
    if query["cursor"] is not None:
        if "offset" in query.given:
            raise bad("cursor", query["cursor"], "goes without offset")
        found = _behind(found, keys, _read(query, len(keys)), query)
        start = 0
    rows = list(found[start : start + query["limit"] + 1])
    shown = rows[: query["limit"]]
    return shown, _cursor(shown[-1], len(keys), query) if shown and len(rows) > len(shown) else None


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
        raise _refused(query) from None


def _cursor(row: Any, count: int, query: params.Query) -> str:
    values = [_plain(getattr(row, f"order_{place}")) for place in range(count)]
    text = json.dumps([_list_of(query), *values], ensure_ascii=False, separators=(",", ":"))
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
        raise _refused(query) from None
    if not isinstance(found, list) or len(found) != count + 1 or not all(map(_is_value, found)):
        raise _refused(query)
    name, *values = found
    if name != _list_of(query):
        raise bad("cursor", text, "belongs to a list with other parameters: only limit and fields may change")
    return values


def _is_value(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_VALUE and "\0" not in value
    return value is None or (isinstance(value, int | float) and abs(value) < 2**63)


def _refused(query: params.Query) -> Exception:
    return bad("cursor", query["cursor"], "is not a cursor of this list: take it from meta.next_cursor")


def _list_of(query: params.Query) -> str:
    """A name for the list that a query asks for, whatever part of it."""
    given = sorted((name, repr(query.values[name])) for name in query.given - FREE)
    return hashlib.sha256(repr(given).encode()).hexdigest()[:12]
