"""Evaluations of machines by plans, on MySQL and MariaDB: what they write, and that they write nothing twice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.maintenance.workshop import Workshop


@pytest.fixture
def pump(workshop: Workshop) -> int:
    """A machine that counts 480 h of 500, and runs 8 h a day."""
    machine = workshop.machine("PUMP-1", group="Pumps")
    workshop.read(machine, {"2026-01-30": ("8", "472"), "2026-01-31": ("8", "480")})
    workshop.plan("Oil", group="Pumps", interval_hours=500, start_from="zero", lead_hours=50)
    return machine


@pytest.mark.feature("DOM-13", "DOM-15", "TEST-15")
@pytest.mark.parametrize("named", [False, True], ids=["all", "some"])
def test_an_evaluation_writes_what_the_plan_asks_of_a_machine(workshop: Workshop, pump: int, named: bool) -> None:
    done = workshop.evaluate(machines=[pump] if named else None)
    assert (done.judged, done.due, done.withdrawn, done.changed) == (1, 0, 0, 1)
    row = workshop.schedule(pump)
    assert (row["baseline_hours"], row["next_due_hours"], row["hours_to_go"]) == (0, 500, 20)
    assert (row["hours_a_day"], row["predicted_date"]) == (Decimal("8.000"), date(2026, 2, 3))
    assert (row["state"], row["cause"], row["evaluated_on"]) == ("upcoming", "hours", date(2026, 2, 1))
    assert (row["next_due_date"], row["days_to_go"], row["assigned_by"]) == (None, None, "plan")
    assert workshop.dues() == workshop.alerts() == []


@pytest.mark.feature("OBJ-03", "DOM-19")
@pytest.mark.parametrize("named", [False, True], ids=["all", "some"])
def test_crossing_the_threshold_makes_one_due_and_one_alert_and_the_same_again_makes_none(
    workshop: Workshop, pump: int, named: bool
) -> None:
    machines = [pump] if named else None
    workshop.evaluate(machines=machines)
    workshop.read(pump, {"2026-02-01": ("20", "500")})
    done = workshop.evaluate("2026-02-02", machines)
    assert (done.judged, done.due, done.changed) == (1, 1, 1)
    assert workshop.dues() == ["open"]
    assert workshop.alerts() == ["PUMP-1 has become due for maintenance"]
    (due,) = workshop.site.query("SELECT * FROM maintenance_dues")
    assert (due["occurrence_no"], due["cause"], due["due_hours"], due["detected_hours"]) == (1, "hours", 500, 500)
    assert due["detected_on"] == date(2026, 2, 2)
    before = workshop.tables()
    again = workshop.evaluate("2026-02-02", machines)
    assert (again.judged, again.due, again.withdrawn, again.changed) == (1, 0, 0, 0)
    assert workshop.tables() == before
