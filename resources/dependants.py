"""What concepts and records show of other objects, for those who keep copies of answers (cms.changes.feed.effects)."""

from cms.changes.feed.effects import Objects, pages_referring
from resources.records import Record, RecordLink, RecordPageLink
from resources.thesaurus import Concept, Edges, closure

CONCEPT, RECORD, RECORD_TYPE = "resources.concept", "resources.record", "resources.recordtype"
RECORDS = "records"
"""The part that stands for all records: tens of thousands may show the label of one type, so they are not named."""

PUBLICATIONS = "publications"
"""The part that stands for the publications of all borders, territories and pages about them: an import changes them by
the thousand, and the log does not say what a record was about before it changed."""
ASKED = (RECORD, RECORD_TYPE, CONCEPT, "borders.border", "borders.territory")
"""What publications are made from, and found by."""

SHOWN = {
    "borders.border": "borders",
    "borders.territory": "territories",
    "borders.country": "countries",
    CONCEPT: "concepts",
    "resources.agent": "agent_links__agent",
    RECORD_TYPE: "type",
    "resources.recordcollection": "collection",
}
"""What records show of other facts, and the lookup that leads to it."""


def of(objects: Objects) -> Objects:
    """A concept names those right above, below and beside it, and its themes at the top."""
    concepts = objects.facts.get(CONCEPT, set())
    if not concepts:
        return Objects()
    narrower: Edges = {}
    found: set[int] = set()
    for one, other in Concept.broader.through.objects.values_list("from_concept_id", "to_concept_id"):
        narrower.setdefault(other, set()).add(one)
        if one in concepts:
            found.add(other)
    for one, other in Concept.related.through.objects.values_list("from_concept_id", "to_concept_id"):
        if concepts & {one, other}:
            found |= {one, other}
    return Objects(facts={CONCEPT: (found | closure(concepts, narrower)) - concepts})


def records(objects: Objects) -> Objects:
    """Records name the records and pages that they are related to; what else they show is told of all of them."""
    found = Objects()
    links = RecordLink.objects.filter(target__in=objects.facts.get(RECORD, ()), record__live=True)
    found.facts[RECORD].update(links.values_list("record", flat=True))
    if objects.has_pages():
        family = objects.page_query().values("translation_key")
        pages = RecordPageLink.objects.filter(page__translation_key__in=family, record__live=True)
        found.facts[RECORD].update(pages.values_list("record", flat=True))
    for model, lookup in SHOWN.items():
        keys = objects.facts.get(model)
        if keys and Record.objects.filter(**{f"{lookup}__in": keys}, live=True).exists():
            found.parts.add(RECORDS)
    return found


def chosen(objects: Objects) -> Objects:
    """Pages that chose a record in a block show the label of its type."""
    types = objects.facts.get(RECORD_TYPE)
    return Objects(pages=pages_referring({RECORD: Record.objects.filter(type__in=types)}) if types else set())


def publications(objects: Objects) -> Objects:
    """A record that changed may be the latest about anything, and so may any once places or concepts hang otherwise."""
    changed = any(objects.facts.get(model) for model in ASKED)
    told = changed and (bool(objects.facts.get(RECORD)) or Record.objects.filter(live=True).exists())
    return Objects(parts={PUBLICATIONS} if told else set())
