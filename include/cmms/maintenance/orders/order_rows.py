"""The rows of an order: inserted, its history, the state of what it answers; locks that order steps share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor
from cmms.database import Cursor, execute, query


def insert_order(cursor: Cursor, actor: Actor, row: Mapping[str, Any], note: str | None) -> int:
    """Add an open order with the first row of its history; returns its id."""
    execute(cursor, "maintenance/insert_order", row)
    key = int(cursor.lastrowid)
    note_history(cursor, actor, key, None, "open", note)
    return key


def note_history(cursor: Cursor, actor: Actor, key: int, before: str | None, after: str, note: str | None) -> None:
    """Add a transition to the history of an order."""
    row = {"work_order_id": key, "from_status": before, "to_status": after, "actor": actor.name[:120]}
    execute(cursor, "maintenance/insert_order_history", {**row, "note": (note or "").strip()[:2000] or None})


def set_due_state(cursor: Cursor, actor: Actor, due_id: int, state: str, order_id: int | None) -> None:
    """A due is ordered, done, or open again."""
    row = {"id": due_id, "state": state, "work_order_id": order_id, "user": actor.name[:120]}
    execute(cursor, "maintenance/set_due_state", row)


def lock_machines(cursor: Cursor, ids: tuple[int, ...]) -> None:
    """Before anything else of them, as evaluations do."""
    if ids:
        query(cursor.connection, "maintenance/lock_machines", {"ids": ids})


def now_of(cursor: Cursor) -> Any:
    """The server's clock, in UTC."""
    return query(cursor.connection, "now")[0]["now"]
