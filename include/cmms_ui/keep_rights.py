"""Cache what Airflow lets a session do, for some seconds. Input: a session's key, the question. Output: capabilities.

A page is some thirty requests, and an auth manager may ask its database or another server for each of the four
questions. So a session is asked about once in :data:`RIGHTS_SECONDS`: a role that is lowered or raised takes effect
within that time. Who is logged out is refused at once, since the login itself is never cached.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock

from cmms.views.actors import Capability

RIGHTS_SECONDS = 10.0
_MOST = 2_000

Rights = frozenset[Capability]


@dataclass
class _Entry:
    lock: Lock = field(default_factory=Lock)
    until: float = 0.0
    rights: Rights = frozenset()


class RightsCache:
    """What this process knows of sessions; safe for threads."""

    def __init__(self, seconds: float = RIGHTS_SECONDS) -> None:
        self._seconds = seconds
        self._entries: dict[Hashable, _Entry] = {}
        self._lock = Lock()

    def known(self, key: Hashable) -> Rights | None:
        """The rights of a session if they are fresh; never waits."""
        entry = self._entries.get(key)
        return entry.rights if entry and time.monotonic() < entry.until else None

    def find(self, key: Hashable, ask: Callable[[], Rights]) -> Rights:
        """The rights of a session; its requests share one question. An exception of ``ask`` is not cached."""
        with self._lock:
            if len(self._entries) >= _MOST:
                self._entries.clear()
            entry = self._entries.setdefault(key, _Entry())
        with entry.lock:
            asked_at = time.monotonic()
            if asked_at >= entry.until:
                entry.rights = ask()
                entry.until = asked_at + self._seconds
            return entry.rights
