"""`manage.py load_demo`: the demo site; running it again repairs an interrupted load and changes nothing else."""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from home.demo import load_facts, load_pages, load_records, load_site
from home.demo.source import DemoError

BETWEEN_PAUSES = 2.0
PAUSE = 0.15
"""Seconds. SQLite gives its lock to nobody in turn: who waits for it looks ten times a second and must find it free."""


class Command(BaseCommand):
    help = "Loads the demo content; what is already there, and what an editor changed or deleted, is left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_ALLOWED:
            raise CommandError("The demo's accounts have known passwords: it is loaded in development only.")
        logging.getLogger("wagtail").setLevel(logging.WARNING)  # a line per page would hide the progress
        try:
            load_site.load_accounts()
            load_facts.load(self.say)
            load_records.load(self.say)
            load_pages.load(self.say)
            load_pages.translate(self.say)
            load_site.load_navigation()
            load_site.load_settings()
        except DemoError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("")

    paused = 0.0

    def say(self, text: str) -> None:
        """Progress on one line where somebody looks at it, else a line now and then; others may write meanwhile."""
        if connection.vendor == "sqlite" and time.monotonic() - self.paused > BETWEEN_PAUSES:
            time.sleep(PAUSE)
            self.paused = time.monotonic()
        if self.stdout.isatty():
            self.stdout.write(f"\r\033[K{text}", ending="")
            self.stdout.flush()
        elif not text.startswith(("notices:", "pages:", "traductions:")) or text.split()[1] == text.split()[3]:
            self.stdout.write(text)
