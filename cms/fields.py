"""What a page type shows in the API, declared once: its names, JSON types and how each is made.

A page model lists `Field`s; cards (lists) hold those marked `card`, details hold all of them. The type
of each field is written down beside it, so that the OpenAPI schema is derived and never typed again.
"""

import builtins
import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from django.db.models import TextChoices

from cms import blocks, publications, representation
from cms.labels import Coded, CodedAs
from cms.references import Context, References

Getter = Callable[[Any, Context], Any]
Collector = Callable[[Any, References], None]


@dataclass(frozen=True)
class Field:
    """One property of a page's JSON.

    `get` makes the value from memory; `collect` names beforehand what it will need; `relation` names child
    rows to read for all pages of a list at once; `kind` is the Python type that the JSON conforms to, or the
    block that it is made by; `choices` is the closed list that a code is of. `column` says that lists may be filtered
    and ordered by the column of this name, which then tells all that there is in it; `reads` names a column with blocks
    that the value is made from.
    """

    name: str
    get: Getter
    kind: Any
    card: bool = False
    collect: Collector | None = None
    relation: str | None = None
    choices: builtins.type[TextChoices] | None = None
    column: bool = False
    reads: str | None = None

    @property
    def type(self) -> Any:
        """The Python type of the JSON; that of blocks is known when all apps are ready."""
        return blocks.json_type(self.kind) if isinstance(self.kind, blocks.StreamBlock) else self.kind


def text(name: str, *, card: bool = False) -> Field:
    """A plain text column."""
    return Field(name, lambda page, context: getattr(page, name), str, card, column=True)


def value(name: str, kind: Any, *, card: bool = False) -> Field:
    """A number, date or other column whose value is JSON as it is; decimals become numbers, dates ISO 8601."""

    def get(page: Any, context: Context) -> Any:
        return plain(getattr(page, name))

    return Field(name, get, kind, card, column=True)


def plain(found: Any) -> Any:
    """A column's value as JSON: ISO 8601 for dates and moments, numbers for decimals."""
    if isinstance(found, Decimal):
        return int(found) if found == found.to_integral_value() else float(found)
    if isinstance(found, datetime.date | datetime.datetime):
        return found.isoformat()
    return found


def enum(name: str, choices: type[TextChoices], *, card: bool = False) -> Field:
    """A closed list: code and label."""

    def get(page: Any, context: Context) -> Any:
        return representation.enum(choices, getattr(page, name))

    kind = CodedAs[choices] | None  # type: ignore[valid-type]
    return Field(name, get, kind, card, choices=choices, column=True)


def computed(
    name: str,
    get: Getter,
    kind: Any,
    *,
    card: bool = False,
    relation: str | None = None,
    column: bool = False,
    reads: str | None = None,
) -> Field:
    """A value that is derived from the page in memory."""
    return Field(name, get, kind, card, relation=relation, column=column, reads=reads)


def rich_text(name: str, *, card: bool = False) -> Field:
    """Rich text as display HTML."""
    return Field(
        name,
        lambda page, context: representation.rich_text(getattr(page, name), context),
        str,
        card,
        collect=lambda page, references: references.add_rich_text(getattr(page, name)),
    )


def stream(name: str, block: blocks.StreamBlock | type[blocks.StreamBlock]) -> Field:
    """A StreamField as a list of {type, value, id}."""
    stream_block = block() if isinstance(block, type) else block

    def collect(page: Any, references: References) -> None:
        blocks.collect(stream_block, getattr(page, name).get_prep_value(), references)

    def get(page: Any, context: Context) -> list[dict[str, Any]]:
        return blocks.represent(stream_block, getattr(page, name).get_prep_value(), context)

    return Field(name, get, stream_block, collect=collect)


def _chosen(name: str, kind: Literal["images", "documents", "pages"]) -> Collector:
    """Adds what a foreign key names to the references of this kind."""

    def collect(page: Any, references: References) -> None:
        if pk := getattr(page, f"{name}_id"):
            getattr(references, kind).add(pk)

    return collect


def image(name: str, *, card: bool = False) -> Field:
    """A picture as a rendition set."""

    return Field(
        name,
        lambda page, context: representation.image(getattr(page, f"{name}_id"), context),
        representation.ImageSet | None,
        card,
        collect=_chosen(name, "images"),
    )


def document(name: str, *, card: bool = False) -> Field:
    """A file with its address."""

    return Field(
        name,
        lambda page, context: representation.document(getattr(page, f"{name}_id"), context),
        representation.DocumentLink | None,
        card,
        collect=_chosen(name, "documents"),
    )


