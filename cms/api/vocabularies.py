"""Every closed list of codes that answers use, with labels in the language asked for."""

from typing import TypedDict

from django.db.models import TextChoices
from django.utils import translation
from rest_framework.request import Request
from rest_framework.response import Response

from cms.api import params
from cms.api.errors import NotFound
from cms.api.views import Api, DetailApi
from cms.labels import Coded
from cms.languages import Language
from cms.representation import DatePrecision
from cms.translation.models import Completeness


class Vocabulary(TypedDict):
    """A closed list."""

    code: str
    items: list[Coded]


registered: dict[str, type[TextChoices]] = {}


def register(**vocabularies: type[TextChoices]) -> None:
    """Add closed lists under their names; called when apps are ready."""
    registered.update(vocabularies)


register(language=Language, date_precision=DatePrecision, completeness=Completeness)


def vocabulary(code: str) -> Vocabulary:
    """One list with labels in the active language."""
    return {
        "code": code,
        "items": [{"code": item, "label": str(label)} for item, label in registered[code].choices],
    }


class VocabularyList(Api):
    """All closed lists."""

    def get(self, request: Request) -> Response:
        query = self.query(request)
        with translation.override(query.locale):
            items = [vocabulary(code) for code in sorted(registered)]
        return Response({"meta": {"total_count": len(items)}, "items": items})


class VocabularyDetail(DetailApi):
    """One closed list."""

    def item(self, key: str, query: params.Query) -> Vocabulary:
        if key not in registered:
            raise NotFound("There is no such vocabulary.")
        return vocabulary(key)
