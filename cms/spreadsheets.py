"""Cells of CSV files, which spreadsheet programs would compute where they look like formulas (OWASP, CSV injection)."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from django.utils.encoding import force_str
from django.utils.translation import get_language, override
from wagtail.admin.views.mixins import SpreadsheetExportMixin

T = TypeVar("T")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: Any) -> Any:
    """Text that looks like a formula gets an apostrophe, by which spreadsheets know that it is text.

    Numbers, dates and None stay what they are.
    """
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def _exported(value: Any) -> Any:
    """As Wagtail writes a value that it has no rule for."""
    return cell(force_str(value, strings_only=True))


def _list(values: list[Any]) -> Any:
    return cell(", ".join(force_str(value) for value in values))


def in_this_language(rows: Iterable[T]) -> Iterator[T]:
    """Rows made in the language of now: a streamed answer is written once its view has left that of the user."""
    language = get_language()

    def made() -> Iterator[T]:
        with override(language):
            yield from rows

    return made()


def guard_exports() -> None:
    """Every CSV export of the admin, Wagtail's own reports included, writes its cells so. In XLSX Wagtail does.

    And in the language of the user, where Wagtail (8.0) takes the browser's.
    """
    stream = SpreadsheetExportMixin.stream_csv
    SpreadsheetExportMixin.stream_csv = lambda view, queryset: in_this_language(stream(view, queryset))
    csv = SpreadsheetExportMixin.FORMAT_CSV
    rules = SpreadsheetExportMixin.custom_value_preprocess
    # The first class that fits decides: `object` is for whatever has no rule.
    SpreadsheetExportMixin.custom_value_preprocess = {
        **rules,
        list: {**rules[list], csv: _list},
        object: {csv: _exported},
    }
