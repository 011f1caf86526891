"""How programmes look as JSON."""

from collections.abc import Iterable

from typing_extensions import TypedDict

from borders import atlas, published
from borders.programmes import ProgrammeKind
from cms.labels import Coded, CodedAs
from cms.references import Context
from cms.representation import enum


class ProgrammeJson(TypedDict):
    """A funding programme; `end_year` is null where it is open."""

    code: str
    label: str
    kind: CodedAs[ProgrammeKind] | None
    start_year: int
    end_year: int | None
    borders: list[Coded]
    website: str


def programmes(pks: Iterable[int], context: Context) -> dict[int, ProgrammeJson]:
    """Published programmes by key."""
    wanted = set(pks)
    known = atlas.of(context.labels)
    table = context.labels.table("borders.Programme").by_pk
    return {
        pk: {
            "code": programme.code,
            "label": table[pk].label(context.locale),
            "kind": enum(ProgrammeKind, programme.kind),
            "start_year": programme.start_year,
            "end_year": programme.end_year,
            "borders": context.labels.all_coded(
                "borders.Border", known.borders_of_programme.get(pk, ()), context.locale
            ),
            "website": programme.website,
        }
        for pk, programme in context.labels.derived(published.programmes).items()
        if pk in wanted and pk in table
    }


def programme(pk: int, context: Context) -> ProgrammeJson | None:
    """A published programme."""
    return programmes({pk}, context).get(pk)
