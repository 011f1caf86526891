"""The languages of the site."""

from django.utils import translation
from typing_extensions import TypedDict
from wagtail.models import Page

from cms import publication
from cms.api import params
from cms.api.views import Api, Listed, whole
from cms.json_types import LocaleCode
from cms.languages import CODES, DEFAULT, Language


class LocaleJson(TypedDict):
    """A language; `home` is null while nothing is published in it."""

    code: LocaleCode
    label: str
    native_label: str
    is_default: bool
    html_path: str
    home: int | None


class LocaleList(Api):
    """All languages, the default one first."""

    def answer(self, query: params.Query) -> Listed[LocaleJson]:
        homes = dict(
            publication.public(Page.objects.filter(pk__in=query.labels.homes), query.labels.private_paths).values_list(
                "locale__language_code", "pk"
            )
        )
        items: list[LocaleJson] = []
        for code in CODES:
            with translation.override(code):
                native = str(Language(code).label)
            with translation.override(query.locale):
                label = str(Language(code).label)
            items.append(
                {
                    "code": code,
                    "label": label,
                    "native_label": native,
                    "is_default": code == DEFAULT,
                    "html_path": f"/{code}/",
                    "home": homes.get(code),
                }
            )
        return whole(items)
