"""What people have plans ask of single machines: scheduled, put on another day, given back. Audited, then evaluated.

What cannot be done is reported as a conflict per machine; the rest is done. A second press changes nothing:
what was scheduled the first time is a conflict the second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from cmms.access.action_progress import Listener, ignore_progress
from cmms.access.actors import Actor, Capability, Invalid, NotFound
from cmms.access.audit import Changed, audit_many
from cmms.access.connections import raw_session, write
from cmms.database import Connection, Cursor, execute, query
from cmms.maintenance.evaluate_maintenance import evaluate
from cmms.maintenance.orders.order_number import order_number
from cmms.maintenance.site_today import site_today

_BATCH = 10_000
_TABLE = "equipment_maintenance"
_STATES = {"ok": "fine", "no_reading": "without a reading"}


@dataclass(frozen=True)
class Conflict:
    """A machine that is left alone, and why."""

    equipment_number: str
    why: str


@dataclass(frozen=True)
class Scheduled:
    """How many machines a plan asks something of by now, how many have got another day, and which were left alone."""

    created: int
    moved: int
    conflicts: tuple[Conflict, ...]


def schedule_maintenance(
    actor: Actor,
    keys: Sequence[int],
    plan_id: int,
    due_on: date | None = None,
    *,
    move: bool = False,
    listener: Listener = ignore_progress,
) -> Scheduled:
    """Have a plan ask something of these machines; ``due_on`` is when for the first time.

    With ``move``, those of which it asks it already are put on that day. In batches that commit on their own; all
    audit rows share a batch id.
    """
    actor.require(Capability.EDIT)
    check_schedule(keys, plan_id, due_on)
    batch_id = str(uuid4())
    found, done = [], 0
    for chunk in _batches(keys):

        def work(cursor: Cursor, chunk: tuple[int, ...] = chunk) -> Scheduled:
            return schedule_batch(cursor, actor, chunk, plan_id, due_on, move=move, batch_id=batch_id)

        found.append(write(work, what="scheduling maintenance"))
        done += len(chunk)
        listener(done, len(keys))
    return _add_up(found)


def schedule_batch(
    cursor: Cursor,
    actor: Actor,
    keys: tuple[int, ...],
    plan_id: int,
    due_on: date | None,
    *,
    move: bool,
    batch_id: str,
) -> Scheduled:
    """Schedule some machines in the caller's transaction."""
    fresh, moving, conflicts = _sort(cursor.connection, keys, plan_id, due_on, move)
    made = _insert_schedules(cursor, [row["id"] for row in fresh], plan_id, due_on)
    _set_first_due_date(cursor, [row["schedule_id"] for row in moving], due_on)
    for action, rows in (("schedule", fresh), ("reschedule", moving)):
        changed = [_describe_change(row, made, plan_id, due_on) for row in rows]
        audit_many(cursor, actor, action, _TABLE, changed, batch_id=batch_id)
    _evaluate(cursor, [row["id"] for row in (*fresh, *moving)])
    return Scheduled(len(fresh), len(moving), tuple(conflicts))


def _insert_schedules(
    cursor: Cursor, equipment_ids: Sequence[int], plan_id: int, due_on: date | None
) -> dict[int, int]:
    """The id of the schedule that each machine now has of the plan."""
    if not equipment_ids:
        return {}
    chosen = {"ids": tuple(equipment_ids), "plan_id": plan_id, "first_due_date": due_on}
    execute(cursor, "maintenance/schedule_machines", chosen)
    rows = query(cursor.connection, "maintenance/schedules_of_machines", chosen)
    return {int(row["equipment_id"]): int(row["id"]) for row in rows}


def _set_first_due_date(cursor: Cursor, keys: Sequence[int], due_on: date | None) -> None:
    if keys:
        execute(cursor, "maintenance/set_first_due_date", {"ids": tuple(keys), "first_due_date": due_on})


def _describe_change(row: Mapping[str, Any], made: Mapping[int, int], plan_id: int, due_on: date | None) -> Changed:
    before = {"state": row["state"], "first_due_date": row["first_due_date"]} if row["schedule_id"] else None
    after = {"equipment_id": row["id"], "plan_id": plan_id, "first_due_date": due_on}
    return Changed(row["schedule_id"] or made[row["id"]], before, after)


