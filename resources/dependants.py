"""Which concepts show other concepts, for those who keep copies of answers (see cms.changes.feed.effects)."""

from cms.changes.feed.effects import Objects
from resources.thesaurus import Concept, Edges, closure

CONCEPT = "resources.concept"


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
