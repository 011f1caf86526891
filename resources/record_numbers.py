"""The permanent numbers of records: one is never given twice, and leads somewhere after its record is gone."""

from collections.abc import Iterable

from django.db import models
from django.utils import timezone

from cms import frontend
from cms.languages import DEFAULT


class RecordNumber(models.Model):
    """A number that was given to a record, whose code it is.

    A record that was merged into another leads to the other's number. One that readers knew and that was deleted has
    `gone_at`; of one that was never published there is nothing to tell.
    """

    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    gone_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.pk)


def new() -> str:
    """A code that no record ever had."""
    return str(RecordNumber.objects.create().pk)


def several(count: int) -> list[str]:
    """Codes that no records ever had, for an import."""
    return [str(number.pk) for number in RecordNumber.objects.bulk_create(RecordNumber() for _ in range(count))]


def permanent_address(code: str) -> str:
    """Where a record is for ever."""
    return frontend.portal_url(DEFAULT, code)


def at(address: str) -> str:
    """The code whose permanent address this is; empty where it is another's."""
    code = address.rstrip("/").rpartition("/")[2]
    return code if _is_number(code) and permanent_address(code) == address else ""


def end(code: str) -> None:
    """Note that readers knew a record of this code, which is being deleted."""
    if code.isdecimal():
        RecordNumber.objects.filter(pk=int(code)).update(gone_at=timezone.now())


def merge(code: str, into: str) -> None:
    """Let a code lead to another from now on."""
    RecordNumber.objects.filter(pk=int(code)).update(merged_into=int(into))


def gone(code: str) -> bool:
    """Whether readers knew a record of this code that is no more."""
    found = _number(code)
    return found is not None and found.gone_at is not None


def successors(codes: Iterable[str]) -> dict[str, str]:
    """The codes, each with where it leads to by now: to itself, or to what it was merged into (a query a merging)."""
    found = {code: code for code in codes}
    asked = {int(code): [code] for code in found if _is_number(code)}
    while asked:
        following: dict[int, list[str]] = {}
        for number in RecordNumber.objects.filter(pk__in=asked, merged_into__isnull=False, gone_at__isnull=False):
            into = number.merged_into_id or 0
            found |= dict.fromkeys(asked[number.pk], str(into))
            following.setdefault(into, []).extend(asked[number.pk])
        asked = following
    return found


def successor(code: str) -> str | None:
    """Where the code of a merged record leads to, through as many mergings as there were; None if it was not merged."""
    into = successors([code])[code]
    return into if into != code else None


def _number(code: str) -> RecordNumber | None:
    return RecordNumber.objects.filter(pk=int(code)).first() if _is_number(code) else None


def _is_number(code: str) -> bool:
    return code.isascii() and code.isdecimal() and len(code) < 18
