"""The published thesaurus in memory: which concept is broader than which, read once per content version."""

from collections import defaultdict
from collections.abc import Iterable

from cms.labels import Coded, Labels
from resources.thesaurus import Concept, ConceptStatus, Edges, closure


class Hierarchy:
    """Keys of published concepts by keys of published concepts."""

    def __init__(self) -> None:
        statuses = dict(Concept.objects.filter(live=True).values_list("pk", "status"))
        self.broader: Edges = defaultdict(set)
        self.narrower: Edges = defaultdict(set)
        self.related: Edges = defaultdict(set)
        for narrower, broader in Concept.broader.through.objects.values_list("from_concept_id", "to_concept_id"):
            if narrower in statuses and broader in statuses:
                self.broader[narrower].add(broader)
                self.narrower[broader].add(narrower)
        for one, other in Concept.related.through.objects.values_list("from_concept_id", "to_concept_id"):
            if one in statuses and other in statuses:
                self.related[one].add(other)
                self.related[other].add(one)
        self.themes = {
            pk for pk, status in statuses.items() if status == ConceptStatus.APPROVED and not self.broader.get(pk)
        }

    def with_narrower(self, keys: Iterable[int]) -> set[int]:
        """Concepts and all that is narrower: a filter on a theme includes its concepts."""
        chosen = set(keys)
        return chosen | closure(chosen, self.narrower)

    def with_broader(self, keys: Iterable[int]) -> set[int]:
        """Concepts and all that is broader."""
        chosen = set(keys)
        return chosen | closure(chosen, self.broader)

    def themes_of(self, pk: int) -> set[int]:
        """The themes that a concept belongs to; a theme belongs to itself."""
        return self.with_broader([pk]) & self.themes

    def path(self, pk: int, snapshot: Labels, locale: str) -> list[Coded]:
        """From a theme down to right above a concept; where there are several ways, the first by code."""
        table = snapshot.table("resources.Concept").by_pk
        steps: list[Coded] = []
        seen = {pk}
        while above := self.broader.get(pk, set()) - seen:
            pk = min(above, key=lambda key: table[key].code if key in table else "")
            seen.add(pk)
            if entry := table.get(pk):
                steps.append(entry.coded(locale))
        return steps[::-1]


def of(snapshot: Labels) -> Hierarchy:
    """The hierarchy at a snapshot's content version (three queries, once)."""
    return snapshot.derived(Hierarchy)
