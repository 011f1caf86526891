from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from cms import changes, worker


class Command(BaseCommand):
    """Runs background tasks and the schedule until it is stopped (Ctrl-C or SIGTERM)."""

    help = __doc__
    requires_system_checks: list[str] = []  # `make lint` runs them; a restart must be quick

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changes.require()
            worker.run()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"the worker lost its database: {error}") from error
