"""Changes of maintenance plans by administrators. Output: changed plans, audited; or what a change would do.

Saving a plan evaluates all its machines: few of them in the transaction of the change, many in
batches after it, as long as a person may be kept waiting; the daily evaluation does the rest. What a change would do is
found by doing it, batch by batch, in transactions that are rolled back.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cmms.access.actors import Actor, Capability, Invalid, NotFound, Stale
from cmms.access.audit import audit
from cmms.access.choices import forget_choices
from cmms.access.connections import raw_session, write
from cmms.access.edit_rows import with_stored
from cmms.database import Connection, Cursor, execute, query
from cmms.maintenance.evaluate_maintenance import Evaluation, evaluate, evaluate_all
from cmms.maintenance.site_today import site_today
from cmms.parse_input import parse_number

SCOPES = ("equipment", "group", "plant", "all")
MODES = ("floating", "fixed")
STARTS = ("now", "zero")
BATCH = 1_000
PATIENCE_SECONDS = 45.0
"""How long a person waits for the evaluation of a plan's machines; 2,000 take about a second."""
PREVIEW_SECONDS = 15.0
_HOURS_LIMIT = Decimal(10_000_000)
_DAYS_LIMIT = 36_500
_TABLE = "maintenance_plans"


@dataclass(frozen=True)
class SavedPlan:
    """A plan that was saved: how many machines it concerns, and how many of them are not evaluated yet."""

    id: int
    machines: int
    left: int


@dataclass(frozen=True)
class Rehearsal:
    """Effect of saving a plan: machines by state before and after, dues; ``evaluated`` of ``machines`` were tried."""

    now: Mapping[str, int]
    then: Mapping[str, int]
    opened: int
    withdrawn: int
    machines: int
    evaluated: int


def create_plan(actor: Actor, values: Mapping[str, Any]) -> SavedPlan:
    """Add a plan and evaluate its machines."""
    return _save(actor, None, None, check_plan(values))


def edit_plan(actor: Actor, key: int, version: int | None, values: Mapping[str, Any]) -> SavedPlan:
    """Change a plan and evaluate its machines again; an inactive plan schedules nothing.

    Raises:
        Stale: the plan has another version by now. NotFound.
    """
    actor.require(Capability.CONFIGURE)
    if version is None:
        raise Invalid("the version that was seen is needed", version="is required")
    return _save(actor, key, version, check_plan(with_stored("maintenance/maintenance_plan", key, values)))


def rehearse_plan(actor: Actor, values: Mapping[str, Any], key: int | None = None) -> Rehearsal:
    """What saving the plan would do today; nothing is kept. Ends early if it takes long."""
    actor.require(Capability.CONFIGURE)
    row = check_plan(with_stored("maintenance/maintenance_plan", key, values) if key else values)
    with raw_session() as connection:
        ids = _find_machines(connection, key or 0, row)
    now: Counter[str] = Counter()
    then: Counter[str] = Counter()
    opened = withdrawn = evaluated = 0
    deadline = time.monotonic() + PREVIEW_SECONDS
    for chunk in _batches(ids) if ids else iter([()]):
        found = _rehearse(actor, key, row, chunk)
        now.update(found.now)
        then.update(found.then)
        opened, withdrawn, evaluated = opened + found.opened, withdrawn + found.withdrawn, evaluated + len(chunk)
        if time.monotonic() > deadline:
            break
    return Rehearsal(now, then, opened, withdrawn, len(ids), evaluated)


def evaluate_now(actor: Actor) -> Evaluation:
    """Evaluate every plan for every machine, as the daily evaluation does."""
    actor.require(Capability.EDIT)
    found = evaluate_all(site_today())
    after = {"evaluated": found.evaluated, "due": found.due, "withdrawn": found.withdrawn, "changed": found.changed}
    write(lambda cursor: audit(cursor, actor, "evaluate", _TABLE, "", after=after), what="noting an evaluation")
    return found


