"""Create work orders for what is due. Input: dues or machines. Output: an order for each due that is open, audited.

A due has one order: the row of the due is locked while it gets one, so two clicks at once give one order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import uuid4

from cmms.access.actors import Actor, Capability, Invalid
from cmms.access.audit import audit
from cmms.access.connections import write
from cmms.database import Cursor, query
from cmms.maintenance.orders.due_lines import (
    DueLine,
    OrdersResult,
    Row,
    describe_dues,
    find_dues,
    in_batches,
    machines_of_dues,
    sort_lines,
)
from cmms.maintenance.orders.edit_order import TITLE_LENGTH
from cmms.maintenance.orders.order_rows import insert_order, lock_machines, set_due_state

ORDER_LIMIT = 2_000
"""So many orders are created at once: each is somebody's work."""


def create_orders_for_dues(
    actor: Actor, due_ids: Sequence[int], planned_date: date | None = None, note: str | None = None
) -> OrdersResult:
    """An order for each due that is open; in batches, each commits on its own, all audit rows share a batch id."""
    actor.require(Capability.TRIGGER)
    if not due_ids:
        raise Invalid("nothing was chosen that is due")
    if len(due_ids) > ORDER_LIMIT:
        raise Invalid(f"At most {ORDER_LIMIT:,} work orders are created at once: choose fewer.")
    wanted = sorted(set(due_ids))
    batch_id = str(uuid4())
    created: list[DueLine] = []
    others: list[DueLine] = []
    for chunk in in_batches(wanted):
        machines = machines_of_dues(chunk)

        def work(
            cursor: Cursor, chunk: tuple[int, ...] = chunk, machines: tuple[int, ...] = machines
        ) -> tuple[list[DueLine], list[DueLine]]:
            lock_machines(cursor, machines)
            query(cursor.connection, "maintenance/lock_dues", {"ids": chunk})
            done, left = [], []
            for row, line in describe_dues(cursor, chunk):
                if line.state == "open":
                    done.append(_order(cursor, actor, row, line, planned_date, note, batch_id))
                else:
                    left.append(line)
            return done, left

        done, left = write(work, what="creating work orders")
        created, others = created + done, others + left
    result = sort_lines(others, len(wanted) - len(created) - len(others))
    return OrdersResult(tuple(created), result.already, result.gone, missing=result.missing)


def create_orders_for_machines(
    actor: Actor, equipment_ids: Sequence[int], planned_date: date | None = None, note: str | None = None
) -> OrdersResult:
    """An order for each open due of these machines; those at which nothing is due are named."""
    actor.require(Capability.TRIGGER)
    if not equipment_ids:
        raise Invalid("no equipment was chosen")
    due_ids, idle = find_dues(equipment_ids)
    if not due_ids:
        return OrdersResult(idle=idle)
    result = create_orders_for_dues(actor, due_ids, planned_date, note)
    return OrdersResult(result.created, result.already, result.gone, idle, result.missing)


def _order(
    cursor: Cursor, actor: Actor, due: Row, line: DueLine, planned_date: date | None, note: str | None, batch_id: str
) -> DueLine:
    """The order of a due whose row is locked."""
    row = {
        "equipment_id": line.equipment_id,
        "type": "preventive",
        "title": f"{line.plan_name}: {line.equipment_number}"[:TITLE_LENGTH],
        "description": due["description"],
        "priority": due["priority"],
        "source": "due",
        "due_hours": due["due_hours"],
        "due_date": due["due_date"],
        "planned_date": planned_date,
        "created_by": actor.name[:120],
    }
    key = insert_order(cursor, actor, row, note)
    set_due_state(cursor, actor, line.due_id, "ordered", key)
    after = {**row, "due_id": line.due_id}
    audit(cursor, actor, "create", "work_orders", key, after=after, batch_id=batch_id)
    return DueLine(line.due_id, line.equipment_id, line.equipment_number, line.plan_name, "ordered", key)
