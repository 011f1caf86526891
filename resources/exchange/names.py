"""What codes in the plain form are called, in formats that have words instead."""

from typing import Any

from cms import labels
from resources.exchange.portable import INDEXED, Portable
from resources.record_types import EXPORTED, Exported, Kind, RecordType
from resources.records import Record


def is_name(field: str, text: str) -> bool:
    """Whether a type or collection is called so in any language."""
    model: Any = Record._meta.get_field(field).related_model
    return bool(text) and model._default_manager.filter(names__text__iexact=text, live=True).exists()


def label(relation: str, code: str, language: str) -> str:
    """The name of a fact that records refer to, such as of a concept, in a language."""
    model = Record._meta.get_field(relation).related_model
    entry = labels.held().table(model._meta.label).by_code.get(code)  # type: ignore[union-attr]
    return entry.label(language) if entry else code


def keywords(one: Portable) -> list[str]:
    """All that a record is indexed by, in words of its own language: importing them finds the facts again."""
    language = one["texts"][0]["language"] if one["texts"] else "fr"
    found = [label(relation, code, language) for relation in INDEXED for code in one.get(relation, ())]  # type: ignore[attr-defined]
    return [*found, *one.get("keywords", ())]


def agents(one: Portable, *roles: str) -> list[str]:
    """The names of those who did one of these things."""
    return [by["name"] for by in one.get("agents", ()) if by["role"] in roles]


def numbers(one: Portable, scheme: str) -> list[str]:
    """The document's numbers in one register."""
    return [number["value"] for number in one.get("identifiers", ()) if number["scheme"] == scheme]


def kinds() -> dict[str, Kind]:
    """The bibliographic kind of every type of document, by its code (one query)."""
    return {code: Kind(kind) for code, kind in RecordType.objects.values_list("code", "kind")}


def exported(one: Portable, known: dict[str, Kind]) -> Exported:
    """What the record's type is called elsewhere."""
    return EXPORTED[known.get(one["type"], Kind.OTHER)]


def full_title(title: str, subtitle: str, language: str = "fr") -> str:
    """A title with its subtitle as one text: for readers as its language sets it, in files as catalogues do in all."""
    if not subtitle:
        return title
    return f"{title} : {subtitle}" if language == "fr" else f"{title}: {subtitle}"


def parts_of_title(full: str, short: str) -> tuple[str, str]:
    """The title and the subtitle of one text, where a short title tells them apart."""
    if short and full.startswith(f"{short} : "):
        return short, full.removeprefix(f"{short} : ")
    return full, ""