def rehearse_schedule(
    actor: Actor, keys: Sequence[int], plan_id: int, due_on: date | None = None, *, move: bool = False
) -> Scheduled:
    """What :func:`schedule_maintenance` would do; changes nothing."""
    actor.require(Capability.EDIT)
    check_schedule(keys, plan_id, due_on)
    found = []
    for chunk in _batches(keys):
        with raw_session() as connection:
            fresh, moving, conflicts = _sort(connection, chunk, plan_id, due_on, move)
        found.append(Scheduled(len(fresh), len(moving), tuple(conflicts)))
    return _add_up(found)


def reschedule(actor: Actor, keys: Sequence[int], due_on: date) -> Scheduled:
    """Put schedules on a day that a person chooses; one with an open work order is left alone."""
    actor.require(Capability.EDIT)
    check_day(due_on)
    done, conflicts = _change_schedules(
        keys, lambda cursor, chunk, batch_id: reschedule_batch(cursor, actor, chunk, due_on, batch_id=batch_id)
    )
    return Scheduled(0, done, conflicts)


def reschedule_batch(
    cursor: Cursor, actor: Actor, keys: tuple[int, ...], due_on: date, *, batch_id: str
) -> tuple[int, tuple[Conflict, ...]]:
    """Put some schedules on that day in the caller's transaction: how many, and which were left alone."""

    def find_conflict(row: Mapping[str, Any]) -> str:
        if row["due_state"] == "ordered":
            return _describe_order(row)
        if row["state"] == "suspended":
            return "is suspended"
        return f"is on {due_on} already" if row["first_due_date"] == due_on else ""

    chosen, conflicts = _lock_schedules(cursor, keys, find_conflict)
    _set_first_due_date(cursor, [row["id"] for row in chosen], due_on)
    _note_change(cursor, actor, "reschedule", chosen, {"first_due_date": due_on}, batch_id)
    return len(chosen), conflicts


def remove_schedules(actor: Actor, keys: Sequence[int]) -> tuple[int, tuple[Conflict, ...]]:
    """Take back what people have scheduled; what a plan asks by its scope is changed in the plan."""
    actor.require(Capability.EDIT)
    return _change_schedules(
        keys, lambda cursor, chunk, batch_id: remove_batch(cursor, actor, chunk, batch_id=batch_id)
    )


def remove_batch(
    cursor: Cursor, actor: Actor, keys: tuple[int, ...], *, batch_id: str
) -> tuple[int, tuple[Conflict, ...]]:
    """Take some schedules back in the caller's transaction: how many, and which were left alone."""

    def find_conflict(row: Mapping[str, Any]) -> str:
        if row["due_state"] == "ordered":
            return _describe_order(row)
        if row["assigned_by"] != "person":
            return "is required by the plan itself: change what the plan applies to"
        return ""

    chosen, conflicts = _lock_schedules(cursor, keys, find_conflict)
    if chosen:
        execute(cursor, "maintenance/return_schedules_to_plan", {"ids": tuple(row["id"] for row in chosen)})
    _note_change(cursor, actor, "remove", chosen, None, batch_id)
    return len(chosen), conflicts


def _change_schedules(
    keys: Sequence[int], change: Callable[[Cursor, tuple[int, ...], str], tuple[int, tuple[Conflict, ...]]]
) -> tuple[int, tuple[Conflict, ...]]:
    """``change(cursor, keys, batch_id)`` of each batch, in a transaction of its own."""
    if not keys:
        raise Invalid("no schedule was chosen")
    batch_id = str(uuid4())
    done = 0
    conflicts: list[Conflict] = []
    for chunk in _batches(keys):

        def work(cursor: Cursor, chunk: tuple[int, ...] = chunk) -> tuple[int, tuple[Conflict, ...]]:
            return change(cursor, chunk, batch_id)

        changed, left = write(work, what="changing schedules")
        done += changed
        conflicts += left
    return done, tuple(conflicts)


