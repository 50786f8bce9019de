"""Cache expensive results for a moment, so that many people with the same page open query the database once.

Input: a key and a function that reads. Output: its result, read now or a moment ago. Results that take less than
:data:`DEAR_SECONDS` are never cached: lists of usual size are always exact. Others are cached for a multiple of the
time they took, so one question takes at most a twentieth of a database connection, however many people ask it. After a
change made through the view of this process they are cached for only twice that time; a change made by a sync shows
after :data:`LONGEST_SECONDS` at the latest.
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
class _CachedResult:
    lock: Lock = field(default_factory=Lock)
    started: float = 0.0
    cost: float = 0.0
    until: float = 0.0
    value: Any = None


class ResultCache:
    """The cached results of this process."""

    def __init__(self) -> None:
        self._cached: LRUCache[Hashable, _CachedResult] = LRUCache(_MOST)
        self._changed_at = 0.0
        self._lock = Lock()

    def cached_result(self, key: Hashable, read: Callable[[], T]) -> T:
        """The result of ``read``; callers with the same key at the same time share one reading."""
        asked = time.monotonic()
        with self._lock:
            cached = self._cached.setdefault(key, _CachedResult())
        with cached.lock:
            if cached.started < asked >= cached.until:
                started = time.monotonic()
                cached.value = read()
                cached.started = started
                ended = time.monotonic()
                cached.cost = ended - started
                times = TIMES_AFTER_CHANGE if self._changed_at > started else TIMES_ITS_COST
                cached.until = ended + min(cached.cost * times, LONGEST_SECONDS) if cached.cost >= DEAR_SECONDS else 0.0
            result: T = cached.value
            return result

    def expire_soon(self) -> None:
        """Something has changed: shorten the life of all results."""
        with self._lock:
            self._changed_at = time.monotonic()
            for cached in self._cached.values():
                cached.until = min(cached.until, self._changed_at + cached.cost * TIMES_AFTER_CHANGE)

    def clear_cache(self) -> None:
        """Forget all results."""
        with self._lock:
            self._cached.clear()


_cache = ResultCache()
cached_result, expire_soon, clear_cache = _cache.cached_result, _cache.expire_soon, _cache.clear_cache
