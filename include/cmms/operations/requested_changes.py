"""Large changes that people have asked for: rows of ``requested_changes``, opened by a request, carried out by a run.

The row holds the chosen ids, which may be too many for the conf of a run, and how many of them have been dealt with.
That number commits together with the changes of each batch, so a run that is killed goes on after the last batch and
changes no row twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cmms.database import Connection, Cursor, execute, query, run_transaction

BATCH = 500
"""So many rows a transaction."""
DETAILS_LIMIT = 1_000
_KEPT_DAYS = 30
_ABANDONED_HOURS = 2


@dataclass(frozen=True)
class RequestedChange:
    """What is to be done; ``name`` is that of the action, ``asked_by`` the person who had the right when they asked."""

    id: int
    asked_by: str
    name: str
    arguments: Mapping[str, Any]
    keys: tuple[int, ...]
    batch_id: str


@dataclass(frozen=True)
class BatchResult:
    """What became of the rows of a batch; ``details`` says why each of the others was left alone."""

    changed: int
    unchanged: int = 0
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChangeProgress:
    """How far a change has come; ``details``: the first :data:`DETAILS_LIMIT` of those that were left alone."""

    id: int
    asked_by: str
    name: str
    arguments: Mapping[str, Any]
    status: str
    total: int
    done: int
    changed: int
    unchanged: int
    left_alone: int
    details: tuple[str, ...]
    error_message: str | None


def open_change(cursor: Cursor, *, asked_by: str, name: str, arguments: Mapping[str, Any], keys: Sequence[int]) -> int:
    """Note what is asked for and forget old ones; returns its id."""
    execute(cursor, "operations/changes/drop_old_changes", {"days": _KEPT_DAYS})
    row = {
        "asked_by": asked_by[:120],
        "name": name,
        "arguments": json.dumps(dict(arguments)),
        "keys_json": json.dumps([int(key) for key in keys]),
        "batch_id": str(uuid4()),
        "total": len(keys),
    }
    execute(cursor, "operations/changes/open_change", row)
    return int(cursor.lastrowid)


def drop_change(connection: Connection, change_id: int) -> None:
    """Forget a change that no run will carry out."""
    _execute(connection, "drop_change", {"id": change_id}, "dropping a requested change")


def find_change(connection: Connection, change_id: int) -> RequestedChange | None:
    """What was asked for."""
    rows = query(connection, "operations/changes/change_to_do", {"id": change_id})
    if not rows:
        return None
    row = dict(rows[0])
    return RequestedChange(
        keys=tuple(json.loads(row.pop("keys_json"))), arguments=json.loads(row.pop("arguments")), **row
    )


def read_progress_of(connection: Connection, change_id: int) -> ChangeProgress | None:
    """How far it has come."""
    rows = query(connection, "operations/changes/change_progress", {"id": change_id})
    if not rows:
        return None
    row = dict(rows[0])
    details = tuple(json.loads(row.pop("details") or "[]"))
    return ChangeProgress(details=details, arguments=json.loads(row.pop("arguments")), **row)


def do_next_batch(
    connection: Connection, change: RequestedChange, work: Callable[[Cursor, tuple[int, ...]], BatchResult]
) -> bool:
    """Deal with the next rows in one transaction with the note that they have been dealt with.

    Returns:
        False if none is left, or if the change was deleted meanwhile.

    Raises:
        CmmsError: nothing of this batch was changed.
    """

    def transaction(cursor: Cursor) -> bool:
        locked = query(cursor.connection, "operations/changes/lock_change", {"id": change.id})
        if not locked:
            return False
        state = locked[0]
        keys = change.keys[state["done"] : state["done"] + BATCH]
        if not keys:
            return False
        result = work(cursor, keys)
        details = [*json.loads(state["details"] or "[]"), *result.details][:DETAILS_LIMIT]
        counts = {"changed": result.changed, "unchanged": result.unchanged, "left_alone": len(result.details)}
        noted = {"id": change.id, "done": len(keys), "details": json.dumps(details), **counts}
        execute(cursor, "operations/changes/advance_change", noted)
        return True

    return run_transaction(connection, transaction, what="carrying out a requested change")


def fail_change(connection: Connection, change_id: int, message: str) -> None:
    """Close a change that has ended early; one that is over stays as it is."""
    facts = {"id": change_id, "error_message": message[:500]}
    _execute(connection, "fail_change", facts, "closing a requested change")


def close_abandoned_changes(connection: Connection) -> None:
    """Close those whose process is gone."""
    _execute(connection, "abandon_changes", {"hours": _ABANDONED_HOURS}, "closing abandoned changes")


def _execute(connection: Connection, name: str, facts: Mapping[str, Any], what: str) -> None:
    run_transaction(connection, lambda cursor: execute(cursor, f"operations/changes/{name}", facts), what=what)
