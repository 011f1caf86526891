from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cms.catalogues import compile_catalogues


class Command(BaseCommand):
    """Compiles the translation catalogues without gettext's programs."""

    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{compile_catalogues(settings.BASE_DIR)} catalogues compiled.")
