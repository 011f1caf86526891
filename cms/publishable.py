"""What is published is checked whole, on every route, as its form would check it.

A form sees one submission. An approval, a bulk action, the schedule, a translation and code publish a revision that may
have been right when it was written, was kept as an incomplete draft, or never saw a form. Each of them ends in
`publish`, so that is where columns, child rows, chosen objects and blocks are looked at together.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import nullcontext
from functools import cache, partial
from typing import Any

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MaxLengthValidator
from django.db import connection, models, transaction
from django.forms import BaseFormSet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import get_all_child_relations
from wagtail.admin.panels import InlinePanel, Panel
from wagtail.blocks import Block
from wagtail.fields import RichTextField, StreamField
from wagtail.models import COMMENTS_RELATION_NAME, Revision
from wagtail.rich_text import RichTextMaxLengthValidator

from cms import indexing
from cms.child_rows import settle
from cms.validation import NamesItself

Problems = dict[str, list[Any]]

DRAFT = frozenset({"draft_title", "has_unpublished_changes", "latest_revision", "latest_revision_created_at"})
"""What a draft changes of its object, beside the comments on it: neither of Wagtail's indexes holds any of it."""


class Publishable(NamesItself):
    """First base of a model with drafts: nothing of it is published that its form would refuse."""

    checked_whole = False
    """Whether this very object is being published, so that its save need not check it again."""

    def clean_rows(self) -> None:
        """Rules that look at several child rows at once; raises ValidationError by column or relation."""

    def save(self, *args: Any, **kwargs: Any) -> None:
        only = kwargs.get("update_fields")
        comments = vars(self).get("_cluster_related_objects", {}).get(COMMENTS_RELATION_NAME)
        draft = only is not None and not comments and DRAFT.issuperset({*only} - {COMMENTS_RELATION_NAME})
        with indexing.unseen() if draft else nullcontext():
            super().save(*args, **kwargs)  # type: ignore[misc]

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """What modelcluster calls before it writes the rows."""
        is_new = self._state.adding  # type: ignore[attr-defined]
        super().save_base(*args, **kwargs)  # type: ignore[misc]
        if not is_new and kwargs.get("update_fields") is None:
            settle(self)  # type: ignore[arg-type]

    def publish(self, revision: Revision, *args: Any, **kwargs: Any) -> None:
        """Publish a revision whole: its columns and its rows become public at once, or ValidationError says why not."""
        with transaction.atomic(), indexing.rows_with_their_owner():
            self._hold()
            whole = revision.as_object()
            check_whole(whole)
            whole.checked_whole = True
            # What was checked is what is published: Wagtail would open the revision again.
            vars(revision)["as_object"] = lambda: whole
            try:
                super().publish(revision, *args, **kwargs)  # type: ignore[misc]
            finally:
                del vars(revision)["as_object"]

    def _hold(self) -> None:
        """Take the object's row before those of its revisions, as saving a draft that was never public does.

        Wagtail publishes in the other order: a form that kept itself while somebody pressed « Publish » was a deadlock.
        """
        if connection.features.has_select_for_update:
            model = self.get_base_content_type().model_class()  # type: ignore[attr-defined]
            model._base_manager.select_for_update().filter(pk=self.pk).values_list("pk").first()  # type: ignore[attr-defined]


def check_whole(instance: Any, looked_up: Collection[str] = ()) -> None:
    """Raise a ValidationError with all that is wrong, by column or relation of the instance.

    Columns that were `looked_up` are not asked for in the database again: keys that were just read from it, and values
    that none has.
    """
    found: Problems = {}
    for check in (partial(instance.full_clean, exclude=looked_up), instance.clean_rows):
        try:
            check()
        except ValidationError as error:
            _add(found, error)
    for name, problems in (*_columns(instance), *_chosen(instance), *_rows(instance)):
        if problems:
            found.setdefault(name, []).extend(problems)
    if found:
        refusal = ValidationError(found)
        refusal.refused = instance  # type: ignore[attr-defined]
        raise refusal


def _add(found: Problems, error: ValidationError) -> None:
    for name, errors in error.update_error_dict({}).items():
        found.setdefault(name, []).extend(errors)


def _columns(instance: models.Model) -> Iterator[tuple[str, list[Any]]]:
    """What only form fields check: limits of long texts, and blocks."""
    for field in instance._meta.concrete_fields:
        value = getattr(instance, field.attname)
        if isinstance(field, StreamField):
            yield field.name, list(_block_problems(field.stream_block, value))
        elif isinstance(field, models.TextField) and field.max_length:
            limit = RichTextMaxLengthValidator if isinstance(field, RichTextField) else MaxLengthValidator
            try:
                limit(field.max_length)(value or "")
            except ValidationError as error:
                yield field.name, error.error_list


