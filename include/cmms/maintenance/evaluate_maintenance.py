"""Judge machines by the maintenance plans that concern them, and keep what that says in the tables.

Input: plans, machines, their life hours, and a day. Output: rows of ``equipment_maintenance``, opened and withdrawn
dues, one alert. Done again with the same input it writes nothing. How far away a service is says
:mod:`cmms.maintenance.calculate_due`; here is what becomes of it.

Locks, always in this order: machines (when some are named), then their schedules, both by key; so evaluations of the
same machine take turns, and a due is opened once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from cmms.database import Cursor, execute, insert_many, query, run_transaction, session
from cmms.errors import CmmsError
from cmms.maintenance.calculate_due import (
    Baseline,
    Due,
    Plan,
    Reading,
    calculate_due,
    calculate_rate,
)
from cmms.maintenance.meters.life_reading import LifeReading
from cmms.maintenance.meters.read_life import read_life
from cmms.maintenance.meters.settle_segments import settle_segments
from cmms.maintenance.notify_dues import DueAlert, notify_dues

BATCH = 2_000
"""Schedules judged in one transaction, about."""
_LEAST_MACHINES = 50

_FOUND = (
    *("baseline_hours", "baseline_date", "next_due_hours", "next_due_date", "hours_to_go", "days_to_go"),
    *("hours_a_day", "predicted_date", "state", "cause"),
)
NOT_DUE = "not due any more"
SUSPENDED = "machine or plan is not in force"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation did.

    Attributes:
        judged: schedules looked at.
        due: dues opened.
        withdrawn: dues that were open and are not due any more.
        changed: schedules removed, or now saying something else than before.
    """

    evaluated: int = 0
    due: int = 0
    withdrawn: int = 0
    changed: int = 0

    def __add__(self, other: Evaluation) -> Evaluation:
        return Evaluation(
            self.evaluated + other.evaluated,
            self.due + other.due,
            self.withdrawn + other.withdrawn,
            self.changed + other.changed,
        )

    @property
    def is_silent(self) -> bool:
        """Nothing that anybody could see has changed."""
        return not (self.due or self.withdrawn or self.changed)


def evaluate(cursor: Cursor, *, today: date, equipment_ids: Sequence[int] | None = None) -> Evaluation:
    """Evaluate these machines, or all, in the caller's transaction.

    All of them keep other evaluations waiting until the caller commits; :func:`evaluate_all` does not. A caller who has
    read without locking before judges by the readings of that moment: change first, then evaluate.

    Raises:
        MySQLdb.Error: whatever the database says; the caller's transaction is over.
    """
    if equipment_ids is None:
        query(cursor.connection, "maintenance/lock_plans")
        query(cursor.connection, "maintenance/lock_all_schedules")
        batches = _batches(cursor)
    else:
        chosen = sorted(set(equipment_ids))
        for statement in ("maintenance/lock_machines", "maintenance/lock_schedules"):
            for ids in _split(chosen, BATCH):
                query(cursor.connection, statement, {"ids": ids})
        batches = _split(chosen, _batch_size(cursor))
    total, raised = Evaluation(), None
    for ids in batches:
        _cover(cursor, ids)
        done, raised = _evaluate_batch(cursor, ids, today, raised)
        total += done
    _audit(cursor, total)
    return total


def evaluate_all(today: date) -> Evaluation:
    """Evaluate all machines, batch by batch, each in transactions of its own.

    Raises:
        DatabaseUnavailable, DatabaseRefused: from the server; earlier batches stay done.
    """
    total, raised, after = Evaluation(), None, 0
    with session() as connection:
        try:
            size = run_transaction(connection, _batch_size, what="counting plans")
            while ids := run_transaction(
                connection, partial(_next_machines, after=after, size=size), what="reading machines"
            ):
                run_transaction(connection, partial(_cover, ids=ids), what="covering machines by plans")
                work = partial(_evaluate_batch, ids=ids, today=today, raised=raised)
                done, raised = run_transaction(connection, work, what="evaluating maintenance")
                total += done
                after = ids[-1]
        except BaseException:
            with suppress(CmmsError):  # what was done before stays done, so pages are to hear of it
                run_transaction(connection, partial(_audit, done=total), what="noting an evaluation")
            raise
        run_transaction(connection, partial(_audit, done=total), what="noting an evaluation")
    return total


