"""Life hours in the database: declared, corrected and withdrawn meter changes, late readings, voids, and what is due by them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cmms.access.actors import Actor, Capability, Invalid, WrongState
from cmms.maintenance.meters.change_meter import declare_change, edit_change, withdraw_changes
from cmms.maintenance.meters.change_point import edit_point, read_point
from cmms.migrations import downgrade, upgrade
from tests.maintenance.random_meters import OVERFLOW, Machine, run_machine
from tests.maintenance.workshop import Workshop
from tests.sync.conftest import connection_uri
from tests.sync.site import Site

OP = Actor("op", frozenset(Capability))
VIEWER = Actor("viewer", frozenset({Capability.VIEW}))


@pytest.fixture(autouse=True)
def own_pool(workshop: Workshop) -> Iterator[None]:
    """Sessions of people go to this test's schema."""
    from cmms.access.connections import engine

    engine.cache_clear()
    yield
    engine().dispose()
    engine.cache_clear()


def lives(workshop: Workshop, machine: int) -> dict[str, str]:
    """Life hours by day, without trailing zeros."""
    rows = workshop.site.query(
        "SELECT date, life_hours FROM life_readings WHERE equipment_id = %s ORDER BY date", machine
    )
    return {f"{row['date']:%m-%d}": f"{row['life_hours']:.3f}".rstrip("0").rstrip(".") for row in rows}


@pytest.mark.feature("DOM-02", "LIF-01")
def test_a_machine_is_overdue_by_its_life_hours_after_its_counter_was_replaced(workshop: Workshop) -> None:
    workshop.plan("Oil", interval_hours=300, start_from="now")
    machine = workshop.machine("M-1")
    workshop.read(machine, {"2026-01-01": ("0", "5000")})
    workshop.evaluate("2026-01-01")
    workshop.read(machine, {"2026-01-02": ("8", "8"), "2026-01-31": ("8", "480")})
    change = {
        "from_date": "2026-01-02",
        "kind": "replacement",
        "old_final": "5000",
        "new_initial": "0",
        "reason": "new",
    }
    declare_change(OP, machine, change)
    workshop.evaluate("2026-01-31")
    found = workshop.schedule(machine)
    assert (found["state"], found["hours_to_go"], found["next_due_hours"]) == ("overdue", -180, 5300)
    assert lives(workshop, machine) == {"01-01": "5000", "01-02": "5008", "01-31": "5480"}


@pytest.mark.feature("DOM-01")
def test_the_first_rollover_says_where_the_counter_rolls_over_and_later_ones_follow_its_settings(
    workshop: Workshop,
) -> None:
    machine = workshop.machine("M-1")
    workshop.read(machine, {"2026-01-01": ("20", "99990"), "2026-01-02": ("21", "12")})
    change = {"from_date": "2026-01-02", "kind": "rollover", "reason": "five digits"}
    with pytest.raises(Invalid) as refused:
        declare_change(OP, machine, change)
    assert refused.value.fields == {"old_final": "is required: the highest value that the counter shows"}
    declare_change(OP, machine, {**change, "old_final": "99999"})
    assert lives(workshop, machine) == {"01-01": "99990", "01-02": "100011"}
    assert read_point(machine)["overflow_value"] == 99_999
    edit_point(OP, machine, {"overflow_counts": True})
    assert lives(workshop, machine)["01-02"] == "100012"
    edit_point(OP, machine, {"overflow_value": "999999", "overflow_counts": False})
    assert lives(workshop, machine)["01-02"] == "1000011"


@pytest.mark.feature("DOM-06", "LIF-02")
def test_another_limit_a_day_holds_for_all_readings_of_the_machine_at_once(workshop: Workshop) -> None:
    machine = workshop.machine("M-1")
    days = {
        "2026-01-01": ("8", "100"),
        "2026-01-02": ("8", "108"),
        "2026-01-03": ("20", "128"),
        "2026-01-04": ("8", "136"),
    }
    workshop.read(machine, days)

    def doubtful() -> list[str]:
        rows = workshop.site.query("SELECT date FROM doubtful_readings WHERE state = 'open' ORDER BY date")
        return [f"{row['date']:%m-%d}" for row in rows]

    edit_point(OP, machine, {"max_hours_a_day": "12"})
    assert doubtful() == ["01-03", "01-04"]  # 20 h in a day, and 28 h in the two days since the trusted reading
    edit_point(OP, machine, {"max_hours_a_day": "24"})
    assert doubtful() == []


