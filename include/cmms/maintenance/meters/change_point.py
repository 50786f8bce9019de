"""The settings of a machine's primary measuring point. Input: a form. Output: its ``measuring_points`` row, audited."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cmms.access.actors import Actor, Capability, Invalid
from cmms.access.audit import audit
from cmms.access.connections import write
from cmms.access.read_rows import read_live
from cmms.database import Cursor, execute
from cmms.maintenance.evaluate_maintenance import evaluate
from cmms.maintenance.meters.change_meter import lock_machine
from cmms.maintenance.meters.check_change import COUNTER_LIMIT
from cmms.maintenance.meters.mark_reading import mark_all_readings
from cmms.maintenance.site_today import site_today
from cmms.parse_input import parse_number, parse_whole

RATE_METHODS = ("windows", "all", "sliding_days", "sliding_readings", "static")
_HOURS_OF_A_YEAR = Decimal(8784)
_LONGEST_DAY = Decimal(25)
_DEFAULTS: dict[str, Any] = {
    "overflow_value": None,
    "overflow_counts": False,
    "max_hours_a_day": Decimal(24),
    "annual_estimate": None,
    "stale_days": 14,
    "rate_method": "windows",
    "rate_window": None,
    "static_rate": None,
}
_MOST = {
    "overflow_value": COUNTER_LIMIT,
    "max_hours_a_day": _LONGEST_DAY,
    "annual_estimate": _HOURS_OF_A_YEAR,
    "static_rate": _LONGEST_DAY,
}
_ABOVE_ZERO = ("overflow_value", "max_hours_a_day")
_MOST_DAYS = 3_660


def read_point(equipment_id: int) -> dict[str, Any]:
    """The settings in force: those of the point, or the defaults where there is none yet."""
    rows = read_live("maintenance/meters/point", {"equipment_id": equipment_id})
    stored = rows[0] if rows else _DEFAULTS
    return {name: bool(stored[name]) if name == "overflow_counts" else stored[name] for name in _DEFAULTS}


def edit_point(actor: Actor, equipment_id: int, values: Mapping[str, Any]) -> None:
    """Change the settings; those that are not given stay.

    Life hours follow a changed overflow value at once, and doubtful readings follow changed hours a day.

    Raises:
        Invalid: a value that cannot be. NotFound: no such machine.
    """
    actor.require(Capability.EDIT)
    row = check_point({**read_point(equipment_id), **values})

    def work(cursor: Cursor) -> None:
        point = lock_machine(cursor, equipment_id)
        before = {name: point[name] for name in _DEFAULTS}
        if before == row:
            return
        execute(cursor, "maintenance/meters/update_point", {**row, "id": point["id"]})
        audit(cursor, actor, "edit", "measuring_points", point["id"], before=before, after=row)
        if before["max_hours_a_day"] != row["max_hours_a_day"]:
            mark_all_readings(cursor, equipment_id)
        evaluate(cursor, today=site_today(cursor.connection), equipment_ids=[equipment_id])

    write(work, what="changing the settings of a counter")


def check_point(values: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a point; raises :class:`Invalid` with a reason for each field that cannot be accepted."""
    wrong: dict[str, str] = {}
    row: dict[str, Any] = {
        "overflow_counts": int(bool(values.get("overflow_counts"))),
        "rate_method": str(values.get("rate_method") or "windows"),
        **{name: _number(values, name, most, wrong) for name, most in _MOST.items()},
        **{name: _days(values, name, wrong) for name in ("stale_days", "rate_window")},
    }
    if row["rate_method"] not in RATE_METHODS:
        wrong["rate_method"] = "is not one of the choices"
    needed = {"sliding_days": "rate_window", "sliding_readings": "rate_window", "static": "static_rate"}
    for name in ("max_hours_a_day", "stale_days", needed.get(row["rate_method"])):
        if name and row[name] is None:
            wrong.setdefault(name, "is required")
    if wrong:
        raise Invalid("Some values cannot be accepted.", **wrong)
    return {name: row[name] for name in _DEFAULTS}


def _number(values: Mapping[str, Any], name: str, most: Decimal, wrong: dict[str, str]) -> Decimal | None:
    if values.get(name) in (None, ""):
        return None
    try:
        number = parse_number(values[name])
    except ValueError as error:
        wrong[name] = str(error)
        return None
    if not 0 <= number <= most or (name in _ABOVE_ZERO and not number):
        wrong[name] = f"must be above 0, at most {most:,}" if name in _ABOVE_ZERO else f"must be 0 to {most:,}"
    return number


def _days(values: Mapping[str, Any], name: str, wrong: dict[str, str]) -> int | None:
    if values.get(name) in (None, ""):
        return None
    try:
        return parse_whole(values[name], 1, _MOST_DAYS)
    except ValueError as error:
        wrong[name] = str(error)
        return None
