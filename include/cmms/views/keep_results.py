"""Keep for a moment what was dear to compute, so that many people with the same page open ask the database once.

Input: a key and a function that reads. Output: its result, read now or a moment ago. What takes less than
:data:`DEAR_SECONDS` is never kept: lists of usual size are always exact. What takes longer is kept for a multiple of
the time it took, so one question takes at most a twentieth of a database connection, however many people ask it. Any
change made through the view of this process forgets everything; one made by a sync is seen after
:data:`LONGEST_SECONDS` at the latest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

DEAR_SECONDS = 0.1
TIMES_ITS_COST = 20
LONGEST_SECONDS = 60.0
_MOST = 500

T = TypeVar("T")


@dataclass
class _Kept:
    lock: Lock = field(default_factory=Lock)
    started: float = 0.0
    until: float = 0.0
    value: Any = None


_kept: dict[Hashable, _Kept] = {}
_lock = Lock()


def keep(key: Hashable, read: Callable[[], T]) -> T:
    """The result of ``read``; who asks the same meanwhile shares the next reading."""
    asked = time.monotonic()
    with _lock:
        if len(_kept) >= _MOST:
            _kept.clear()
        kept = _kept.setdefault(key, _Kept())
    with kept.lock:
        if kept.started < asked >= kept.until:
            started = time.monotonic()
            kept.value = read()
            kept.started = started
            ended = time.monotonic()
            cost = ended - started
            kept.until = ended + min(cost * TIMES_ITS_COST, LONGEST_SECONDS) if cost >= DEAR_SECONDS else 0.0
        result: T = kept.value
        return result


def forget_kept() -> None:
    """Something was changed."""
    with _lock:
        _kept.clear()
