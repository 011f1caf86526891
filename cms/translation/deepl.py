"""Machine translation by DeepL, asked as it allows and with its refusals in words."""

import logging
from collections.abc import Iterable, Iterator
from typing import Any

import requests
from django.utils.translation import gettext as _
from wagtail_localize.machine_translators.deepl import DeepLTranslator
from wagtail_localize.strings import StringValue

MOST_TEXTS = 50
MOST_BYTES = 100_000
"""Of one request: DeepL refuses more than 50 texts, or 128 KiB. wagtail-localize 1.14 sends a whole page at once."""

logger = logging.getLogger(__name__)


class NotTranslatedError(Exception):
    """The service did not translate; the message is for the translator."""


class DeepL(DeepLTranslator):
    """WAGTAILLOCALIZE_MACHINE_TRANSLATOR, with the option AUTH_KEY."""

    def translate(self, source_locale: Any, target_locale: Any, strings: Iterable[StringValue]) -> dict[Any, Any]:
        """A translation for each of the texts, or NotTranslatedError."""
        translated: dict[Any, Any] = {}
        for some in batches(strings):
            try:
                translated |= self._asked(source_locale, target_locale, some)
            except (requests.RequestException, LookupError, TypeError, ValueError) as error:
                logger.warning("DeepL did not translate: %r", error)
                raise NotTranslatedError(_("DeepL does not answer as it should: try again later.")) from error
        return translated

    def _asked(self, source_locale: Any, target_locale: Any, texts: list[StringValue]) -> dict[Any, Any]:
        response = requests.post(
            self.get_api_endpoint(),
            self.get_parameters(source_locale, target_locale, texts),
            timeout=30,
            headers=self.get_headers(),
        )
        if response.status_code == 403:
            raise NotTranslatedError(_("DeepL refuses the key of this site: tell an administrator."))
        if response.status_code == 456:
            raise NotTranslatedError(_("What DeepL translates for this site in a month is used up."))
        response.raise_for_status()
        answers = response.json()["translations"]
        return {text: StringValue(str(answer["text"])) for text, answer in zip(texts, answers, strict=True)}


def batches(strings: Iterable[StringValue]) -> Iterator[list[StringValue]]:
    """The texts in their order, as many at a time as one request may have."""
    some: list[StringValue] = []
    size = 0
    for string in strings:
        length = len(string.data.encode())
        if some and (len(some) == MOST_TEXTS or size + length > MOST_BYTES):
            yield some
            some, size = [], 0
        some.append(string)
        size += length
    if some:
        yield some
