"""A group's interval becomes a plan (migration 0008): the same machines need maintenance as before, up and down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cmms.migrations import downgrade, upgrade
from tests.maintenance.workshop import Workshop
from tests.sync.conftest import connection_uri
from tests.sync.site import Site

# What the view asked of 0007 for the tab "Needs maintenance".
_BEFORE = (
    "SELECT e.equipment_number AS n FROM equipment e JOIN equipment_groups g ON g.id = e.equipment_group_id"
    " JOIN equipment_running_times r ON r.equipment_id = e.id"
    " AND r.date = (SELECT MAX(m.date) FROM equipment_running_times m WHERE m.equipment_id = e.id)"
    " WHERE e.is_active = 1 AND g.maintenance_interval_hours IS NOT NULL"
    " AND r.cumulative_hours - COALESCE(e.serviced_at_hours, 0) >= g.maintenance_interval_hours"
)
_AFTER = (
    "SELECT e.equipment_number AS n FROM equipment e JOIN equipment_maintenance m ON m.equipment_id = e.id"
    " WHERE m.state IN ('due', 'overdue')"
)


@pytest.mark.feature("TEST-26", "TEST-15")
def test_intervals_of_groups_become_plans_that_ask_for_the_same_machines(
    each_database: dict[str, Any],
    make_database: Callable[..., Any],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind = "mariadb_server" if "mariadb" in request.node.callspec.id else "mysql_server"
    database = make_database(request.getfixturevalue(kind))
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(database))
    site = Site(None, database, tmp_path)  # type: ignore[arg-type]
    workshop = Workshop(site)
    upgrade("0007")
    site.add_plant("P001")
    names = {"Pumps": 500, "Fans": 1250.5, "Ü" * 120: 8000, "Ü" * 119 + "x": 8000, "None": None}
    for name, hours in names.items():
        workshop.insert("equipment_groups", name=name, maintenance_interval_hours=hours)
    counters = ("0", "499.999", "500", "500.001", "1250.5", "7999.999", "8000", "123456.789")
    serviced = (None, "0", "0.001", "450", "9000")
    number = 0
    for group in [*names, None]:
        for counter in (None, *counters):
            for at in serviced:
                for is_active in (1, 0) if counter == "8000" else (1,):
                    number += 1
                    values = {"serviced_at_hours": at, "is_active": is_active}
                    machine = workshop.machine(f"M-{number}", group=group, **values)
                    if counter is not None:
                        workshop.read(machine, {"2026-01-30": ("0", "0"), "2026-01-31": ("0", counter)})
    before = {row["n"] for row in site.query(_BEFORE)}
    assert 50 < len(before) < number - 50

    upgrade()
    plans = site.query("SELECT * FROM maintenance_plans ORDER BY id")
    assert [plan["name"] for plan in plans] == [
        "Pumps, every 500 h",
        "Fans, every 1,251 h",
        f"{'Ü' * 90}, every 8,000 h #3",
        f"{'Ü' * 90}, every 8,000 h #4",
    ]
    assert [(plan["scope"], plan["schedule_mode"], plan["start_from"]) for plan in plans] == [
        ("group", "floating", "zero")
    ] * 4
    assert (plans[1]["interval_hours"], plans[1]["lead_hours"]) == (Decimal("1250.50"), Decimal("125.05"))
    done = workshop.evaluate()
    assert {row["n"] for row in site.query(_AFTER)} == before
    assert done.due == len(before) == site.value("SELECT COUNT(*) FROM maintenance_dues WHERE state = 'open'")

    downgrade("0007")
    assert {row["n"] for row in site.query(_BEFORE)} == before
    intervals = site.query("SELECT name, maintenance_interval_hours AS hours FROM equipment_groups")
    assert {row["name"]: row["hours"] for row in intervals} == {
        name: Decimal(str(hours)) if hours else None for name, hours in names.items()
    }
    upgrade()
    assert site.value("SELECT COUNT(*) FROM maintenance_plans") == 4


@pytest.mark.feature("LIF-02", "TEST-26")
def test_an_upgrade_makes_no_stored_reading_doubtful(
    each_database: dict[str, Any],
    make_database: Callable[..., Any],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """People have worked with them: what would be doubtful is taken as accepted, and counts as before (0014)."""
    from cmms.operations.verify.verify_tables import verify_tables

    kind = "mariadb_server" if "mariadb" in request.node.callspec.id else "mysql_server"
    database = make_database(request.getfixturevalue(kind))
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(database))
    site = Site(None, database, tmp_path)  # type: ignore[arg-type]
    workshop = Workshop(site)
    upgrade("0013")
    site.add_plant("P001")
    spiked, steady = workshop.machine("SPIKED"), workshop.machine("STEADY")
    workshop.read(spiked, {"2026-01-01": ("8", "100"), "2026-01-03": ("8", "148"), "2026-01-05": ("8", "90000")})
    workshop.read(steady, {"2026-01-01": ("24", "100"), "2026-01-02": ("24", "124"), "2026-01-04": ("24", "172")})
    upgrade()
    rows = site.query("SELECT equipment_id, date, state, counter, growth_hours, decided_by FROM doubtful_readings")
    assert [tuple(row.values()) for row in rows] == [
        (spiked, date(2026, 1, 5), "accepted", Decimal(90000), Decimal(89852), "upgrade")
    ]
    assert site.value("SELECT COUNT(*) FROM life_readings") == 6
    assert verify_tables() == []
    downgrade("0013")
    upgrade()
    assert len(site.query("SELECT id FROM doubtful_readings")) == 1