@pytest.mark.feature("DOM-02", "DOM-05", "OBJ-05")
def test_a_declared_change_is_corrected_and_withdrawn_with_an_audit_row_each(workshop: Workshop) -> None:
    machine = workshop.machine("M-1")
    workshop.read(machine, {"2026-01-01": ("8", "5000"), "2026-01-02": ("8", "5008"), "2026-01-03": ("8", "5")})
    change = {"from_date": "2026-01-02", "kind": "reset", "old_final": "5000", "new_initial": "0", "reason": "x"}
    key = declare_change(OP, machine, change)
    with pytest.raises(Invalid, match="exists already"):
        declare_change(OP, machine, change)
    edit_change(OP, key, 1, {"from_date": "2026-01-03", "old_final": "5011", "reason": "on the third"})
    assert lives(workshop, machine) == {"01-01": "5000", "01-02": "5008", "01-03": "5016"}
    with pytest.raises(WrongState, match="Void that reading first"):
        withdraw_changes(OP, [key])
    workshop.read(machine, {"2026-01-03": ("8", "5016")})
    assert withdraw_changes(OP, [key, 999]) == 1
    assert lives(workshop, machine)["01-03"] == "5016"
    audited = workshop.site.query("SELECT action FROM audit_log WHERE entity = 'meter_segments' ORDER BY id")
    assert [row["action"] for row in audited] == ["create", "edit", "withdraw"]


@pytest.mark.feature("DOM-03")
def test_the_mark_of_a_stored_reading_goes_and_comes_with_the_change_of_its_day(workshop: Workshop) -> None:
    machine = workshop.machine("M-1")
    workshop.read(machine, {"2026-01-01": ("8", "5000"), "2026-01-02": ("8", "8")})
    mark = "SELECT quality_code AS c FROM equipment_running_times WHERE date = '2026-01-02'"
    workshop.site.execute(
        "UPDATE equipment_running_times SET quality = 'warning', quality_code = 'COUNTER_DECREASED,HOURS_MISMATCH'"
        " WHERE date = '2026-01-02'"
    )
    key = declare_change(OP, machine, {"from_date": "2026-01-02", "kind": "replacement", "reason": "new"})
    assert workshop.site.value(mark) is None
    withdraw_changes(OP, [key])
    assert workshop.site.value(mark) == "COUNTER_DECREASED,HOURS_MISMATCH"


@pytest.mark.feature("DOM-02")
@pytest.mark.parametrize(
    ("values", "field", "why"),
    [
        ({"from_date": "2199-01-01"}, "from_date", "is in the future"),
        ({"from_date": ""}, "from_date", "is required"),
        ({"kind": "accepted"}, "kind", "is not one of the choices"),
        ({"reason": " "}, "reason", "is required"),
        ({"old_final": "4999"}, "old_final", "is less than the 5,000.00 that the counter showed on 2026-01-01"),
        ({"old_final": "5025"}, "old_final", "is more than the machine can have run by then: at most 5,024.00"),
        ({"new_initial": "9"}, "new_initial", "is more than the 8.00 that the counter shows on 2026-01-02"),
        ({"new_initial": "-1"}, "new_initial", "must be 0 to 10,000,000"),
        ({"old_final": "many"}, "old_final", "must be a number"),
    ],
)
def test_values_that_cannot_be_are_refused(workshop: Workshop, values: dict[str, str], field: str, why: str) -> None:
    machine = workshop.machine("M-1")
    workshop.read(machine, {"2026-01-01": ("8", "5000"), "2026-01-02": ("8", "8")})
    change = {"from_date": "2026-01-02", "kind": "replacement", "reason": "new", **values}
    with pytest.raises(Invalid) as refused:
        declare_change(OP, machine, change)
    assert refused.value.fields == {field: why}
    assert not workshop.site.query("SELECT id FROM meter_segments")


@pytest.mark.feature("LIF-01", "DOM-01", "DOM-02", "DOM-05")
def test_every_order_of_arrival_gives_the_hours_that_the_machine_ran(workshop: Workshop) -> None:
    plan = workshop.plan("Oil", interval_hours=100, start_from="zero")
    for seed in range(6):
        dice = random.Random(seed)
        machine = run_machine(dice, days=20)
        states = set()
        for arrival in range(2):
            key = workshop.machine(f"M-{seed}-{arrival}")
            for step in dice.sample(steps := _steps(workshop, machine, key), len(steps)):
                step()
                if dice.random() < 0.2:
                    workshop.evaluate("2026-02-01", [key])
            workshop.evaluate("2026-02-01", [key])
            rows = workshop.site.query("SELECT date, life_hours FROM life_readings WHERE equipment_id = %s", key)
            assert {row["date"]: row["life_hours"] for row in rows} == {
                reading.date: machine.hours[reading.date] for reading in machine.trusted()
            }, seed
            found = workshop.schedule(key)
            assert found["plan_id"] == plan
            states.add((found["state"], found["hours_to_go"], found["next_due_hours"]))
        assert len(states) == 1, seed


