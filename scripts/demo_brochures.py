"""Write the PDF files of the demo's records from the texts of its dossiers and fiches.

    python scripts/demo_brochures.py

reads `home/demo/brochures.yaml`, the pages that it names and the titles in `home/demo/records.jsonl`, and writes
`home/demo/brochures/<name>.pdf` anew: the same bytes from the same texts. It takes reportlab (requirements-dev.txt).
A file has the title, prose, tables and notes of its pages in one language, bookmarks, page numbers, and title, author
and language in its metadata; pictures, figures and what only leads elsewhere are left out.
"""

import datetime
import json
import re
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer, Table

sys.path.insert(0, str(Path(__file__).parent.parent))
from home.demo import source

AUTHOR = "Site de démonstration du CMS de la MOT"
BLUE = colors.HexColor("#14406b")
WORDS = {
    "fr": (
        "Texte du site de démonstration ; ce n’est pas une publication de la MOT.",
        "Gouvernance",
        "Repères",
        "Notes",
    ),
    "en": ("A text of the demonstration site; not a publication of the MOT.", "Governance", "Milestones", "Notes"),
    "de": ("Text der Demonstrationswebsite; keine Veröffentlichung der MOT.", "Governance", "Zeittafel", "Anmerkungen"),
    "es": ("Texto del sitio de demostración; no es una publicación de la MOT.", "Gobernanza", "Cronología", "Notas"),
    "it": ("Testo del sito dimostrativo; non è una pubblicazione della MOT.", "Governance", "Cronologia", "Note"),
    "nl": ("Tekst van de demonstratiesite; geen publicatie van de MOT.", "Bestuur", "Tijdlijn", "Noten"),
}
"""By language: what the file is, and the headings of governance, chronology and notes."""


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    plain = {"fontName": "Helvetica", "alignment": TA_LEFT, "leading": size * 1.4, "spaceAfter": size * 0.6}
    return ParagraphStyle(name, fontSize=size, **{**plain, **more})


BOLD = {"fontName": "Helvetica-Bold", "textColor": BLUE, "keepWithNext": 1}
STYLES = {
    "title": _style("title", 22, **{**BOLD, "spaceAfter": 14}),
    "notice": _style("notice", 9, textColor=colors.HexColor("#555555")),
    "lead": _style("lead", 12.5),
    "h1": _style("h1", 18, **{**BOLD, "spaceBefore": 20}),
    "h2": _style("h2", 14, **{**BOLD, "spaceBefore": 12}),
    "h3": _style("h3", 11.5, **{**BOLD, "spaceBefore": 8}),
    "text": _style("text", 10.5),
    "item": _style("item", 10.5, leftIndent=14, bulletIndent=4),
    "quote": _style("quote", 10.5, leftIndent=18, fontName="Helvetica-Oblique"),
    "box": _style("box", 10.5, leftIndent=10, rightIndent=10, borderPadding=8, backColor=colors.HexColor("#eef3f8")),
    "cell": _style("cell", 9, spaceAfter=0),
    "note": _style("note", 8.5),
}


class Brochure(BaseDocTemplate):
    """An A4 document with the title and the number at the foot of each page, and headings as bookmarks."""

    def __init__(self, path: Path, title: str, language: str) -> None:
        super().__init__(
            str(path), pagesize=A4, title=title, author=AUTHOR, lang=language, invariant=1,
            leftMargin=25 * mm, rightMargin=25 * mm, topMargin=22 * mm, bottomMargin=24 * mm,
        )  # fmt: skip
        self.bookmarks: list[int] = []
        frame = Frame(self.leftMargin, self.bottomMargin, self.width, self.height, 0, 0, 0, 0)
        self.addPageTemplates(PageTemplate(frames=[frame], onPage=self._foot))

    def _foot(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 8.5)
        canvas.drawString(self.leftMargin, 13 * mm, self.title)
        canvas.drawRightString(A4[0] - self.rightMargin, 13 * mm, str(canvas.getPageNumber()))

    def afterFlowable(self, flowable: Flowable) -> None:
        """Bookmark a heading that has been set."""
        level = (
            {"title": 0, "h1": 0, "h2": 1, "h3": 2}.get(flowable.style.name)
            if isinstance(flowable, Paragraph)
            else None
        )
        if level is not None:
            self.bookmarks.append(min(level, self.bookmarks[-1] + 1 if self.bookmarks else 0))
            key = f"heading-{len(self.bookmarks)}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.getPlainText(), key, self.bookmarks[-1])


