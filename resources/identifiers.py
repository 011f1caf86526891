"""Identifiers of documents: how each is read, checked and kept.

Whatever people paste ("https://doi.org/10.1000/ABC", "ISBN 2 07 036822 X") is kept in one form, so that the same
document is found by it.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from stdnum import isbn, issn
from stdnum.exceptions import ValidationError as Mistyped


class Scheme(models.TextChoices):
    """Which register a number comes from."""

    DOI = "doi", "DOI"
    ISBN = "isbn", "ISBN"
    ISSN = "issn", "ISSN"
    LOCAL = "local", pgettext_lazy("reader", "Local number")


UNIQUE = (Scheme.DOI, Scheme.LOCAL)
"""One document alone has such a number. A chapter bears its book's ISBN, an article its journal's ISSN."""

_DOI_PREFIX = re.compile(r"^\s*(?:https?://(?:dx\.)?doi\.org/|doi:\s*|urn:doi:)", re.IGNORECASE)
_DOI = re.compile(r"^10\.\d{4,9}(?:\.\d+)*/[^\s\x00-\x1f]+$")
_NAME = re.compile(r"^\s*(?:urn:)?(?:e-?|p-?)?(?:isbn|issn)(?:-?1[03](?=\D))?(?:-l)?\s*:?\s*", re.IGNORECASE)


def _doi(text: str) -> str:
    """A DOI without its resolver, in small letters: they are the same in capitals (DOI Handbook, 2.4)."""
    found = _DOI_PREFIX.sub("", text).strip().lower()
    if not _DOI.match(found):
        raise ValidationError(_("A DOI looks like 10.1234/abcd."))
    return found


def _isbn(text: str) -> str:
    """An ISBN of 13 digits, with its hyphens in their places where the ranges are known."""
    try:
        return str(isbn.format(isbn.validate(_NAME.sub("", text), convert=True)))
    except Mistyped:
        raise ValidationError(_("This is no ISBN: it has 10 or 13 digits, and the last fits the others.")) from None


def _issn(text: str) -> str:
    try:
        return str(issn.format(issn.validate(_NAME.sub("", text))))
    except Mistyped:
        raise ValidationError(_("This is no ISSN: it has 8 characters, and the last fits the others.")) from None


def _local(text: str) -> str:
    return " ".join(text.split())


_READERS: dict[str, Callable[[str], str]] = {
    Scheme.DOI: _doi,
    Scheme.ISBN: _isbn,
    Scheme.ISSN: _issn,
    Scheme.LOCAL: _local,
}


@lru_cache(maxsize=10_000)
def normalised(scheme: str, text: str) -> str:
    """The one form in which a number is kept; ValidationError says what is wrong with it."""
    return _READERS[scheme](text)


def address(scheme: str, value: str) -> str:
    """Where a kept number leads to; empty for those that lead nowhere."""
    return f"https://doi.org/{value}" if scheme == Scheme.DOI else ""
