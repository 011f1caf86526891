"""The Python types of pages' JSON: a card and a detail for each page type, and the unions of all of them.

They are made of what page types declare (cms.fields) and told apart by the required `type` at the top.
"""

from collections.abc import Iterable
from enum import Enum
from functools import cache
from typing import Any, Literal, get_type_hints

from wagtail.models import get_page_models

from cms.fields import Field, fields_of
from cms.json_types import Address, told_apart, typed_dict
from cms.page_json import CardMeta, DetailMeta, TranslationMeta
from cms.pages import SitePage


@cache
def page_types() -> dict[str, Any]:
    """Every page type of the site by its name, "borders.BorderPage"."""
    return {model._meta.label: model for model in get_page_models() if issubclass(model, SitePage)}


@cache
def type_names() -> Any:
    """The names of page types as a closed list."""
    return Enum("PageType", {name: name for name in page_types()}, type=str)


@cache
def card(model: Any) -> Any:
    """What lists show of a page of this type."""
    return _shape(model, "Card", CardMeta, [field for field in fields_of(model) if field.card])


@cache
def detail(model: Any) -> Any:
    """All that is public of a page of this type."""
    return _shape(model, "Detail", DetailMeta, fields_of(model))


@cache
def preview(model: Any) -> Any:
    """The detail of a draft of this type: as it will be once published, without keys where it was never saved."""
    return _shape(model, "Preview", _preview_meta(), fields_of(model), key=int | None)


@cache
def _preview_meta() -> Any:
    same = {**get_type_hints(TranslationMeta, include_extras=True), "id": int | None}
    language: Any = typed_dict("PreviewTranslationMeta", same, TranslationMeta.__doc__)
    known = get_type_hints(DetailMeta, include_extras=True)
    properties = {**known, "detail_url": Address | None, "translations": list[language]}  # type: ignore[valid-type]
    return typed_dict("PreviewMeta", properties, "All of `meta`; a page that was never saved has no `detail_url`.")


def _shape(model: Any, suffix: str, meta: Any, fields: Iterable[Field], key: Any = int) -> Any:
    top = {"id": key, "type": Literal[model._meta.label], "title": str, "meta": meta}
    properties = {**top, **{field.name: field.type for field in fields}}
    return typed_dict(model.__name__ + suffix, properties, model.__doc__)


@cache
def any_card() -> Any:
    """The card of a page of any type."""
    return told_apart("PageCard", [card(model) for model in page_types().values()])


@cache
def any_detail() -> Any:
    """The detail of a page of any type."""
    return told_apart("PageDetail", [detail(model) for model in page_types().values()])


@cache
def any_preview() -> Any:
    """The detail of a draft of any type."""
    return told_apart("PagePreview", [preview(model) for model in page_types().values()])