def _chosen(instance: models.Model) -> Iterator[tuple[str, list[Any]]]:
    for field in instance._meta.many_to_many:
        if isinstance(field, ParentalManyToManyField) and not field.blank and not getattr(instance, field.name).all():
            yield field.name, [field.error_messages["blank"]]


def _block_problems(block: Block, value: Any) -> Iterator[str]:
    try:
        block.clean(value)
    except ValidationError as error:
        yield from _told(error, block, value)


def _told(error: ValidationError, block: Any, value: Any) -> Iterator[str]:
    """The messages of a block's error, each after the names of the blocks that lead to it."""
    yield from getattr(error, "non_block_errors", ())
    inner = getattr(error, "block_errors", None)
    cells = getattr(error, "cell_errors", None)
    if inner is None and cells is None:
        yield from error.messages
    for row in (cells or {}).values():
        for cell in row.values():
            yield from cell.messages
    for key, below in (inner or {}).items():
        child, part = _below(block, value, key)
        for message in _told(below, child, part):
            yield f"{capfirst(child.label)} › {message}" if child.label else message


def _below(block: Any, value: Any, key: Any) -> tuple[Any, Any]:
    """The block and value at a key of `block_errors`: a place in a stream or list, a name in a struct."""
    if hasattr(block, "child_block"):
        return block.child_block, value[key]
    if isinstance(key, str):
        return block.child_blocks[key], value[key]
    return value[key].block, value[key].value


def _rows(instance: Any) -> Iterator[tuple[str, list[Any]]]:
    panels = row_panels(type(instance))
    for relation in get_all_child_relations(instance):
        name = relation.get_accessor_name()
        rows = list(getattr(instance, name).all())
        parent = relation.field.name
        yield name, [*_number_of(rows, panels.get(name)), *_each(rows, parent), *_repeated(rows, parent)]


def _number_of(rows: list[Any], panel: InlinePanel | None) -> Iterator[str]:
    if panel is None:
        return
    messages = getattr(panel, "row_options", {}).get("formset", BaseFormSet).default_error_messages
    if panel.min_num and len(rows) < panel.min_num:
        yield messages["too_few_forms"] % {"num": panel.min_num}
    if panel.max_num and len(rows) > panel.max_num:
        yield messages["too_many_forms"] % {"num": panel.max_num}


def _each(rows: Iterable[models.Model], parent: str) -> Iterator[str]:
    """What is wrong with single rows; what must be unique is compared among those that are to be, not with the old.

    That what they point to exists is not asked for each again: it was seen as the revision was opened, and the database
    refuses the rest.
    """
    for number, row in enumerate(rows, start=1):
        problems: Problems = {}
        keys = (field for field in row._meta.concrete_fields if isinstance(field, models.ForeignKey))
        chosen = [field.name for field in keys if getattr(row, field.attname) is not None]
        try:
            row.full_clean(exclude=[parent, *chosen], validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            _add(problems, error)
        for name, errors in _columns(row):
            problems.setdefault(name, []).extend(errors)
        for name, errors in problems.items():
            label = "" if name == NON_FIELD_ERRORS else capfirst(row._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            for message in ValidationError(errors).messages:
                place = f"{label} › {message}" if label else message
                yield _("no. %(number)s › %(message)s") % {"number": number, "message": place}


def _repeated(rows: list[Any], parent: str) -> Iterator[Any]:
    """Messages of the unique constraints of one parent's rows that two of them break."""
    for constraint in rows[0]._meta.constraints if rows else ():
        if not isinstance(constraint, models.UniqueConstraint) or parent not in constraint.fields:
            continue
        columns = [rows[0]._meta.get_field(name).attname for name in constraint.fields if name != parent]
        condition: dict[str, Any] = dict(constraint.condition.children if constraint.condition else ())  # type: ignore[arg-type]
        concerned = [row for row in rows if all(getattr(row, name) == held for name, held in condition.items())]
        values = [tuple(getattr(row, column) for column in columns) for row in concerned]
        if len(values) > len(set(values)):
            usual = constraint.violation_error_message == constraint.default_violation_error_message
            yield _("The same is chosen twice.") if usual else constraint.violation_error_message


def row_panels(model: Any) -> dict[str, InlinePanel]:
    """The panels of a model's child rows in its form, by relation."""
    return _row_panels(model._meta.label)


@cache
def _row_panels(label: str) -> dict[str, InlinePanel]:
    """To bind them takes longer than to check an object."""
    model: Any = apps.get_model(label)
    viewset = getattr(model, "snippet_viewset", None)
    handler = viewset.get_edit_handler() if viewset else model.get_edit_handler()
    return {panel.relation_name: panel for panel in _leaves(handler) if isinstance(panel, InlinePanel)}


def _leaves(panel: Panel) -> Iterator[Panel]:
    yield panel
    for child in getattr(panel, "children", ()):
        yield from _leaves(child)