def _inline(html: str) -> str:
    """The markup that reportlab knows of a piece of rich text."""
    html = re.sub(r"\[\^(\d+)\]", r"<super>\1</super>", html)
    html = html.replace("<sup>", "<super>").replace("</sup>", "</super>")
    html = re.sub(r"</?(?!/?(?:b|i|super|sub)\b)[a-z][^>]*>", "", html)
    return html.replace("\u202f", "\u00a0").replace("\u2011", "-").strip()


def _paragraph(html: str, style: str) -> Paragraph:
    return Paragraph(_inline(html), STYLES[style])


def _rich(html: str, style: str = "text") -> Iterator[Flowable]:
    """Paragraphs and items of a rich text."""
    for tag, content in re.findall(r"<(p|li|h[2-4])\b[^>]*>(.*?)</\1>", html, re.DOTALL):
        if tag == "li":
            yield Paragraph(_inline(content), STYLES["item"], bulletText="•")
        else:
            yield _paragraph(content, "h3" if tag.startswith("h") else style)


def _moments(entries: list[dict[str, Any]]) -> Iterator[Flowable]:
    for entry in entries:
        event = re.sub(r"</?p[^>]*>", "", entry["event"])
        yield _paragraph(f"<b>{_date(entry)}</b> {event}", "text")


def _date(entry: dict[str, Any]) -> str:
    day = datetime.date.fromisoformat(entry["date"])
    return {"year": f"{day:%Y}", "month": f"{day:%m.%Y}"}.get(entry["precision"], f"{day:%d.%m.%Y}")


def _table(value: dict[str, Any]) -> Iterator[Flowable]:
    header = [_paragraph(f"<b>{escape(column['heading'])}</b>", "cell") for column in value["columns"]]
    rows = [[_paragraph(escape(cell or ""), "cell") for cell in row["values"]] for row in value["rows"]]
    if value.get("caption"):
        yield _paragraph(escape(value["caption"]), "h3")
    grid = [("GRID", (0, 0), (-1, -1), 0.4, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    yield Table([header, *rows], colWidths=[160 * mm / len(header)] * len(header), repeatRows=1, style=grid)
    yield Spacer(0, 10)


def _block(kind: str, value: Any, language: str) -> Iterator[Flowable]:
    """What is prose in a block of a page."""
    match kind:
        case "heading":
            yield _paragraph(escape(value["text"]), value["level"])
        case "paragraph":
            yield from _rich(value)
        case "quote":
            yield _paragraph(f"« {escape(value['text'])} »" if language == "fr" else escape(value["text"]), "quote")
            if by := ", ".join(filter(None, (value.get("author"), value.get("source")))):
                yield _paragraph(escape(by), "note")
        case "callout":
            if value.get("title"):
                yield _paragraph(escape(value["title"]), "h3")
            yield from _rich(value["text"], "box")
        case "accordion":
            for item in value["items"]:
                yield _paragraph(escape(item["title"]), "h3")
                yield from _rich(item["content"])
        case "table":
            yield from _table(value)
        case "chronology":
            yield _paragraph(escape(value["title"]), "h2")
            yield from _moments(value["entries"])


def _page(text: dict[str, Any], language: str) -> Iterator[Flowable]:
    """One page of the site without its title."""
    _notice, governance, milestones, notes = WORDS[language]
    yield _paragraph(escape(text["introduction"]), "lead")
    for block in text["body"]:
        yield from _block(block["type"], block["value"], language)
    if text.get("governance"):
        yield _paragraph(governance, "h2")
        yield from _rich(text["governance"])
    if text.get("chronology"):
        yield _paragraph(milestones, "h2")
        yield from _moments([item["value"] for item in text["chronology"]])
    if text.get("footnotes"):
        yield _paragraph(notes, "h3")
        for item in text["footnotes"]:
            inner = re.sub(r"</?p[^>]*>", "", item["value"]["text"])
            yield _paragraph(f"{item['value']['number']}. {inner}", "note")


def write(path: Path, title: str, keys: list[str], language: str) -> None:
    """The texts of some pages in one language as a PDF."""
    story: list[Flowable] = [_paragraph(escape(title), "title"), _paragraph(WORDS[language][0], "notice")]
    for key in keys:
        text = source.pages()[key].text[language]
        story += [_paragraph(escape(text["title"]), "h1"), *_page(text, language)]
    Brochure(path, title, language).build(story)


if __name__ == "__main__":
    records = [json.loads(line) for line in (source.FOLDER / "records.jsonl").read_text(encoding="utf-8").splitlines()]
    titles = {(one["key"], text["language"]): text["title"] for one in records for text in one["texts"]}
    for brochure in source.brochures():
        for file in brochure["files"]:
            path = source.BROCHURES / f"{file['name']}.pdf"
            write(path, titles[brochure["record"], file["language"]], file["pages"], file["language"])
            print(f"{path.stat().st_size / 1000:6.1f} kB  {path.name}")
