"""Reopen a completed order: its schedules count from where they did before, and its dues are ordered again."""

from __future__ import annotations

import json
from typing import Any

from cmms.access.actors import Actor, WrongState
from cmms.database import Cursor, execute, query
from cmms.maintenance.orders.move_order import Row, move_order
from cmms.maintenance.orders.order_number import order_number
from cmms.maintenance.orders.order_rows import set_due_state
from cmms.maintenance.orders.schedule_baselines import baselines_of, lock_schedules


def reopen_order(actor: Actor, key: int, version: int | None, note: str | None = None) -> None:
    """It was not done after all: its schedules count from where they did before, and its dues are ordered again.

    Raises:
        WrongState: what it was before is not known any more, or something has happened at the schedules since.
    """

    def work(cursor: Cursor, row: Row) -> Row:
        noted = query(cursor.connection, "maintenance/completion_of", {"id_text": str(key)})
        if not noted:
            raise WrongState(f"{order_number(key)} cannot be reopened: what it has changed is not in the audit log.")
        before, after = (json.loads(noted[0][name]) for name in ("before_json", "after_json"))
        dues = query(cursor.connection, "maintenance/lock_dues_of_order", {"work_order_id": key})
        schedules = lock_schedules(cursor, [due["equipment_maintenance_id"] for due in dues])
        if _as_noted(baselines_of(schedules)) != after["schedules"]:
            raise WrongState(f"{order_number(key)} cannot be reopened: the machine has been serviced since.")
        ids = tuple(schedule["id"] for schedule in schedules)
        if ids and (since := query(cursor.connection, "maintenance/open_due_of_schedules", {"ids": ids})):
            other = since[0]["work_order_id"]
            raise WrongState(
                f"{order_number(key)} cannot be reopened: its plan has become due again since.",
                path=f"/work-orders/{other}" if other else f"/dues/{since[0]['id']}",
            )
        for schedule in schedules:
            execute(
                cursor, "maintenance/set_baseline", {**before["schedules"][str(schedule["id"])], "id": schedule["id"]}
            )
        for due in dues:
            set_due_state(cursor, actor, due["id"], "ordered", key)
        _restore_service(cursor, row["equipment_id"], before, after)
        empty = ("completed_at", "completion_reading", "completion_date", "completion_note")
        return dict.fromkeys(empty)

    move_order(actor, key, version, "reopen", note, work)


def _as_noted(values: Any) -> Any:
    """As the audit log has kept it."""
    return json.loads(json.dumps(values, default=str))


def _restore_service(cursor: Cursor, equipment_id: int, before: Row, after: Row) -> None:
    """The counter at the last service as it was, unless another service has been noted since."""
    if "serviced_at_hours" not in after:
        return
    serviced = query(cursor.connection, "maintenance/lock_serviced", {"equipment_id": equipment_id})[0]
    if str(serviced["serviced_at_hours"]) == after["serviced_at_hours"]:
        row = {"id": equipment_id, "serviced_at_hours": before["serviced_at_hours"]}
        execute(cursor, "maintenance/set_serviced", row)
