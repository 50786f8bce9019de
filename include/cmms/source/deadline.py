"""End what takes too long, whatever it is doing.

A read time-out counts from one byte to the next: a source that drips headers or body would hold us for hours.
One watching thread serves all requests of a fetch; it cuts the connection when a request's time is over.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(eq=False)
class Deadline:
    """The end of one request's time; ``is_over`` tells that it was cut."""

    at: float
    cut: Callable[[], None]
    is_over: bool = False


class DeadlineWatch:
    """Watches any number of deadlines. The thread starts with the first one and ends with :meth:`close`."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._open: set[Deadline] = set()
        self._next = float("inf")
        self._thread: threading.Thread | None = None
        self._is_closed = False

    @contextmanager
    def limit(self, seconds: float, cut: Callable[[], None]) -> Iterator[Deadline]:
        """Call ``cut()`` if the block takes longer than ``seconds``."""
        deadline = Deadline(time.monotonic() + seconds, cut)
        with self._changed:
            self._open.add(deadline)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="cmms-deadline", daemon=True)
                self._thread.start()
            elif deadline.at < self._next:
                self._changed.notify()
        try:
            yield deadline
        finally:
            with self._changed:
                self._open.discard(deadline)

    def close(self) -> None:
        """Stop watching."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._is_closed:
                now = time.monotonic()
                for deadline in [deadline for deadline in self._open if deadline.at <= now]:
                    self._open.discard(deadline)
                    deadline.is_over = True
                    deadline.cut()
                # Woken up only for an earlier deadline; one that was met in time is found out here, later.
                self._next = min((deadline.at for deadline in self._open), default=now + 3600)
                self._changed.wait(self._next - now)
