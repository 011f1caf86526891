"""Of those who ask for the same at the same time one works it out, and the others wait for it."""

import threading
import time
from collections.abc import Callable, Hashable

from cms.api.cache.answer import Answer

PATIENCE = 5.0
"""Seconds after which whoever waits works it out as well."""


class _Flight:
    def __init__(self) -> None:
        self.answer: Answer | None = None
        self.landed = threading.Event()


class Flights:
    """The answers that are being worked out in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, _Flight] = {}

    def once(self, key: Hashable, work_out: Callable[[], Answer]) -> Answer:
        """What `work_out` gives, here or in another thread that asked for `key` meanwhile.

        What may not be kept, errors above all, is not shared: each works it out for itself.
        """
        with self._lock:
            flight = self._under_way.get(key)
            first = flight is None
            if flight is None:
                flight = self._under_way[key] = _Flight()
        if not first:
            flight.landed.wait(PATIENCE)
            shared = flight.answer
            return shared if shared and shared.until > time.time() else work_out()
        try:
            answer = work_out()
            if answer.until:
                flight.answer = answer
            return answer
        finally:
            with self._lock:
                del self._under_way[key]
            flight.landed.set()
