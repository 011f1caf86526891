"""The languages that documents are written in: more than the six of the site.

Codes are ISO 639-1. Django names them in every language of the site, so nothing is translated twice.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.conf import global_settings
from django.utils.translation import gettext, gettext_lazy

from cms.labels import Coded
from cms.languages import CODES

_DJANGO = {code: name for code, name in global_settings.LANGUAGES if len(code) == 2 and name != "Esperanto"}
_OTHERS = sorted((code for code in _DJANGO if code not in CODES), key=_DJANGO.__getitem__)

KNOWN = (*CODES, *_OTHERS)
"""Codes, those of the site first."""


@cache
def choices() -> list[tuple[str, Any]]:
    """Codes with their names. A function, so that no migration repeats Django's list."""
    return [(code, gettext_lazy(_DJANGO[code])) for code in KNOWN]


def coded(code: str) -> Coded:
    """A language with its name in the active language."""
    return {"code": code, "label": gettext(_DJANGO[code]) if code in _DJANGO else code}


def all_coded(codes: Iterable[str]) -> list[Coded]:
    """Languages with their names in the active language."""
    return [coded(code) for code in codes]


_NAMES = {"fre": "fr", "fra": "fr", "eng": "en", "ger": "de", "deu": "de", "spa": "es", "ita": "it", "dut": "nl"}
_NAMES |= {"nld": "nl", "por": "pt", "cat": "ca", "ltz": "lb", "français": "fr", "english": "en", "deutsch": "de"}


def iso(code: str) -> str:
    """ISO 639-1 of what other programs write: "fre", "fr-FR", "Français"."""
    low = code.lower()
    return _NAMES.get(low, low[:2])
