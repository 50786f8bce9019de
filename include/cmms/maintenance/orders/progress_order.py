"""Start an order, put it on hold, close it: steps that change nothing but the order."""

from __future__ import annotations

from cmms.access.actors import Actor, Invalid
from cmms.database import Cursor
from cmms.maintenance.orders.move_order import Row, move_order
from cmms.maintenance.orders.newest_counter import newest_counter
from cmms.maintenance.orders.order_life_cycle import HOLD_REASONS
from cmms.maintenance.orders.order_rows import now_of


def start_order(actor: Actor, key: int, version: int | None, note: str | None = None) -> None:
    """Work begins, or goes on; the counter of the machine at the first start is kept."""

    def work(cursor: Cursor, row: Row) -> Row:
        counter, _ = newest_counter(cursor, row["equipment_id"])
        return {
            "started_at": row["started_at"] or now_of(cursor),
            "start_reading": row["start_reading"] if row["started_at"] else counter,
            "hold_reason": None,
        }

    move_order(actor, key, version, "start", note, work)


def hold_order(actor: Actor, key: int, version: int | None, reason: str, note: str | None = None) -> None:
    """Work waits for something."""
    if reason not in HOLD_REASONS:
        raise Invalid("Holding needs a reason.", hold_reason="is required")
    move_order(actor, key, version, "hold", f"{reason}: {note}" if note else reason, lambda *_: {"hold_reason": reason})


def close_order(actor: Actor, key: int, version: int | None, note: str | None = None) -> None:
    """Somebody has looked at the finished work; the order is not changed any more."""
    move_order(actor, key, version, "close", note, lambda *_: {})
