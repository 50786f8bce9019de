"""Slots for long requests, given or refused at once: exports, event streams, replays, validations.

One limit per person and one for all, so that nobody takes the slots of the others. The limits are those of one process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from threading import RLock


class Slot:
    """A slot that was taken. Freed once, at the latest when it is garbage-collected: an answer may never be sent."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave: Callable[[], None] | None = leave

    def leave(self) -> None:
        """Free it."""
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()

    __del__ = leave


class Slots:
    """A limit per person and one for all; thread-safe."""

    def __init__(self, *, each: int, total: int) -> None:
        self._each = each
        self._total = total
        self._taken: Counter[str] = Counter()
        self._lock = RLock()  # the garbage collector may free a slot at any moment

    def take(self, who: str) -> Slot | None:
        """A slot; None if none is free."""
        with self._lock:
            if self._taken.get(who, 0) >= self._each or self._taken.total() >= self._total:
                return None
            self._taken[who] += 1
        return Slot(partial(self._free, who))

    def _free(self, who: str) -> None:
        with self._lock:
            self._taken[who] -= 1
            if not self._taken[who]:
                del self._taken[who]
