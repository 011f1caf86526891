"""What the commands share: which engines they are about."""

from argparse import ArgumentParser

from django.core.management.base import CommandError

from search.engines.base import Engine
from search.engines.configured import engines


def add_argument(parser: ArgumentParser) -> None:
    parser.add_argument("--engine", choices=["elasticsearch", "embedded"], help="one engine; all of them without it")


def chosen(name: str | None) -> list[Engine]:
    """The engines of this site, or the one named; CommandError where there is none of this name."""
    found = [engine for engine in engines() if name in {None, engine.name}]
    if not found:
        raise CommandError("--engine elasticsearch needs the environment variable ELASTICSEARCH_URL.")
    return found
