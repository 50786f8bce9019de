"""Keep for a moment what was dear to compute, so that many people with the same page open ask the database once.

Input: a key and a function that reads. Output: its result, read now or a moment ago. What takes less than
:data:`DEAR_SECONDS` is never kept: lists of usual size are always exact. What takes longer is kept for a multiple of
the time it took, so one question takes at most a twentieth of a database connection, however many people ask it. After
a change made through the view of this process it is kept for twice that time only, so that many people who edit do not
have it computed all the time; one made by a sync is seen after :data:`LONGEST_SECONDS` at the latest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from cachetools import LRUCache

DEAR_SECONDS = 0.1
TIMES_ITS_COST = 20
TIMES_AFTER_CHANGE = 2
LONGEST_SECONDS = 60.0
_MOST = 500

T = TypeVar("T")


@dataclass
class _Kept:
    lock: Lock = field(default_factory=Lock)
    started: float = 0.0
    cost: float = 0.0
    until: float = 0.0
    value: Any = None


class Keeper:
    """What this process keeps."""

    def __init__(self) -> None:
        self._kept: LRUCache[Hashable, _Kept] = LRUCache(_MOST)
        self._changed_at = 0.0
        self._lock = Lock()

    def keep(self, key: Hashable, read: Callable[[], T]) -> T:
        """The result of ``read``; who asks the same meanwhile shares the next reading."""
        asked = time.monotonic()
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
        with kept.lock:
            if kept.started < asked >= kept.until:
                started = time.monotonic()
                kept.value = read()
                kept.started = started
                ended = time.monotonic()
                kept.cost = ended - started
                times = TIMES_AFTER_CHANGE if self._changed_at > started else TIMES_ITS_COST
                kept.until = ended + min(kept.cost * times, LONGEST_SECONDS) if kept.cost >= DEAR_SECONDS else 0.0
            result: T = kept.value
            return result

    def forget_soon(self) -> None:
        """Something was changed."""
        with self._lock:
            self._changed_at = time.monotonic()
            for kept in self._kept.values():
                kept.until = min(kept.until, self._changed_at + kept.cost * TIMES_AFTER_CHANGE)

    def forget_kept(self) -> None:
        """Begin anew."""
        with self._lock:
            self._kept.clear()


_keeper = Keeper()
keep, forget_soon, forget_kept = _keeper.keep, _keeper.forget_soon, _keeper.forget_kept
