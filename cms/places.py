"""How borders, countries and territories hang together, for apps beside `borders` whose objects are about them."""

from collections.abc import Callable, Iterable
from typing import Protocol

from cms.labels import Labels


class Places(Protocol):
    """Keys of published places by keys of published places."""

    def with_parts(self, borders: Iterable[int]) -> set[int]:
        """Borders and all their parts."""

    def of_countries(self, countries: Iterable[int]) -> set[int]:
        """Borders of any of these countries."""

    def territories_on(self, borders: Iterable[int]) -> list[int]:
        """Territories on any of these borders (name the parts too)."""


_of: Callable[[Labels], Places] | None = None


def register(of: Callable[[Labels], Places]) -> None:
    """Say who knows; called when apps are ready."""
    global _of
    _of = of


def of(snapshot: Labels) -> Places:
    """The places at a snapshot's content version."""
    if _of is None:
        raise LookupError("No app has registered the places (cms.places.register).")
    return _of(snapshot)
