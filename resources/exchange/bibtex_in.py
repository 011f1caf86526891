"""BibTeX that other programs write (read by bibtexparser): the fields of BibTeX, biblatex, JabRef and Zotero."""

import re
from collections.abc import Iterator
from typing import IO, Any

import bibtexparser
from bibtexparser.library import Library
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors
from bibtexparser.model import DuplicateBlockKeyBlock, Entry, ParsingFailedBlock
from django.utils.translation import gettext as _

from resources.exchange import names
from resources.exchange.bibtex import VERBATIM, number_in
from resources.exchange.encoding import text_of
from resources.exchange.portable import Portable, Unreadable, checked
from resources.languages import iso
from resources.record_types import DEFAULT_TYPE, EXPORTED, Kind
from resources.records import AgentRole

_KINDS = {exported.bibtex: kind for kind, exported in EXPORTED.items() if exported.bibtex != "misc"} | {
    "article": Kind.ARTICLE,
    "booklet": Kind.REPORT,
    "collection": Kind.BOOK,
    "conference": Kind.CHAPTER,
    "dataset": Kind.DATASET,
    "inbook": Kind.CHAPTER,
    "inproceedings": Kind.CHAPTER,
    "legislation": Kind.LEGISLATION,
    "manual": Kind.REPORT,
    "mastersthesis": Kind.THESIS,
    "mvbook": Kind.BOOK,
    "online": Kind.WEB_PAGE,
    "report": Kind.REPORT,
    "thesis": Kind.THESIS,
    "video": Kind.VIDEO,
}
_ROLES = {"author": AgentRole.AUTHOR, "editor": AgentRole.EDITOR, "translator": AgentRole.TRANSLATOR}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AND = re.compile(r"\s+and\s+")


def read(stream: IO[bytes]) -> Iterator[tuple[int, Portable | Unreadable]]:
    """The entries of a file, by the line that each begins in; one that is none comes as what is wrong."""
    text = text_of(stream).read()
    decoding = [_Decoding(keep_braced_groups=True), SeparateCoAuthors()]
    library = bibtexparser.parse_string(text, append_middleware=decoding)
    for block in library.blocks:
        place = (block.start_line or 0) + 1
        twice = isinstance(block, DuplicateBlockKeyBlock)
        entry = block.ignore_error_block if isinstance(block, DuplicateBlockKeyBlock) else block
        if isinstance(entry, Entry):
            try:
                yield place, checked({**_portable(entry), **({"key": ""} if twice else {})})
            except Unreadable as error:
                yield place, error
        elif isinstance(block, ParsingFailedBlock):
            yield place, Unreadable(_("is no whole entry of BibTeX: a brace or a quotation mark is missing"))


class _Decoding(LatexDecodingMiddleware):
    """Reads LaTeX, but for addresses and DOI, which programs write as they are or with a backslash before a sign."""

    def transform_entry(self, entry: Entry, library: Library) -> Any:
        kept = {field.key: str(field.value) for field in entry.fields if field.key.lower() in VERBATIM}
        decoded = super().transform_entry(entry, library)
        if not isinstance(decoded, Entry):
            return decoded
        for name, value in kept.items():
            decoded.fields_dict[name].value = re.sub(r"\\([&_%#~$])", r"\1", value)
        return decoded


