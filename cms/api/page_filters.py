"""Filters of page lists. Apps register theirs; columns of a page type that are in its JSON filter by themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.models import QuerySet
from wagtail.models import Page

from cms.api import params
from cms.fields import fields_of

BASE_COLUMNS = ("id", "title", "slug", "show_in_menus", "seo_title", "search_description", "first_published_at")


@dataclass(frozen=True)
class PageFilter:
    """A parameter of page lists; `types` are the models it makes sense for, None for all."""

    param: params.Param
    apply: Callable[[QuerySet[Any], Any, params.Query], QuerySet[Any]]
    types: tuple[str, ...] | None = None


registered: dict[str, PageFilter] = {}


def register(*filters: PageFilter) -> None:
    """Add filters to every page list; called when apps are ready."""
    for page_filter in filters:
        registered[page_filter.param.name] = page_filter


@lru_cache(maxsize=200)
def filters_for(types: tuple[type[Page], ...]) -> list[PageFilter]:
    """The filters of a list of these page types (all types when empty), once every app is ready."""
    labels = {model._meta.label for model in types}
    found = {
        name: page_filter
        for name, page_filter in registered.items()
        if page_filter.types is None or (labels and labels <= set(page_filter.types))
    }
    model = types[0] if len(types) == 1 else Page
    for column in columns_of(model):
        found.setdefault(column, column_filter(model, column))
    return list(found.values())


def columns_of(model: Any) -> list[str]:
    """Names of a page type's columns that its JSON shows as they are."""
    names = list(BASE_COLUMNS)
    if model is not Page:
        for declared in fields_of(model):
            if declared.column and not isinstance(model._meta.get_field(declared.name), models.TextField):
                names.append(declared.name)
    return list(dict.fromkeys(names))


def column_filter(model: type[Page], name: str) -> PageFilter:
    """The exact filter of one column; a closed list takes several values."""
    column = model._meta.get_field(name)
    many = bool(getattr(column, "choices", None))

    def apply(pages: QuerySet[Any], value: Any, query: params.Query) -> QuerySet[Any]:
        return pages.filter(**{f"{name}__in": value}) if many else pages.filter(**{name: value})

    choices = next((field.choices for field in fields_of(model) if field.name == name), None)
    return PageFilter(params.Param(name, _reader(column, choices), f"Exact match of `{name}`.", many=many), apply)


def _reader(column: Any, choices: type[models.TextChoices] | None) -> params.Reader:
    if getattr(column, "choices", None):
        return params.choice(choices or [code for code, _label in column.flatchoices])
    if isinstance(column, models.BooleanField):
        return params.boolean
    if isinstance(column, models.DateTimeField):
        return params.moment
    if isinstance(column, models.DateField):
        return params.date
    if isinstance(column, models.IntegerField | models.AutoField):
        return params.integer()
    if isinstance(column, models.DecimalField):
        return _decimal
    return params.plain


@params.reader(float)
def _decimal(text: str) -> Any:
    try:
        return column_decimal.clean(text, None)
    except Exception:
        raise params.Refused("must be a number") from None


column_decimal = models.DecimalField(max_digits=20, decimal_places=5)


def _updated_since(pages: QuerySet[Any], value: Any, query: params.Query) -> QuerySet[Any]:
    return pages.filter(last_published_at__gte=value)


def _fallback(pages: QuerySet[Any], value: bool, query: params.Query) -> QuerySet[Any]:
    return pages if value else pages.filter(alias_of__isnull=True)


register(
    PageFilter(params.Param("updated_since", params.moment, "Only pages published since this moment."), _updated_since),
    PageFilter(
        params.Param("fallback", params.boolean, "false leaves out pages that stand in for a missing translation."),
        _fallback,
    ),
)
