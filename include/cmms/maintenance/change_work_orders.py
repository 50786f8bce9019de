"""Work orders: created for what is due or created manually, moved through their life. Output: changed rows, audited.

A due has one order: the row of the due is locked while it gets one, so two clicks at once give one order. An order
that is completed resets where its schedules count from; one that is cancelled gives its due back. Whatever changes when
something is due is followed by an evaluation of the machine, all in one transaction.

Locks: the order, then its machine, then what belongs to the machine; evaluations lock machines first too, so they and
people take turns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from cmms.access.actors import Actor, Capability, Invalid, NotFound, Stale, WrongState
from cmms.access.audit import audit
from cmms.access.connections import raw_session, write
from cmms.database import Cursor, execute, query
from cmms.maintenance.check_completion import Known, check_completion
from cmms.maintenance.evaluate_maintenance import evaluate
from cmms.maintenance.order_life_cycle import HOLD_REASONS, TRANSITIONS, UNFINISHED, explain_refusal, may
from cmms.maintenance.site_today import site_today
from cmms.parse_input import parse_day, parse_whole

ORDER_LIMIT = 2_000
"""So many orders are created at once: each is somebody's work."""
TITLE_LENGTH = 200
TYPES = ("preventive", "corrective", "inspection")
EDITABLE = frozenset({"title", "description", "priority", "planned_date"})
_BATCH = 200
_KEPT = (
    *("title", "description", "priority", "status", "planned_date", "hold_reason", "cancel_reason", "started_at"),
    *("completed_at", "start_reading", "completion_reading", "completion_date", "completion_note"),
)
_EVALUATED_AFTER = ("complete", "cancel", "reopen")
_BASELINE = ("baseline_hours", "baseline_date", "first_due_date")
_THOUSANDTH = Decimal("0.001")
Row = dict[str, Any]


@dataclass(frozen=True)
class DueLine:
    """A due with its machine and plan; ``order_id``: the order that it has."""

    due_id: int
    equipment_id: int
    equipment_number: str
    plan_name: str
    state: str
    order_id: int | None


@dataclass(frozen=True)
class OrdersResult:
    """What became of dues: an order each, one that was there already, not due any more. ``idle``: nothing due."""

    created: tuple[DueLine, ...] = ()
    already: tuple[DueLine, ...] = ()
    gone: tuple[DueLine, ...] = ()
    idle: tuple[tuple[int, str], ...] = ()
    missing: int = 0


def order_number(key: int) -> str:
    """``WO-000012``: what people call an order."""
    return f"WO-{key:06d}"


def preview_orders(due_ids: Sequence[int]) -> OrdersResult:
    """What ordering would do; nothing is changed."""
    with raw_session() as connection, closing(connection.cursor()) as cursor:
        lines = [line for chunk in _chunks(due_ids) for _, line in _describe(cursor, chunk)]
    return _sort(lines, len(set(due_ids)) - len(lines))


def preview_orders_of(equipment_ids: Sequence[int]) -> OrdersResult:
    """The same for all that is due at machines."""
    due_ids, idle = _find_dues(equipment_ids)
    previewed = preview_orders(due_ids)
    return OrdersResult(previewed.created, previewed.already, previewed.gone, idle, previewed.missing)


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
    for chunk in _chunks(wanted):
        machines = _machines_of(chunk)

        def work(
            cursor: Cursor, chunk: tuple[int, ...] = chunk, machines: tuple[int, ...] = machines
        ) -> tuple[list[DueLine], list[DueLine]]:
            _lock_machines(cursor, machines)
            query(cursor.connection, "maintenance/lock_dues", {"ids": chunk})
            done, left = [], []
            for row, line in _describe(cursor, chunk):
                if line.state == "open":
                    done.append(_order(cursor, actor, row, line, planned_date, note, batch_id))
                else:
                    left.append(line)
            return done, left

        done, left = write(work, what="creating work orders")
        created, others = created + done, others + left
    result = _sort(others, len(wanted) - len(created) - len(others))
    return OrdersResult(tuple(created), result.already, result.gone, missing=result.missing)


