"""What a reader asks, on the API and on the portal's pages alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from cms import labels
from search import facets
from search.engines import nodes
from search.searching import Asked, Behind


@dataclass(frozen=True)
class Question:
    """A question with everything that narrows, orders and cuts its answer."""

    text: str
    locale: str
    chosen: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Values by the name of their facet."""
    year_from: int | None = None
    year_to: int | None = None
    ids: Sequence[str] | None = None
    """A selection of records by their ids in the index, which leaves out all else."""
    documents: bool = False
    """Whether pages are left out."""
    order: Literal["relevance", "date", "added", "title", "selected"] = "relevance"
    """`selected`: as `ids` has them."""
    descending: bool = True
    limit: int = 20
    offset: int = 0
    behind: Behind | None = None
    """Where to go on, instead of an offset."""
    expand: bool = True
    near: bool = True
    """Whether works that only come near may fill up a short list."""
    without: Sequence[str] = ()
    """Works that are left out by their ids in the index, as they stand above the list; facets count them."""

    def asked(self, snapshot: labels.Labels) -> Asked:
        filters: dict[str, nodes.Node] = {
            facet.field: facet.chosen(self.chosen[facet.name]) for facet in facets.FACETS if self.chosen.get(facet.name)
        }
        # Under the facet's name, so that it still counts what is left out.
        if not self.chosen.get("type") and self.ids is None:
            filters.setdefault("kind", nodes.Must((), (nodes.Values("kind", (facets.PRESS,)),)))
        if self.year_from is not None or self.year_to is not None:
            between = nodes.Between("year", self.year_from, self.year_to)
            filters["year"] = nodes.Must((filters["year"], between)) if "year" in filters else between
        if self.ids is not None:
            filters["id"] = nodes.Values("id", tuple(self.ids))
        if self.documents:
            filters["documents"] = nodes.Must((), (nodes.Values("kind", ("page",)),))
        selected = self.order == "selected"  # no engine knows it: all are asked for, and put in order afterwards
        return Asked(
            text=self.text,
            locale=self.locale,
            filters=filters,
            counts={facet.field: facet.shown for facet in facets.FACETS},
            order="relevance" if self.order == "selected" else self.order,
            descending=selected or self.descending,
            offset=0 if selected else self.offset,
            behind=None if selected else self.behind,
            limit=len(self.ids or ()) if selected else self.limit,
            without=self.without,
            names=snapshot if self.expand else None,
            near=self.near,
            correct=not self.without,
        )

    @property
    def filtered(self) -> bool:
        """Whether more is asked for than words."""
        return any(self.chosen.values()) or self.year_from is not None or self.year_to is not None

    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of the API that ask this."""
        given = [("q", self.text), ("locale", self.locale)]
        given += [(name, ",".join(map(str, values))) for name, values in self.chosen.items() if values]
        years = (("year_from", self.year_from), ("year_to", self.year_to))
        given += [(name, str(year)) for name, year in years if year is not None]
        return given if self.expand else [*given, ("expand", "false")]
