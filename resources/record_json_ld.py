"""Records in schema.org's terms."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cms.references import Context
from cms.structured_data import JsonLd, compact, document
from resources.agents import AgentKind
from resources.identifiers import Scheme, address
from resources.records import AgentRole, Record, RecordIdentifier

if TYPE_CHECKING:
    from resources.record_shapes import RecordJson

_ROLES = {
    AgentRole.AUTHOR: "author",
    AgentRole.EDITOR: "editor",
    AgentRole.TRANSLATOR: "translator",
    AgentRole.CONTRIBUTOR: "contributor",
    AgentRole.SUPERVISOR: "contributor",
    AgentRole.CLIENT: "sponsor",
    AgentRole.FUNDER: "funder",
    AgentRole.PUBLISHER: "publisher",
}
LICENCES = {
    "cc-by": "https://creativecommons.org/licenses/by/4.0/",
    "cc-by-sa": "https://creativecommons.org/licenses/by-sa/4.0/",
    "cc-by-nc": "https://creativecommons.org/licenses/by-nc/4.0/",
    "cc-by-nc-sa": "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    "cc-by-nd": "https://creativecommons.org/licenses/by-nd/4.0/",
    "cc-by-nc-nd": "https://creativecommons.org/licenses/by-nc-nd/4.0/",
    "etalab": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    "public-domain": "https://creativecommons.org/publicdomain/mark/1.0/",
}
"""Where licences are said in full, by their code."""


def described(record: Record, card: "RecordJson", numbers: Iterable[RecordIdentifier], context: Context) -> JsonLd:
    """A document with its title, abstract and agents in the language of the answer."""
    text = record.text_in(context.locale)
    numbers = list(numbers)
    own: dict[str, Any] = {
        "@type": record.type.exported.schema_org,
        "@id": context.api(f"records/{record.code}/"),
        "name": card["title"],
        "alternativeHeadline": card["subtitle"],
        "abstract": text.abstract if text else "",
        "inLanguage": [language["code"] for language in card["languages"]],
        "datePublished": card["date"] and card["date"]["date"],
        "isPartOf": compact({"@type": "CreativeWork", "name": card["host"]}) if card["host"] else None,
        "isbn": [row.value for row in numbers if row.scheme == Scheme.ISBN],
        "identifier": [address(row.scheme, row.value) for row in numbers if row.scheme == Scheme.DOI],
        "url": record.url,
        "license": LICENCES.get(record.licence),
        "keywords": [concept["label"] for concept in card["concepts"]],
    }
    for link in record.agent_links.all():
        person = link.agent.kind == AgentKind.PERSON
        one = {
            "@type": "Person" if person else "Organization",
            "@id": context.api(f"agents/{link.agent.code}/"),
            "name": link.agent.name_in(context.locale),
        }
        own.setdefault(_ROLES[AgentRole(link.role)], []).append(one)
    return document(compact(own))
