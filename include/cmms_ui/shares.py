"""One person's share of this process, so that nobody takes the others' time.

``Places`` are taken or refused at once (exports, event streams); a ``Turns`` lets a person's further requests wait for
a moment, for a page asks for many things together. Limits are those of one API server process: with two processes a
person has twice as much.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from threading import RLock

import anyio

from cmms_ui.refusals import Refused

RETRY_SECONDS = 5


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


@dataclass(frozen=True)
class Patience:
    """How many requests of a person may wait for their turn, and for how long each."""

    waiting: int
    seconds: float


class Turns:
    """So many requests of a person run at a time, the next ones wait; all its methods belong to one event loop."""

    def __init__(self, *, running: int) -> None:
        self._each = running
        self._running: Counter[str] = Counter()
        self._waiting: dict[str, deque[anyio.Event]] = {}

    @asynccontextmanager
    async def turn(self, who: str, patience: Patience) -> AsyncIterator[None]:
        """Run when it is the person's turn.

        Raises:
            Refused: 429, too many of the person's requests wait already, or this one has waited too long.
        """
        if self._running[who] < self._each:
            self._running[who] += 1
        else:
            await self._wait(who, patience)
        try:
            yield
        finally:
            self._pass_on(who)

    async def _wait(self, who: str, patience: Patience) -> None:
        if len(self._waiting.get(who, ())) >= patience.waiting:
            raise _refusal()
        mine = anyio.Event()
        self._waiting.setdefault(who, deque()).append(mine)
        try:
            with anyio.move_on_after(patience.seconds):
                await mine.wait()
        except BaseException:  # the request is over
            self._withdraw(who, mine)
            raise
        if not mine.is_set():
            self._withdraw(who, mine)
            raise _refusal()

    def _withdraw(self, who: str, mine: anyio.Event) -> None:
        if mine.is_set():
            self._pass_on(who)
            return
        queue = self._waiting[who]
        queue.remove(mine)
        if not queue:
            del self._waiting[who]

    def _pass_on(self, who: str) -> None:
        """Whoever has waited longest runs in the place of the one that ended."""
        queue = self._waiting.get(who)
        if queue:
            queue.popleft().set()
            if not queue:
                del self._waiting[who]
            return
        self._running[who] -= 1
        if not self._running[who]:
            del self._running[who]


def _refusal() -> Refused:
    text = "Too many of your requests run at this moment; try again in a few seconds."
    return Refused(429, text, retry_after=RETRY_SECONDS)
