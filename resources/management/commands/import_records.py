"""`manage.py import_records FILE` or `--oai URL`: records of another system, again and again."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser

from resources.exchange import harvest, readers
from resources.exchange.importing import Entry, load
from resources.exchange.portable import Unreadable


class Command(BaseCommand):
    help = (
        "Writes the records of a file (JSON Lines, RIS, BibTeX, CSV). What it wrote before is brought up to date, what "
        "an editor changed since is left alone; begun again after an interruption it goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument("--oai", metavar="URL", help="instead of a file, a catalogue that answers OAI-PMH")
        parser.add_argument("--set", default="", help="of the catalogue, this set alone")
        parser.add_argument("--from", dest="since", default="", help="what changed since a day such as 2024-01-31")
        parser.add_argument("--source", help="what the sender is called; by default the name of the file or host")
        parser.add_argument("--format", choices=sorted(readers.READERS), help="by default what the file's name ends in")
        parser.add_argument("--leave-alike", action="store_true", help="leaves out what looks like a record here")
        parser.add_argument("--dry-run", action="store_true", help="tells what would happen, and writes nothing")

    def handle(self, *args: Any, file: Path | None, source: str | None, **options: Any) -> None:
        if (file is None) == (options["oai"] is None):
            raise CommandError("Name a file, or with --oai the address of a catalogue.")
        options["origin"] = file.name if file else options["oai"]
        try:
            if file is None:
                address = options["oai"]
                found = harvest.entries(address, set=options["set"], since=options["since"])
                counted = self._load(found, "", source or urlsplit(address).hostname or address, options)
            else:
                counted = self._of_file(file, source or file.stem, options)
        except Unreadable as error:
            raise CommandError(f"{file or options['oai']}: {error}") from None
        total = ", ".join(f"{outcome} {number}" for outcome, number in sorted(counted.items())) or "no record"
        self.stdout.write(f"{total}{' (nothing was written)' if options['dry_run'] else ''}")

    def _of_file(self, file: Path, source: str, options: dict[str, Any]) -> Counter[str]:
        known = options["format"] or readers.format_of(file.name)
        if known is None:
            raise CommandError(f"Say with --format what {file.name} holds: {', '.join(sorted(readers.READERS))}.")
        try:
            with file.open("rb") as stream:
                return self._load(readers.READERS[known](stream), known, source, options)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None

    def _load(self, entries: Iterator[Entry], format: str, source: str, options: dict[str, Any]) -> Counter[str]:
        counted: Counter[str] = Counter()
        progress = sys.stderr.isatty()
        how = {name: options[name] for name in ("dry_run", "leave_alike", "origin")}
        for line in load(entries, source, carried=readers.carried(format), **how):
            counted[line.outcome] += 1
            if line.why:
                number = f" (no. {line.code})" if line.code else ""
                self.stdout.write(f"{line.place}: {line.outcome}{number}: {line.why}")
            if progress and line.place % 50 == 0:
                self.stderr.write(f"\r{line.place} …", ending="")
        return counted
