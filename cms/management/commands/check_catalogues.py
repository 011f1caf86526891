from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cms.catalogues import problems


class Command(BaseCommand):
    """Fails unless the translation catalogues hold every string of the sources, translated as far as it must be."""

    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        found = problems(settings.BASE_DIR)
        if found:
            lines = "\n".join(found)
            raise CommandError(
                f"{lines}\n{len(found)} problems in the catalogues. "
                "In an app's folder, `../.venv/bin/django-admin makemessages --all --no-location` adds what is missing."
            )
        self.stdout.write("The catalogues are complete.")
