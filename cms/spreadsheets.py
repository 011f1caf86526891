"""Cells of CSV files, which spreadsheet programs would compute where they look like formulas (OWASP, CSV injection)."""

from typing import Any

from django.utils.encoding import force_str
from wagtail.admin.views.mixins import SpreadsheetExportMixin

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


def guard_exports() -> None:
    """Every CSV export of the admin, Wagtail's own reports included, writes its cells so. In XLSX Wagtail does."""
    csv = SpreadsheetExportMixin.FORMAT_CSV
    rules = SpreadsheetExportMixin.custom_value_preprocess
    # The first class that fits decides: `object` is for whatever has no rule.
    SpreadsheetExportMixin.custom_value_preprocess = {
        **rules,
        list: {**rules[list], csv: _list},
        object: {csv: _exported},
    }