def _lock_schedules(
    cursor: Cursor, keys: tuple[int, ...], find_conflict: Callable[[Mapping[str, Any]], str]
) -> tuple[list[dict[str, Any]], tuple[Conflict, ...]]:
    """The schedules to change, and those that are left alone because ``find_conflict(row)`` gives a reason."""
    chosen, conflicts = [], []
    for row in query(cursor.connection, "maintenance/lock_chosen_schedules", {"ids": keys}):
        if why := find_conflict(row):
            conflicts.append(Conflict(row["equipment_number"], f"{row['plan_name']}: {why}"))
        else:
            chosen.append(row)
    return chosen, tuple(conflicts)


def _note_change(
    cursor: Cursor,
    actor: Actor,
    action: str,
    schedules: Sequence[Mapping[str, Any]],
    after: Mapping[str, Any] | None,
    batch_id: str,
) -> None:
    """Note a change of schedules, and evaluate their machines."""
    names = ("equipment_id", "plan_name", "assigned_by", "first_due_date")
    changed = [Changed(row["id"], {name: row[name] for name in names}, after) for row in schedules]
    audit_many(cursor, actor, action, _TABLE, changed, batch_id=batch_id)
    _evaluate(cursor, [int(row["equipment_id"]) for row in schedules])


def _sort(
    connection: Connection, keys: tuple[int, ...], plan_id: int, due_on: date | None, move: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[Conflict]]:
    """Machines to schedule, schedules to put on another day, and those that are left alone."""
    fresh, moving, conflicts = [], [], []
    rows = query(connection, "maintenance/machines_to_schedule", {"ids": keys, "plan_id": plan_id})
    for row in rows:
        if not row["is_active"]:
            conflicts.append(Conflict(row["equipment_number"], "is inactive"))
        elif row["schedule_id"] is None or (row["state"] == "suspended" and row["due_state"] != "ordered"):
            fresh.append(row)
        elif row["due_state"] == "ordered":
            conflicts.append(Conflict(row["equipment_number"], _describe_order(row)))
        elif move and due_on is not None and row["first_due_date"] != due_on:
            moving.append(row)
        else:
            conflicts.append(Conflict(row["equipment_number"], f"is scheduled by this plan already: {_describe(row)}"))
    gone = set(keys) - {int(row["id"]) for row in rows}
    return fresh, moving, [*conflicts, *(Conflict(f"#{key}", "does not exist any more") for key in sorted(gone))]


def _describe(row: Mapping[str, Any]) -> str:
    """``due, next on 2026-03-01 or at 2,000 h``."""
    when = [f"on {row['next_due_date']}"] if row["next_due_date"] else []
    when += [f"at {row['next_due_hours']:,.0f} h"] if row["next_due_hours"] is not None else []
    state = _STATES.get(row["state"], str(row["state"]))
    return f"{state}, next {' or '.join(when)}" if when else state


def _describe_order(row: Mapping[str, Any]) -> str:
    return f"has an open work order, {order_number(int(row['work_order_id']))}"


def check_schedule(keys: Sequence[int], plan_id: int, due_on: date | None) -> None:
    """Raise :class:`Invalid` or :class:`NotFound` unless the plan can be asked for on that day."""
    if not keys:
        raise Invalid("no equipment was chosen")
    if due_on is not None:
        check_day(due_on)
    with raw_session() as connection:
        plans = query(connection, "maintenance/maintenance_plan_is_active", {"id": plan_id})
    if not plans:
        raise NotFound("there is no such plan")
    if not plans[0]["is_active"]:
        raise Invalid("This plan is not active.", plan_id="is not active")


def check_day(due_on: date) -> None:
    """Raise :class:`Invalid` for a day in the past."""
    if due_on < site_today():
        raise Invalid("The day is in the past.", first_due_date="is in the past")


def _evaluate(cursor: Cursor, equipment_ids: Sequence[int]) -> None:
    if equipment_ids:
        evaluate(cursor, today=site_today(cursor.connection), equipment_ids=sorted(set(equipment_ids)))


def _batches(keys: Sequence[int]) -> list[tuple[int, ...]]:
    unique = list(dict.fromkeys(keys))
    return [tuple(unique[start : start + _BATCH]) for start in range(0, len(unique), _BATCH)]


def _add_up(parts: Sequence[Scheduled]) -> Scheduled:
    conflicts = tuple(conflict for part in parts for conflict in part.conflicts)
    return Scheduled(sum(part.created for part in parts), sum(part.moved for part in parts), conflicts)
