"""Which tables the log watches, and to which object each of their rows belongs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import ForeignKey, ManyToManyField, Model
from modelcluster.fields import ParentalKey

from cms.changes.models import CONTENT, FAMILIES, PRIVACY, UPDATE

DRAFT_BOOKKEEPING = frozenset(
    [
        "latest_revision_id",
        "latest_revision_created_at",
        "live_revision_id",
        "has_unpublished_changes",
        "draft_title",
        "locked",
        "locked_at",
        "locked_by_id",
        "go_live_at",
        "expired",
    ]
)
"""Columns that saving, scheduling or locking a draft writes into the live row; readers see none of them.

`expire_at` is not among them: of what is live only publication changes it, and it ends what readers see."""


@dataclass(frozen=True)
class Table:
    """A watched table. Its rows are objects themselves (`owner` empty) or parts of an object in the table `owner`."""

    name: str
    family: str
    model: str
    column: str  # holds the object's id
    ignored: tuple[str, ...] = ()
    owner: str = ""
    owner_key: str = ""
    only_live: bool = False  # of parts: a part of an object that is not live is nobody's business
    kind: str = UPDATE  # of parts: what a change of the part is for the object
    remembered: tuple[str, ...] = ()  # of objects: what of the row as it was goes into the log
    closed_by: str = ""  # of objects: the table whose rows close what lies below an object, even one that is not live
    closed_by_column: str = ""


@dataclass(frozen=True)
class _Watch:
    model: type[Model]
    family: str
    ignore: frozenset[str]
    of: str
    kind: str
    only_live: bool
    remember: frozenset[str] = frozenset()


_watched: dict[type[Model], _Watch] = {}
_left_out: dict[type[Model], str] = {}


def watch(
    model: type[Model],
    family: str = CONTENT,
    *,
    ignore: Iterable[str] = (),
    of: str = "",
    kind: str = UPDATE,
    only_live: bool = True,
    remember: Iterable[str] = (),
) -> None:
    """Log every change of `model` (call it from `AppConfig.ready`; a second call replaces the first).

    Covers the concrete subclasses of `model` (which may be abstract; a subclass may name another family in its
    attribute `change_family`), their child tables (every ParentalKey) and their many-to-many tables; a change of
    a child row is an update of the object that owns it. Objects with a column `live` are logged only where the
    live state is touched. `ignore` names columns that no reader sees; `remember` names columns whose old values the
    log keeps (`Change.before`); those of a fact's `public_with` are kept as well.

    `of` names a plain foreign key instead: the rows are parts of the object that it points to, and changing one is
    a change of this `kind` to that object, told even where that is not live if `only_live` is off.
    """
    if family not in FAMILIES:
        raise ValueError(f"{family!r} is not a family of changes: {', '.join(FAMILIES)}.")
    _left_out.pop(model, None)
    _watched[model] = _Watch(model, family, frozenset(ignore), of, kind, only_live, frozenset(remember))


def leave_out(model: type[Model], reason: str) -> None:
    """Say that no reader ever sees `model` (concrete or abstract), and why."""
    if not reason:
        raise ValueError(f"Say why {model.__name__} is left out of the change log.")
    _watched.pop(model, None)
    _left_out[model] = reason


def is_left_out(model: type[Model]) -> bool:
    """Whether `model` or one of its bases was left out on purpose."""
    return any(base in _left_out for base in model.__mro__)


def tables() -> list[Table]:
    """Every watched table, sorted by name; follows the models as they are now."""
    found: dict[tuple[str, str], Table] = {}
    for entry in _watched.values():
        for table in _of_foreign_key(entry) if entry.of else _of_objects(entry):
            found.setdefault((table.name, table.column), table)
    closing = {table.owner: table for table in found.values() if table.owner and table.kind == PRIVACY}
    return sorted(
        (
            replace(table, closed_by=closing[table.name].name, closed_by_column=closing[table.name].column)
            if not table.owner and table.name in closing
            else table
            for table in found.values()
        ),
        key=lambda table: (table.name, table.column),
    )


def object_table(model: type[Model]) -> Table:
    """The table whose rows are the objects of `model`; LookupError where it is not watched."""
    for table in tables():
        for base in (model, *model._meta.all_parents):
            if not table.owner and table.name == base._meta.db_table:
                return table
    raise LookupError(f"{model._meta.label} is not watched by the change log.")


def undecided() -> list[type[Model]]:
    """This project's models that are neither watched nor left out."""
    known = {table.name for table in tables()}
    return [
        model
        for model in apps.get_models()
        if _is_ours(apps.get_app_config(model._meta.app_label).path)
        and model._meta.managed
        and not model._meta.proxy
        and model._meta.db_table not in known
        and not is_left_out(model)
    ]


def _is_ours(path: str) -> bool:
    return Path(path).is_relative_to(settings.BASE_DIR) and "site-packages" not in path


def _concrete(model: type[Model]) -> Iterator[type[Model]]:
    for candidate in apps.get_models():
        options = candidate._meta
        if issubclass(candidate, model) and options.managed and not options.proxy and not is_left_out(candidate):
            yield candidate


def _of_objects(entry: _Watch) -> Iterator[Table]:
    for model in _concrete(entry.model):
        family = getattr(model, "change_family", entry.family)
        root = next((parent for parent in reversed(model._meta.all_parents) if issubclass(parent, entry.model)), model)
        key = _key(root)
        if model is root:
            ignored = DRAFT_BOOKKEEPING | entry.ignore
            remembered = _columns(model, entry.remember | set(getattr(model, "public_with", ())))
            yield Table(
                model._meta.db_table,
                family,
                model._meta.label_lower,
                key,
                _columns(model, ignored),
                remembered=remembered,
            )
        else:
            yield _part(model._meta.db_table, _key(model), root, family, _columns(model, entry.ignore))
        for name, column in _child_tables(model):
            yield _part(name, column, root, family)


def _child_tables(model: type[Model]) -> Iterator[tuple[str, str]]:
    for child in apps.get_models():
        if child._meta.proxy or not child._meta.managed or is_left_out(child):
            continue
        for field in child._meta.local_fields:
            if isinstance(field, ParentalKey) and field.related_model is model:
                yield child._meta.db_table, field.column
    for relation in model._meta.local_many_to_many:
        if isinstance(relation, ManyToManyField):  # not a TaggableManager, whose table serves every model
            yield relation.m2m_db_table(), relation.m2m_column_name()


def _of_foreign_key(entry: _Watch) -> Iterator[Table]:
    for model in _concrete(entry.model):
        field = model._meta.get_field(entry.of)
        if not isinstance(field, ForeignKey):
            raise TypeError(f"{model._meta.label}.{entry.of} is not a foreign key.")
        part = _part(
            model._meta.db_table, field.column, field.related_model, entry.family, _columns(model, entry.ignore)
        )
        yield replace(part, kind=entry.kind, only_live=part.only_live and entry.only_live)


def _part(name: str, column: str, root: type[Model], family: str, ignored: tuple[str, ...] = ()) -> Table:
    return Table(
        name,
        family,
        root._meta.label_lower,
        column,
        ignored,
        owner=root._meta.db_table,
        owner_key=_key(root),
        only_live=any(field.column == "live" for field in root._meta.concrete_fields),
    )


def _columns(model: type[Model], names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that are columns of the model's own table, sorted."""
    return tuple(sorted({str(field.column) for field in model._meta.local_concrete_fields} & set(names)))


def _key(model: type[Model]) -> str:
    return str(model._meta.pk.column)
