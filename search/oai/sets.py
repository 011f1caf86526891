"""The sets of the repository: the themes with what is below them, and the borders with their parts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.utils import translation
from django.utils.translation import pgettext

from borders import atlas
from cms.labels import Labels
from cms.languages import CODES, DEFAULT
from resources import hierarchy
from resources.records import Record

THEME, BORDER = "theme", "border"


class Set(NamedTuple):
    """A set's place ("theme:mobility:rail"), its name with those above it, and what it is called in each language."""

    spec: str
    name: str
    labels: Mapping[str, str]


class Sets:
    """All sets at one content version, each behind the one that it is part of."""

    def __init__(self, snapshot: Labels) -> None:
        self._snapshot = snapshot
        self._thesaurus, self._atlas = hierarchy.of(snapshot), atlas.of(snapshot)
        self.all: dict[str, Set] = {}
        self._of_concept: dict[int, list[str]] = defaultdict(list)
        self._of_border: dict[int, list[str]] = defaultdict(list)
        themes, borders = self._root(THEME), self._root(BORDER)
        concepts = snapshot.table("resources.Concept").by_pk
        for pk in sorted(self._thesaurus.themes & concepts.keys(), key=lambda pk: concepts[pk].code):
            self._add("resources.Concept", self._thesaurus.narrower, self._of_concept, themes, pk, ())
        for pk in self._atlas.borders:
            if pk not in self._atlas.whole_of:
                self._add("borders.Border", self._atlas.parts_of, self._of_border, borders, pk, ())

    def of(self, record: Record) -> list[str]:
        """The sets of a record whose concepts, borders and territories are prefetched, and all above them, in order."""
        borders = {border.pk for border in record.borders.all()}
        on = (self._atlas.borders_of_territory.get(territory.pk, ()) for territory in record.territories.all())
        found = [self._of_border.get(pk, ()) for pk in borders.union(*on)]
        found += [self._of_concept.get(concept.pk, ()) for concept in record.concepts.all()]
        return sorted({above for specs in found for spec in specs for above in _upwards(spec)})

    def _root(self, spec: str) -> Set:
        labels = {}
        for language in CODES:
            with translation.override(language):
                name = pgettext("reader", "Themes") if spec == THEME else pgettext("reader", "Borders")
            labels[language] = name
        self.all[spec] = Set(spec, labels[DEFAULT], labels)
        return self.all[spec]

    def _add(
        self,
        model: str,
        below: Mapping[int, Iterable[int]],
        specs: dict[int, list[str]],
        above: Set,
        pk: int,
        path: tuple[int, ...],
    ) -> None:
        """A fact as a part of a set, and what is below it; what has several places is in each."""
        table = self._snapshot.table(model).by_pk
        entry = table.get(pk)
        if entry is None or pk in path:  # two publications at one moment can close a loop
            return
        own = Set(f"{above.spec}:{entry.code}", f"{above.name} › {entry.label(DEFAULT)}", entry.names)
        self.all[own.spec] = own
        specs[pk].append(own.spec)
        for key in sorted(below.get(pk, ()), key=lambda key: table[key].code if key in table else ""):
            self._add(model, below, specs, own, key, (*path, pk))


def narrowest(specs: Iterable[str]) -> list[str]:
    """Of sets with all above them, those that have none of the others below them: the rest follows."""
    known = list(specs)
    return [spec for spec in known if not any(other.startswith(f"{spec}:") for other in known)]


def _upwards(spec: str) -> Iterable[str]:
    """A set and those above it."""
    parts = spec.split(":")
    return (":".join(parts[:count]) for count in range(1, len(parts) + 1))
