"""A whole dossier on paper: all its chapters in one document with continuous notes, made of the pages' JSON."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.dateparse import parse_date
from wagtail.models import Page

from cms import labels, page_json, publication

TEMPLATE = "resources/dossier_print.html"
MARKERS = re.compile(
    r'<sup class="footnote"><a id="ref-(?P<linked>\d+)" href="#note-\d+" role="doc-noteref">\d+</a></sup>'
    r"|\[\^(?P<plain>\d{1,3})\]"
)


def brochure_response(request: HttpRequest, dossier: Page) -> HttpResponse:
    """The brochure of a public dossier in the dossier's language, with its public chapters."""
    chapters = publication.public(dossier.get_children(), labels.current().private_paths).order_by("path").specific()
    opening, *parts = page_json.represent([dossier, *chapters], page_json.detail_selection)
    notes = number_notes([opening, *parts])
    last_checked = parse_date(opening["last_checked"] or "")
    with translation.override(opening["meta"]["locale"]):
        return render(
            request,
            TEMPLATE,
            {"page": opening, "chapters": parts, "notes": notes, "last_checked": last_checked},
        )


def number_notes(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Number the notes of the parts from 1 to n, in their bodies too; returns all notes {number, text}, in order.

    `parts` are pages as JSON with `body` and `footnotes`; their bodies are changed in place.
    """
    notes: list[dict[str, Any]] = []
    for part in parts:
        numbers: dict[int, int] = {}
        for item in sorted(part["footnotes"], key=lambda item: item["value"]["number"] or 0):
            numbers[item["value"]["number"]] = len(notes) + 1
            notes.append({"number": len(notes) + 1, "text": item["value"]["text"]})
        part["body"] = _renumbered(part["body"], numbers)
    return notes


def _renumbered(value: Any, numbers: dict[int, int]) -> Any:
    """The value with every marker in its texts renumbered; a marker without a note is left out."""
    if isinstance(value, str):
        return MARKERS.sub(lambda match: _marker(match, numbers), value)
    if isinstance(value, list):
        return [_renumbered(item, numbers) for item in value]
    if isinstance(value, dict):
        return {name: _renumbered(item, numbers) for name, item in value.items()}
    return value


def _marker(match: re.Match[str], numbers: dict[int, int]) -> str:
    number = numbers.get(int(match["linked"] or match["plain"]))
    if number is None:
        return ""
    if match["plain"]:
        return f"[{number}]"
    link = f'<a id="ref-{number}" href="#note-{number}" role="doc-noteref">{number}</a>'
    return f'<sup class="footnote">{link}</sup>'
