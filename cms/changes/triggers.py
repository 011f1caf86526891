"""Keep the database's triggers equal to the registry: after every migrate, and checked before anything serves."""

from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from django.apps import AppConfig
from django.apps import apps as app_registry
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import ForeignKey, IntegerField
from django.utils import timezone
from modelcluster.fields import ParentalKey

from cms.changes import postgresql, registry, sqlite
from cms.changes.models import FAMILIES, RESET, Change, ChangeCounter


def install(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Create, replace and drop triggers until they are what the registry says; say in words what was not.

    Where something was not, changes may have gone by unseen: a `reset` is logged, and readers start afresh (but a
    log that nobody has read or written yet stays empty).
    """
    connection = connections[using]
    engine = _engine(connection)
    with transaction.atomic(using=using):
        wanted, found = _wanted(connection), engine.installed(connection)
        repairs = _differences(connection, wanted, found)
        engine.create_functions(connection, engine.stale_functions(connection))
        for place in found:
            if found[place] != wanted.get(place):
                engine.drop(connection, *place)
        for place, sql in wanted.items():
            if sql != found.get(place):
                engine.create(connection, *place, sql)
        if repairs and ChangeCounter.objects.using(using).exists():
            now = timezone.now()
            Change.objects.using(using).bulk_create(
                Change(family=family, kind=RESET, model="", object_id=0, created_at=now) for family in FAMILIES
            )
    return repairs


def uninstall(using: str = DEFAULT_DB_ALIAS) -> None:
    """Drop every trigger of the log."""
    connection = connections[using]
    engine = _engine(connection)
    with transaction.atomic(using=using):
        for place in engine.installed(connection):
            engine.drop(connection, *place)


def problems(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """What is wrong with the triggers, in words; empty when every change is logged."""
    connection = connections[using]
    if not _has_log(connection):
        return ["The tables of the change log are missing."]
    return _differences(connection, _wanted(connection), _engine(connection).installed(connection))


def require(using: str = DEFAULT_DB_ALIAS) -> None:
    """Refuse to start on a database that would lose changes; ImproperlyConfigured says what to do."""
    found = problems(using)
    if found:
        more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
        raise ImproperlyConfigured(
            f"The change log would miss changes: {' '.join(found[:3])}{more} Run manage.py migrate."
        )


def _engine(connection: BaseDatabaseWrapper) -> ModuleType:
    return postgresql if connection.vendor == "postgresql" else sqlite


def _has_log(connection: BaseDatabaseWrapper) -> bool:
    return {Change._meta.db_table, ChangeCounter._meta.db_table} <= set(connection.introspection.table_names())


def _wanted(connection: BaseDatabaseWrapper) -> dict[tuple[str, str], str]:
    present = set(connection.introspection.table_names())
    tables = [table for table in registry.tables() if {table.name, table.owner or table.name} <= present]
    statements: dict[tuple[str, str], str] = _engine(connection).statements(connection, tables)
    return statements


def _differences(
    connection: BaseDatabaseWrapper, wanted: dict[tuple[str, str], str], found: dict[tuple[str, str], str]
) -> list[str]:
    stale = [f"Function {name} is missing or out of date." for name in _engine(connection).stale_functions(connection)]
    for place in sorted(wanted.keys() | found.keys()):
        if place not in found:
            stale.append(f"Trigger {place[1]} on {place[0]} is missing.")
        elif wanted.get(place) != found[place]:
            stale.append(f"Trigger {place[1]} on {place[0]} is out of date.")
    return stale


def before_migrate(using: str = DEFAULT_DB_ALIAS, plan: Iterable[tuple[Any, bool]] = (), **kwargs: object) -> None:
    """Take the triggers away where a migration could trip over them.

    SQLite rebuilds a table by dropping and renaming, and refuses a rename while any trigger names the absent
    table. Going backwards may remove the log itself. Otherwise PostgreSQL keeps logging throughout.
    """
    steps = list(plan)
    if steps and (connections[using].vendor == "sqlite" or any(backwards for _, backwards in steps)):
        uninstall(using)


def after_migrate(using: str = DEFAULT_DB_ALIAS, **kwargs: object) -> None:
    """Install what the migrated tables need."""
    if _has_log(connections[using]):
        install(using)


def check_models(app_configs: Iterable[AppConfig] | None = None, **kwargs: object) -> Iterator[checks.CheckMessage]:
    """Nothing is forgotten: every model of this project is watched or left out with a reason."""
    for model in registry.undecided():
        yield checks.Error(
            f"{model._meta.label} is neither watched by the change log nor left out of it.",
            hint="In AppConfig.ready: changes.watch(Model) if readers may see it, else changes.leave_out(Model, why).",
            obj=model,
            id="cms.E101",
        )
    tables = registry.tables()
    by_name = {model._meta.db_table: model for model in app_registry.get_models()}
    for table in tables:
        watched_model = by_name.get(table.name)
        if watched_model and not table.owner and not _is_integer(watched_model._meta.pk):
            yield checks.Error(
                f"{watched_model._meta.label} needs a whole number as its key to be watched.",
                obj=watched_model,
                id="cms.E102",
            )
    watched = {table.name for table in tables}
    for child in app_registry.get_models():
        for field in child._meta.local_fields:
            if (
                isinstance(field, ParentalKey)
                and field.related_model._meta.db_table in watched
                and child._meta.db_table not in watched
                and not registry.is_left_out(child)
            ):
                yield checks.Error(
                    f"{child._meta.label} is a child of a child row; the change log follows one level only.",
                    hint=f'In AppConfig.ready: changes.watch({child.__name__}, of="{field.name}").',
                    obj=child,
                    id="cms.E103",
                )


def _is_integer(field: Any) -> bool:
    while isinstance(field, ForeignKey):
        field = field.target_field
    return isinstance(field, IntegerField) or field.get_internal_type().endswith("AutoField")


def check_database(databases: Iterable[str] | None = None, **kwargs: object) -> Iterator[checks.CheckMessage]:
    """A warning, not an error: `migrate` runs the checks first, and it is what repairs."""
    for using in databases or ():
        connection = connections[using]
        if connection.vendor in {"postgresql", "sqlite"} and _has_log(connection):
            for problem in problems(using):
                yield checks.Warning(f"{problem} Run manage.py migrate.", id="cms.W104")