def page_link(name: str, *, card: bool = False) -> Field:
    """A link to another page, in the language of the answer where it has one."""

    def get(page: Any, context: Context) -> representation.PageLink | None:
        return representation.page_link(context.loaded.page(getattr(page, f"{name}_id"), context.locale), context)

    return Field(name, get, representation.PageLink | None, card, collect=_chosen(name, "pages"))


def children(name: str, *, card: bool = False) -> Field:
    """Links to the public pages right below the page, in the order of the tree."""

    def collect(page: Any, references: References) -> None:
        if page.path:
            references.children.add(page.path)

    def get(page: Any, context: Context) -> list[representation.PageLink]:
        targets = context.loaded.children[page.path] if page.path else []
        return [link for target in targets if (link := representation.page_link(target, context))]

    return Field(name, get, list[representation.PageLink], card, collect=collect)


def fact(name: str, model: str, kind: Any = Coded, *, card: bool = False) -> Field:
    """A fact that the page is bound to, of the model "app.Model": as registered for it, else code and label."""

    def collect(page: Any, references: References) -> None:
        if pk := getattr(page, f"{name}_id"):
            references.facts[model].add(pk)

    def get(page: Any, context: Context) -> Any:
        return context.loaded.facts(model, context).get(getattr(page, f"{name}_id"))

    return Field(name, get, kind | None, card, collect=collect)


def linked_facts(name: str, relation: str, model: str, *, card: bool = False) -> Field:
    """The facts that link rows (cms.pages.FactLink) tie to the page: code and label, in the editor's order."""

    def collect(page: Any, references: References) -> None:
        _collect_links(relation, page, references)

    def get(page: Any, context: Context) -> list[Coded]:
        found = (context.labels.coded(model, pk, context.locale) for pk in _linked(relation, page, context))
        return [coded for coded in found if coded]

    return Field(name, get, list[Coded], card, collect=collect)


def _edited(relation: str, page: Any) -> list[Any] | None:
    """The rows of a page that is being edited; None where the database has them."""
    return getattr(page, "_cluster_related_objects", {}).get(relation)


def _collect_links(relation: str, page: Any, references: References) -> None:
    if _edited(relation, page) is None:
        references.links[relation].add(page.pk)


def _linked(relation: str, page: Any, context: Context) -> list[int]:
    """Keys of the facts that link rows tie to the page."""
    edited = _edited(relation, page)
    return context.loaded.links[relation, page.pk] if edited is None else [row.fact_id for row in edited]


def publications_about(name: str, model: str) -> Field:
    """The latest documents about the fact of "app.Model" that the page is bound to by `name`: "border", "territory"."""

    def about(page: Any, context: Context) -> publications.Subject | None:
        pk = getattr(page, f"{name}_id")
        known = pk in context.labels.table(model).by_pk
        return publications.Subject(name, frozenset([pk])) if known else None  # type: ignore[arg-type]

    return _publications(about)


def publications_on_themes() -> Field:
    """The latest documents about any of the themes that link rows tie to the page."""

    def about(page: Any, context: Context) -> publications.Subject | None:
        published = context.labels.table("resources.Concept").by_pk
        themes = frozenset(pk for pk in _linked("theme_links", page, context) if pk in published)
        return publications.Subject("concept", themes) if themes else None

    return _publications(about, "theme_links")


def _publications(about: publications.About, relation: str | None = None) -> Field:
    def collect(page: Any, references: References) -> None:
        publications.collect(page, about, references)
        if relation:
            _collect_links(relation, page, references)

    def get(page: Any, context: Context) -> publications.Publications | None:
        return publications.of(page, about, context)

    return Field("publications", get, publications.Publications | None, collect=collect)


def rows(name: str, kind: type, get_row: Callable[[Any, Context], Any], *, card: bool = False) -> Field:
    """Child rows of a page (an inline panel), each made by `get_row` and typed by the TypedDict `kind`."""

    def get(page: Any, context: Context) -> list[Any]:
        return [get_row(row, context) for row in getattr(page, name).all()]

    return Field(name, get, list[kind], card, relation=name)  # type: ignore[valid-type]


def fields_of(model: Any) -> tuple[Field, ...]:
    """Every field of a page type: its mixins' first, then its own; a later one replaces an earlier of the same name."""
    return _fields_of(model)


@cache
def _fields_of(model: Any) -> tuple[Field, ...]:
    found: dict[str, Field] = {}
    for base in reversed(model.__mro__):
        for declared in base.__dict__.get("json_fields", ()):
            found[declared.name] = declared
    return tuple(found.values())
