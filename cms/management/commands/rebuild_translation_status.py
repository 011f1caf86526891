"""`manage.py rebuild_translation_status`: what is published of each translation, computed anew."""

from typing import Any

from django.core.management.base import BaseCommand

from cms.translation import status


class Command(BaseCommand):
    """Recomputes completeness and “outdated” of every translation; safe to run at any time."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{status.rebuild()} translations looked at.")
