"""Where answers are kept: in this process, bounded by bytes."""

import threading
from collections import OrderedDict
from collections.abc import Hashable

from cms.api.cache.answer import Answer

PROVEN_SHARE = 0.8
LARGEST_SHARE = 1 / 8
"""Of the room, for one answer."""


class MemoryStore:
    """Keeps what was asked for lately, and longer what was asked for twice.

    A stranger who invents addresses one after the other can only drive out what was asked for once: answers that were
    found again have four fifths of the room to themselves. (Known as a segmented LRU.)
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._new: OrderedDict[Hashable, Answer] = OrderedDict()
        self._proven: OrderedDict[Hashable, Answer] = OrderedDict()
        self._new_size = self._proven_size = 0

    def __len__(self) -> int:
        return len(self._new) + len(self._proven)

    @property
    def size(self) -> int:
        """Bytes in use."""
        return self._new_size + self._proven_size

    def get(self, key: Hashable) -> Answer | None:
        """What was last put there."""
        with self._lock:
            answer = self._proven.get(key)
            if answer is not None:
                self._proven.move_to_end(key)
            elif (answer := self._new.get(key)) is not None and answer.status.startswith("200"):
                self._prove(key, answer)
            return answer

    def put(self, key: Hashable, answer: Answer) -> None:
        """Keep an answer in the place of the one before; one that would take much of the room is not kept."""
        if answer.size > self.limit * LARGEST_SHARE:
            return
        with self._lock:
            if (before := self._proven.pop(key, None)) is not None:
                self._proven_size -= before.size
                self._add_proven(key, answer)
                return
            if (before := self._new.pop(key, None)) is not None:
                self._new_size -= before.size
            self._add_new(key, answer)

    def _prove(self, key: Hashable, answer: Answer) -> None:
        del self._new[key]
        self._new_size -= answer.size
        self._add_proven(key, answer)

    def _add_proven(self, key: Hashable, answer: Answer) -> None:
        self._proven[key] = answer
        self._proven_size += answer.size
        while self._proven_size > self.limit * PROVEN_SHARE:
            old_key, old = self._proven.popitem(last=False)
            self._proven_size -= old.size
            self._add_new(old_key, old)
        self._drop()

    def _add_new(self, key: Hashable, answer: Answer) -> None:
        self._new[key] = answer
        self._new_size += answer.size
        self._drop()

    def _drop(self) -> None:
        while self._new and self.size > self.limit:
            self._new_size -= self._new.popitem(last=False)[1].size
