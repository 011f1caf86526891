"""Whether a document has a record already, by its numbers or by nearly the same title of about the same year."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from resources.identifiers import Scheme, normalised
from resources.records import Record, RecordIdentifier, title_key

NEAR = 0.9
"""How alike two titles are that may be one: difflib's ratio, which a typing error in ten letters just keeps."""
SHORTEST = 10
"""Letters below which a title says too little: “Introduction” is nobody's alone."""
YEARS = 1
SHOWN = 5


class Likeness(NamedTuple):
    """A record that may describe the same document, and why."""

    record: Record
    reason: str


def like(
    titles: Iterable[str], year: int | None, numbers: Iterable[tuple[str, str]], *, but: int | None = None
) -> list[Likeness]:
    """Records that may describe the same document, the surest first, at most SHOWN; `but` is the record itself.

    Numbers are (scheme, value) as they are typed; what is no number yet is passed over. Four queries at most.
    """
    found: dict[int, str] = {}
    for scheme, value in _numbers(numbers):
        held = RecordIdentifier.objects.filter(scheme=scheme, value=value).exclude(record=but)
        for pk in held.values_list("record", flat=True)[:SHOWN]:
            found.setdefault(pk, _("the same %(scheme)s") % {"scheme": Scheme(scheme).label})
    keys = {key for title in titles if len(key := title_key(title)) >= SHORTEST}
    for pk in _titled(keys, year, but):
        found.setdefault(pk, _("nearly the same title"))
    records = Record.objects.prefetch_related("texts").in_bulk([*found][:SHOWN])
    return [Likeness(records[pk], reason) for pk, reason in found.items() if pk in records]


def _numbers(given: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those that name a document: an ISSN names a journal."""
    kept = []
    for scheme, value in given:
        if scheme in {Scheme.DOI, Scheme.ISBN, Scheme.LOCAL}:
            try:
                kept.append((scheme, normalised(scheme, value)))
            except ValidationError:
                continue
    return [number for number in kept if number[1]]


def _titled(keys: set[str], year: int | None, but: int | None) -> list[int]:
    if not keys:
        return []
    others = Record.objects.exclude(pk=but)
    if year is None:
        return list(others.filter(title_key__in=keys).values_list("pk", flat=True)[:SHOWN])
    about = Q(date__year__gte=year - YEARS, date__year__lte=year + YEARS)
    same = others.filter(Q(title_key__in=keys) & (about | Q(date=None)))
    return [*same.values_list("pk", flat=True)[:SHOWN], *_alike(others.filter(about), keys)]


def _alike(records: QuerySet[Record], keys: set[str]) -> list[int]:
    found: list[tuple[float, int]] = []
    for key in keys:
        matcher = SequenceMatcher(None, "", key, autojunk=False)
        for pk, other in records.order_by().values_list("pk", "title_key"):
            matcher.set_seq1(other)
            bounds = matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio  # the cheap ones first
            if all(ratio() >= NEAR for ratio in bounds):
                found.append((-matcher.ratio(), pk))
    return [pk for _ratio, pk in sorted(found)]
