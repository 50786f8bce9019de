"""Change what stands in an order that is not finished: title, description, priority, planned date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor, Capability, Invalid, WrongState
from cmms.access.audit import audit
from cmms.access.connections import write
from cmms.database import Cursor, execute
from cmms.maintenance.orders.move_order import lock_order
from cmms.maintenance.orders.order_life_cycle import UNFINISHED
from cmms.maintenance.orders.order_number import order_number
from cmms.parse_input import parse_day, parse_whole

TITLE_LENGTH = 200
EDITABLE = frozenset({"title", "description", "priority", "planned_date"})


def edit_order(actor: Actor, key: int, version: int | None, values: Mapping[str, Any]) -> None:
    """Change what stands in an order that is not finished."""
    actor.require(Capability.EDIT)
    if wrong := set(values) - EDITABLE:
        raise Invalid("these cannot be changed here", **dict.fromkeys(sorted(wrong), "cannot be changed"))

    def work(cursor: Cursor) -> None:
        before = lock_order(cursor, key, version)
        if before["status"] not in UNFINISHED:
            raise WrongState(f"{order_number(key)} is {before['status']} and cannot be changed any more.")
        plain = {**{name: before[name] for name in EDITABLE}, **values}
        after = {**before, **check_plain(plain)}
        if not after["title"]:
            raise Invalid("a title is needed", title="is required")
        old, new = ({name: row[name] for name in sorted(EDITABLE)} for row in (before, after))
        if old != new:
            execute(cursor, "maintenance/update_order", after)
            audit(cursor, actor, "edit", "work_orders", key, before=old, after=new)

    write(work, what="changing a work order")


def check_plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """What people write into an order, as it is stored."""
    try:
        priority = parse_whole(values.get("priority") or 3, 1, 5)
    except ValueError as error:
        raise Invalid("a priority is 1 to 5", priority=str(error)) from None
    planned = values.get("planned_date") or None
    return {
        "title": str(values.get("title") or "").strip()[:TITLE_LENGTH],
        "description": str(values.get("description") or "").strip() or None,
        "priority": priority,
        "planned_date": parse_day(planned) if isinstance(planned, str) else planned,
    }
