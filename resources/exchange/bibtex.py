"""BibTeX, for LaTeX and most reference managers (through bibtexparser, which knows LaTeX's way with accents)."""

import re
from collections.abc import Iterable
from typing import Any

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
VERBATIM = ("doi", "url")
"""Fields in which nothing is LaTeX."""
_NAMES = {"author", "editor", "translator"}
_HOSTS = {Kind.ARTICLE: "journal", Kind.NEWSPAPER: "journal", Kind.CHAPTER: "booktitle"}


def write(records: Iterable[Portable]) -> str:
    """Records as BibTeX, with biblatex's fields where it has none; facts are among the keywords.

    Licence, clients, funders, supervisors and translations have no field and stay behind.
    """
    kinds = names.kinds()
    library = _Encoding(keep_math=False).transform(Library([_entry(one, kinds) for one in records]))
    return str(bibtexparser.write_string(library))


class _Encoding(LatexEncodingMiddleware):
    """Writes LaTeX, but for what every program takes as it is, and the braces around the names of bodies."""

    def transform_entry(self, entry: Entry, library: Library) -> Any:
        kept = {name: entry.fields_dict[name].value for name in VERBATIM if name in entry.fields_dict}
        encoded = super().transform_entry(entry, library)
        assert isinstance(encoded, Entry), encoded
        for name, value in kept.items():
            # A brace would end the field, and what follows be others, or commands of LaTeX.
            encoded.fields_dict[name].value = re.sub(r"[{}\\]", lambda sign: f"%{ord(sign[0]):02X}", value)
        for name in _NAMES & encoded.fields_dict.keys():
            field = encoded.fields_dict[name]
            field.value = field.value.replace("\\{", "{").replace("\\}", "}")
        return encoded


def _entry(one: Portable, kinds: dict[str, Kind]) -> Entry:
    kind = kinds.get(one["type"], Kind.OTHER)
    original = one["texts"][0]
    language = original["language"]
    year, *more = one.get("date", "").split("-")
    publishers = names.agents(one, AgentRole.PUBLISHER)
    collection = names.label("collection", one["collection"], language) if one.get("collection") else ""
    institution = {Kind.REPORT: "institution", Kind.THESIS: "school"}.get(kind, "publisher")
    host = _HOSTS.get(kind) or ("booktitle" if collection else "series")
    of_issue, of_collection = one.get("issue", ""), one.get("collection_number", "")
    fields = {
        "title": names.full_title(original["title"], original.get("subtitle", "")),
        "shorttitle": original["title"] if original.get("subtitle") else "",
        "author": " and ".join(_person(name) for name in names.agents(one, AgentRole.AUTHOR)),
        "editor": " and ".join(_person(name) for name in names.agents(one, AgentRole.EDITOR)),
        "translator": " and ".join(_person(name) for name in names.agents(one, AgentRole.TRANSLATOR)),
        "year": year,
        "month": _MONTHS[int(more[0]) - 1] if more else "",
        "day": more[1] if len(more) > 1 else "",
        "series": collection,
        "number": of_collection or of_issue,
        "issue": of_issue if of_collection else "",
        host: one.get("host", ""),
        "volume": one.get("volume", ""),
        "pages": one.get("pages", "").replace("-", "--"),
        "edition": one.get("edition", ""),
        "address": one.get("place", ""),
        institution: " and ".join(publishers),
        **({"school": one.get("university", ""), "publisher": " and ".join(publishers)} if kind == Kind.THESIS else {}),
        "type": one.get("degree", "") or names.label("type", one["type"], language),
        "doi": ", ".join(names.numbers(one, "doi")),
        "isbn": ", ".join(names.numbers(one, "isbn")),
        "issn": ", ".join(names.numbers(one, "issn")),
        "url": one.get("url", ""),
        "language": ", ".join(one.get("languages", ())),
        "keywords": ", ".join(names.keywords(one)),
        "abstract": " ".join(original.get("abstract", "").split()),
        "note": ", ".join(names.numbers(one, "local")),
        "library": ", ".join(copy["shelf_mark"] for copy in one.get("copies", ())),
    }
    return Entry(
        names.exported(one, kinds).bibtex,
        _key(one, year),
        [Field(name, value) for name, value in fields.items() if value],
    )


def _person(name: str) -> str:
    """A body's name in braces, or BibTeX takes its last word for a family name."""
    name = re.sub("[{}]", "", name)
    return name if "," in name else f"{{{name}}}"


def _key(one: Portable, year: str) -> str:
    """What the entry is cited by: our number, with the year to read."""
    return re.sub(r"[^a-z0-9:-]", "", f"mot:{one.get('number', '')}:{year}".rstrip(":"))


def number_in(key: str) -> str:
    """Our number in what an entry is cited by; empty in that of others."""
    found = re.fullmatch(r"mot:(\d+)(:\d{4})?", key)
    return found[1] if found else ""
