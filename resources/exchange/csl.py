"""CSL-JSON, which citation processors and Zotero read (https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html)."""

import json
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import WithJsonSchema

from resources.exchange import names
from resources.exchange.portable import Portable
from resources.record_types import Kind
from resources.records import AgentRole

MEDIA_TYPE = "application/vnd.citationstyles.csl+json"
CslItem = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "additionalProperties": True})]
"""What a citation processor takes, by CSL's own schema (https://github.com/citation-style-language/schema)."""
_ROLES = {
    AgentRole.AUTHOR: "author",
    AgentRole.EDITOR: "editor",
    AgentRole.TRANSLATOR: "translator",
    AgentRole.CONTRIBUTOR: "contributor",
}


def write(records: Iterable[Portable]) -> str:
    """Records as one JSON list."""
    return json.dumps(items(records), ensure_ascii=False, indent=1)


def items(records: Iterable[Portable]) -> list[dict[str, Any]]:
    """Records as what a citation processor takes."""
    kinds = names.kinds()
    return [_item(one, kinds) for one in records]


def _item(one: Portable, kinds: dict[str, Kind]) -> dict[str, Any]:
    original = one["texts"][0]
    language = original["language"]
    found: dict[str, Any] = {
        "id": one.get("number", ""),
        "type": names.exported(one, kinds).csl,
        "title": names.full_title(original["title"], original.get("subtitle", ""), language),
        "title-short": original["title"] if original.get("subtitle") else "",
        "abstract": original.get("abstract", ""),
        **{
            to: [_name(by["name"], by.get("kind") == "person") for by in one.get("agents", ()) if by["role"] == role]
            for role, to in _ROLES.items()
        },
        "issued": {"date-parts": [[int(part) for part in one["date"].split("-")]]} if one.get("date") else None,
        "container-title": one.get("host", ""),
        "collection-title": names.label("collection", one["collection"], language) if one.get("collection") else "",
        "collection-number": one.get("collection_number", ""),
        "volume": one.get("volume", ""),
        "issue": one.get("issue", ""),
        "page": one.get("pages", ""),
        "edition": one.get("edition", ""),
        "publisher": one.get("university", "") or "; ".join(names.agents(one, AgentRole.PUBLISHER)),
        "publisher-place": one.get("place", ""),
        "genre": one.get("degree", "") or names.label("type", one["type"], language),
        "DOI": " ".join(names.numbers(one, "doi")),
        "ISBN": " ".join(names.numbers(one, "isbn")),
        "ISSN": " ".join(names.numbers(one, "issn")),
        "number": " ".join(names.numbers(one, "local")),
        "call-number": "; ".join(copy["shelf_mark"] for copy in one.get("copies", ())),
        "URL": one.get("url", ""),
        "language": " ".join(one.get("languages", ())),
        "keyword": ", ".join(names.keywords(one)),
    }
    return {name: value for name, value in found.items() if value}


def _name(name: str, person: bool) -> dict[str, str]:
    """A person's name in its parts where it says which they are."""
    family, comma, given = name.partition(", ")
    return {"family": family, "given": given} if person and comma else {"literal": name}
