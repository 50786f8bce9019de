"""Meter changes that people declare, correct and withdraw. Output: rows of ``meter_segments``, audited.

The life hours of the machine and everything that is due by them follow in the same transaction. A reading of that day
that waits as a rejected record passes when it is replayed; marks of one that is stored follow at once.

Locks: the version of the reference data, then the machine, its schedules, its segments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cmms.access.actors import Actor, Capability, Invalid, NotFound, Stale, WrongState
from cmms.access.audit import audit
from cmms.access.connections import write
from cmms.database import Cursor, execute, query
from cmms.maintenance.evaluate_maintenance import evaluate
from cmms.maintenance.meters.check_change import HOURS_OF_A_DAY, KINDS, MeterChange, check_change
from cmms.maintenance.meters.life_hours import Around, MeterReading
from cmms.maintenance.meters.mark_reading import mark_reading
from cmms.maintenance.site_today import site_today
from cmms.parse_input import parse_day, parse_number

_TABLE = "meter_segments"
_STATED = ("from_date", "kind", "old_final", "new_initial", "reason")
_THOUSANDTH = Decimal("0.001")


def declare_change(actor: Actor, equipment_id: int, values: Mapping[str, Any]) -> int:
    """From a day on the counter of a machine counts anew; returns the id of the segment.

    Raises:
        Invalid: a value that cannot be, or there is a change on that day already. NotFound: no such machine.
    """
    actor.require(Capability.EDIT)
    change = parse_change(values)

    def work(cursor: Cursor) -> int:
        point = lock_machine(cursor, equipment_id)
        checked = _check(cursor, actor, equipment_id, change, point)
        execute(cursor, "maintenance/meters/insert_segment", _row(checked, point, actor))
        key = int(cursor.lastrowid)
        audit(cursor, actor, "create", _TABLE, key, after={"equipment_id": equipment_id, **_stated(checked)})
        _follow(cursor, equipment_id, {change.from_date})
        return key

    return write(work, what="declaring a meter change")


def edit_change(actor: Actor, key: int, version: int | None, values: Mapping[str, Any]) -> None:
    """Correct what was stated of a meter change.

    Raises:
        Invalid: a value that cannot be. NotFound. Stale: the change has another version by now.
    """
    actor.require(Capability.EDIT)
    if version is None:
        raise Invalid("the version that was seen is needed", version="is required")

    def work(cursor: Cursor) -> None:
        stored = _find_segment(cursor, key)
        equipment_id = int(stored["equipment_id"])
        point = lock_machine(cursor, equipment_id)
        before = _lock_segment(cursor, key)
        if before["row_version"] != version:
            raise Stale("This meter change has been changed meanwhile. Look at it again before you change it.")
        change = parse_change({**{name: before[name] for name in _STATED}, **values}, kinds=(*KINDS, before["kind"]))
        change = _check(cursor, actor, equipment_id, change, point, key)
        old, new = {name: before[name] for name in _STATED}, _stated(change)
        if old == new:
            return
        _refuse_without_reading(cursor, equipment_id, before["from_date"], moved_to=change.from_date)
        execute(cursor, "maintenance/meters/update_segment", {**_row(change, point, actor), "id": key})
        audit(cursor, actor, "edit", _TABLE, key, before=old, after=new)
        _follow(cursor, equipment_id, {before["from_date"], change.from_date})

    write(work, what="correcting a meter change")


def withdraw_changes(actor: Actor, keys: Sequence[int]) -> int:
    """Meter changes that did not happen; returns how many were withdrawn. The audit log holds what they were.

    Raises:
        WrongState: the stored reading of that day can only be right after a meter change.
    """
    actor.require(Capability.EDIT)
    if not keys:
        raise Invalid("no meter change was chosen")

    def withdraw(cursor: Cursor, key: int) -> int:
        found = query(cursor.connection, "maintenance/meters/segment", {"id": key})
        if not found:
            return 0
        equipment_id = int(found[0]["equipment_id"])
        lock_machine(cursor, equipment_id)
        before = _lock_segment(cursor, key)
        _refuse_without_reading(cursor, equipment_id, before["from_date"])
        execute(cursor, "maintenance/meters/delete_segment", {"id": key})
        was = {"equipment_id": equipment_id, **{name: before[name] for name in (*_STATED, "created_by")}}
        audit(cursor, actor, "withdraw", _TABLE, key, before=was)
        _follow(cursor, equipment_id, {before["from_date"]})
        return 1

    return sum(
        write(lambda cursor, key=key: withdraw(cursor, key), what="withdrawing a meter change")  # type: ignore[misc]
        for key in sorted(set(keys))
    )


def parse_change(values: Mapping[str, Any], *, kinds: Sequence[str] = KINDS) -> MeterChange:
    """A form as a value; raises :class:`Invalid` with a reason for each field that cannot be read."""
    wrong: dict[str, str] = {}
    kind = str(values.get("kind") or "")
    if kind not in kinds:
        wrong["kind"] = "is not one of the choices"
    day = _parse_day(values.get("from_date"), wrong)
    stated = {name: _parse_hours(values.get(name), name, wrong) for name in ("old_final", "new_initial")}
    reason = str(values.get("reason") or "").strip()[:255]
    if wrong or day is None:
        raise Invalid("The meter change cannot be accepted.", **wrong)
    return MeterChange(from_date=day, kind=kind, reason=reason, **stated)


def _parse_day(value: object, wrong: dict[str, str]) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return parse_day(value)
    except ValueError as error:
        wrong["from_date"] = str(error) if value else "is required"
        return None


def _parse_hours(value: object, name: str, wrong: dict[str, str]) -> Decimal | None:
    if value is None or not str(value).strip():
        return None
    try:
        return parse_number(value).quantize(_THOUSANDTH)
    except ValueError as error:
        wrong[name] = str(error)
        return None


def _find_segment(cursor: Cursor, key: int) -> dict[str, Any]:
    found = query(cursor.connection, "maintenance/meters/segment", {"id": key})
    if not found:
        raise NotFound("there is no such meter change")
    return found[0]


def lock_machine(cursor: Cursor, equipment_id: int) -> dict[str, Any]:
    """The primary measuring point of a machine, whose machine and schedules are locked from now on."""
    execute(cursor, "raise_version")
    if not query(cursor.connection, "maintenance/lock_machines", {"ids": (equipment_id,)}):
        raise NotFound("there is no such equipment")
    query(cursor.connection, "maintenance/lock_schedules", {"ids": (equipment_id,)})
    execute(cursor, "sync/replay/insert_point", {"equipment_id": equipment_id})
    return query(cursor.connection, "maintenance/meters/lock_point", {"equipment_id": equipment_id})[0]


def _lock_segment(cursor: Cursor, key: int) -> dict[str, Any]:
    found = query(cursor.connection, "maintenance/meters/lock_segment", {"id": key})
    if not found:
        raise NotFound("there is no such meter change")
    return found[0]


def _with_overflow(cursor: Cursor, actor: Actor, change: MeterChange, point: Mapping[str, Any]) -> MeterChange:
    """A rollover ends at the overflow value of the point; the first one that is declared states it."""
    if change.kind != "rollover":
        return change
    if change.old_final is None and point["overflow_value"] is None:
        raise Invalid(
            "The overflow value of this counter is not known yet.",
            old_final="is required: the highest value that the counter shows",
        )
    if change.old_final is not None and point["overflow_value"] is None:
        execute(cursor, "maintenance/meters/set_overflow", {"id": point["id"], "overflow_value": change.old_final})
        audit(
            cursor, actor, "edit", "measuring_points", point["id"],
            before={"overflow_value": None}, after={"overflow_value": change.old_final},
        )  # fmt: skip
    elif change.old_final != point["overflow_value"]:
        return change
    return MeterChange(
        from_date=change.from_date, kind=change.kind, new_initial=change.new_initial, reason=change.reason
    )


def check_for_machine(cursor: Cursor, actor: Actor, equipment_id: int, change: MeterChange) -> MeterChange:
    """A change as it is to be stored, whose machine is locked from now on.

    Raises:
        Invalid: a value that cannot be.
    """
    return _check(cursor, actor, equipment_id, change, lock_machine(cursor, equipment_id))


def _check(
    cursor: Cursor,
    actor: Actor,
    equipment_id: int,
    change: MeterChange,
    point: Mapping[str, Any],
    own_key: int = 0,
) -> MeterChange:
    around = read_around(cursor, equipment_id, change.from_date, own_key)
    today = site_today(cursor.connection)
    most = point["max_hours_a_day"] or HOURS_OF_A_DAY
    if wrong := check_change(change, around, today=today, most_a_day=most):
        raise Invalid("The meter change cannot be accepted.", **wrong)
    return _with_overflow(cursor, actor, change, point)


def read_around(cursor: Cursor, equipment_id: int, day: date, own_key: int = 0) -> Around:
    """The trusted readings before and since a day; those of other counters do not count.

    ``own_key`` is a segment that is about to be changed itself.
    """
    asked = {"equipment_id": equipment_id, "day": day, "own_key": own_key}
    row = query(cursor.connection, "maintenance/meters/readings_around", asked)[0]
    readings = [
        None
        if row[f"{which}_date"] is None
        else MeterReading(row[f"{which}_date"], row[f"{which}_counter"], row[f"{which}_hours"])
        for which in ("before", "first")
    ]
    return Around(*readings)


def _refuse_without_reading(cursor: Cursor, equipment_id: int, day: date, moved_to: date | None = None) -> None:
    """The stored reading of the day has more hours than its counter shows: only a meter change explains that."""
    if moved_to == day:
        return
    asked = {"equipment_id": equipment_id, "day": day}
    if query(cursor.connection, "maintenance/meters/needs_change", asked):
        raise WrongState(
            f"The reading of {day} has more hours than its counter shows, which only a meter change explains."
            " Void that reading first."
        )


def _follow(cursor: Cursor, equipment_id: int, days: set[date]) -> None:
    """Marks of the readings of these days, and what is due."""
    for day in sorted(days):
        mark_reading(cursor, equipment_id, day)
    evaluate(cursor, today=site_today(cursor.connection), equipment_ids=[equipment_id])


def _stated(change: MeterChange) -> dict[str, Any]:
    return {name: getattr(change, name) for name in _STATED}


def _row(change: MeterChange, point: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    return {**_stated(change), "point_id": point["id"], "user": actor.name[:120]}
