"""Which engine answers a reader: the first, and the one that stands by where the first cannot."""

import logging
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from search.breaker import Breaker
from search.engines.base import Engine, EngineError, Refused
from search.engines.configured import engines
from search.searching import Asked, Found, search

T = TypeVar("T")

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 30.0
"""Seconds for which an engine that failed is not asked."""


class Unavailable(Exception):
    """No engine can answer: there is no index yet, or all have failed."""


class Answered(NamedTuple):
    """What was found, by which engine, and whether that only stood by."""

    found: Found
    engine: str
    degraded: bool


_breakers: dict[str, Breaker] = {}


def answer(asked: Asked) -> Answered:
    """Ask the first engine that can; Unavailable where none can."""
    found, engine, degraded = first(lambda engine: search(engine, asked))
    return Answered(found, engine, degraded)


def first(ask: Callable[[Engine], T]) -> tuple[T, str, bool]:
    """What the first engine that can says, its name, and whether it only stood by; Unavailable where none can."""
    ready = engines()
    for place, engine in enumerate(ready, 1):
        # The last one is always asked: there is nobody who could answer instead.
        found = _asked(engine, ask, always=place == len(ready))
        if found is not None:
            return found, engine.name, place > 1
    raise Unavailable


def _asked(engine: Engine, ask: Callable[[Engine], T], always: bool) -> T | None:
    breaker = _breakers.setdefault(engine.name, Breaker(FIRST_PAUSE, LONGEST_PAUSE))
    if not breaker.lets_through() and not always:
        return None
    try:
        found = ask(engine)
    except Refused:
        logger.exception("%s refused a question", engine.name)
        found = None
    except EngineError as error:
        if breaker.failed():
            logger.warning("%s does not answer: %s", engine.name, error)
        return None
    if breaker.answered():
        logger.info("%s answers again", engine.name)
    return found
