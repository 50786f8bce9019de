"""At most so many requests per second, counted over all threads of a fetch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class RateLimiter:
    """Hands out moments at which a request may start, evenly spaced; ``rate`` None means no limit."""

    def __init__(self, rate: float | None) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self, sleep: Callable[[float], None] = time.sleep) -> None:
        """Wait until the next request may start."""
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + self._interval
        if start > now:
            sleep(start - now)

    def pause(self, seconds: float) -> None:
        """The source asked for a pause: nobody starts a request before it is over."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)
