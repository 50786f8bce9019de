"""Move an order through its life: what a step changes, its history, its audit row, an evaluation of the machine.

Locks: the order, then its machine, then what belongs to the machine; evaluations lock machines first too, so they and
people take turns. All of a step is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cmms.access.actors import Actor, Capability, Invalid, NotFound, Stale, WrongState
from cmms.access.audit import audit
from cmms.access.connections import write
from cmms.database import Cursor, execute, query
from cmms.maintenance.evaluate_maintenance import evaluate
from cmms.maintenance.orders.order_life_cycle import TRANSITIONS, explain_refusal, may
from cmms.maintenance.orders.order_number import order_number
from cmms.maintenance.orders.order_rows import lock_machines, note_history
from cmms.maintenance.site_today import site_today

_KEPT = (
    *("title", "description", "priority", "status", "planned_date", "hold_reason", "cancel_reason", "started_at"),
    *("completed_at", "start_reading", "completion_reading", "completion_date", "completion_note"),
)
_EVALUATED_AFTER = ("complete", "cancel", "reopen")
Row = dict[str, Any]


def move_order(
    actor: Actor,
    key: int,
    version: int | None,
    verb: str,
    note: str | None,
    change: Callable[[Cursor, Row], Row],
    kept: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """A transition: what it changes, its row in the history, its audit row, and an evaluation of the machine.

    ``kept`` goes into the audit row besides: what was before and after elsewhere.
    """
    actor.require(Capability.EDIT)

    def work(cursor: Cursor) -> None:
        row = lock_order(cursor, key, version, verb)
        if verb in _EVALUATED_AFTER:
            lock_machines(cursor, (row["equipment_id"],))
        target = TRANSITIONS[verb].target
        changed = {**row, **change(cursor, row), "status": target}
        execute(cursor, "maintenance/update_order", changed)
        note_history(cursor, actor, key, row["status"], target, note)
        old = {name: row[name] for name in _KEPT if row[name] != changed[name]}
        new = {name: changed[name] for name in old}
        also = kept or {}
        audit(
            cursor, actor, verb, "work_orders", key,
            before={**old, **also.get("before", {})}, after={**new, **also.get("after", {})},
        )  # fmt: skip
        if verb in _EVALUATED_AFTER:
            evaluate(cursor, today=site_today(cursor.connection), equipment_ids=[row["equipment_id"]])

    write(work, what="changing a work order")


def lock_order(cursor: Cursor, key: int, version: int | None, verb: str = "") -> Row:
    """The order, locked; with a verb, only if its status allows that.

    Raises:
        Invalid: no version given. NotFound. WrongState: its status does not allow that. Stale: it has another version.
    """
    if version is None:
        raise Invalid("the version that was seen is needed", version="is required")
    rows = query(cursor.connection, "maintenance/lock_order", {"id": key})
    if not rows:
        raise NotFound("there is no such work order")
    row = rows[0]
    if verb and not may(verb, row["status"]):
        raise WrongState(f"{order_number(key)}: {explain_refusal(verb, row['status'])}.")
    if int(row["row_version"]) != version:
        raise Stale("This work order has been changed meanwhile. Look at it again before you change it.")
    return row
