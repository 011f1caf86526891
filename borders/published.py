"""Published facts and where their fiches are, in memory under the content version (see cms.labels).

They are few and on every page; read from the database each time they would be most of a page's queries. Each
function is for `Labels.derived`; what it answers is shared between requests and never changed.
"""

import datetime
from collections import defaultdict
from typing import Any, Literal, NamedTuple

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone

from borders.figures import KeyFigure
from borders.geography import Border, Territory, TerritoryMember
from borders.programmes import Programme
from cms import publication
from cms.labels import Labels
from cms.references import PageTarget, page_type


def borders() -> dict[int, Border]:
    """Borders by key (one query)."""
    return Border.objects.filter(live=True).in_bulk()


def territories() -> dict[int, Territory]:
    """Territories by key, in the order of their codes (one query)."""
    return {territory.pk: territory for territory in Territory.objects.filter(live=True).order_by("code")}


def members() -> dict[int, list[TerritoryMember]]:
    """Member authorities by the key of their territory (one query)."""
    found: dict[int, list[TerritoryMember]] = defaultdict(list)
    for member in TerritoryMember.objects.order_by("sort_order", "pk"):
        found[member.fact_id].append(member)
    return found


def programmes() -> dict[int, Programme]:
    """Programmes by key, in the order of their codes (one query)."""
    return {programme.pk: programme for programme in Programme.objects.filter(live=True).order_by("code")}


def public_figures() -> QuerySet[KeyFigure]:
    """Published figures of published indicators and places, those of one indicator together, the latest first."""
    return KeyFigure.objects.filter(
        Q(border__live=True) | Q(territory__live=True), live=True, indicator__live=True
    ).order_by("indicator__code", "-year", "code")


def figures() -> dict[int, KeyFigure]:
    """Figures by key, in the order of `public_figures` (one query)."""
    return {figure.pk: figure for figure in public_figures()}


class Fiche(NamedTuple):
    """A public page about one fact, until it expires."""

    target: PageTarget
    expires: datetime.datetime | None
    path: str


Fiches = dict[tuple[str, int, str], Fiche]


def fiches() -> Fiches:
    """Pages by what they are bound to, "border" or "territory", the fact's key and the language (two queries)."""
    found: Fiches = {}
    for kind in ("border", "territory"):
        model: Any = apps.get_model("borders", f"{kind}page")  # fiches are made of shapes, which read this
        rows = publication.public(model.objects.all(), ()).values_list(
            f"{kind}_id", "locale__language_code", "pk", "content_type_id", "title", "url_path", "alias_of_id",
            "expire_at", "path",
        )  # fmt: skip
        for fact, locale, pk, content_type, title, url_path, alias_of, expires, path in rows:
            html_path = publication.html_path(locale, url_path)
            target = PageTarget(pk, page_type(content_type), title, locale, html_path, alias_of is not None)
            found[kind, fact, locale] = Fiche(target, expires, path)
    return found


def fiche(snapshot: Labels, kind: Literal["border", "territory"], fact: int, locale: str) -> PageTarget | None:
    """The public page about a fact in a language; None where there is none."""
    found = snapshot.derived(fiches).get((kind, fact, locale))
    if found is None or found.path.startswith(snapshot.private_paths):
        return None
    return None if found.expires and found.expires <= timezone.now() else found.target
