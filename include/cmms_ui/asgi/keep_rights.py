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

import anyio
import anyio.to_thread
from anyio.lowlevel import current_token

from cmms.access.actors import Capability

RIGHTS_SECONDS = 10.0
_MOST = 2_000
_QUESTIONS = 8

Rights = frozenset[Capability]


@dataclass(frozen=True)
class _Entry:
    until: float
    rights: Rights


class RightsCache:
    """What this process knows of sessions."""

    def __init__(self, seconds: float = RIGHTS_SECONDS) -> None:
        self._seconds = seconds
        self._entries: dict[Hashable, _Entry] = {}
        self._asking: dict[Hashable, anyio.Lock] = {}
        self._threads = anyio.CapacityLimiter(_QUESTIONS)

    def known(self, key: Hashable) -> Rights | None:
        """The rights of a session if they are fresh; never waits."""
        entry = self._entries.get(key)
        return entry.rights if entry and time.monotonic() < entry.until else None

    async def find(self, key: Hashable, ask: Callable[[], Rights]) -> Rights:
        """The rights of a session; its requests share one question. An exception of ``ask`` is not cached."""
        mine = (current_token(), key)  # a lock belongs to one event loop
        asking = self._asking.setdefault(mine, anyio.Lock())
        try:
            async with asking:
                if (known := self.known(key)) is not None:
                    return known
                asked_at = time.monotonic()
                rights = await anyio.to_thread.run_sync(ask, limiter=self._threads, abandon_on_cancel=True)
                if len(self._entries) >= _MOST:
                    self._entries.clear()
                self._entries[key] = _Entry(asked_at + self._seconds, rights)
                return rights
        finally:
            if not asking.locked():
                self._asking.pop(mine, None)
