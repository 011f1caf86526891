"""How programmes look as JSON."""

from collections.abc import Iterable
from typing import TypedDict

from borders import atlas
from borders.programmes import Programme, ProgrammeKind
from cms.labels import Coded
from cms.references import Context
from cms.representation import enum


class ProgrammeJson(TypedDict):
    """A funding programme; `end_year` is null where it is open."""

    code: str
    label: str
    kind: Coded | None
    start_year: int
    end_year: int | None
    borders: list[Coded]
    website: str


def _published() -> list[Programme]:
    return list(Programme.objects.filter(live=True).order_by("code"))


def programmes(pks: Iterable[int], context: Context) -> dict[int, ProgrammeJson]:
    """Published programmes by key, from memory."""
    known = atlas.of(context.labels)
    table = context.labels.table("borders.Programme").by_pk
    found: dict[int, ProgrammeJson] = {}
    wanted = table.keys() & set(pks)
    for programme in (p for p in context.labels.derived(_published) if p.pk in wanted):
        on = (
            context.labels.coded("borders.Border", pk, context.locale)
            for pk in known.borders_of_programme.get(programme.pk, ())
        )
        found[programme.pk] = {
            "code": programme.code,
            "label": table[programme.pk].label(context.locale),
            "kind": enum(ProgrammeKind, programme.kind),
            "start_year": programme.start_year,
            "end_year": programme.end_year,
            "borders": [border for border in on if border],
            "website": programme.website,
        }
    return found
