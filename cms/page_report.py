"""Reports of pages: what each row says, whatever the report is about."""

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, LocaleColumn, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.coreutils import get_content_type_label
from wagtail.models import Page


def page_type(page: Page) -> str:
    """What editors call the type of a page."""
    return str(get_content_type_label(page.content_type))


class PageReport(ReportView):
    """Title, type and language of each page, then what the report tells of it (`own_columns`, `own_export`)."""

    model = Page
    any_permission_required = ["add", "change", "publish"]
    narrow_language = True
    """Whether the language is shown on a narrow screen."""
    own_export: ClassVar[dict[str, Any]] = {}
    """Headings of the export's own columns by name."""

    def own_columns(self) -> list[Column]:
        """The report's own columns of the table."""
        return []

    def own_row(self, page: Any) -> dict[str, Any]:
        """The export's own values of a page by the names of `own_export`."""
        return {}

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn(
                "title",
                label=_("Title"),
                accessor="get_admin_display_title",
                get_url=lambda page: reverse("wagtailadmin_pages:edit", args=(page.pk,)),
            ),
            Column("type", label=_("Type"), accessor=page_type, classname="mot-wide"),
            LocaleColumn(label=_("Language"), sort_key=None, classname=None if self.narrow_language else "mot-wide"),
            *self.own_columns(),
        ]

    @property
    def list_export(self) -> list[str]:
        return ["title", "type", "locale", *self.own_export, "edit_url"]

    @property
    def export_headings(self) -> dict[str, Any]:
        shared = {"type": gettext_lazy("Type"), "locale": gettext_lazy("Language"), "edit_url": gettext_lazy("Address")}
        return {**shared, **self.own_export}

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        return {
            "title": item.title,
            "type": page_type(item),
            "locale": item.locale.language_code,
            **self.own_row(item),
            "edit_url": self.request.build_absolute_uri(reverse("wagtailadmin_pages:edit", args=(item.pk,))),
        }
