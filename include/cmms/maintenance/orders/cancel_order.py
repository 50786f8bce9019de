"""Cancel an order: what was due is open again in the same transaction."""

from __future__ import annotations

from cmms.access.actors import Actor, Invalid
from cmms.database import Cursor, query
from cmms.maintenance.orders.move_order import Row, move_order
from cmms.maintenance.orders.order_rows import set_due_state


def cancel_order(actor: Actor, key: int, version: int | None, reason: str) -> None:
    """The work is not done: what was due is open again, and may get another order."""
    if not reason.strip():
        raise Invalid("Cancelling needs a reason.", cancel_reason="is required")

    def work(cursor: Cursor, row: Row) -> Row:
        for due in query(cursor.connection, "maintenance/lock_dues_of_order", {"work_order_id": key}):
            if due["state"] == "ordered":
                set_due_state(cursor, actor, due["id"], "open", None)
        return {"cancel_reason": reason.strip()[:200], "hold_reason": None}

    move_order(actor, key, version, "cancel", reason, work)