def _batch_size(cursor: Cursor) -> int:
    plans = int(query(cursor.connection, "maintenance/count_plans")[0]["plans"])
    return max(_LEAST_MACHINES, BATCH // max(1, plans))


def _batches(cursor: Cursor) -> Iterator[tuple[int, ...]]:
    after, size = 0, _batch_size(cursor)
    while ids := _next_machines(cursor, after, size):
        yield ids
        after = ids[-1]


def _split(ids: Sequence[int], size: int) -> Iterator[tuple[int, ...]]:
    for start in range(0, len(ids), size):
        yield tuple(ids[start : start + size])


def _next_machines(cursor: Cursor, after: int, size: int) -> tuple[int, ...]:
    rows = query(cursor.connection, "maintenance/machines_after", {"after": after, "row_limit": size})
    return tuple(int(row["id"]) for row in rows)


def _cover(cursor: Cursor, ids: tuple[int, ...]) -> None:
    """Add what the scope of active plans asks of machines that do not have it yet."""
    missing = query(cursor.connection, "maintenance/uncovered_machines", {"ids": ids})
    insert_many(cursor, "maintenance/insert_schedules", missing)


def _evaluate_batch(
    cursor: Cursor, ids: tuple[int, ...], today: date, raised: DueAlert | None
) -> tuple[Evaluation, DueAlert | None]:
    # Before anything is read: what others have written meanwhile counts.
    query(cursor.connection, "maintenance/lock_schedules", {"ids": ids})
    settle_segments(cursor, ids)
    schedules = query(cursor.connection, "maintenance/schedules", {"ids": ids})
    if not schedules:
        return Evaluation(), raised
    readings = read_life(cursor.connection, ids, today)
    removed: list[int] = []
    written: list[dict[str, Any]] = []
    opened: list[dict[str, Any]] = []
    withdrawn: dict[str, list[int]] = {NOT_DUE: [], SUSPENDED: []}
    numbers: list[str] = []
    changed = 0
    for row in schedules:
        if not row["is_covered"] and row["due_id"] is None:
            removed.append(row["id"])
            continue
        is_in_force = bool(row["is_wanted"] and row["is_covered"])
        reading = readings.get(int(row["equipment_id"]))
        found = _judge(row, reading, today) if is_in_force else _suspend(row)
        is_due = found["state"] in ("due", "overdue")
        if row["due_state"] == "open" and not is_due:
            withdrawn[NOT_DUE if is_in_force else SUSPENDED].append(row["due_id"])
        if is_due and not row["open_flag"] and not _is_waived(row, found):
            opened.append(_due(row, found, reading, today))
            numbers.append(row["equipment_number"])
        is_changed = any(row[name] != found[name] for name in _FOUND)
        changed += is_changed
        if is_changed or row["evaluated_on"] != today:
            keys = {name: row[name] for name in ("id", "equipment_id", "plan_id")}
            written.append({**keys, **found, "evaluated_on": today})
    if removed:
        execute(cursor, "maintenance/delete_schedules", {"ids": tuple(removed)})
    insert_many(cursor, "maintenance/write_schedules", written)
    due = insert_many(cursor, "maintenance/insert_dues", opened)
    if due:
        raised = notify_dues(cursor, numbers, int(cursor.lastrowid), raised)
    gone = sum(
        execute(cursor, "maintenance/withdraw_dues", {"ids": tuple(dues), "reason": reason})
        for reason, dues in withdrawn.items()
        if dues
    )
    return Evaluation(len(schedules) - len(removed), due, gone, changed + len(removed)), raised


def _judge(row: Row, reading: LifeReading | None, today: date) -> dict[str, Any]:
    """Columns of the schedule by what plan and newest reading say."""
    plan = Plan(
        interval_hours=row["interval_hours"],
        interval_days=row["interval_days"],
        mode=row["schedule_mode"],
        lead_hours=row["lead_hours"],
        lead_days=row["lead_days"],
        tolerance_hours=row["tolerance_hours"],
        tolerance_days=row["tolerance_days"],
    )
    newest = Reading(reading.life_hours, reading.date) if reading else None
    rate = calculate_rate(reading.total_hours, reading.first_day, reading.date) if reading else None
    baseline = _baseline(row, plan, newest, today)
    due = calculate_due(plan, baseline, newest, rate, today, row["first_due_date"])
    return _columns(baseline, due.state, due, rate)


def _suspend(row: Row) -> dict[str, Any]:
    return _columns(Baseline(row["baseline_hours"], row["baseline_date"]), "suspended", Due("ok"), None)


def _columns(baseline: Baseline, state: str, due: Due, rate: Decimal | None) -> dict[str, Any]:
    return {
        **asdict(due),
        "baseline_hours": baseline.hours,
        "baseline_date": baseline.date,
        "hours_a_day": rate,
        "state": state,
    }


def _baseline(row: Row, plan: Plan, newest: Reading | None, today: date) -> Baseline:
    """Where counting began, chosen once: then it stays until a service.

    Hours: the life hours at the last service; else 0, or the life hours now, as the plan says. Days: the day of the
    newest reading, or today where by that day it would be due from the start.
    """
    hours, day = row["baseline_hours"], row["baseline_date"]
    if hours is None:
        start = Decimal(0) if row["start_from"] == "zero" else newest.hours if newest else None
        hours = row["serviced_at_hours"] if row["serviced_at_hours"] is not None else start
    if day is None and (newest or plan.interval_days):
        day = newest.date if newest else today
        if plan.interval_days and (today - day).days >= plan.interval_days:
            day = today
    return Baseline(hours, day)


def _is_waived(row: Row, found: Row) -> bool:
    """A person has decided that this very service is not to be done."""
    same = (row["due_hours"], row["due_date"]) == (found["next_due_hours"], found["next_due_date"])
    return row["due_state"] == "waived" and same


def _due(row: Row, found: Row, reading: LifeReading | None, today: date) -> dict[str, Any]:
    return {
        "equipment_maintenance_id": row["id"],
        "occurrence_no": (row["occurrence_no"] or 0) + 1,
        "cause": found["cause"],
        "due_hours": found["next_due_hours"],
        "due_date": found["next_due_date"],
        "detected_on": today,
        "detected_hours": reading.life_hours if reading else None,
    }


def _audit(cursor: Cursor, done: Evaluation) -> None:
    if not done.is_silent:
        execute(cursor, "maintenance/audit", {"after_json": json.dumps(asdict(done))})