def create_orders_for_machines(
    actor: Actor, equipment_ids: Sequence[int], planned_date: date | None = None, note: str | None = None
) -> OrdersResult:
    """An order for each open due of these machines; those at which nothing is due are named."""
    actor.require(Capability.TRIGGER)
    if not equipment_ids:
        raise Invalid("no equipment was chosen")
    due_ids, idle = _find_dues(equipment_ids)
    if not due_ids:
        return OrdersResult(idle=idle)
    result = create_orders_for_dues(actor, due_ids, planned_date, note)
    return OrdersResult(result.created, result.already, result.gone, idle, result.missing)


def create_order(actor: Actor, equipment_id: int, values: Mapping[str, Any]) -> int:
    """Create an order manually, for work that no plan covers.

    Raises:
        WrongState: a preventive one for a machine at which something is due: that has, or gets, an order of its own.
    """
    actor.require(Capability.TRIGGER)
    row = {**_check_plain(values), "type": str(values.get("type") or "corrective"), "equipment_id": equipment_id}
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
        key = _insert(cursor, actor, new, None)
        audit(cursor, actor, "create", "work_orders", key, after=new)
        return key

    return write(work, what="creating a work order")


def edit_order(actor: Actor, key: int, version: int | None, values: Mapping[str, Any]) -> None:
    """Change what stands in an order that is not finished."""
    actor.require(Capability.EDIT)
    if wrong := set(values) - EDITABLE:
        raise Invalid("these cannot be changed here", **dict.fromkeys(sorted(wrong), "cannot be changed"))

    def work(cursor: Cursor) -> None:
        before = _lock_order(cursor, key, version)
        if before["status"] not in UNFINISHED:
            raise WrongState(f"{order_number(key)} is {before['status']} and cannot be changed any more.")
        plain = {**{name: before[name] for name in EDITABLE}, **values}
        after = {**before, **_check_plain(plain)}
        if not after["title"]:
            raise Invalid("a title is needed", title="is required")
        old, new = ({name: row[name] for name in sorted(EDITABLE)} for row in (before, after))
        if old != new:
            execute(cursor, "maintenance/update_order", after)
            audit(cursor, actor, "edit", "work_orders", key, before=old, after=new)

    write(work, what="changing a work order")


def start_order(actor: Actor, key: int, version: int | None, note: str | None = None) -> None:
    """Work begins, or goes on; the counter of the machine at the first start is kept."""

    def work(cursor: Cursor, row: Row) -> Row:
        counter, _ = _newest_counter(cursor, row["equipment_id"])
        return {
            "started_at": row["started_at"] or _now(cursor),
            "start_reading": row["start_reading"] if row["started_at"] else counter,
            "hold_reason": None,
        }

    _move(actor, key, version, "start", note, work)


def hold_order(actor: Actor, key: int, version: int | None, reason: str, note: str | None = None) -> None:
    """Work waits for something."""
    if reason not in HOLD_REASONS:
        raise Invalid("Holding needs a reason.", hold_reason="is required")
    _move(actor, key, version, "hold", f"{reason}: {note}" if note else reason, lambda *_: {"hold_reason": reason})


def close_order(actor: Actor, key: int, version: int | None, note: str | None = None) -> None:
    """Somebody has looked at the finished work; the order is not changed any more."""
    _move(actor, key, version, "close", note, lambda *_: {})


def cancel_order(actor: Actor, key: int, version: int | None, reason: str) -> None:
    """The work is not done: what was due is open again, and may get another order."""
    if not reason.strip():
        raise Invalid("Cancelling needs a reason.", cancel_reason="is required")

    def work(cursor: Cursor, row: Row) -> Row:
        for due in query(cursor.connection, "maintenance/lock_dues_of_order", {"work_order_id": key}):
            if due["state"] == "ordered":
                _set_due(cursor, actor, due["id"], "open", None)
        return {"cancel_reason": reason.strip()[:200], "hold_reason": None}

    _move(actor, key, version, "cancel", reason, work)


