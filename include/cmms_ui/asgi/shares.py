"""One person's share of this process, so that nobody takes the others' time.

A ``Turns`` lets a person's further requests wait for a moment, for a page asks for many things together; what lasts has
places instead (``cmms.access.person_slots``). Limits are those of one API server process: with two processes a person
has twice as much.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio

from cmms_ui.asgi import text
from cmms_ui.asgi.refusals import Refused

RETRY_SECONDS = 5
REFUSAL_SECONDS = 1.0
"""So long a refusal is held back: who asks again at once, on many connections, would fill the process with refusals."""


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
            await anyio.sleep(REFUSAL_SECONDS)
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
    return Refused(429, text.TOO_MANY_REQUESTS, retry_after=RETRY_SECONDS)
