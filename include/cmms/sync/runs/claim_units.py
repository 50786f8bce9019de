"""Step 0b, one writer per unit of work: take the lease of a unit, raise its fence.

Input: a run and a unit. Output: the fence that this attempt holds. Every claim raises the fence, so a process
that slept through its lease (a zombie) or an older attempt of the same task finds a higher one when it wants to
merge, and cannot commit. Another run's unit is waited for, then refused with the reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from cmms.database import Connection, Cursor, execute, run_transaction
from cmms.errors import Fenced, RunConflict
from cmms.streams import StreamName

_POLL_SECONDS = 0.5


def claim_unit(
    connection: Connection,
    *,
    stream: StreamName,
    unit_key: str,
    sync_log_id: int,
    lease_seconds: int,
    wait_seconds: float,
    while_waiting: Callable[[], None] = lambda: None,
) -> int:
    """Take the unit's lease for ``sync_log_id``.

    Returns:
        The new fence.

    Raises:
        RunConflict: another run still holds it after ``wait_seconds``; names that run.
        Fenced: this run is closed (the watchdog took it for dead): it must not take units any more.
    """

    def attempt(cursor: Cursor) -> tuple[int | None, int | None]:
        key = {"stream": stream, "unit_key": unit_key}
        execute(cursor, "sync/runs/ensure_lease", key)
        fence, holder, is_free = _lock(cursor, key)
        if not is_free and holder != sync_log_id:
            return None, holder
        _check_open(cursor, sync_log_id)
        execute(cursor, "sync/runs/take_lease", {**key, "sync_log_id": sync_log_id, "lease_seconds": lease_seconds})
        return fence + 1, None

    deadline = time.monotonic() + wait_seconds
    while True:
        fence, holder = run_transaction(connection, attempt, what=f"claiming {stream} {unit_key}")
        if fence is not None:
            return fence
        if time.monotonic() >= deadline:
            raise RunConflict(
                f"{stream} {unit_key} is being synced by run {holder}; wait for it or cancel it, then start again",
                holder=holder,
            )
        while_waiting()
        time.sleep(_POLL_SECONDS)


def release_units(connection: Connection, sync_log_id: int) -> None:
    """Give back all units of a run that has merged them: nothing of it writes any more."""

    def release(cursor: Cursor) -> None:
        execute(cursor, "sync/runs/release_leases", {"sync_log_id": sync_log_id})

    run_transaction(connection, release, what="releasing the run's units")


def check_fence(cursor: Cursor, *, stream: str, unit_key: str, sync_log_id: int, fence: int) -> None:
    """Lock the unit's lease in the merging transaction and make sure that this attempt still holds it.

    Raises:
        Fenced: a newer attempt or another run took over.
    """
    current, holder, _ = _lock(cursor, {"stream": stream, "unit_key": unit_key})
    if holder != sync_log_id or current != fence:
        raise Fenced(
            f"{stream} {unit_key}: a newer attempt took over; this one must not write",
            fence=fence,
            newer_fence=current,
            holder=holder,
        )


def _check_open(cursor: Cursor, sync_log_id: int) -> None:
    """Locks the log row too, so that a run cannot be closed between this look and the claim."""
    execute(cursor, "sync/runs/lock_open_log", {"sync_log_id": sync_log_id})
    if cursor.fetchone() is None:
        raise Fenced("the run is closed; it must not take units any more", sync_log_id=sync_log_id)


def _lock(cursor: Cursor, key: dict[str, Any]) -> tuple[int, int | None, bool]:
    execute(cursor, "sync/runs/lock_lease", key)
    row = cursor.fetchone()
    if row is None:
        raise Fenced(
            f"{key['stream']} {key['unit_key']}: its row in sync_leases was deleted, so nobody holds the unit;"
            " start the run again"
        )
    return int(row[0]), row[1], bool(row[3])
