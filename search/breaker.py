"""Leaving alone, for longer and longer, what does not answer."""

import threading
import time
from collections.abc import Callable


class Breaker:
    """Remembers that an engine failed, so that one asks it now and then and not everybody each time.

    `first` and `longest`: seconds of a pause, twice as many each time that it fails again.
    """

    def __init__(self, first: float, longest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._first, self._longest = first, longest
        self._clock, self._lock = clock, threading.Lock()
        self._until = self._pause = 0.0

    def lets_through(self) -> bool:
        """Whether to ask the engine; after a pause it is asked by one, while the others still pass it by."""
        with self._lock:
            if not self._pause:
                return True
            if self._clock() < self._until:
                return False
            self._until = self._clock() + self._pause
            return True

    def failed(self) -> bool:
        """Note a failure; whether it is the first."""
        with self._lock:
            first = not self._pause
            self._pause = min(self._longest, 2 * self._pause or self._first)
            self._until = self._clock() + self._pause
            return first

    def answered(self) -> bool:
        """Note an answer; whether it ends a pause."""
        with self._lock:
            was, self._pause = self._pause, 0.0
            return bool(was)
