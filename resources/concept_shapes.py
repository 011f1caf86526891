"""How concepts look as JSON."""

from collections.abc import Iterable

from typing_extensions import TypedDict

from cms.facts import NameKind
from cms.json_types import Address, LocaleCode
from cms.labels import Coded, CodedAs
from cms.languages import CODES
from cms.references import Context
from cms.representation import enum
from resources import hierarchy
from resources.thesaurus import Concept, ConceptStatus


class ConceptJson(TypedDict):
    """A concept with its place in the thesaurus; `themes` are the top concepts that it belongs to."""

    code: str
    label: str
    notation: str
    status: CodedAs[ConceptStatus] | None
    is_theme: bool
    themes: list[Coded]
    broader: list[Coded]


class ConceptLabels(TypedDict):
    """The labels of a concept in one language (SKOS: one prefLabel, any number of altLabels)."""

    language: LocaleCode
    preferred: str
    alternative: list[str]


class ConceptDetail(ConceptJson):
    """All that is known of a concept; `alternative_labels` are in the answer's language.

    `scope_note` is in the nearest language that has one, null where there is none.
    """

    narrower: list[Coded]
    related: list[Coded]
    alternative_labels: list[str]
    scope_note: str
    scope_note_language: LocaleCode | None
    labels: list[ConceptLabels]
    eurovoc_id: str
    eurovoc_url: Address | None


def coded(pks: Iterable[int], context: Context) -> list[Coded]:
    """Codes and labels of published concepts, in alphabetical order."""
    found = [context.labels.coded("resources.Concept", pk, context.locale) for pk in pks]
    return sorted((item for item in found if item), key=lambda item: item["label"].casefold())


def concept(found: Concept, context: Context) -> ConceptJson:
    """A published concept, from memory."""
    known = hierarchy.of(context.labels)
    entry = context.labels.table("resources.Concept").by_pk[found.pk]
    return {
        "code": found.code,
        "label": entry.label(context.locale),
        "notation": found.notation,
        "status": enum(ConceptStatus, found.status),
        "is_theme": found.pk in known.themes,
        "themes": coded(known.themes_of(found.pk), context),
        "broader": coded(known.broader.get(found.pk, ()), context),
    }


def concept_detail(found: Concept, context: Context) -> ConceptDetail:
    """A published concept with its names, which are read (one query unless prefetched)."""
    known = hierarchy.of(context.labels)
    labels: dict[str, ConceptLabels] = {}
    for name in found.names.all():
        label = labels.setdefault(name.language, {"language": name.language, "preferred": "", "alternative": []})
        if name.kind == NameKind.PREFERRED:
            label["preferred"] = name.text
        else:
            label["alternative"].append(name.text)
    scope_note = context.labels.text("resources.ConceptScopeNote", found.pk, context.locale)
    own = labels.get(context.locale)
    return {
        **concept(found, context),
        "narrower": coded(known.narrower.get(found.pk, ()), context),
        "related": coded(known.related.get(found.pk, ()), context),
        "alternative_labels": own["alternative"] if own else [],
        "scope_note": scope_note.text,
        "scope_note_language": scope_note.language,
        "labels": [labels[code] for code in CODES if code in labels],
        "eurovoc_id": found.eurovoc_id,
        "eurovoc_url": f"http://eurovoc.europa.eu/{found.eurovoc_id}" if found.eurovoc_id else None,
    }
