"""Hold a step of a run in the middle of its work, for as long as a test needs: from outside, by what it waits for.

Input: the step's name. Output: a context in which the step gets so far and no further. Fetch waits for an answer of
the source; the others for a lock that the test has on a table or row.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from cmms.simulator import Simulator
from cmms.simulator.answers import Answer
from cmms.simulator.serve_http import Request


@dataclass(frozen=True)
class Barrier:
    """What the test locks, and a text of the statement that then waits."""

    lock: str
    waits: str


# A whole table locked for update takes no new row, which holds up an INSERT; only LOCK TABLES holds up a plain SELECT
# (and, through foreign keys, writing to the tables that this one refers to).
BARRIERS = {
    # the log row is written, not committed
    "open_run": Barrier("SELECT id FROM sync_units FOR UPDATE", "INTO sync_units"),
    # the run is open
    "plan_requests": Barrier("SELECT fence FROM sync_leases FOR UPDATE", "INTO sync_leases"),
    # the landed pages are about to be read
    "validate": Barrier("LOCK TABLES plants WRITE", "FROM plants"),
    # the staging table is made, and still empty
    "stage": Barrier("LOCK TABLES equipment_group_rules WRITE", "FROM equipment_group_rules"),
    # all rows and the marker are written, not committed; needs a rejected record
    "merge": Barrier("SELECT id FROM sync_log_events FOR UPDATE", "INTO sync_log_events"),
    # the log row is closed, not committed
    "close_run": Barrier("SELECT id FROM sync_log_events FOR UPDATE", "INTO sync_log_events"),
}


class GatedSimulator(Simulator):
    """A source whose answers can be held back."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._open = threading.Event()
        self._open.set()
        self.waiting = 0

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Requests get no answer in here; ``waiting`` counts them."""
        self.waiting = 0
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    def answer(self, request: Request) -> Answer:
        """Answer when the gate is open."""
        if not self._open.is_set():
            self.waiting += 1
            self._open.wait(300)
        return super().answer(request)


@contextmanager
def locked(connection: Any, barrier: Barrier) -> Iterator[None]:
    """Hold the lock in here."""
    with closing(connection.cursor()) as cursor:
        cursor.execute("START TRANSACTION")
        cursor.execute(barrier.lock)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
            cursor.execute("UNLOCK TABLES")


def count_waiting(connection: Any, schema: str, barrier: Barrier) -> int:
    """Sessions of the schema that are in the statement that the lock holds up, those of killed workers too."""
    with closing(connection.cursor()) as cursor:
        cursor.execute("SHOW FULL PROCESSLIST")
        return sum(row[3] == schema and barrier.waits in (row[7] or "") for row in cursor.fetchall())