def complete_order(
    actor: Actor,
    key: int,
    version: int | None,
    *,
    reading: Decimal | None,
    done_on: date | None = None,
    note: str | None = None,
) -> None:
    """The work is done: its dues are done, and their schedules count from this counter and day on.

    Raises:
        Invalid: the counter or the day cannot be.
    """
    today = site_today()
    day = done_on or today
    kept: Row = {}

    def work(cursor: Cursor, row: Row) -> Row:
        dues = query(cursor.connection, "maintenance/lock_dues_of_order", {"work_order_id": key})
        schedules = _lock_schedules(cursor, [due["equipment_maintenance_id"] for due in dues])
        _check_reading(cursor, row, schedules, reading, day, today)
        hours = None if reading is None else reading.quantize(_THOUSANDTH)
        for due in dues:
            _set_due(cursor, actor, due["id"], "done", key)
        before: Row = {"schedules": _baselines(schedules)}
        for schedule in schedules:
            begins: Row = {"baseline_date": day, "first_due_date": None}
            if hours is not None:
                begins["baseline_hours"] = hours
            schedule.update(begins)
            execute(cursor, "maintenance/set_baseline", schedule)
        after: Row = {"schedules": _baselines(schedules)}
        if row["type"] == "preventive" and hours is not None:
            serviced = query(cursor.connection, "maintenance/lock_serviced", {"equipment_id": row["equipment_id"]})[0]
            before["serviced_at_hours"], after["serviced_at_hours"] = serviced["serviced_at_hours"], hours
            execute(cursor, "maintenance/set_serviced", {"id": row["equipment_id"], "serviced_at_hours": hours})
        kept.update(before=before, after=after)
        return {
            "completed_at": _now(cursor),
            "completion_reading": hours,
            "completion_date": day,
            "completion_note": note,
            "hold_reason": None,
        }

    _move(actor, key, version, "complete", note, work, kept)


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
        schedules = _lock_schedules(cursor, [due["equipment_maintenance_id"] for due in dues])
        if _as_noted(_baselines(schedules)) != after["schedules"]:
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
            _set_due(cursor, actor, due["id"], "ordered", key)
        _restore_service(cursor, row["equipment_id"], before, after)
        empty = ("completed_at", "completion_reading", "completion_date", "completion_note")
        return dict.fromkeys(empty)

    _move(actor, key, version, "reopen", note, work)


def find_counter(equipment_id: int) -> Decimal | None:
    """The counter of a machine's newest reading; None if it has none."""
    with raw_session() as connection, closing(connection.cursor()) as cursor:
        return _newest_counter(cursor, equipment_id)[0]


