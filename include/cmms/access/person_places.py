"""Places for what lasts, taken or refused at once: exports, event streams, replays, validations.

So many for one person, so many for all, so that nobody takes those of the others. Limits are those of one process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from threading import RLock


class Place:
    """One that was taken. It is left once, at the latest when nobody holds it any more: an answer may never be sent."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave: Callable[[], None] | None = leave

    def leave(self) -> None:
        """Free it."""
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()

    __del__ = leave


class Places:
    """So many for one person, so many for all; from any thread."""

    def __init__(self, *, each: int, total: int) -> None:
        self._each = each
        self._total = total
        self._taken: Counter[str] = Counter()
        self._lock = RLock()  # a place may be left by the garbage collector, at any moment

    def take(self, who: str) -> Place | None:
        """A place, None if there is none."""
        with self._lock:
            if self._taken.get(who, 0) >= self._each or self._taken.total() >= self._total:
                return None
            self._taken[who] += 1
        return Place(partial(self._give_back, who))

    def _give_back(self, who: str) -> None:
        with self._lock:
            self._taken[who] -= 1
            if not self._taken[who]:
                del self._taken[who]
