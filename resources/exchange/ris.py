"""RIS, which every reference manager reads and writes (through rispy).

What it has no tag for (licence, clients, funders, translations beyond the first) stays behind. Facts are written as
keywords in the document's language, and found again by them. The last address is the permanent one of a record of ours.
"""

from collections.abc import Iterable, Iterator
from typing import IO, Any

import rispy
from django.utils.translation import gettext as _

from resources import record_numbers
from resources.exchange import names
from resources.exchange.encoding import text_of
from resources.exchange.portable import Portable, Unreadable, checked
from resources.languages import iso
from resources.record_types import DEFAULT_TYPE, EXPORTED, Kind
from resources.records import AgentRole

MEDIA_TYPE = "application/x-research-info-systems"
_ROLES = {
    AgentRole.AUTHOR: "authors",
    AgentRole.EDITOR: "secondary_authors",
    AgentRole.SUPERVISOR: "tertiary_authors",
    AgentRole.TRANSLATOR: "subsidiary_authors",
}
_PLAIN = {
    "host": "secondary_title",
    "collection_number": "section",
    "volume": "volume",
    "issue": "number",
    "edition": "edition",
    "place": "place_published",
}
_BETWEEN = "; "
_TYPES = {exported.ris: kind for kind, exported in EXPORTED.items()} | {
    "EJOUR": Kind.ARTICLE,
    "EBOOK": Kind.BOOK,
    "ECHAP": Kind.CHAPTER,
    "CPAPER": Kind.PROCEEDINGS,
    "MGZN": Kind.NEWSPAPER,
    "BILL": Kind.LEGISLATION,
    "LEGAL": Kind.LEGISLATION,
    "ADVS": Kind.VIDEO,
    "BLOG": Kind.WEB_PAGE,
}


def write(records: Iterable[Portable]) -> str:
    """Records as RIS."""
    kinds = names.kinds()
    return str(rispy.dumps([_entry(one, kinds) for one in records], implementation=_Writer))


class _Writer(rispy.RisWriter):  # type: ignore[misc]
    """Without the number that rispy puts above each reference, which is no RIS."""

    def set_header(self, count: int) -> str:
        return ""


def _entry(one: Portable, kinds: dict[str, Kind]) -> dict[str, Any]:
    original, *others = one["texts"]
    language = original["language"]
    thesis = kinds.get(one["type"]) == Kind.THESIS
    publishers = names.agents(one, AgentRole.PUBLISHER)
    start, _dash, end = one.get("pages", "").partition("-")
    date = one.get("date", "")
    entry: dict[str, Any] = {
        "type_of_reference": names.exported(one, kinds).ris,
        "id": one.get("number", ""),
        "title": names.full_title(original["title"], original.get("subtitle", "")),
        "short_title": original["title"] if original.get("subtitle") else "",
        "translated_title": others[0]["title"] if others else "",
        "abstract": original.get("abstract", ""),
        **{tag: names.agents(one, role) for role, tag in _ROLES.items()},
        "publisher": one.get("university", "") if thesis else _BETWEEN.join(publishers),
        "type_of_work": one.get("degree", "") if thesis else names.label("type", one["type"], language),
        "year": date[:4],
        "date": date.replace("-", "/") + "/" * (3 - date.count("-") - 1) if date else "",
        "language": _BETWEEN.join(one.get("languages", ())),
        "doi": _BETWEEN.join(names.numbers(one, "doi")),
        "issn": _BETWEEN.join([*names.numbers(one, "isbn"), *names.numbers(one, "issn")]),
        "accession_number": _BETWEEN.join(names.numbers(one, "local")),
        "tertiary_title": names.label("collection", one["collection"], language) if one.get("collection") else "",
        **{tag: one.get(name, "") for name, tag in _PLAIN.items()},
        "start_page": start,
        "end_page": end,
        "keywords": names.keywords(one),
        "urls": [address for address in (one.get("url"), _permanent_address(one)) if address],
        "call_number": _BETWEEN.join(copy["shelf_mark"] for copy in one.get("copies", ())),
    }
    return {tag: _on_one_line(value) for tag, value in entry.items() if value}


def _permanent_address(one: Portable) -> str:
    return record_numbers.permanent_address(one["number"]) if "number" in one else ""


def _on_one_line(value: Any) -> Any:
    """Texts without line breaks of any kind: what follows one would be a tag, and so another reference."""
    return [_on_one_line(one) for one in value] if isinstance(value, list) else " ".join(str(value).split())