def check_plan(values: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a plan; raises :class:`Invalid` with a reason for each field that cannot be accepted."""
    wrong: dict[str, str] = {}
    name = str(values.get("name") or "").strip()
    if not name:
        wrong["name"] = "is required"
    row: dict[str, Any] = {
        "name": name,
        "description": values.get("description") or None,
        "scope": _one_of(values, "scope", SCOPES, wrong),
        "schedule_mode": _one_of(values, "schedule_mode", MODES, wrong),
        "start_from": _one_of(values, "start_from", STARTS, wrong),
        "is_active": int(bool(values.get("is_active", True))),
    }
    for scope, field in (("group", "equipment_group_id"), ("plant", "plant_id")):
        chosen = values.get(field) if row["scope"] == scope else None
        row[field] = int(chosen) if chosen else None
        if row["scope"] == scope and not chosen:
            wrong[field] = f"is required for the machines of a {scope}"
    row |= _check_numbers(values, wrong)
    if wrong:
        raise Invalid("Some values cannot be accepted.", **wrong)
    return row


def _check_numbers(values: Mapping[str, Any], wrong: dict[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for unit, limit in (("hours", _HOURS_LIMIT), ("days", Decimal(_DAYS_LIMIT))):
        interval = _number(values, f"interval_{unit}", limit, wrong, whole=unit == "days")
        if interval is not None and interval <= 0:
            wrong[f"interval_{unit}"] = "must be above 0"
        row[f"interval_{unit}"] = interval
        for part in ("lead", "tolerance"):
            row[f"{part}_{unit}"] = _number(values, f"{part}_{unit}", limit, wrong, whole=unit == "days") or 0
        if interval is not None and row[f"lead_{unit}"] >= interval > 0:
            wrong[f"lead_{unit}"] = "must be less than the interval"
    intervals = {"interval_hours", "interval_days"}
    if all(row[name] is None for name in intervals) and not intervals & set(wrong):
        wrong["interval_hours"] = wrong["interval_days"] = "hours, days or both are needed"
    priority = _number(values, "priority", Decimal(5), wrong, whole=True)
    row["priority"] = 3 if priority is None else priority
    if row["priority"] < 1:
        wrong["priority"] = "must be 1 to 5"
    return row


def _one_of(values: Mapping[str, Any], field: str, allowed: Sequence[str], wrong: dict[str, str]) -> str:
    chosen = str(values.get(field) or allowed[0])
    if chosen not in allowed:
        wrong[field] = "is not one of the choices"
    return chosen


def _number(
    values: Mapping[str, Any], field: str, limit: Decimal, wrong: dict[str, str], *, whole: bool
) -> Decimal | int | None:
    text = str(values.get(field) if values.get(field) is not None else "").strip()
    if not text:
        return None
    try:
        number = parse_number(text)
    except ValueError as error:
        wrong[field] = str(error)
        return None
    if not 0 <= number <= limit:
        wrong[field] = f"must be 0 to {limit:,}"
        return None
    if whole and number != int(number):
        wrong[field] = "must be a whole number" if whole else "must be a number"
        return None
    return int(number) if whole else number.quantize(Decimal("0.01"))


def _save(actor: Actor, key: int | None, version: int | None, row: dict[str, Any]) -> SavedPlan:
    actor.require(Capability.CONFIGURE)

    def work(cursor: Cursor) -> tuple[int, list[int]]:
        plan_id = _write_plan(cursor, actor, key, version, row)
        ids = _find_machines(cursor.connection, plan_id, row)
        if 0 < len(ids) <= BATCH:
            evaluate(cursor, today=site_today(cursor.connection), equipment_ids=ids)
        return plan_id, ids

    plan_id, ids = write(work, what="saving a maintenance plan")
    forget_choices()
    evaluated, deadline = len(ids) if len(ids) <= BATCH else 0, time.monotonic() + PATIENCE_SECONDS
    for chunk in _batches(ids[evaluated:]):
        if time.monotonic() > deadline:
            break
        write(
            lambda cursor, chunk=chunk: evaluate(cursor, today=site_today(cursor.connection), equipment_ids=chunk),  # type: ignore[misc]
            what="evaluating the machines of a plan",
        )
        evaluated += len(chunk)
    return SavedPlan(plan_id, len(ids), len(ids) - evaluated)


def _write_plan(cursor: Cursor, actor: Actor, key: int | None, version: int | None, row: Mapping[str, Any]) -> int:
    """Insert or update, with the audit row; ``version`` None: whatever version it has."""
    if key is None:
        execute(cursor, "maintenance/insert_maintenance_plan", row)
        key = int(cursor.lastrowid)
        audit(cursor, actor, "create", _TABLE, key, after=row)
        return key
    found = query(cursor.connection, "maintenance/maintenance_plan", {"id": key})
    if not found:
        raise NotFound("there is no such plan")
    before = found[0]
    if before.pop("row_version") != version and version is not None:
        raise Stale("This plan has been changed meanwhile. Look at it again before you change it.")
    execute(cursor, "maintenance/update_maintenance_plan", {**row, "id": key})
    audit(cursor, actor, "edit", _TABLE, key, before=before, after=row)
    return key


class _Rehearsed(Exception):
    """Leaves a transaction so that it is rolled back, with what was found in it."""

    def __init__(self, found: Rehearsal) -> None:
        super().__init__("rehearsed")
        self.found = found


def _rehearse(actor: Actor, key: int | None, row: Mapping[str, Any], ids: Sequence[int]) -> Rehearsal:
    def work(cursor: Cursor) -> None:
        asked = {"id": key or 0, "ids": tuple(ids) or (0,)}
        now, dues = _states(cursor, asked), _open_dues(cursor, asked)
        asked["id"] = _write_plan(cursor, actor, key, None, row)
        if ids:
            evaluate(cursor, today=site_today(cursor.connection), equipment_ids=ids)
        then, after = _states(cursor, asked), _open_dues(cursor, asked)
        raise _Rehearsed(Rehearsal(now, then, len(after - dues), len(dues - after), len(ids), len(ids)))

    try:
        write(work, what="trying a maintenance plan")
    except _Rehearsed as rehearsed:
        return rehearsed.found
    raise AssertionError("unreachable: a rehearsal ends by its exception")


def _states(cursor: Cursor, asked: Mapping[str, Any]) -> dict[str, int]:
    return {row["state"]: int(row["machines"]) for row in query(cursor.connection, "maintenance/states_of_plan", asked)}


def _open_dues(cursor: Cursor, asked: Mapping[str, Any]) -> set[int]:
    return {int(row["id"]) for row in query(cursor.connection, "maintenance/open_dues_of_plan", asked)}


def _find_machines(connection: Connection, key: int, row: Mapping[str, Any]) -> list[int]:
    return [int(found["id"]) for found in query(connection, "maintenance/machines_of_plan", {**row, "id": key})]


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
