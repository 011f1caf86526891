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


class ConceptNode(TypedDict):
    """A concept with all that is below it."""

    code: str
    label: str
    notation: str
    status: CodedAs[ConceptStatus] | None
    narrower: list["ConceptNode"]


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


def _notations_and_statuses() -> dict[int, tuple[str, str]]:
    """Of published concepts by key (one query, for `Labels.derived`)."""
    rows = Concept.objects.filter(live=True).values_list("pk", "notation", "status")
    return {pk: (notation, status) for pk, notation, status in rows}


def tree(roots: Iterable[int], context: Context) -> list[ConceptNode]:
    """Published concepts with all that is narrower, those of one level by notation, then by label.

    A loop that drafts published one after the other closed is cut where it would begin again.
    """
    known = hierarchy.of(context.labels)
    table = context.labels.table("resources.Concept").by_pk
    columns = context.labels.derived(_notations_and_statuses)

    def level(pks: Iterable[int], above: frozenset[int]) -> list[ConceptNode]:
        nodes = [node(pk, above) for pk in pks if pk in table and pk in columns and pk not in above]
        return sorted(nodes, key=lambda item: (not item["notation"], item["notation"], item["label"].casefold()))

    def node(pk: int, above: frozenset[int]) -> ConceptNode:
        notation, status = columns[pk]
        return {
            "code": table[pk].code,
            "label": table[pk].label(context.locale),
            "notation": notation,
            "status": enum(ConceptStatus, status),
            "narrower": level(known.narrower.get(pk, ()), above | {pk}),
        }

    return level(roots, frozenset())


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