def read(stream: IO[bytes]) -> Iterator[tuple[int, Portable | Unreadable]]:
    """The references of a file, numbered from 1; one that is no record comes as what is wrong with it."""
    for place, block in enumerate(_blocks(stream), start=1):
        try:
            [entry] = rispy.loads(block)
            yield place, checked(_portable(entry))
        except Unreadable as error:
            yield place, error
        except Exception:  # whatever rispy says of a file that is no RIS
            yield place, Unreadable(_("is no reference of RIS: each begins with “TY  - ” and ends with “ER  - ”"))


def _blocks(stream: IO[bytes]) -> Iterator[str]:
    """One reference after the other, so that a broken one does not take the rest with it."""
    lines: list[str] = []
    for line in text_of(stream):
        if line.strip() or lines:
            lines.append(line)
        if line.startswith("ER  -"):
            yield "".join(lines)
            lines = []
    if "".join(lines).strip():
        yield "".join(lines)


def _portable(entry: dict[str, Any]) -> dict[str, Any]:
    kind = _TYPES.get(entry.get("type_of_reference", ""), Kind.OTHER)
    full = entry.get("title") or entry.get("primary_title") or ""
    title, subtitle = names.parts_of_title(full, entry.get("short_title", ""))
    spoken = [iso(code) for code in _several(entry.get("language"))]
    text = {"language": spoken[0] if spoken else "fr", "title": title, "subtitle": subtitle, "original": True}
    if abstract := entry.get("abstract") or entry.get("notes_abstract"):
        text["abstract"] = abstract
    pages = "-".join(page for page in (entry.get("start_page"), entry.get("end_page")) if page)
    addresses = {address: record_numbers.at(address) for address in entry.get("urls", ())}
    number = next(filter(None, addresses.values()), "")
    own = {
        "key": "" if number else entry.get("id", ""),
        "number": number,
        "type": DEFAULT_TYPE[kind],
        "texts": [text],
        "agents": [*_agents(entry)],
        "date": _date(entry),
        "languages": spoken,
        "identifiers": [*_numbers(entry)],
        "collection": entry.get("tertiary_title", ""),
        **{name: entry.get(tag, "") for name, tag in _PLAIN.items()},
        "pages": pages,
        "url": next((address for address, ours in addresses.items() if not ours), ""),
        "keywords": entry.get("keywords", []),
        "copies": [{"shelf_mark": mark} for mark in _several(entry.get("call_number"))],
    }
    if not own["host"]:
        own["host"] = entry.get("journal_name") or entry.get("alternate_title3") or ""
    if kind == Kind.THESIS:
        own |= {"degree": entry.get("type_of_work", ""), "university": entry.get("publisher", "")}
    elif names.is_name("type", entry.get("type_of_work", "")):
        own["type"] = entry["type_of_work"]
    if not names.is_name("collection", own["collection"]):
        own["host"] = own["host"] or own["collection"]
        own["collection"] = own["collection_number"] = ""
    return {name: value for name, value in own.items() if value}


def _agents(entry: dict[str, Any]) -> Iterator[dict[str, str]]:
    first = entry.get("first_authors", [])
    for role, tag in _ROLES.items():
        for name in [*(first if role == AgentRole.AUTHOR else ()), *entry.get(tag, ())]:
            yield {"name": name, "role": role}
    if entry.get("type_of_reference") != "THES":
        for name in _several(entry.get("publisher")):
            yield {"name": name, "role": AgentRole.PUBLISHER, "kind": "body"}


def _numbers(entry: dict[str, Any]) -> Iterator[dict[str, str]]:
    for value in _several(entry.get("doi")):
        yield {"scheme": "doi", "value": value}
    for value in _several(entry.get("issn")):
        digits = sum(character.isdigit() or character in "xX" for character in value)
        yield {"scheme": "issn" if digits == 8 else "isbn", "value": value}
    for value in _several(entry.get("accession_number")):
        yield {"scheme": "local", "value": value}


def _date(entry: dict[str, Any]) -> str:
    """The day, month or year; RIS writes "2019/03//"."""
    text = entry.get("date") or entry.get("year") or entry.get("publication_year") or ""
    parts = [part for part in text.split("/")[:3] if part.strip().isdigit()]
    return "-".join([parts[0], *(part.zfill(2) for part in parts[1:])]) if parts else ""


def _several(text: Any) -> list[str]:
    return [part.strip() for part in str(text or "").split(";") if part.strip()]
