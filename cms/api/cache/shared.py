"""Answers that several server processes and machines have in common, through Django's cache framework."""

import hashlib
import logging
import time
from collections.abc import Hashable
from typing import Any

from django.conf import settings
from django.core.cache import caches

from cms import release
from cms.api.cache.answer import Answer

logger = logging.getLogger(__name__)

ALIAS = "api"
LONGEST = 24 * 3600
"""Seconds after which an answer is dropped that nobody replaced: one whose content version has long passed."""
PAUSE = 10.0
"""Seconds without it after it failed, so that a server that does not answer costs one request, not each."""


class SharedStore:
    """Never fails: what is wrong with it is logged, and answers are worked out here."""

    def __init__(self) -> None:
        self._prefix = release.fingerprint()
        self._resume = 0.0

    def get(self, key: Hashable) -> Answer | None:
        """What some process of this release last put there, for whatever content version."""
        found = self._ask("get", self._name(key))
        return Answer(*found) if found else None

    def put(self, key: Hashable, answer: Answer) -> None:
        """Keep an answer in the place of the one before."""
        self._ask("set", self._name(key), tuple(answer), timeout=int(min(LONGEST, answer.until - time.time())) + 1)

    def _name(self, key: Hashable) -> str:
        return hashlib.sha256(f"{self._prefix} {key!r}".encode()).hexdigest()

    def _ask(self, what: str, *words: Any, **more: Any) -> Any:
        if time.monotonic() < self._resume:
            return None
        try:
            return getattr(caches[ALIAS], what)(*words, **more)
        except Exception as error:
            self._resume = time.monotonic() + PAUSE
            logger.warning("The shared cache failed; %.0f seconds without it: %s", PAUSE, error)
            return None


def configured() -> SharedStore | None:
    """The shared store where API_CACHE_URL names one."""
    return SharedStore() if ALIAS in settings.CACHES else None
