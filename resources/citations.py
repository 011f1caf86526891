"""References in the form that footnotes and bibliographies want: ISO 690 (author and date) and APA.

The styles are those of the CSL project (https://github.com/citation-style-language/styles, CC BY-SA 3.0), kept beside
this module as they are.
"""

import html
import json
import logging
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc.source.json import CiteProcJSON
from django.db import models

STYLES = Path(__file__).parent / "citation_styles"
_LOCALES = {"fr": "fr-FR", "en": "en-GB", "de": "de-DE", "es": "es-ES", "it": "it-IT", "nl": "nl-NL"}
_ISO = ("fr", "en", "de", "es")
"""Languages that ISO 690 has a style in; others get the English one."""
_LEFT_OUT = {"abstract", "keyword", "call-number", "number", "title-short"}
"""What no reference gives, and some styles would."""
_PARTS = {"chapter", "paper-conference"}
_NAMED = {*_PARTS, "book", "article-journal", "article-magazine", "article-newspaper"}
"""Types that APA does not name, as the reference shows them."""
logger = logging.getLogger(__name__)


_ITALIC, _END = "\ue000", "\ue001"


class _Formatter:
    """Typefaces as citeproc is told of them; its own HTML is not escaped everywhere, so tags are put in afterwards."""

    preformat = Oblique = Bold = Light = Underline = Superscript = Subscript = SmallCaps = str

    @staticmethod
    def Italic(text: str) -> str:
        return f"{_ITALIC}{text}{_END}"


class Style(models.TextChoices):
    """How bibliographies cite."""

    ISO_690 = "iso-690", "ISO 690"
    APA = "apa", "APA"


class Reference(NamedTuple):
    """A reference as HTML whose only tag is <i>."""

    style: Style
    html: str

    @property
    def text(self) -> str:
        """The reference without typefaces."""
        return html.unescape(re.sub("<[^>]*>", "", self.html))


def references(item: dict[str, Any], locale: str) -> list[Reference]:
    """A record as CSL (resources.exchange.csl) in each style, with the words of a language of the site.

    APA is left out where citeproc does not write it well: theses, and documents that nobody answers for.
    """
    item = {name: value for name, value in item.items() if name not in _LEFT_OUT}
    if item["type"] in _PARTS and not item.get("container-title"):
        item["type"] = "book"  # else a part of nothing: "In: ."
    iso = locale if locale in _ISO else "en"
    found = [Reference(Style.ISO_690, _written(item, f"iso690-{iso}", iso))]
    if item["type"] != "thesis" and (authors := item.get("author") or _body(item)):
        item["author"] = authors
        if _body(item) == authors:  # named once
            del item["publisher"]
        if item["type"] in _NAMED:
            item.pop("genre", None)
        found.append(Reference(Style.APA, _written(item, "apa", locale)))
    return [one for one in found if one.html]


def _written(item: dict[str, Any], style: str, language: str) -> str:
    return _made(json.dumps(item, sort_keys=True), style, language)


def _body(item: dict[str, Any]) -> list[dict[str, str]]:
    """The publisher as who answers for a document that has no editor."""
    return [{"literal": item["publisher"]}] if item.get("publisher") and not item.get("editor") else []


@lru_cache(maxsize=10_000)  # some 10 ms each, and anybody may ask for a hundred of them again and again
def _made(described: str, style: str, language: str) -> str:
    item = json.loads(described)
    # Parsed each time, in a millisecond: citeproc keeps what it writes in the style, which threads would share.
    parsed = CitationStylesStyle(str(STYLES / f"{style}.csl"), locale=_LOCALES[language], validate=False)
    try:
        bibliography = CitationStylesBibliography(parsed, CiteProcJSON([item]), _Formatter)
        bibliography.register(Citation([CitationItem(item["id"])]))
        text = " ".join("".join(map(str, bibliography.bibliography()[0])).split())
    except Exception:  # whatever citeproc cannot read costs a reference, not the page
        logger.exception("Record %s has no reference in %s", item["id"], style)
        return ""
    text = re.sub(rf"\.({_END}?)(?: ?\.)+(?= |$)", r".\1", text)
    if language == "fr":  # as French is set: no line begins with a colon
        text = re.sub(r" (?=[:;?!»])|(?<=«) ", "\u00a0", text).replace("'", "’")
    if text.count(_ITALIC) != text.count(_END):  # the record has such characters of its own
        text = text.replace(_ITALIC, "").replace(_END, "")
    return html.escape(text, quote=False).replace(_ITALIC, "<i>").replace(_END, "</i>")
