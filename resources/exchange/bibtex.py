"""BibTeX, for LaTeX and most reference managers (through bibtexparser, which knows LaTeX's way with accents)."""

import re
from collections.abc import Iterable

import bibtexparser
from bibtexparser.library import Library
from bibtexparser.middlewares import LatexEncodingMiddleware
from bibtexparser.model import Entry, Field

from resources.exchange import names
from resources.exchange.portable import Portable
from resources.record_types import Kind
from resources.records import AgentRole

MEDIA_TYPE = "application/x-bibtex"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_HOSTS = {Kind.ARTICLE: "journal", Kind.NEWSPAPER: "journal", Kind.CHAPTER: "booktitle"}


def write(records: Iterable[Portable]) -> str:
    """Records as BibTeX; what it has no field for (borders, shelf marks) is among the keywords or stays behind."""
    kinds = names.kinds()
    library = Library([_entry(one, kinds) for one in records])
    return str(bibtexparser.write_string(library, append_middleware=[LatexEncodingMiddleware(keep_math=False)]))


def _entry(one: Portable, kinds: dict[str, Kind]) -> Entry:
    kind = kinds.get(one["type"], Kind.OTHER)
    original = one["texts"][0]
    language = original["language"]
    year, *more = one.get("date", "").split("-")
    publishers = names.agents(one, AgentRole.PUBLISHER)
    collection = names.label("collection", one["collection"], language) if one.get("collection") else ""
    institution = {Kind.REPORT: "institution", Kind.THESIS: "school"}.get(kind, "publisher")
    host = _HOSTS.get(kind, "series")
    fields = {
        "title": names.full_title(original["title"], original.get("subtitle", "")),
        "author": " and ".join(_person(name) for name in names.agents(one, AgentRole.AUTHOR)),
        "editor": " and ".join(_person(name) for name in names.agents(one, AgentRole.EDITOR)),
        "translator": " and ".join(_person(name) for name in names.agents(one, AgentRole.TRANSLATOR)),
        "year": year,
        "month": _MONTHS[int(more[0]) - 1] if more else "",
        "day": more[1] if len(more) > 1 else "",
        "series": collection,
        "number": one.get("collection_number", "") or one.get("issue", ""),
        host: one.get("host", "") or (collection if host == "series" else ""),
        "volume": one.get("volume", ""),
        "pages": one.get("pages", "").replace("-", "--"),
        "edition": one.get("edition", ""),
        "address": one.get("place", ""),
        institution: one.get("university", "") if kind == Kind.THESIS else " and ".join(publishers),
        "type": one.get("degree", "") or names.label("type", one["type"], language),
        "doi": ", ".join(names.numbers(one, "doi")),
        "isbn": ", ".join(names.numbers(one, "isbn")),
        "issn": ", ".join(names.numbers(one, "issn")),
        "url": one.get("url", ""),
        "language": ", ".join(one.get("languages", ())),
        "keywords": ", ".join(names.keywords(one)),
        "abstract": " ".join(original.get("abstract", "").split()),
        "note": ", ".join(names.numbers(one, "local")),
    }
    return Entry(
        names.exported(one, kinds).bibtex,
        _key(one, year),
        [Field(name, value) for name, value in fields.items() if value],
    )


def _person(name: str) -> str:
    """A body's name in braces, or BibTeX takes its last word for a family name."""
    return name if "," in name else f"{{{name}}}"


def _key(one: Portable, year: str) -> str:
    """What the entry is cited by: our number, with the year to read."""
    return re.sub(r"[^a-z0-9:-]", "", f"mot:{one.get('number', '')}:{year}".rstrip(":"))
