"""How published borders, countries, territories and programmes hang together, in memory.

They are few and are asked for on every list and filter: read once, kept under the content version.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from borders.geography import Border, Territory
from borders.programmes import Programme
from cms.labels import Labels


class Atlas:
    """Keys of facts by keys of facts; borders are in their own order, the rest by code."""

    def __init__(self) -> None:
        parents = dict(Border.objects.filter(live=True).order_by("order", "code").values_list("pk", "parent_id"))
        self.borders: tuple[int, ...] = tuple(parents)
        self._place = {pk: place for place, pk in enumerate(parents)}
        self.whole_of = {pk: parent for pk, parent in parents.items() if parent in parents}
        self.parts_of: dict[int, list[int]] = defaultdict(list)
        for pk, whole in self.whole_of.items():
            self.parts_of[whole].append(pk)
        self.countries_of = self._grouped(
            Border.countries.through.objects.filter(border__live=True, country__live=True)
            .order_by("country__code")
            .values_list("border_id", "country_id")
        )
        self.scale_of = dict(Territory.objects.filter(live=True).values_list("pk", "scale"))
        self.borders_of_territory = self._borders(
            Territory.borders.through.objects.filter(territory__live=True)
            .order_by("territory__code")
            .values_list("territory_id", "border_id")
        )
        self.borders_of_programme = self._borders(
            Programme.borders.through.objects.filter(programme__live=True)
            .order_by("programme__code")
            .values_list("programme_id", "border_id")
        )

    @staticmethod
    def _grouped(rows: QuerySet[Any, tuple[int, int]]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for key, value in rows:
            found[key].append(value)
        return found

    def _borders(self, rows: QuerySet[Any, tuple[int, int]]) -> dict[int, list[int]]:
        found = self._grouped(rows)
        return {key: sorted(set(pks) & self._place.keys(), key=self._place.__getitem__) for key, pks in found.items()}

    def with_parts(self, borders: Iterable[int]) -> set[int]:
        """Borders and all their parts."""
        found: set[int] = set()
        waiting = list(borders)
        while waiting:
            pk = waiting.pop()
            if pk not in found:
                found.add(pk)
                waiting += self.parts_of.get(pk, ())
        return found

    def wholes_of(self, border: int) -> set[int]:
        """All that a border is a part of."""
        found: set[int] = set()
        whole = self.whole_of.get(border)
        while whole is not None and whole not in found:
            found.add(whole)
            whole = self.whole_of.get(whole)
        return found

    def of_countries(self, countries: Iterable[int]) -> set[int]:
        """Borders of any of these countries."""
        wanted = set(countries)
        return {pk for pk in self.borders if wanted.intersection(self.countries_of.get(pk, ()))}

    def territories_on(self, borders: Iterable[int]) -> list[int]:
        """Territories on any of these borders (name the parts too), by code."""
        wanted = set(borders)
        return [pk for pk, found in self.borders_of_territory.items() if wanted.intersection(found)]

    def programmes_on(self, borders: Iterable[int]) -> list[int]:
        """Programmes of any of these borders (name the parts too), by code."""
        wanted = set(borders)
        return [pk for pk, found in self.borders_of_programme.items() if wanted.intersection(found)]

    def related(self, border: int) -> list[int]:
        """Borders that share a territory or a programme with one or its parts, in their own order.

        Neither its parts nor what it is a part of.
        """
        own = self.with_parts([border])
        shared = [*self.borders_of_territory.values(), *self.borders_of_programme.values()]
        found = {pk for borders in shared if own.intersection(borders) for pk in borders}
        return [pk for pk in self.borders if pk in found - own and border not in self.with_parts([pk])]


def of(snapshot: Labels) -> Atlas:
    """The atlas at a snapshot's content version (four queries, once)."""
    return snapshot.derived(Atlas)


def keys(snapshot: Labels, model: str, codes: Iterable[str]) -> set[int]:
    """Keys of published facts of "app.Model" by their codes; unknown codes are passed over."""
    known = snapshot.table(model).by_code
    return {known[code].pk for code in codes if code in known}


def borders_by_code(snapshot: Labels, codes: Iterable[str]) -> set[int]:
    """Borders with these codes and all their parts: a filter on the whole includes its parts."""
    return of(snapshot).with_parts(keys(snapshot, "borders.Border", codes))
