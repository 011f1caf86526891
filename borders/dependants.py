"""Which borders, territories, programmes, figures and fiches show which, for those who keep copies of answers.

See cms.changes.feed.effects; what shows them is said in borders.shapes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from borders.fiches import BorderPage, TerritoryPage
from borders.figures import KeyFigure
from borders.geography import Border, Territory
from borders.programmes import Programme
from cms.changes.feed.effects import Objects, pages_referring

BORDER, TERRITORY, COUNTRY = "borders.border", "borders.territory", "borders.country"
PROGRAMME, FIGURE = "borders.programme", "borders.keyfigure"


def of(objects: Objects) -> Objects:
    """Facts that show the objects, the fiches of those facts, and pages with blocks that show them."""
    with_fiche = _with_fiche(objects)
    named = objects.facts[BORDER] | _linked(Border.countries.through, "border_id", country__in=objects.facts[COUNTRY])
    borders = named | with_fiche[BORDER]
    territories = objects.facts[TERRITORY] | with_fiche[TERRITORY]
    programmes, figures = objects.facts[PROGRAMME], objects.facts[FIGURE]
    if not (borders or territories or programmes or figures or objects.past[FIGURE]):
        return Objects()
    parents = dict(Border.objects.values_list("pk", "parent_id"))
    naming = borders | _wholes(borders, parents) | {pk for pk, whole in parents.items() if whole in borders}
    # A block shows a border with its countries, parts and whole, a territory with its borders, a figure with its place.
    in_blocks = {
        BORDER: with_fiche[BORDER]
        | named
        | {pk for pk in naming if parents.get(pk) in named}
        | _wholes(named, parents),
        TERRITORY: territories | _linked(Territory.borders.through, "territory_id", border__in=named),
        FIGURE: figures,
    }
    territories = territories | _linked(Territory.borders.through, "territory_id", border__in=borders)
    programmes = programmes | _linked(Programme.borders.through, "programme_id", border__in=borders)
    # All that is known of a border holds its figures, programmes and territories, and those of its parts.
    naming |= _linked(Territory.borders.through, "border_id", territory__in=territories)
    naming |= _linked(Programme.borders.through, "border_id", programme__in=programmes)
    for place in (*KeyFigure.objects.filter(pk__in=figures).values("border_id", "territory_id"), *objects.past[FIGURE]):
        naming |= {place["border_id"]} - {None}
        territories |= {place["territory_id"]} - {None}
    naming |= _wholes(naming, parents)
    pages = set(BorderPage.objects.filter(border__in=naming).values_list("pk", flat=True))
    pages |= set(TerritoryPage.objects.filter(territory__in=territories).values_list("pk", flat=True))
    pages |= pages_referring({model: keys for model, keys in in_blocks.items() if keys})
    # A territory's programmes are those of its borders, each with all the borders that it is for.
    funded = _linked(Programme.borders.through, "border_id", programme__in=programmes)
    territories |= _linked(Territory.borders.through, "territory_id", border__in=funded)
    return Objects(pages=pages, facts={BORDER: naming, TERRITORY: territories, PROGRAMME: programmes})


def _with_fiche(objects: Objects) -> dict[str, set[int]]:
    """Facts whose fiche is among the pages: they name its address."""
    if not objects.has_pages():
        return {BORDER: set(), TERRITORY: set()}
    pages = objects.page_query().values("pk")
    return {
        BORDER: set(BorderPage.objects.filter(pk__in=pages).values_list("border_id", flat=True)),
        TERRITORY: set(TerritoryPage.objects.filter(pk__in=pages).values_list("territory_id", flat=True)),
    }


def _linked(rows: type[Any], column: str, **condition: Iterable[int]) -> set[int]:
    return set(rows._default_manager.filter(**condition).values_list(column, flat=True))


def _wholes(borders: Iterable[int], parents: Mapping[int, int | None]) -> set[int]:
    """The borders that the given ones are parts of, at any remove."""
    found: set[int] = set()
    pending = set(borders)
    while pending:
        pending = {whole for pk in pending if (whole := parents.get(pk)) is not None} - found
        found |= pending
    return found
