"""What to read beside a page: others in its language about the same territories, borders and themes."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet
from typing_extensions import TypedDict
from wagtail.models import Page

from borders import atlas
from borders.page_filters import about_borders, about_territories
from cms import page_json, page_shapes
from cms.api import counts, params
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
LOOKED_UP, ALL = 100, 2**31
"""Pages whose scores are highest; where too few of the first hundred are public and in the language, all of them."""
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
    pages: QuerySet[Any, Any]
    """Their keys, some more than once."""


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
        fallback = query["fallback"] is not False
        found = related(pages, query.labels, query["limit"], fallback=fallback)
        if found is None:
            raise NotFound("There is no such page.")
        items, candidates = found
        return whole(items, counts.total((type(self), key, fallback), candidates, self.begun, query.labels))


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
    others = _others(asked, snapshot)
    if not fallback:
        others = others.filter(alias_of=None)
    best = _best(others, facts, limit)
    pages = Page.objects.filter(pk__in=[found.pk for found in best]).specific().in_bulk()
    best = [found for found in best if found.pk in pages]  # one may have gone since
    cards = page_json.represent([pages[found.pk] for found in best], page_json.card_selection, snapshot)
    items = [
        {"score": found.score, "shared": _shared(found.shared, snapshot, asked.locale), "page": card}
        for found, card in zip(best, cards, strict=True)
    ]
    return items, others.filter(reduce(or_, (Q(pk__in=fact.pages) for fact in facts)))


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


def _others(asked: _Asked, snapshot: Labels) -> QuerySet[Page]:
    """Public pages in the same language but for those above; of a page that is shown twice only the first place."""
    above = [asked.path[:end] for end in range(Page.steplen, len(asked.path) + 1, Page.steplen)]
    return (
        public_pages(snapshot)
        .filter(locale__language_code=asked.locale)
        .exclude(  # type: ignore[no-any-return]
            Q(path__in=above)
            | Q(translation_key=asked.translation_key)
            | Q(pk=asked.alias_of)
            | Q(alias_of__isnull=False, alias_of__locale=F("locale"))
        )
    )


def _best(others: QuerySet[Page], facts: Sequence[_Fact], limit: int) -> list[_Found]:
    """Of the other pages those that share most, of equal ones the newest."""
    found = _ranked(others, facts, limit, LOOKED_UP)
    return found if len(found) == limit else _ranked(others, facts, limit, ALL)


def _ranked(others: QuerySet[Page], facts: Sequence[_Fact], limit: int, looked_up: int) -> list[_Found]:
    """The same among the pages with the `looked_up` highest scores, which need not be other pages.

    As SQL: scores come from the links alone, which thousands of pages may have, and those few are then looked up.
    """
    names = [f"shared_{place}" for place in range(len(facts))]
    links: list[str] = []
    values: list[Any] = []
    for fact, own in zip(facts, names, strict=True):
        pages, keys = fact.pages.query.sql_with_params()
        weights = (f"{WEIGHTS[fact.kind] if name == own else 0} AS {name}" for name in names)
        links.append(f"SELECT page_id, {', '.join(weights)} FROM ({pages}) AS pages")  # noqa: S608
        values += keys
    most = [f"max({name})" for name in names]
    candidates, more = others.order_by().values("id", "first_published_at").query.sql_with_params()
    sql = f"""WITH shared AS (
      SELECT page_id, {" + ".join(most)} AS score, {", ".join(map(" AS ".join, zip(most, names, strict=True)))}
      FROM ({" UNION ALL ".join(links)}) AS links GROUP BY page_id
    )
    SELECT id, score, {", ".join(names)} FROM ({candidates}) AS others JOIN shared ON page_id = id
    WHERE score >= coalesce((SELECT score FROM shared ORDER BY score DESC LIMIT 1 OFFSET %s), 0)
    ORDER BY score DESC, first_published_at DESC NULLS LAST, id DESC LIMIT %s"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *more, looked_up, limit])
        return [
            _Found(pk, score, [fact for fact, weight in zip(facts, counted, strict=True) if weight])
            for pk, score, *counted in cursor.fetchall()
        ]


def _shared(facts: Iterable[_Fact], snapshot: Labels, locale: str) -> SharedFacts:
    def of(kind: str) -> list[Coded]:
        return snapshot.all_coded(MODELS[kind], (fact.pk for fact in facts if fact.kind == kind), locale)

    return {"territories": of("territories"), "borders": of("borders"), "themes": of("themes")}
