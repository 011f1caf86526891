"""`manage.py load_demo`: the demo site; running it again repairs an interrupted load and changes nothing else."""

import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from home.demo import load_facts, load_pages, load_site
from home.demo.source import DemoError


class Command(BaseCommand):
    help = "Loads the demo content; what is already there, and what an editor changed or deleted, is left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_ALLOWED:
            raise CommandError("The demo's accounts have known passwords: it is loaded in development only.")
        logging.getLogger("wagtail").setLevel(logging.WARNING)  # a line per page would hide the progress
        try:
            load_site.load_accounts()
            load_facts.load(self.say)
            load_pages.load(self.say)
            load_pages.translate(self.say)
            load_site.load_navigation()
            load_site.load_settings()
        except DemoError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("")

    def say(self, text: str) -> None:
        """Progress on one line where somebody looks at it, else a line now and then."""
        if self.stdout.isatty():
            self.stdout.write(f"\r\033[K{text}", ending="")
            self.stdout.flush()
        elif not text.startswith(("pages:", "translations:")) or text.split()[1] == text.split()[3]:
            self.stdout.write(text)
