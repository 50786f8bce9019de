"""Cache what Airflow lets a session do, for some seconds. Input: a session's key, the question. Output: capabilities.

A page is some thirty requests, and an auth manager may ask its database or another server for each of the four
questions. So a session is asked about once in :data:`RIGHTS_SECONDS`: a role that is lowered or raised takes effect
within that time. Who is logged out is refused at once, since the login itself is never cached. While it is asked about,
its other requests wait on the event loop: threads, which Airflow has few of, are taken by questions alone, and by few.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

import anyio
import anyio.to_thread
from anyio.lowlevel import current_token
from cachetools import TLRUCache

from cmms.access.actors import Capability

RIGHTS_SECONDS = 10.0
_MOST = 2_000
_QUESTIONS = 8

Rights = frozenset[Capability]


def _now() -> float:
    """The one clock of questions and entries."""
    return time.monotonic()


@dataclass(frozen=True)
class _Entry:
    asked_at: float
    rights: Rights


class RightsCache:
    """What this process knows of sessions."""

    def __init__(self, seconds: float = RIGHTS_SECONDS) -> None:
        # From the question on: an answer that was long on its way is as old as the question.
        self._entries: TLRUCache[Hashable, _Entry] = TLRUCache(
            _MOST, lambda _, entry, __: entry.asked_at + seconds, timer=_now
        )
        self._lock = Lock()  # of the entries: there may be several event loops
        self._asking: dict[Hashable, anyio.Lock] = {}
        self._threads = anyio.CapacityLimiter(_QUESTIONS)

    def known(self, key: Hashable) -> Rights | None:
        """The rights of a session if they are fresh; never waits."""
        with self._lock:
            entry = self._entries.get(key)
        return entry.rights if entry else None

    async def find(self, key: Hashable, ask: Callable[[], Rights]) -> Rights:
        """The rights of a session; its requests share one question. An exception of ``ask`` is not cached."""
        mine = (current_token(), key)  # a lock belongs to one event loop
        asking = self._asking.setdefault(mine, anyio.Lock())
        try:
            async with asking:
                if (known := self.known(key)) is not None:
                    return known
                asked_at = _now()
                rights = await anyio.to_thread.run_sync(ask, limiter=self._threads, abandon_on_cancel=True)
                with self._lock:
                    self._entries[key] = _Entry(asked_at, rights)
                return rights
        finally:
            if not asking.locked():
                self._asking.pop(mine, None)
