"""Lists as CSV (RFC 4180), for spreadsheets and statistics programs: `?format=csv`, or `Accept: text/csv`.

A column is called by the path of its value in the JSON ("indicator.code"), in every language, so that programs can
rely on it; labels inside are in the language of the answer. UTF-8 with a byte order mark, without which Excel takes
accents for something else; decimal points; an empty cell for null, true and false as in JSON.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from cms.api.renderers import JSONRenderer
from cms.api.views import ListApi
from cms.spreadsheets import cell

BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Table:
    """Items as JSON and the paths of the columns in them; `name` is that of the file."""

    name: str
    columns: Sequence[str]
    items: Sequence[Mapping[str, Any]]

    def text(self) -> str:
        """The table as CSV, its header first."""
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow(self.columns)
        for item in self.items:
            writer.writerow([cell(_at(item, column)) for column in self.columns])
        return BYTE_ORDER_MARK + buffer.getvalue()


def _at(item: Any, path: str) -> Any:
    for name in path.split("."):
        item = None if item is None else item[name]
    return str(item).lower() if isinstance(item, bool) else item


class CsvRenderer(BaseRenderer):
    """Writes a Table."""

    media_type = "text/csv"
    format = "csv"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        table: Table = data
        renderer_context["response"]["Content-Disposition"] = f'attachment; filename="{table.name}.csv"'
        return table.text().encode()


class TableListApi(ListApi):
    """A list that is also one table: of all items, unless a `limit` is given."""

    renderer_classes = [JSONRenderer, CsvRenderer]  # type: ignore[misc]
    table_name: str
    columns: Sequence[str]

    @classmethod
    def answers(cls) -> dict[str, Any]:
        return {**super().answers(), CsvRenderer.format: str}

    def get(self, request: Request) -> Response:
        if request.accepted_renderer.format != CsvRenderer.format:
            return super().get(request)
        query = self.query(request)
        with translation.override(query.locale):
            return Response(Table(self.table_name, self.columns, self.all_items(query)))
