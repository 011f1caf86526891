"""Every closed list of codes that answers use, with labels in the language asked for and in all languages."""

from typing import Any

from django.db.models import TextChoices
from django.utils import translation
from typing_extensions import TypedDict

from cms.api import params
from cms.api.errors import NotFound
from cms.api.views import Api, DetailApi, Listed, whole
from cms.blocks.text import CalloutKind, HeadingLevel
from cms.labels import Coded
from cms.languages import CODES, InEveryLanguage, Language
from cms.representation import DatePrecision
from cms.translation.models import Completeness


class VocabularyItem(Coded):
    """A code with its label in the answer's language, and in every language at once for those who keep them."""

    labels: InEveryLanguage


class Vocabulary(TypedDict):
    """A closed list."""

    code: str
    items: list[VocabularyItem]


registered: dict[str, type[TextChoices]] = {}


def register(**vocabularies: type[TextChoices]) -> None:
    """Add closed lists under their names; called when apps are ready."""
    registered.update(vocabularies)


register(
    language=Language,
    date_precision=DatePrecision,
    completeness=Completeness,
    heading_level=HeadingLevel,
    callout_kind=CalloutKind,
)


def vocabulary(code: str, locale: str) -> Vocabulary:
    """One list; `label` is in the language of the answer."""
    return {"code": code, "items": [_item(item, label, locale) for item, label in registered[code].choices]}


def _item(code: str, label: Any, locale: str) -> VocabularyItem:
    labels: dict[str, str] = {}
    for language in CODES:
        with translation.override(language):
            labels[language] = str(label)
    return {"code": code, "label": labels[locale], "labels": labels}  # type: ignore[typeddict-item]


class VocabularyList(Api):
    """All closed lists."""

    def answer(self, query: params.Query) -> Listed[Vocabulary]:
        items = [vocabulary(code, query.locale) for code in sorted(registered)]
        return whole(items)


class VocabularyDetail(DetailApi):
    """One closed list."""

    def item(self, key: str, query: params.Query) -> Vocabulary:
        if key not in registered:
            raise NotFound("There is no such vocabulary.")
        return vocabulary(key, query.locale)
