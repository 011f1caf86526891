"""`manage.py import_records FILE`: records of another system, again and again."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from resources.exchange import readers
from resources.exchange.importing import Entry, load
from resources.exchange.portable import Unreadable


class Command(BaseCommand):
    help = (
        "Writes the records of a file (JSON Lines, RIS, BibTeX, CSV). What it wrote before is brought up to date, what "
        "an editor changed since is left alone; begun again after an interruption it goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", help="what the sender is called; by default the name of the file")
        parser.add_argument("--format", choices=sorted(readers.READERS), help="by default what the file's name ends in")
        parser.add_argument("--leave-alike", action="store_true", help="leaves out what looks like a record here")
        parser.add_argument("--dry-run", action="store_true", help="tells what would happen, and writes nothing")

    def handle(self, *args: Any, file: Path, source: str | None, format: str | None, **options: Any) -> None:
        known = format or readers.format_of(file.name)
        if known is None:
            raise CommandError(f"Say with --format what {file.name} holds: {', '.join(sorted(readers.READERS))}.")
        try:
            with file.open("rb") as stream:
                counted = self._load(readers.READERS[known](stream), source or file.stem, options)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except Unreadable as error:
            raise CommandError(f"{file}: {error}") from None
        total = ", ".join(f"{outcome} {number}" for outcome, number in sorted(counted.items())) or "no record"
        self.stdout.write(f"{total}{' (nothing was written)' if options['dry_run'] else ''}")

    def _load(self, entries: Iterator[Entry], source: str, options: dict[str, Any]) -> Counter[str]:
        counted: Counter[str] = Counter()
        progress = sys.stderr.isatty()
        for line in load(entries, source, dry_run=options["dry_run"], leave_alike=options["leave_alike"]):
            counted[line.outcome] += 1
            if line.why:
                number = f" (no. {line.code})" if line.code else ""
                self.stdout.write(f"{line.place}: {line.outcome}{number}: {line.why}")
            if progress and line.place % 50 == 0:
                self.stderr.write(f"\r{line.place} …", ending="")
        return counted
