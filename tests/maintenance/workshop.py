"""Machines, readings and plans as tests write them down, and evaluations of them.

pump = workshop.machine("PUMP-1", group="Pumps")
workshop.read(pump, {"2026-01-31": ("8", "5000")})
workshop.plan("Oil", interval_hours=500)
workshop.evaluate("2026-02-01")
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from tests.sync.site import Site

TABLES = ("equipment_maintenance", "maintenance_dues", "alert_events", "audit_log")


@dataclass
class Workshop:
    """Writes what tests need by plain statements."""

    site: Site

    def insert(self, table: str, **values: Any) -> int:
        """Add a row; returns its id."""
        names = ", ".join(values)
        places = ", ".join(["%s"] * len(values))
        with self.site.session() as connection:
            cursor = connection.cursor()
            cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(values.values()))
            return int(cursor.lastrowid)

    def group(self, name: str) -> int:
        """Id of the group, which is added when there is none."""
        found = self.site.query("SELECT id FROM equipment_groups WHERE name = %s", name)
        return int(found[0]["id"]) if found else self.insert("equipment_groups", name=name)

    def machine(self, number: str, *, group: str | None = None, plant: int = 1, **values: Any) -> int:
        """Add an active machine; returns its id."""
        group_id = self.group(group) if group else None
        return self.insert("equipment", equipment_number=number, plant_id=plant, equipment_group_id=group_id, **values)

    def plan(self, name: str, *, group: str | None = None, **values: Any) -> int:
        """Add a plan of this group, or of all machines; returns its id."""
        scope = {"scope": "group", "equipment_group_id": self.group(group)} if group else {"scope": "all"}
        return self.insert("maintenance_plans", name=name, **{**scope, **values})

    def read(self, machine: int, readings: Mapping[str, tuple[str, str]]) -> None:
        """Store readings: day -> hours and counter; one that is there is corrected."""
        for day, (hours, counter) in readings.items():
            self.site.execute(
                "INSERT INTO equipment_running_times (equipment_id, plant_id, date, running_hours, cumulative_hours)"
                " VALUES (%s, 1, %s, %s, %s) ON DUPLICATE KEY UPDATE running_hours = VALUES(running_hours),"
                " cumulative_hours = VALUES(cumulative_hours)",
                values=(machine, day, hours, counter),
            )

    def evaluate(self, today: str = "2026-02-01", machines: list[int] | None = None, *, at_once: bool = False) -> Any:
        """Evaluate all machines as a scheduled run does, or these (``at_once``: all) as a person's change does."""
        from cmms.database import run_transaction, session
        from cmms.maintenance.evaluate_maintenance import evaluate, evaluate_all

        day = date.fromisoformat(today)
        if machines is None and not at_once:
            return evaluate_all(day)
        with session() as connection:
            work = partial(evaluate, today=day, equipment_ids=machines)
            return run_transaction(connection, work, what="evaluating in a test")

    def schedule(self, machine: int) -> dict[str, Any]:
        """The one schedule of a machine."""
        rows = self.site.query("SELECT * FROM equipment_maintenance WHERE equipment_id = %s", machine)
        assert len(rows) == 1, rows
        return rows[0]

    def dues(self) -> list[str]:
        """State of each due, oldest first."""
        return [row["state"] for row in self.site.query("SELECT state FROM maintenance_dues ORDER BY id")]

    def alerts(self) -> list[str]:
        """Title of each alert, oldest first."""
        return [row["title"] for row in self.site.query("SELECT title FROM alert_events ORDER BY id")]

    def tables(self) -> Any:
        """Every column of every row that an evaluation may write."""
        return self.site.dump(*TABLES)
