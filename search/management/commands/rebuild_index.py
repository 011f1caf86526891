"""`manage.py rebuild_index`: the portal's index anew, beside the one in use."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search import indexer
from search.engines.base import EngineError
from search.management import engines


class Command(BaseCommand):
    help = "Make the portal's search index anew. Readers search the old one until the new one is whole and up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        engines.add_argument(parser)

    def handle(self, *, engine: str | None, **options: Any) -> None:
        for chosen in engines.chosen(engine):
            try:
                count = indexer.rebuild(chosen, self.told if sys.stderr.isatty() else None)
            except EngineError as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"{chosen.name}: {count} documents")

    def told(self, done: int, total: int) -> None:
        bar = "█" * (40 * done // total) if total else ""
        self.stderr.write(f"\r{bar:40} {done} / {total}", ending="\n" if done == total else "")
        self.stderr.flush()