def _portable(entry: Entry) -> dict[str, Any]:
    given = {name.lower(): field.value for name, field in entry.fields_dict.items()}
    fields = {name: _text(value) for name, value in given.items() if isinstance(value, str)}
    kind = _kind(entry.entry_type.lower(), fields)
    title, subtitle = _titles(fields)
    spoken = [iso(code) for code in _several(fields.get("language", "") or fields.get("langid", ""), ",;")]
    text = {"language": spoken[0] if spoken else "fr", "title": title, "subtitle": subtitle, "original": True}
    if abstract := fields.get("abstract", ""):
        text["abstract"] = abstract
    thesis = kind == Kind.THESIS
    made_by = fields.get("institution") or fields.get("school") or ""
    series = fields.get("series", "")
    number = number_in(entry.key)
    own: dict[str, Any] = {
        "key": "" if number else entry.key,
        "number": number,
        "type": DEFAULT_TYPE[kind],
        "texts": [{name: value for name, value in text.items() if value}],
        "agents": [*_agents(given, thesis)],
        "date": _date(fields),
        "languages": spoken,
        "identifiers": [*_numbers(fields)],
        "host": next((fields[name] for name in ("journal", "journaltitle", "booktitle") if fields.get(name)), ""),
        "volume": fields.get("volume", ""),
        "pages": re.sub(r"\s*(?:--+|–)\s*", "-", fields.get("pages", "")),
        "edition": fields.get("edition", ""),
        "place": fields.get("address") or fields.get("location") or "",
        "degree": fields.get("type", "") if thesis else "",
        "university": made_by or fields.get("publisher", "") if thesis else "",
        "url": fields.get("url", ""),
        "keywords": _several(fields.get("keywords", ""), ",;"),
        "copies": [{"shelf_mark": mark} for mark in _several(fields.get("library", ""), ",;")],
    }
    of_series, issue = fields.get("number", ""), fields.get("issue", "")
    if names.is_name("collection", series):
        own |= {"collection": series, "collection_number": of_series or issue, "issue": issue if of_series else ""}
    else:
        own |= {"issue": issue or of_series, "host": own["host"] or series}
    if not thesis and names.is_name("type", fields.get("type", "")):
        own["type"] = fields["type"]
    return {name: value for name, value in own.items() if value}


def _kind(entry_type: str, fields: dict[str, str]) -> Kind:
    if entry_type == "misc" and fields.get("howpublished", fields.get("url", "")).startswith("http"):
        return Kind.WEB_PAGE if not fields.get("publisher") else Kind.OTHER
    return _KINDS.get(entry_type, Kind.OTHER)


def _titles(fields: dict[str, str]) -> tuple[str, str]:
    title, gap, subtitle = fields.get("title", "").partition(" : ")
    return (title, subtitle) if gap else (title, fields.get("subtitle", ""))


def _agents(given: dict[str, Any], thesis: bool) -> Iterator[dict[str, str]]:
    for name, role in _ROLES.items():
        for one in given.get(name, ()):
            yield {**_agent(one), "role": role}
    for name in ("publisher", *(() if thesis else ("institution", "organization"))):
        for one in _AND.split(given.get(name, "")) if not (thesis and name == "publisher") else ():
            if text := _text(one):
                yield {"name": text, "role": AgentRole.PUBLISHER, "kind": "body"}


def _agent(name: str) -> dict[str, str]:
    """A person as "Family, Given"; what is in braces is a body."""
    braced = name.startswith("{") and name.endswith("}")
    text = _text(name)
    if braced:
        return {"name": text, "kind": "body"}
    if "," not in text and " " in text:
        given, _gap, family = text.rpartition(" ")
        text = f"{family}, {given}"
    return {"name": text, "kind": "person"}


def _numbers(fields: dict[str, str]) -> Iterator[dict[str, str]]:
    for scheme in ("doi", "isbn", "issn"):
        for value in _several(fields.get(scheme, ""), ",; " if scheme != "doi" else " "):
            yield {"scheme": scheme, "value": value.rstrip(",;")}


def _date(fields: dict[str, str]) -> str:
    if text := fields.get("date", "").partition("/")[0]:
        return text
    year, month, day = fields.get("year", ""), fields.get("month", "").lower()[:3], fields.get("day", "")
    number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month) if month.isdecimal() else 0
    if not 1 <= number <= 12:
        return year
    return f"{year}-{number:02}" + (f"-{int(day):02}" if day.isdecimal() else "")


def _text(value: str) -> str:
    return " ".join(re.sub(r"[{}]", "", value).split())


def _several(text: str, separators: str) -> list[str]:
    return [part.strip() for part in re.split(f"[{separators}]", text) if part.strip()]