def _steps(workshop: Workshop, machine: Machine, key: int) -> list[Callable[[], object]]:
    """What arrives of a machine, each in a step of its own that may come at any time."""
    point = workshop.insert("measuring_points", equipment_id=key, overflow_value=OVERFLOW.value)

    def read(day: date, hours: Decimal, counter: Decimal) -> Callable[[], object]:
        return lambda: workshop.read(key, {str(day): (str(hours), str(counter))})

    def insert(table: str, **values: Any) -> Callable[[], object]:
        return lambda: workshop.insert(table, **values)

    steps = [read(reading.date, reading.hours, reading.counter) for reading in machine.readings]
    for segment in machine.segments:
        stated = {"old_final": segment.old_final, "new_initial": segment.new_initial}
        row = {"point_id": point, "from_date": segment.from_date, "kind": segment.kind, "created_by": "x", **stated}
        steps.append(insert("meter_segments", **row))
    void = {"equipment_id": key, "reason": "x", "voided_by": "x"}
    return steps + [insert("reading_voids", date=day, **void) for day in machine.voided]


@pytest.mark.feature("TEST-26", "DOM-02")
def test_what_an_earlier_version_has_stored_counts_in_life_hours_after_the_upgrade_and_as_before_after_the_way_back(
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
    old = Workshop(site)
    upgrade("0013")
    site.add_plant("P001")
    plan = old.plan("Oil", interval_hours=300)
    counted = {"plan_id": plan, "state": "ok", "next_due_hours": 5300}
    for number, serviced, baseline, day in (
        ("BEFORE", 5000, 5000, "2026-01-01"),  # serviced before the counter was replaced
        ("AFTER", 40, 40, "2026-01-06"),  # and after
        ("NEVER", 4000, 4000, "2025-12-01"),
        ("UNTOUCHED", 5000, 5000, "2026-01-01"),
    ):
        machine = old.machine(number, serviced_at_hours=serviced)
        old.insert("equipment_maintenance", equipment_id=machine, baseline_hours=baseline, baseline_date=day, **counted)
        old.read(machine, {"2026-01-01": ("8", "5000"), "2026-01-02": ("8", "8"), "2026-01-31": ("8", "480")})
        if number != "UNTOUCHED":
            old.insert(
                "counter_events", equipment_id=machine, date="2026-01-02", kind="replacement", old_final=5000,
                reason="new", created_by="op",
            )  # fmt: skip
    twice = old.machine("TWICE")
    old.read(
        twice,
        {"2026-01-01": ("8", "900"), "2026-01-02": ("8", "8"), "2026-01-03": ("8", "5"), "2026-01-04": ("8", "13")},
    )
    for day in ("2026-01-02", "2026-01-03"):
        old.insert("counter_events", equipment_id=twice, date=day, kind="accepted", old_final=8, created_by="op")
    due = {"cause": "hours", "detected_on": "2026-01-31", "detected_hours": 480, "due_hours": 340}
    old.insert("maintenance_dues", equipment_maintenance_id=2, occurrence_no=1, state="open", **due)
    order = old.insert("work_orders", equipment_id=1, title="Oil", source="due", created_by="x", due_hours=5300)
    old.insert(
        "maintenance_dues", equipment_maintenance_id=1, occurrence_no=1, state="ordered", work_order_id=order,
        cause="calendar", detected_on="2026-01-20", detected_hours=300, due_hours=5300,
    )  # fmt: skip
    stored = "SELECT equipment_id, baseline_hours, baseline_date FROM equipment_maintenance ORDER BY id"
    everything = [stored, "SELECT * FROM counter_events ORDER BY id", "SELECT id, serviced_at_hours FROM equipment ORDER BY id",
                  "SELECT id, due_hours, detected_hours FROM maintenance_dues ORDER BY id", "SELECT id, due_hours FROM work_orders"]  # fmt: skip
    before = [site.query(statement) for statement in everything]

    upgrade()
    assert [int(row["baseline_hours"]) for row in site.query(stored)] == [5000, 5040, 4000, 5000]
    assert [row["serviced_at_hours"] for row in site.query(everything[2])] == [5000, 5040, 4000, 5000, None]
    assert [tuple(map(int, row.values())) for row in site.query(everything[3])] == [(1, 5340, 5480), (2, 5300, 5300)]
    assert site.query(everything[1]) == before[1]
    offsets = "SELECT from_date, offset_hours FROM meter_segments ORDER BY id"
    migrated = site.query(offsets)
    assert lives(old, twice) == {"01-01": "900", "01-02": "908", "01-03": "916", "01-04": "924"}
    old.evaluate("2026-01-31")
    assert site.query(offsets) == migrated  # as the evaluation computes them
    states = {
        row["equipment_number"]: (row["state"], int(row["hours_to_go"]))
        for row in site.query(
            "SELECT e.equipment_number, m.state, m.hours_to_go FROM equipment_maintenance m JOIN equipment e ON e.id = m.equipment_id"
        )
    }
    assert states == {
        "BEFORE": ("overdue", -180), "AFTER": ("overdue", -140), "NEVER": ("overdue", -1180), "UNTOUCHED": ("ok", 4820),
        "TWICE": ("ok", 300),
    }  # fmt: skip
    site.execute("DELETE FROM maintenance_dues WHERE id > 2", "DELETE FROM equipment_maintenance WHERE id > 4")

    downgrade("0013")
    after = [site.query(statement) for statement in everything]
    assert after == before
    upgrade()
    assert site.query(offsets) == migrated
