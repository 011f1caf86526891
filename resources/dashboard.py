"""On the admin's home: the documentary portal, for whoever keeps it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from resources.exchange.imports import State
from resources.import_views import may_import
from resources.models import Record, RecordImport


class RecordsPanel(Component):
    """How many records there are and which are to be indexed, with the way to them and to imports."""

    order = 90
    template_name = "resources/records_panel.html"

    def __init__(self, user: Any) -> None:
        self.imports = may_import(user)

    def get_context_data(self, parent_context: Any = None) -> Mapping[str, Any]:
        listed, imports = reverse(Record.snippet_viewset.get_url_name("list")), reverse("record_imports")  # type: ignore[attr-defined]
        waiting = RecordImport.objects.filter(state=State.CHECKED).count() if self.imports else 0
        rows = [
            (_("records"), listed, Record.objects.count()),
            (_("free keywords to index"), f"{listed}?to_index=true", Record.objects.exclude(keywords="").count()),
            (_("imports to be confirmed"), imports, waiting),
        ]
        return {"rows": [row for row in rows if row[2]], "imports": imports if self.imports else None}


def add_records(request: HttpRequest, panels: list[Any]) -> None:
    """A hook: Wagtail's `construct_homepage_panels`."""
    if request.user.has_perm("resources.change_record"):
        panels.append(RecordsPanel(request.user))
