"""`manage.py check_index`: the portal's index compared with the database, and put right."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search import indexer
from search.engines.base import EngineError
from search.management import engines

NAMED = 10


class Command(BaseCommand):
    help = (
        "Compare the portal's search index with the database, both ways and document by document, and put right what "
        "differs. Ends with 1 where something did and --no-repair was given."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        engines.add_argument(parser)
        parser.add_argument("--no-repair", action="store_true", help="say what differs and leave it")

    def handle(self, *, engine: str | None, no_repair: bool, **options: Any) -> None:
        differ = False
        for chosen in engines.chosen(engine):
            try:
                found = indexer.check(chosen, repair=not no_repair)
            except EngineError as error:
                raise CommandError(str(error)) from error
            differ = differ or bool(found)
            for what, ids in vars(found).items():
                named = f" ({', '.join(sorted(ids)[:NAMED])}{' …' if len(ids) > NAMED else ''})" if ids else ""
                self.stdout.write(f"{chosen.name}: {len(ids)} {what}{named}")
        if differ and no_repair:
            raise CommandError("The index differs from the database.")