def _move(
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
        row = _lock_order(cursor, key, version, verb)
        if verb in _EVALUATED_AFTER:
            _lock_machines(cursor, (row["equipment_id"],))
        target = TRANSITIONS[verb].target
        changed = {**row, **change(cursor, row), "status": target}
        execute(cursor, "maintenance/update_order", changed)
        _note_history(cursor, actor, key, row["status"], target, note)
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


def _lock_order(cursor: Cursor, key: int, version: int | None, verb: str = "") -> Row:
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
    key = _insert(cursor, actor, row, note)
    _set_due(cursor, actor, line.due_id, "ordered", key)
    after = {**row, "due_id": line.due_id}
    audit(cursor, actor, "create", "work_orders", key, after=after, batch_id=batch_id)
    return DueLine(line.due_id, line.equipment_id, line.equipment_number, line.plan_name, "ordered", key)


def _insert(cursor: Cursor, actor: Actor, row: Mapping[str, Any], note: str | None) -> int:
    execute(cursor, "maintenance/insert_order", row)
    key = int(cursor.lastrowid)
    _note_history(cursor, actor, key, None, "open", note)
    return key


def _note_history(cursor: Cursor, actor: Actor, key: int, before: str | None, after: str, note: str | None) -> None:
    row = {"work_order_id": key, "from_status": before, "to_status": after, "actor": actor.name[:120]}
    execute(cursor, "maintenance/insert_order_history", {**row, "note": (note or "").strip()[:2000] or None})


def _set_due(cursor: Cursor, actor: Actor, due_id: int, state: str, order_id: int | None) -> None:
    row = {"id": due_id, "state": state, "work_order_id": order_id, "user": actor.name[:120]}
    execute(cursor, "maintenance/set_due_state", row)


def _refuse_second_order(cursor: Cursor, equipment_id: int) -> None:
    found = query(cursor.connection, "maintenance/open_dues_of", {"ids": (equipment_id,)})
    if not found:
        return
    lines = [line for _, line in _describe(cursor, [row["id"] for row in found])]
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


def _check_plain(values: Mapping[str, Any]) -> Row:
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


def _check_reading(
    cursor: Cursor, row: Row, schedules: Sequence[Row], hours: Decimal | None, day: date, today: date
) -> None:
    counter, counter_date = _newest_counter(cursor, row["equipment_id"])
    floors = [row["start_reading"], *(schedule["baseline_hours"] for schedule in schedules)]
    services = [schedule["baseline_date"] for schedule in schedules if schedule["baseline_date"]]
    known = Known(counter, counter_date, tuple(f for f in floors if f is not None), max(services, default=None))
    if wrong := check_completion(hours, day, known, today=today):
        raise Invalid("The completion cannot be accepted.", **wrong)


def _newest_counter(cursor: Cursor, equipment_id: int) -> tuple[Decimal | None, date | None]:
    for row in query(cursor.connection, "maintenance/newest_counter", {"equipment_id": equipment_id}):
        return row["cumulative_hours"], row["date"]
    return None, None


def _lock_schedules(cursor: Cursor, ids: Sequence[int]) -> list[Row]:
    return query(cursor.connection, "maintenance/lock_baselines", {"ids": tuple(ids)}) if ids else []


def _baselines(schedules: Sequence[Row]) -> dict[str, Row]:
    return {str(schedule["id"]): {name: schedule[name] for name in _BASELINE} for schedule in schedules}


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


def _machines_of(due_ids: Sequence[int]) -> tuple[int, ...]:
    """Read apart: a transaction that reads before it locks would go on seeing what it has read."""
    with raw_session() as connection, closing(connection.cursor()) as cursor:
        return tuple(sorted({line.equipment_id for _, line in _describe(cursor, due_ids)}))


def _lock_machines(cursor: Cursor, ids: tuple[int, ...]) -> None:
    """Before anything else of them, as evaluations do."""
    if ids:
        query(cursor.connection, "maintenance/lock_machines", {"ids": ids})


def _find_dues(equipment_ids: Sequence[int]) -> tuple[list[int], tuple[tuple[int, str], ...]]:
    """Dues of the machines that are open or ordered, and the machines that have none."""
    dues: list[int] = []
    idle: list[tuple[int, str]] = []
    with raw_session() as connection, closing(connection.cursor()) as cursor:
        for chunk in _chunks(equipment_ids):
            rows = query(cursor.connection, "maintenance/open_dues_of", {"ids": chunk})
            dues += [row["id"] for row in rows]
            if left := tuple(set(chunk) - {row["equipment_id"] for row in rows}):
                names = query(cursor.connection, "maintenance/numbers_of", {"ids": left})
                idle += [(row["id"], row["equipment_number"]) for row in names]
    return dues, tuple(idle)


def _describe(cursor: Cursor, due_ids: Sequence[int]) -> list[tuple[Row, DueLine]]:
    return [
        (
            row,
            DueLine(
                row["id"],
                row["equipment_id"],
                row["equipment_number"],
                row["plan_name"],
                row["state"],
                row["work_order_id"],
            ),
        )
        for row in query(cursor.connection, "maintenance/describe_dues", {"ids": tuple(due_ids)})
    ]


def _sort(lines: Sequence[DueLine], missing: int) -> OrdersResult:
    """By what would become of them: ``created`` are those that are open."""
    by_state: dict[str, list[DueLine]] = {"open": [], "ordered": [], "gone": []}
    for line in lines:
        by_state.get(line.state, by_state["gone"]).append(line)
    created, already, gone = (tuple(found) for found in by_state.values())
    return OrdersResult(created, already, gone, missing=missing)


def _chunks(keys: Sequence[int]) -> Iterator[tuple[int, ...]]:
    for start in range(0, len(keys), _BATCH):
        yield tuple(keys[start : start + _BATCH])


def _now(cursor: Cursor) -> Any:
    return query(cursor.connection, "now")[0]["now"]
