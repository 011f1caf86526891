"""The form of a record: what only shows when its rows are looked at together, with the message where it belongs."""

import datetime
from contextlib import suppress
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList, PublishingPanel

from cms.child_rows import RowsPanel
from cms.fact_admin import facts_panel
from cms.facts import FactForm
from cms.representation import DatePrecision
from resources.duplicate_views import DuplicatesPanel
from resources.file_views import FileOutcomesPanel
from resources.records import NOT_ITSELF, ONE_ORIGINAL, Record, holders

DATES = {
    "%Y-%m-%d": DatePrecision.DAY,
    "%d/%m/%Y": DatePrecision.DAY,
    "%Y-%m": DatePrecision.MONTH,
    "%m/%Y": DatePrecision.MONTH,
    "%Y": DatePrecision.YEAR,
}
"""How a date may be typed, and how much of it is known then."""
SHOWN = {DatePrecision.DAY: "%d/%m/%Y", DatePrecision.MONTH: "%m/%Y", DatePrecision.YEAR: "%Y"}


def shown_date(record: Record) -> str:
    """The date of a record as far as it is known, as editors type it: "28/11/2026", "11/2026", "2026"; "" for none."""
    return record.date.strftime(SHOWN[DatePrecision(record.date_precision)]) if record.date else ""


def _precision(typed: str) -> DatePrecision:
    for form, precision in DATES.items():
        with suppress(ValueError):
            datetime.datetime.strptime(typed.strip(), form)
            return precision
    return DatePrecision.DAY


class RecordForm(FactForm):
    """Whoever makes a record is its cataloguer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("type", "collection"):
            if field := self.fields.get(name):
                field.queryset = field.queryset.prefetch_related("names")

        self.fields["date"].input_formats = list(DATES)
        if self.instance.date:
            self.initial["date"] = shown_date(self.instance)

    def clean(self) -> Any:
        self.instance.date_precision = _precision(self["date"].data or "")
        return super().clean()

    def is_valid(self) -> bool:
        valid = super().is_valid()
        rows = {name: _kept(formset) for name, formset in self.formsets.items()}
        texts = rows["texts"]
        if len(texts) > 1 and sum(bool(form.cleaned_data.get("is_original")) for form in texts) != 1:
            self.formsets["texts"].non_form_errors().append(ONE_ORIGINAL)
            valid = False
        taken = holders((form.instance.scheme, form.instance.value) for form in rows["identifiers"])
        seen: set[tuple[str, str]] = set()
        for form in rows["identifiers"]:
            number = (form.instance.scheme, form.instance.value)
            if number in seen:
                form.add_error("value", _("This number is given twice."))
                valid = False
            seen.add(number)
            if (holder := taken.get(number)) and holder.pk != self.instance.pk:
                form.add_error("value", holder.refusal)
                valid = False
        for form in rows["record_links"]:
            if self.instance.pk and form.instance.target_id == self.instance.pk:
                form.add_error("target", NOT_ITSELF)
                valid = False
        return valid

    def save(self, commit: bool = True) -> Any:
        if self.instance.pk is None and self.for_user:
            self.instance.cataloguer = self.for_user
        return super().save(commit)


class FilesFormSet(BaseChildFormSet):
    """A new file is in the language of the document, unless another is chosen: its text is searched in that one."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs(index)
        if (index is None or index >= self.initial_form_count()) and (original := self.instance.original):
            kwargs["initial"] = {"language": original.language}
        return kwargs


class FilesPanel(RowsPanel):
    row_options = {"formset": FilesFormSet}


class CataloguerPanel(FieldPanel):
    """Who made a record, once it is made: Wagtail would say « None » before."""

    class BoundPanel(FieldPanel.BoundPanel):
        def is_shown(self) -> bool:
            return self.instance.cataloguer_id is not None and super().is_shown()


def _kept(formset: Any) -> list[Any]:
    """The valid forms of rows that are filled in and not to be deleted."""
    return [
        form
        for form in formset.forms
        if form not in formset.deleted_forms and form.is_valid() and (form.has_changed() or form.instance.pk)
    ]


ROWS = {
    "texts": _("Titles and abstracts"),
    "agent_links": _("Authors and others"),
    "languages": _("Languages of the document"),
    "identifiers": _("Identifiers"),
    "copies": _("Copies on paper"),
    "files": _("Files"),
    "record_links": _("Related records"),
    "page_links": _("Related pages"),
}
"""The rows of a record, and what they are called in the admin."""


def _rows(relation: str, **options: Any) -> InlinePanel:
    return InlinePanel(relation, heading=ROWS[relation], **options)


TABS = [
    ObjectList(
        [
            FieldRowPanel(
                [
                    FieldPanel("type", widget=forms.Select),
                    FieldPanel("date", widget=forms.TextInput),
                ]
            ),
            DuplicatesPanel(),
            _rows(
                "texts",
                label=_("title and abstract"),
                help_text=_("One per language that they exist in; the original is the document's own."),
                panels=[
                    FieldRowPanel([FieldPanel("language"), FieldPanel("is_original")]),
                    FieldPanel("title"),
                    FieldPanel("subtitle"),
                    FieldPanel("abstract"),
                ],
                min_num=1,
            ),
            _rows(
                "agent_links",
                label=_("person or body"),
                help_text=_("In the order of the title page."),
                panels=[FieldPanel("agent"), FieldPanel("role")],
            ),
            _rows(
                "languages",
                label=_("language"),
                help_text=_("Without any, that of the original title."),
            ),
        ],
        heading=_("Document"),
    ),
    ObjectList(
        [
            FieldRowPanel([FieldPanel("collection", widget=forms.Select), FieldPanel("collection_number")]),
            MultiFieldPanel(
                [
                    FieldPanel("host"),
                    FieldRowPanel([FieldPanel("volume"), FieldPanel("issue"), FieldPanel("pages")]),
                    FieldRowPanel([FieldPanel("edition"), FieldPanel("place")]),
                ],
                heading=_("Where it appeared"),
            ),
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("degree"), FieldPanel("university")])],
                heading=_("Thesis"),
            ),
            _rows("identifiers", label=_("identifier")),
            FieldRowPanel([FieldPanel("url"), FieldPanel("licence")]),
            _rows("copies", label=_("copy")),
        ],
        heading=_("Publication"),
    ),
    ObjectList(
        [
            FilesPanel(
                "files",
                heading=ROWS["files"],
                label=_("file"),
                help_text=_("Who gets a file changes when the record is published."),
                panels=[
                    FieldPanel("document"),
                    FieldRowPanel([FieldPanel("language"), FieldPanel("access")]),
                    FieldPanel("open_from"),
                ],
            ),
            FileOutcomesPanel(heading=_("Reading of the files")),
        ],
        heading=_("Files"),
    ),
    ObjectList(
        [
            facts_panel("concepts"),
            FieldPanel("keywords"),
            facts_panel("borders"),
            facts_panel("territories"),
            facts_panel("countries"),
        ],
        heading=_("Indexing"),
    ),
    ObjectList(
        [
            _rows("record_links", label=_("record")),
            _rows("page_links", label=_("page")),
        ],
        heading=_("Relations"),
    ),
    ObjectList(
        [
            FieldPanel("internal_note"),
            FieldPanel("provenance"),
            CataloguerPanel("cataloguer", read_only=True),
            PublishingPanel(),
        ],
        heading=_("Follow-up"),
    ),
]
