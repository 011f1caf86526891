"""The languages of the site: one table of codes, used by facts, pages and the API."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy
from typing_extensions import TypedDict

DEFAULT = settings.LANGUAGE_CODE
CODES: tuple[str, ...] = tuple(code for code, _label in settings.LANGUAGES)


class Language(models.TextChoices):
    """The six languages of the site, French being the source by default."""

    FR = "fr", pgettext_lazy("reader", "French")
    EN = "en", pgettext_lazy("reader", "English")
    DE = "de", pgettext_lazy("reader", "German")
    ES = "es", pgettext_lazy("reader", "Spanish")
    IT = "it", pgettext_lazy("reader", "Italian")
    NL = "nl", pgettext_lazy("reader", "Dutch")


class InEveryLanguage(TypedDict):
    """A text in each of the six languages."""

    fr: str
    en: str
    de: str
    es: str
    it: str
    nl: str


@cache
def fallbacks(language: str) -> tuple[str, ...]:
    """The order in which languages stand in for one another: the language itself, English, French, the others."""
    return tuple(dict.fromkeys((language, "en", "fr", *CODES)))


class InLanguage(NamedTuple):
    """A text and the language that it is in; empty and None where there is none in any language."""

    text: str
    language: str | None


def nearest(texts: Mapping[str, str], language: str) -> InLanguage:
    """Of texts by language, the one in a language, else in the first that stands in for it."""
    return next((InLanguage(texts[code], code) for code in fallbacks(language) if code in texts), InLanguage("", None))
