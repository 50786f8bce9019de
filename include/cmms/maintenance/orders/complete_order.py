"""Complete an order: its dues are done, and their schedules count from this counter and day on.

People state what the counter shows; schedules count from the life hours of that counter on that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from cmms.access.actors import Actor, Invalid
from cmms.database import Cursor, execute, query
from cmms.maintenance.meters.life_hours import Segment, life, offset_on
from cmms.maintenance.meters.read_life import read_life, read_segments
from cmms.maintenance.orders.check_completion import Known, check_completion
from cmms.maintenance.orders.move_order import Row, move_order
from cmms.maintenance.orders.newest_counter import newest_counter
from cmms.maintenance.orders.order_rows import now_of, set_due_state
from cmms.maintenance.orders.schedule_baselines import baselines_of, lock_schedules
from cmms.maintenance.site_today import site_today

_THOUSANDTH = Decimal("0.001")


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
        schedules = lock_schedules(cursor, [due["equipment_maintenance_id"] for due in dues])
        segments = read_segments(cursor.connection, (row["equipment_id"],)).get(row["equipment_id"], ())
        _check_reading(cursor, row, schedules, segments, reading, day, today)
        counter = None if reading is None else reading.quantize(_THOUSANDTH)
        hours = _component_hours(cursor, row, day) if counter is None else life(counter, day, segments)
        for due in dues:
            set_due_state(cursor, actor, due["id"], "done", key)
        before: Row = {"schedules": baselines_of(schedules)}
        for schedule in schedules:
            begins: Row = {"baseline_date": day, "first_due_date": None}
            if hours is not None:
                begins["baseline_hours"] = hours
            schedule.update(begins)
            execute(cursor, "maintenance/set_baseline", schedule)
        after: Row = {"schedules": baselines_of(schedules)}
        if row["type"] == "preventive" and hours is not None:
            serviced = query(cursor.connection, "maintenance/lock_serviced", {"equipment_id": row["equipment_id"]})[0]
            before["serviced_at_hours"], after["serviced_at_hours"] = serviced["serviced_at_hours"], hours
            execute(cursor, "maintenance/set_serviced", {"id": row["equipment_id"], "serviced_at_hours": hours})
        kept.update(before=before, after=after)
        return {
            "completed_at": now_of(cursor),
            "completion_reading": counter,
            "completion_date": day,
            "completion_note": note,
            "hold_reason": None,
        }

    move_order(actor, key, version, "complete", note, work, kept)


def _component_hours(cursor: Cursor, row: Row, day: date) -> Decimal | None:
    """A component without a counter counts from its life hours; None for a machine that has none."""
    found = read_life(cursor.connection, (row["equipment_id"],), day).get(int(row["equipment_id"]))
    return found.life_hours if found is not None and found.counter is None else None


def _check_reading(
    cursor: Cursor,
    row: Row,
    schedules: Sequence[Row],
    segments: Sequence[Segment],
    reading: Decimal | None,
    day: date,
    today: date,
) -> None:
    """All that is known, as the counter of that day would show it."""
    counter, counter_date = newest_counter(cursor, row["equipment_id"])
    lives = [schedule["baseline_hours"] for schedule in schedules if schedule["baseline_hours"] is not None]
    if row["start_reading"] is not None:
        lives.append(life(row["start_reading"], row["started_at"].date(), segments))
    offset = offset_on(day, segments)
    newest = life(counter, counter_date, segments) - offset if counter is not None and counter_date else None
    services = [schedule["baseline_date"] for schedule in schedules if schedule["baseline_date"]]
    known = Known(newest, counter_date, tuple(hours - offset for hours in lives), max(services, default=None))
    if wrong := check_completion(reading, day, known, today=today):
        raise Invalid("The completion cannot be accepted.", **wrong)
