"""What to read beside a page: others in its language about the same territories, borders and themes."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from typing_extensions import TypedDict
from wagtail.models import Page

from borders import atlas
from borders.page_filters import about_borders, about_territories
from cms import page_json, page_shapes
from cms.api import params
from cms.api.errors import NotFound
from cms.api.pages import public_pages
from cms.api.views import DetailApi, Listed, whole
from cms.json_types import typed_dict
from cms.labels import Coded, Labels
from cms.references import Loaded, References
from resources import hierarchy
from resources.page_filters import about_concepts

WEIGHTS = {"territories": 3, "borders": 2, "themes": 1}
"""What a shared fact counts: the narrower the kind, the more it says that two pages have in common. A territory lies on
its borders, and a theme goes through all of them.

Fixed, rather than by how rare a fact is: what two pages have in common does not change because a third one is
published, so answers stay, and editors can foresee what a link in the form does.
"""
MODELS = {"territories": "borders.Territory", "borders": "borders.Border", "themes": "resources.Concept"}
RELATIONS = {"territories": "territory_links", "borders": "border_links", "themes": "theme_links"}


class SharedFacts(TypedDict):
    """The facts of the page asked for that a related page is about as well, or about a part or a whole of them."""

    territories: list[Coded]
    borders: list[Coded]
    themes: list[Coded]


class _Fact(NamedTuple):
    """A fact that a page is about, and which pages are about it too."""

    kind: str
    pk: int
    pages: Q


class _Found(NamedTuple):
    """A related page and what it shares."""

    pk: int
    score: int
    shared: list[_Fact]


class _Asked(NamedTuple):
    """The page whose related pages are asked for."""

    pk: int
    path: str
    translation_key: Any
    locale: str
    alias_of: int | None
    border: int | None
    territory: int | None


ASKED_COLUMNS = (
    *("pk", "path", "translation_key", "locale__language_code", "alias_of_id"),
    *("borderpage__border", "territorypage__territory"),
)


class RelatedPages(DetailApi):
    """Pages to read beside this one: in its language, about the same territories, borders and themes.

    `score` adds 3 for each shared territory, 2 for each border and 1 for each theme; the highest comes first, of equal
    ones the newest. A border is shared with its parts and wholes, a theme with narrower and broader ones. Neither the
    page nor those above it nor a second copy of any page is among them.
    """

    own_params = (
        params.Param("limit", params.integer(0, 20), "How many pages (at most 20).", default=6),
        params.Param("fallback", params.boolean, "false leaves out pages that stand in for a missing translation."),
    )

    @classmethod
    def answer_type(cls) -> Any:
        properties = {"score": int, "shared": SharedFacts, "page": page_shapes.any_card()}
        return Listed[typed_dict("RelatedPage", properties, "A page with what it shares.")]  # type: ignore[misc]

    def item(self, key: int, query: params.Query) -> Any:
        pages = public_pages(query.labels).filter(pk=key)
        found = related(pages, query.labels, query["limit"], fallback=query["fallback"] is not False)
        if found is None:
            raise NotFound("There is no such page.")
        items, candidates = found
        return whole(items, candidates.count())


def related(
    page: QuerySet[Page], snapshot: Labels, limit: int, *, fallback: bool = True
) -> tuple[list[dict[str, Any]], QuerySet[Page]] | None:
    """The closest pages to the one page of a queryset as JSON, and all there are; None where there is no such page.

    Queries: that page, its links, which are the closest, and their cards as in any list.
    """
    row = page.values_list(*ASKED_COLUMNS).first()
    if row is None:
        return None
    asked = _Asked(*row)
    facts = _facts(asked, snapshot)
    if not facts:
        return [], Page.objects.none()
    candidates = _candidates(asked, facts, snapshot)
    if not fallback:
        candidates = candidates.filter(alias_of=None)
    best = _best(candidates, facts, limit)
    pages = Page.objects.filter(pk__in=[found.pk for found in best]).specific().in_bulk()
    best = [found for found in best if found.pk in pages]  # one may have gone since
    cards = page_json.represent([pages[found.pk] for found in best], page_json.card_selection, snapshot)
    items = [
        {"score": found.score, "shared": _shared(found.shared, snapshot, asked.locale), "page": card}
        for found, card in zip(best, cards, strict=True)
    ]
    return items, candidates


def _facts(asked: _Asked, snapshot: Labels) -> list[_Fact]:
    """The published facts that a page is about, by link or because it is their fiche (one query)."""
    links = Loaded(References(links={relation: {asked.pk} for relation in RELATIONS.values()}), snapshot).links
    known, concepts = atlas.of(snapshot), hierarchy.of(snapshot)

    def chosen(kind: str, *more: Any) -> list[int]:
        published = snapshot.table(MODELS[kind]).by_pk
        return [pk for pk in dict.fromkeys([*links[RELATIONS[kind], asked.pk], *more]) if pk in published]

    territories = chosen("territories", asked.territory)
    bound = known.borders_of_territory.get(asked.territory, ()) if asked.territory else ()
    return [
        *(_Fact("territories", pk, about_territories({pk})) for pk in territories),
        *(
            _Fact("borders", pk, about_borders(known.with_parts([pk]) | known.wholes_of(pk), snapshot))
            for pk in chosen("borders", asked.border, *bound)
        ),
        *(
            _Fact("themes", pk, about_concepts(concepts.with_narrower([pk]) | concepts.with_broader([pk])))
            for pk in chosen("themes")
        ),
    ]


def _candidates(asked: _Asked, facts: Iterable[_Fact], snapshot: Labels) -> QuerySet[Page]:
    """Public pages in the same language that share a fact; of a page that is shown twice only the first place."""
    above = [asked.path[:end] for end in range(Page.steplen, len(asked.path) + 1, Page.steplen)]
    pages: QuerySet[Page] = public_pages(snapshot).filter(
        reduce(or_, (fact.pages for fact in facts)), locale__language_code=asked.locale
    )
    return pages.exclude(
        Q(path__in=above)
        | Q(translation_key=asked.translation_key)
        | Q(pk=asked.alias_of)
        | Q(alias_of__isnull=False, alias_of__locale=F("locale"))
    )


def _best(candidates: QuerySet[Page], facts: Sequence[_Fact], limit: int) -> list[_Found]:
    weights = {
        f"shared_{place}": Case(
            When(fact.pages, then=Value(WEIGHTS[fact.kind])), default=Value(0), output_field=IntegerField()
        )
        for place, fact in enumerate(facts)
    }
    score = reduce(lambda one, other: one + other, (F(name) for name in weights))  # type: ignore[arg-type,return-value]
    ranked = (
        candidates.annotate(**weights)
        .annotate(score=score)
        .order_by("-score", F("first_published_at").desc(nulls_last=True), "-pk")
    )
    return [
        _Found(pk, total, [fact for fact, weight in zip(facts, counted, strict=True) if weight])
        for pk, total, *counted in ranked.values_list("pk", "score", *weights)[:limit]
    ]


def _shared(facts: Iterable[_Fact], snapshot: Labels, locale: str) -> SharedFacts:
    def of(kind: str) -> list[Coded]:
        return snapshot.all_coded(MODELS[kind], (fact.pk for fact in facts if fact.kind == kind), locale)

    return {"territories": of("territories"), "borders": of("borders"), "themes": of("themes")}
