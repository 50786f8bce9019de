"""Machines at which something is due, for tests that order the work. Input: how to ask the seeded database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Ask = Callable[..., list[dict[str, Any]]]
_TABLES = ("equipment_maintenance", "work_orders", "maintenance_dues", "work_order_history")


@contextmanager
def kept_maintenance(ask: Ask) -> Iterator[None]:
    """Whatever is done to schedules, dues and work orders meanwhile, is undone at the end."""
    kept = {table: ask(f"SELECT * FROM {table} ORDER BY id") for table in _TABLES}
    serviced = ask("SELECT id, serviced_at_hours AS hours FROM equipment")
    try:
        yield
    finally:
        for table in ("maintenance_dues", "work_order_history", "work_orders", "equipment_maintenance"):
            ask(f"DELETE FROM {table}")
        for table, rows in kept.items():
            for row in rows:
                names = [name for name in row if name != "open_flag"]
                places = ", ".join(["%s"] * len(names))
                statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"
                ask(statement, *(row[name] for name in names))
        for row in serviced:
            ask("UPDATE equipment SET serviced_at_hours = %s WHERE id = %s", row["hours"], row["id"])


def find_due_machines(ask: Ask, wanted: int) -> list[dict[str, Any]]:
    """Machines at each of which exactly one thing is due, by hours, and nobody has ordered it."""
    found = ask(
        "SELECT d.id AS due, m.id AS schedule, m.equipment_id AS machine, e.equipment_number AS number, m.baseline_hours,"
        " d.due_hours, n.name AS plan, n.priority, n.interval_hours AS interval_hours FROM maintenance_dues d"
        " JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id JOIN maintenance_plans n ON n.id = m.plan_id"
        " JOIN equipment e ON e.id = m.equipment_id WHERE d.state = 'open' AND d.cause = 'hours' AND e.is_active = 1"
        " AND (SELECT COUNT(*) FROM equipment_maintenance o WHERE o.equipment_id = e.id) = 1 ORDER BY d.id LIMIT %s",
        wanted,
    )
    assert len(found) == wanted
    return found
