from typing import Any

from django.core.management.commands import migrate
from django.db import transaction
from django.db.migrations.executor import MigrationExecutor


class WholeExecutor(MigrationExecutor):
    """Applies and records each migration in one transaction, so that a process killed in between repeats it whole.

    Django records a migration with deferred SQL (indexes, foreign keys) after its transaction
    (https://code.djangoproject.com/ticket/32374): killed there, the next `migrate` fails on columns that exist already.
    It can go once Django records them together.
    """

    def apply_migration(self, state: Any, migration: Any, *args: Any, **kwargs: Any) -> Any:
        if not (migration.atomic and self.connection.features.can_rollback_ddl):
            return super().apply_migration(state, migration, *args, **kwargs)
        # SQLite's schema editor wants them off, which it cannot do once a transaction has begun.
        with self.connection.constraint_checks_disabled(), transaction.atomic(using=self.connection.alias):
            return super().apply_migration(state, migration, *args, **kwargs)


migrate.MigrationExecutor = WholeExecutor  # type: ignore[attr-defined,misc]


class Command(migrate.Command):
    """Django's own, with migrations that are applied whole or not at all."""
