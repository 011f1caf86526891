"""Records as a table (CSV): a row each, all that the plain form holds, for spreadsheets out and in.

Columns are named in English, or as the admin's export calls them in any language of the admin. Several values in a cell
are separated by semicolons.
"""

import csv
import difflib
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from django.conf import settings
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.languages import CODES
from cms.spreadsheets import FORMULA_STARTS, cell
from resources import languages
from resources.exchange.encoding import text_of
from resources.exchange.portable import INDEXED, Portable, Unreadable, checked
from resources.identifiers import Scheme
from resources.records import AgentRole, Record, title_key

MEDIA_TYPE = "text/csv"
BETWEEN = " ; "
PLACE = " @ "
"""Between a shelf mark and where the copy is."""
TEXTS = ("title", "subtitle", "abstract")
LISTS = ("languages", *INDEXED, "keywords")
LONGEST = 1024**2
"""Characters of one cell."""


def _plain(name: str) -> Callable[[Portable], str]:
    return lambda one: str(one.get(name, ""))


def _list(name: str) -> Callable[[Portable], str]:
    return lambda one: BETWEEN.join(one.get(name, ()))  # type: ignore[arg-type]


def _by(role: str) -> Callable[[Portable], str]:
    return lambda one: BETWEEN.join(by["name"] for by in one.get("agents", ()) if by["role"] == role)


def _number(scheme: str) -> Callable[[Portable], str]:
    return lambda one: BETWEEN.join(row["value"] for row in one.get("identifiers", ()) if row["scheme"] == scheme)


def _original(name: str) -> Callable[[Portable], str]:
    return lambda one: str(one["texts"][0].get(name, "")) if one["texts"] else ""


def _translated(name: str, language: str) -> Callable[[Portable], str]:
    def found(one: Portable) -> str:
        return next((str(text.get(name, "")) for text in one["texts"][1:] if text["language"] == language), "")

    return found


def _copies(one: Portable) -> str:
    copies = one.get("copies", ())
    return BETWEEN.join(PLACE.join(filter(None, (row["shelf_mark"], row.get("location", "")))) for row in copies)


COLUMNS: dict[str, Callable[[Portable], str]] = {
    "number": _plain("number"),
    "title": _original("title"),
    "subtitle": _original("subtitle"),
    "language": _original("language"),
    "type": _plain("type"),
    **{str(role): _by(role) for role in AgentRole},
    "date": _plain("date"),
    "languages": _list("languages"),
    **{str(scheme): _number(scheme) for scheme in Scheme},
    **{name: _plain(name) for name in ("collection", "collection_number", "host", "volume", "issue", "pages")},
    **{name: _plain(name) for name in ("edition", "place", "degree", "university", "url", "licence", "provenance")},
    **{name: _list(name) for name in (*INDEXED, "keywords")},
    "copies": _copies,
    "abstract": _original("abstract"),
    "key": _plain("key"),
    **{f"{name}:{language}": _translated(name, language) for language in CODES for name in TEXTS},
}
"""What each column says of a record."""
ADDED = ("added_at", "live")
"""Columns that the admin's export has besides, and that are passed over when it comes back."""
_PLAIN = {name for name in COLUMNS if name in Portable.__annotations__} - {*LISTS, "copies"}
_HEADINGS: dict[str, Any] = {
    "number": gettext_lazy("no."),
    "key": gettext_lazy("key of the source"),
    "language": gettext_lazy("language of the title"),
    **dict(zip(TEXTS, (gettext_lazy("title"), gettext_lazy("subtitle"), gettext_lazy("abstract")), strict=True)),
    **{str(role): role.label for role in AgentRole},
    "languages": gettext_lazy("languages"),
    **{str(scheme): scheme.label for scheme in Scheme},
    "copies": gettext_lazy("shelf mark"),
}


def heading(column: str) -> str:
    """What a column is called in the language of whoever exports."""
    name, _colon, language = column.partition(":")
    label = _HEADINGS.get(name) or Record._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    return f"{capfirst(str(label))} ({language})" if language else str(capfirst(str(label)))


def template() -> str:
    """An empty table, to be filled in a spreadsheet; its columns are called as in the form."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerow(map(heading, COLUMNS))
    return "\ufeff" + out.getvalue()


def write(records: Iterable[Portable]) -> str:
    """Records as a table whose columns have their English names."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    rows.writerows([cell(said(one)) for said in COLUMNS.values()] for one in records)
    return "\ufeff" + out.getvalue()


