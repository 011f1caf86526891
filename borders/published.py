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
from cms.page_json import STATUS_COLUMNS
from cms.references import TARGET_COLUMNS, PageTarget, page_target


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
    """A public page about one fact, until it expires; `status` are its cms.page_json.STATUS_COLUMNS."""

    target: PageTarget
    path: str
    expires: datetime.datetime | None
    status: tuple[Any, ...]


Kind = Literal["border", "territory"]
Fiches = dict[tuple[str, int], dict[str, Fiche]]


def _fiches() -> Fiches:
    """Pages by language, by what they are bound to: "border" or "territory" and the fact's key (two queries)."""
    found: Fiches = defaultdict(dict)
    for kind in ("border", "territory"):
        model: Any = apps.get_model("borders", f"{kind}page")  # fiches are made of shapes, which read this
        rows = publication.public(model.objects.all(), ()).values_list(
            f"{kind}_id", "path", "expire_at", *TARGET_COLUMNS, *STATUS_COLUMNS
        )
        for fact, path, expires, *columns in rows:
            target = page_target(*columns[: len(TARGET_COLUMNS)])
            found[kind, fact][target.locale] = Fiche(target, path, expires, tuple(columns[len(TARGET_COLUMNS) :]))
    return found


def fiches(snapshot: Labels, kind: Kind, fact: int) -> dict[str, Fiche]:
    """The public pages about a fact by their language."""
    now = timezone.now()
    return {
        locale: found
        for locale, found in snapshot.derived(_fiches).get((kind, fact), {}).items()
        if not found.path.startswith(snapshot.private_paths) and (found.expires is None or found.expires > now)
    }


def fiche(snapshot: Labels, kind: Kind, fact: int, locale: str) -> PageTarget | None:
    """The public page about a fact in a language; None where there is none."""
    found = fiches(snapshot, kind, fact).get(locale)
    return found.target if found else None
