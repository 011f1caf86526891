"""How often a client may ask."""

import threading
import time
from collections import OrderedDict

WINDOW = 60.0
REMEMBERED = 20_000
"""Clients; beyond, the one that was silent longest is forgotten, which only forgives it."""


class Throttle:
    """Lets each client ask so many times a minute, all at once or evenly; counted in this process.

    (The generic cell rate algorithm: of each client one number is kept, when its allowance will be whole again.)
    """

    def __init__(self, a_minute: int) -> None:
        self.interval = WINDOW / a_minute
        self._lock = threading.Lock()
        self._whole_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, client: str, now: float | None = None) -> float:
        """Seconds to wait before the next request; 0 where this one may pass, which is then counted."""
        now = time.monotonic() if now is None else now
        with self._lock:
            whole_at = max(self._whole_at.pop(client, now), now)
            wait = whole_at + self.interval - now - WINDOW
            self._whole_at[client] = whole_at if wait > 1e-6 else whole_at + self.interval
            if len(self._whole_at) > REMEMBERED:
                self._whole_at.popitem(last=False)
        return max(wait, 0.0) if wait > 1e-6 else 0.0
