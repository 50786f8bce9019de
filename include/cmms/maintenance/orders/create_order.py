"""Create a work order manually, for work that no plan covers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor, Capability, Invalid, NotFound, WrongState
from cmms.access.audit import audit
from cmms.access.connections import write
from cmms.database import Cursor, query
from cmms.maintenance.orders.due_lines import describe_dues
from cmms.maintenance.orders.edit_order import check_plain
from cmms.maintenance.orders.order_number import order_number
from cmms.maintenance.orders.order_rows import insert_order

TYPES = ("preventive", "corrective", "inspection")


def create_order(actor: Actor, equipment_id: int, values: Mapping[str, Any]) -> int:
    """Create an order manually, for work that no plan covers.

    Raises:
        WrongState: a preventive one for a machine at which something is due: that has, or gets, an order of its own.
    """
    actor.require(Capability.TRIGGER)
    row = {**check_plain(values), "type": str(values.get("type") or "corrective"), "equipment_id": equipment_id}
    if row["type"] not in TYPES:
        raise Invalid("there is no such type", type="unknown")
    if not row["title"]:
        raise Invalid("a title is needed", title="is required")

    def work(cursor: Cursor) -> int:
        if not query(cursor.connection, "maintenance/numbers_of", {"ids": (equipment_id,)}):
            raise NotFound("there is no such equipment")
        if row["type"] == "preventive":
            _refuse_second_order(cursor, equipment_id)
        new = {**row, "source": "manual", "due_hours": None, "due_date": None, "created_by": actor.name[:120]}
        key = insert_order(cursor, actor, new, None)
        audit(cursor, actor, "create", "work_orders", key, after=new)
        return key

    return write(work, what="creating a work order")


def _refuse_second_order(cursor: Cursor, equipment_id: int) -> None:
    found = query(cursor.connection, "maintenance/open_dues_of", {"ids": (equipment_id,)})
    if not found:
        return
    lines = [line for _, line in describe_dues(cursor, [row["id"] for row in found])]
    for line in lines:
        if line.order_id:
            raise WrongState(
                f"{line.plan_name} is due at this machine and has an order already: {order_number(line.order_id)}.",
                path=f"/work-orders/{line.order_id}",
            )
    raise WrongState(
        f"{lines[0].plan_name} is due at this machine: 'Create work orders' makes the order for it.",
        path=f"/dues/{lines[0].due_id}",
    )
