"""Blocks that show facts, dates and tables."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from typing_extensions import TypedDict
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock, TypedTableBlockValidationError
from wagtail_localize.segments import StringSegmentValue

from cms.blocks.base import FactChooserBlock, Represented
from cms.blocks.text import RichText
from cms.references import Context, References
from cms.representation import DatePrecision, UncertainDate, rich_text, uncertain_date
from cms.validation import END_BEFORE_START


class KeyFiguresBlock(blocks.StructBlock):
    """Figures with their units, years and sources."""

    title = blocks.CharBlock(label=_("title"), max_length=150, required=False)
    figures = blocks.ListBlock(
        FactChooserBlock("borders.KeyFigure", label=_("key figure")),
        label=_("key figures"),
        min_num=1,
        max_num=24,
    )

    class Meta:
        icon = "order"
        label = _("Key figures")


class MapBlock(blocks.StructBlock):
    """Borders and territories on a map."""

    title = blocks.CharBlock(label=_("title"), max_length=150, required=False)
    borders = blocks.ListBlock(FactChooserBlock("borders.Border", label=_("border")), label=_("borders"), max_num=30)
    territories = blocks.ListBlock(
        FactChooserBlock("borders.Territory", label=_("territory")), label=_("territories"), max_num=60
    )
    caption = blocks.CharBlock(label=_("caption"), max_length=300, required=False)

    class Meta:
        icon = "globe"
        label = _("Map")


class Moment(TypedDict):
    """A dated event; `end` is null where it did not last."""

    start: UncertainDate | None
    end: UncertainDate | None
    event: str


class MomentBlock(Represented, blocks.StructBlock):
    """A dated event."""

    date = blocks.DateBlock(label=_("date"))
    precision = blocks.ChoiceBlock(label=_("precision"), choices=DatePrecision.choices, default=DatePrecision.DAY)
    end = blocks.DateBlock(label=_("end"), required=False, help_text=_("For a period."))
    event = RichText(label=_("event"), max_length=2000)

    class Meta:
        icon = "date"
        label = _("Date")

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if cleaned["end"] and cleaned["end"] < cleaned["date"]:
            raise StructBlockValidationError(block_errors={"end": ValidationError(END_BEFORE_START)})
        return cleaned

    def collect(self, value: Any, references: References) -> None:
        references.add_rich_text(value.get("event") or "")

    def represent(self, value: Any, context: Context) -> Moment:
        precision = value.get("precision") or DatePrecision.DAY
        return {
            "start": uncertain_date(value.get("date"), precision),
            "end": uncertain_date(value.get("end"), precision),
            "event": rich_text(value.get("event") or "", context),
        }

    def json_type(self) -> Any:
        return Moment


class ChronologyBlock(blocks.StructBlock):
    """Dated events in the order of the editor."""

    title = blocks.CharBlock(label=_("title"), max_length=150, required=False)
    entries = blocks.ListBlock(MomentBlock(), label=_("entries"), min_num=1, max_num=100)

    class Meta:
        icon = "history"
        label = _("Chronology")


class ChronologyStream(blocks.StreamBlock):
    """The chronology of a fiche."""

    entry = MomentBlock()


MAX_HEADING, MAX_COLUMNS, MAX_ROWS = 300, 20, 500


class Table(TypedDict):
    """A table with one header cell a column."""

    caption: str
    header: list[str]
    rows: list[list[str]]


class TableBlock(Represented, TypedTableBlock):
    """A table whose cells are short texts; the header is never left out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__([("text", blocks.CharBlock(required=False, max_length=1000))], **kwargs)
        self.child_blocks["text"].label = _("text")  # among the arguments it would be a migration of every page type

    class Meta:
        icon = "table"
        label = _("Table")

    def clean(self, value: Any) -> Any:
        """Refuses what no reader could take in: a column without a heading, overlong headings, very large tables."""
        headings = [column["heading"].strip() for column in value.columns]
        problems = []
        if not all(headings):
            problems.append(_("Give every column a heading."))
        if max(map(len, [value.caption, *headings])) > MAX_HEADING:
            problems.append(_("Headings and the caption hold 300 characters at most."))
        if len(headings) > MAX_COLUMNS or len(value.row_data) > MAX_ROWS:
            problems.append(_("A table has 20 columns and 500 rows at most."))
        if problems:
            raise TypedTableBlockValidationError(non_block_errors=problems)
        return super().clean(value)

    def represent(self, value: Any, context: Context) -> Table:
        return {
            "caption": value.get("caption") or "",
            "header": [column["heading"] for column in value.get("columns", [])],
            "rows": [[cell or "" for cell in row["values"]] for row in value.get("rows", [])],
        }

    def json_type(self) -> Any:
        return Table

    def get_translatable_segments(self, value: Any) -> list[StringSegmentValue]:
        """Caption, headings and cells, each under its place in the table."""
        segments = [StringSegmentValue("caption", value.caption or "")]
        for c, column in enumerate(value.columns):
            segments.append(StringSegmentValue(f"heading-{c}", column["heading"]))
        for r, row in enumerate(value.row_data):
            segments += [StringSegmentValue(f"cell-{r}-{c}", str(cell or "")) for c, cell in enumerate(row["values"])]
        return segments

    def restore_translated_segments(self, value: Any, segments: Any) -> Any:
        """Put translated texts back in their places."""
        for segment in segments:
            kind, *place = segment.path.split("-")
            text = segment.render_text()
            if kind == "caption":
                value.caption = text
            elif kind == "heading":
                value.columns[int(place[0])]["heading"] = text
            else:
                value.row_data[int(place[0])]["values"][int(place[1])] = text
        return value