def read(stream: IO[bytes]) -> Iterator[tuple[int, Portable | Unreadable]]:
    """The rows of a table, by the line of the file that each begins in; Unreadable where the table as a whole is none.

    Commas, semicolons or tabs, whichever the first line has most of.
    """
    text = text_of(stream).read()
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    csv.field_size_limit(LONGEST)
    begins = 1
    try:
        columns = _columns(next(rows, []))
        while True:
            begins = rows.line_num + 1
            row = next(rows, None)
            if row is None:
                return
            if any(value.strip() for value in row):
                yield begins, _record(columns, row)
    except csv.Error as error:
        yield begins, Unreadable(_("is no line of a table: %(error)s") % {"error": error})


def _columns(head: list[str]) -> list[str]:
    """The columns by their names in English, those of the admin's export included; what it adds is passed over."""
    known = {title_key(name): name for name in COLUMNS}
    for language, _label in settings.WAGTAILADMIN_PERMITTED_LANGUAGES:
        with translation.override(language):
            known = {**{title_key(heading(name)): name for name in COLUMNS}, **known}
            known |= {title_key(heading(name)): "" for name in ADDED}
    # « Auteurs » is the column « auteur », unless there is one of just that name.
    known = {**{_singular(key): name for key, name in known.items()}, **known}
    found = [
        known.get(key) or known.get(_singular(key), name.strip())
        for name, key in zip(head, map(title_key, head), strict=True)
    ]
    if unknown := [name for name in found if name and name not in COLUMNS]:
        message = _("The table has columns that are not known: %(names)s. The template has those that are.")
        raise Unreadable(message % {"names": ", ".join(_unknown(name[:100], known) for name in unknown[:10])})
    if twice := [name for name, count in Counter(found).items() if name and count > 1]:
        raise Unreadable(_("The table has the column “%(name)s” twice.") % {"name": twice[0]})
    for name in ("type", "title"):
        if name not in found:
            raise Unreadable(_("The table has no column “%(name)s”.") % {"name": name})
    return found


def _singular(key: str) -> str:
    return " ".join(word.removesuffix("s") for word in key.split())


def _unknown(name: str, known: dict[str, str]) -> str:
    """A name with the column that it may stand for."""
    near = difflib.get_close_matches(title_key(name), [key for key, column in known.items() if column], 1)
    if not near:
        return name
    return _("%(name)s (“%(near)s”?)") % {"name": name, "near": heading(known[near[0]])}


def _record(columns: list[str], row: list[str]) -> Portable | Unreadable:
    if len(row) > len(columns) and any(row[len(columns) :]):
        return Unreadable(_("has more cells than the table has columns"))
    cells = {name: _value(value) for name, value in zip(columns, row, strict=False) if name and value.strip()}
    try:
        return checked(_portable(cells))
    except Unreadable as error:
        return error


def _value(text: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from computing it."""
    text = text.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _portable(cells: dict[str, str]) -> dict[str, Any]:
    own: dict[str, Any] = {name: value for name, value in cells.items() if name in _PLAIN}
    own |= {name: _several(cells[name]) for name in LISTS if name in cells}
    own["texts"] = [*_texts(cells, own.get("languages", []))]
    own["agents"] = [{"name": name, "role": str(role)} for role in AgentRole for name in _several(cells.get(role, ""))]
    own["identifiers"] = [
        {"scheme": str(scheme), "value": value} for scheme in Scheme for value in _several(cells.get(scheme, ""))
    ]
    copies = (mark.partition(PLACE) for mark in _several(cells.get("copies", "")))
    own["copies"] = [{"shelf_mark": mark, **({"location": place} if place else {})} for mark, _between, place in copies]
    return {name: value for name, value in own.items() if value}


def _texts(cells: dict[str, str], spoken: list[str]) -> Iterator[dict[str, Any]]:
    original = cells.get("language") or next((code for code in spoken if code in languages.KNOWN), CODES[0])
    said = {name: cells[name] for name in TEXTS if name in cells}
    if said:
        yield {"language": original, **said, "original": True}
    for language in CODES:
        said = {name: cells[column] for name in TEXTS if (column := f"{name}:{language}") in cells}
        if said:
            yield {"language": language, **said}
