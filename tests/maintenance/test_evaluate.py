"""Evaluations of machines by plans, on MySQL and MariaDB: what they write, and that they write nothing twice."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

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
    assert (done.evaluated, done.due, done.withdrawn, done.changed) == (1, 0, 0, 1)
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
    assert (done.evaluated, done.due, done.changed) == (1, 1, 1)
    assert workshop.dues() == ["open"]
    assert workshop.alerts() == ["PUMP-1 has become due for maintenance"]
    (due,) = workshop.site.query("SELECT * FROM maintenance_dues")
    assert (due["occurrence_no"], due["cause"], due["due_hours"], due["detected_hours"]) == (1, "hours", 500, 500)
    assert due["detected_on"] == date(2026, 2, 2)
    before = workshop.tables()
    again = workshop.evaluate("2026-02-02", machines)
    assert (again.evaluated, again.due, again.withdrawn, again.changed) == (1, 0, 0, 0)
    assert workshop.tables() == before


@pytest.mark.feature("OBJ-03")
def test_one_evaluation_raises_one_alert_whatever_it_finds_and_the_next_crossing_a_new_one(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.maintenance import evaluate_maintenance

    monkeypatch.setattr(evaluate_maintenance, "BATCH", 2)
    monkeypatch.setattr(evaluate_maintenance, "_LEAST_MACHINES", 1)
    machines = [workshop.machine(f"M-{number}") for number in range(5)]
    workshop.plan("Oil", interval_hours=500, start_from="zero")
    for machine in machines:
        workshop.read(machine, {"2026-01-31": ("8", "400" if machine == machines[-1] else "500")})
    done = workshop.evaluate()
    assert (done.evaluated, done.due) == (5, 4)
    assert workshop.alerts() == ["4 machines have become due for maintenance"]
    (alert,) = workshop.site.query("SELECT * FROM alert_events")
    assert (alert["rule_key"], alert["level"], alert["status"]) == ("maintenance_due", "medium", "firing")
    assert (alert["respond_by"] - alert["first_at"]).days == 1
    facts = dict(json.loads(alert["body"])["firing"]["facts"])
    assert facts == {"Maintenance due": "4", "Machines": "M-0, M-1, M-2, M-3"}
    assert workshop.site.query("SELECT * FROM notification_deliveries") == []
    workshop.read(machines[-1], {"2026-02-01": ("24", "500")})
    workshop.evaluate("2026-02-02")
    assert workshop.alerts()[1:] == ["M-4 has become due for maintenance"]


@pytest.mark.feature("OBJ-03")
def test_an_alert_is_open_until_none_of_its_dues_is(workshop: Workshop, pump: int) -> None:
    from cmms.alerts.watch_runs import check_watch_alerts
    from cmms.database import session
    from cmms.settings import parse_settings

    def watch() -> list[str]:
        with session() as connection:
            check_watch_alerts(connection, parse_settings({}), datetime.now(UTC))
        return [row["status"] for row in workshop.site.query("SELECT status FROM alert_events ORDER BY id")]

    workshop.read(pump, {"2026-01-31": ("8", "500")})
    workshop.evaluate()
    assert watch() == ["firing"]
    workshop.site.execute("UPDATE maintenance_dues SET state = 'ordered'")
    assert watch() == ["resolved"]
    for number in (2, 3):
        other = workshop.machine(f"PUMP-{number}", group="Pumps")
        workshop.read(other, {"2026-01-31": ("8", "600")})
        workshop.evaluate()
    assert watch() == ["resolved", "firing", "firing"]
    workshop.site.execute("UPDATE maintenance_dues SET state = 'waived' WHERE id = 2")
    assert watch() == ["resolved", "resolved", "firing"]


@pytest.mark.feature("OBJ-03")
def test_what_an_evaluation_has_changed_is_in_the_audit_log_and_nothing_else(workshop: Workshop, pump: int) -> None:
    def audited() -> list[tuple[str, str, str, dict[str, int]]]:
        rows = workshop.site.query("SELECT * FROM audit_log ORDER BY id")
        return [(row["actor"], row["action"], row["entity"], json.loads(row["after_json"])) for row in rows]

    workshop.evaluate()
    assert audited() == [
        (
            *("maintenance_evaluation", "evaluate", "maintenance"),
            {"evaluated": 1, "due": 0, "withdrawn": 0, "changed": 1},
        )
    ]
    workshop.evaluate("2026-02-02")  # nothing but the day is another one
    assert len(audited()) == 1
    assert workshop.schedule(pump)["evaluated_on"] == date(2026, 2, 2)


@pytest.mark.feature("OBJ-03", "DOM-10")
def test_a_corrected_reading_withdraws_the_due_and_the_next_crossing_opens_another(
    workshop: Workshop, pump: int
) -> None:
    workshop.read(pump, {"2026-02-01": ("20", "500")})
    workshop.evaluate("2026-02-02")
    workshop.read(pump, {"2026-02-01": ("2", "482")})
    done = workshop.evaluate("2026-02-02")
    assert (done.due, done.withdrawn) == (0, 1)
    (due,) = workshop.site.query("SELECT * FROM maintenance_dues")
    assert (due["state"], due["decided_by"], due["row_version"]) == ("withdrawn", "maintenance_evaluation", 2)
    assert due["reason"] and due["decided_at"]
    assert len(workshop.alerts()) == 1
    workshop.read(pump, {"2026-02-02": ("18", "500")})
    workshop.evaluate("2026-02-03")
    assert workshop.dues() == ["withdrawn", "open"]
    assert workshop.site.value("SELECT MAX(occurrence_no) FROM maintenance_dues") == 2
    assert len(workshop.alerts()) == 2


@pytest.mark.feature("DOM-19")
def test_a_due_that_has_a_work_order_is_for_people_to_close(workshop: Workshop, pump: int) -> None:
    workshop.read(pump, {"2026-01-31": ("8", "500")})
    workshop.evaluate()
    workshop.site.execute("UPDATE maintenance_dues SET state = 'ordered'")
    workshop.evaluate()
    assert workshop.dues() == ["ordered"]
    workshop.read(pump, {"2026-01-31": ("8", "480")})
    workshop.evaluate()
    workshop.site.execute("UPDATE equipment SET is_active = 0")
    done = workshop.evaluate()
    assert (workshop.dues(), done.withdrawn) == (["ordered"], 0)
    assert workshop.schedule(pump)["state"] == "suspended"


@pytest.mark.feature("DOM-19")
def test_a_service_that_a_person_has_waived_is_not_asked_for_again_but_the_next_one_is(
    workshop: Workshop, pump: int
) -> None:
    workshop.read(pump, {"2026-01-31": ("8", "500")})
    workshop.evaluate()
    workshop.site.execute("UPDATE maintenance_dues SET state = 'waived'")
    workshop.evaluate("2026-02-02")
    assert workshop.dues() == ["waived"]
    workshop.site.execute("UPDATE equipment_maintenance SET baseline_hours = 500")
    workshop.read(pump, {"2026-02-01": ("24", "1000")})
    workshop.evaluate("2026-02-02")
    assert workshop.dues() == ["waived", "open"]


@pytest.mark.feature("DOM-19")
@pytest.mark.parametrize("way", ["all", "all at once", "some"])
def test_twenty_evaluations_at_once_open_one_due_and_none_of_them_fails(
    workshop: Workshop, pump: int, way: str
) -> None:
    others = [workshop.machine(f"PUMP-{number}", group="Pumps") for number in range(2, 5)]
    for machine in (pump, *others):
        workshop.read(machine, {"2026-01-31": ("8", "500")})
    start = threading.Barrier(20)

    def evaluate(_: int) -> Any:
        start.wait()
        return workshop.evaluate(
            machines=[*reversed(others), pump] if way == "some" else None, at_once=way == "all at once"
        )

    with ThreadPoolExecutor(20) as pool:
        done = list(pool.map(evaluate, range(20)))
    assert sum(one.due for one in done) == 4
    assert workshop.dues() == ["open"] * 4
    assert workshop.site.value("SELECT COUNT(DISTINCT equipment_maintenance_id) FROM maintenance_dues") == 4
    assert workshop.site.value("SELECT COUNT(*) FROM equipment_maintenance") == 4


@pytest.mark.feature("DOM-19")
@pytest.mark.parametrize("way", ["all", "all at once", "some"])
def test_an_evaluation_that_has_waited_judges_by_what_is_there_by_then(workshop: Workshop, pump: int, way: str) -> None:
    workshop.evaluate()
    waiting = "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
    with workshop.site.session() as other, ThreadPoolExecutor(1) as pool:
        other.autocommit(False)
        cursor = other.cursor()
        cursor.execute("SELECT id FROM equipment_maintenance FOR UPDATE")
        cursor.execute("UPDATE equipment_running_times SET cumulative_hours = 500 WHERE date = '2026-01-31'")
        done = pool.submit(workshop.evaluate, machines=[pump] if way == "some" else None, at_once=way == "all at once")
        while not workshop.site.value(waiting) and not done.done():
            time.sleep(0.3)  # asked for more often than ten times a second, the table is not read anew
        assert not done.done()
        other.commit()
        assert done.result(30).due == 1


@pytest.mark.feature("TAB-03A")
@pytest.mark.parametrize("what", ["equipment", "maintenance_plans"])
def test_what_is_inactive_is_suspended_and_comes_back_as_it_is_by_then(
    workshop: Workshop, pump: int, what: str
) -> None:
    workshop.read(pump, {"2026-01-31": ("8", "500")})
    workshop.evaluate()
    workshop.site.execute(f"UPDATE {what} SET is_active = 0")
    done = workshop.evaluate()
    assert (done.withdrawn, workshop.dues()) == (1, ["withdrawn"])
    row = workshop.schedule(pump)
    assert (row["state"], row["cause"], row["next_due_hours"], row["hours_to_go"]) == ("suspended", None, None, None)
    assert row["baseline_hours"] == 0
    before = workshop.tables()
    workshop.evaluate()
    assert workshop.tables() == before
    workshop.site.execute(f"UPDATE {what} SET is_active = 1")
    workshop.evaluate()
    assert workshop.schedule(pump)["state"] == "due"
    assert workshop.dues() == ["withdrawn", "open"]


@pytest.mark.feature("TEST-15")
def test_inactive_machines_are_covered_by_no_plan_until_they_are_active(workshop: Workshop) -> None:
    machine = workshop.machine("M", is_active=0)
    workshop.plan("Oil", interval_hours=500)
    assert workshop.evaluate().evaluated == 0
    workshop.site.execute("UPDATE equipment SET is_active = 1")
    workshop.evaluate()
    assert workshop.schedule(machine)["state"] == "no_reading"


@pytest.mark.feature("TEST-15")
def test_a_plan_follows_its_scope(workshop: Workshop) -> None:
    pump = workshop.machine("PUMP-1", group="Pumps", plant=1)
    fan = workshop.machine("FAN-1", group="Fans", plant=2)
    single = workshop.machine("X", plant=2)

    def covered(plan: int) -> list[int]:
        rows = workshop.site.query(
            "SELECT equipment_id FROM equipment_maintenance WHERE plan_id = %s AND state <> 'suspended' ORDER BY 1",
            plan,
        )
        return [row["equipment_id"] for row in rows]

    everywhere = workshop.plan("All", interval_hours=500)
    pumps = workshop.plan("Pumps", group="Pumps", interval_hours=500)
    plant = workshop.plan("Plant", scope="plant", plant_id=2, interval_days=90)
    chosen = workshop.plan("Chosen", scope="equipment", interval_days=90)
    workshop.evaluate()
    assert [covered(plan) for plan in (everywhere, pumps, plant, chosen)] == [
        [pump, fan, single],
        [pump],
        [fan, single],
        [],
    ]
    workshop.site.execute("UPDATE equipment SET equipment_group_id = NULL", "UPDATE maintenance_plans SET plant_id = 1")
    workshop.evaluate()
    assert [covered(plan) for plan in (everywhere, pumps, plant)] == [[pump, fan, single], [], [pump]]
    assert workshop.site.value("SELECT COUNT(*) FROM equipment_maintenance") == 4  # the others are gone


@pytest.mark.feature("TEST-15")
def test_a_scope_that_no_longer_covers_a_machine_withdraws_its_due_and_keeps_what_was(
    workshop: Workshop, pump: int
) -> None:
    workshop.read(pump, {"2026-01-31": ("8", "500")})
    workshop.evaluate()
    workshop.site.execute("UPDATE equipment SET equipment_group_id = NULL")
    done = workshop.evaluate(machines=[pump])
    assert (done.withdrawn, workshop.dues(), workshop.schedule(pump)["state"]) == (1, ["withdrawn"], "suspended")


@pytest.mark.feature("TAB-02A")
def test_what_a_person_has_assigned_or_dated_stays_whatever_the_scope_says(workshop: Workshop) -> None:
    machines = [workshop.machine(f"M-{number}", group="Pumps") for number in range(3)]
    plan = workshop.plan("Check", scope="equipment", interval_days=90)
    for machine, values in zip(
        machines, ({"assigned_by": "person"}, {"first_due_date": "2026-02-01"}, {}), strict=True
    ):
        workshop.insert("equipment_maintenance", equipment_id=machine, plan_id=plan, **values)
    done = workshop.evaluate()
    assert (done.evaluated, done.due) == (2, 1)
    rows = workshop.site.query("SELECT * FROM equipment_maintenance ORDER BY id")
    assert [(row["equipment_id"], row["state"], row["days_to_go"]) for row in rows] == [
        (machines[0], "ok", 90),
        (machines[1], "due", 0),
    ]
    assert rows[1]["first_due_date"] == rows[1]["next_due_date"] == date(2026, 2, 1)


@pytest.mark.feature("DOM-08")
def test_missing_days_lower_the_rate_and_old_readings_do_not_count(workshop: Workshop) -> None:
    machine = workshop.machine("M")
    workshop.plan("Oil", interval_hours=500, start_from="zero")
    workshop.read(
        machine,
        {
            "2026-01-01": ("24", "1"),  # 30 days before the newest: out
            "2026-01-02": ("10", "100"),
            "2026-01-20": ("10", "110"),
            "2026-01-31": ("10", "120"),
        },
    )
    workshop.evaluate("2026-06-01")
    row = workshop.schedule(machine)
    assert row["hours_a_day"] == Decimal("1.000")  # 30 h in 30 days
    assert row["predicted_date"] == date(2026, 1, 31) + timedelta(days=380)
    assert workshop.site.value("SELECT COUNT(*) FROM equipment_running_times") == 4


@pytest.mark.feature("DOM-13")
def test_a_machine_that_stands_still_has_no_forecast(workshop: Workshop) -> None:
    machine = workshop.machine("M")
    workshop.plan("Oil", interval_hours=500, start_from="zero")
    workshop.read(machine, {"2026-01-30": ("0", "100"), "2026-01-31": ("0", "100")})
    workshop.evaluate()
    row = workshop.schedule(machine)
    assert (row["hours_a_day"], row["predicted_date"], row["state"]) == (0, None, "ok")


@pytest.mark.feature("DOM-10")
def test_the_first_reading_sets_the_baseline_and_nothing_is_due_in_the_past(workshop: Workshop) -> None:
    machine = workshop.machine("M")
    workshop.plan("Oil", interval_hours=500, interval_days=90, start_from="now")
    workshop.evaluate("2026-01-01")
    row = workshop.schedule(machine)
    assert (row["baseline_hours"], row["baseline_date"], row["next_due_date"]) == (
        None,
        date(2026, 1, 1),
        date(2026, 4, 1),
    )
    workshop.read(machine, {"2026-01-31": ("8", "7342.5")})
    workshop.evaluate()
    row = workshop.schedule(machine)
    assert (row["baseline_hours"], row["next_due_hours"], row["state"]) == (
        Decimal("7342.5"),
        Decimal("7842.5"),
        "ok",
    )
    assert row["baseline_date"] == date(2026, 1, 1)
    workshop.read(machine, {"2026-02-01": ("8", "7350.5")})
    workshop.evaluate("2026-02-02")
    assert workshop.schedule(machine)["baseline_hours"] == Decimal("7342.5")
    assert workshop.dues() == []


@pytest.mark.feature("DOM-10")
@pytest.mark.parametrize(
    ("start_from", "serviced", "hours"),
    [("now", None, "1000"), ("zero", None, "0"), ("now", "700", "700"), ("zero", "700", "700")],
)
def test_counting_begins_at_the_last_service_else_where_the_plan_says(
    workshop: Workshop, start_from: str, serviced: str | None, hours: str
) -> None:
    machine = workshop.machine("M", serviced_at_hours=serviced)
    workshop.read(machine, {"2026-01-20": ("8", "1000")})
    workshop.plan("Oil", interval_hours=500, interval_days=12, start_from=start_from)
    workshop.evaluate()
    row = workshop.schedule(machine)
    assert row["baseline_hours"] == Decimal(hours)
    assert row["baseline_date"] == date(2026, 2, 1)  # by the reading's day it would have been due from the start


@pytest.mark.feature("DOM-10")
def test_a_counter_below_the_last_service_is_just_not_due(workshop: Workshop) -> None:
    machine = workshop.machine("M", serviced_at_hours="9000")
    workshop.read(machine, {"2026-01-31": ("3.5", "3.5")})
    workshop.plan("Oil", interval_hours=500)
    workshop.evaluate()
    row = workshop.schedule(machine)
    assert (row["state"], row["hours_to_go"], workshop.dues()) == ("ok", Decimal("9496.5"), [])


@pytest.mark.feature("DOM-16")
@pytest.mark.parametrize(("counter", "cause"), [("1500", "hours"), ("1100", "calendar")])
def test_the_due_keeps_which_limit_was_reached_first(workshop: Workshop, counter: str, cause: str) -> None:
    machine = workshop.machine("M", serviced_at_hours="1000")
    plan = workshop.plan("Oil", interval_hours=500, interval_days=90, tolerance_hours=1000, tolerance_days=100)
    day = "2025-11-10" if cause == "hours" else "2025-11-03"
    workshop.insert("equipment_maintenance", equipment_id=machine, plan_id=plan, baseline_hours=1000, baseline_date=day)
    workshop.read(machine, {"2026-01-31": ("8", counter)})
    workshop.evaluate()
    workshop.read(machine, {"2026-02-20": ("8", "1800")})
    workshop.evaluate("2026-02-21")  # both by now
    (due,) = workshop.site.query("SELECT * FROM maintenance_dues")
    assert (due["cause"], due["state"]) == (cause, "open")
    assert (due["due_hours"], due["due_date"]) == (1500, date.fromisoformat(day) + timedelta(days=90))


@pytest.mark.feature("DOM-17")
def test_fixed_and_floating_plans_of_one_machine(workshop: Workshop) -> None:
    machine = workshop.machine("M", serviced_at_hours="700")
    workshop.read(machine, {"2026-01-31": ("8", "800")})
    for mode in ("fixed", "floating"):
        workshop.plan(mode, interval_hours=500, schedule_mode=mode)
    workshop.evaluate(machines=[machine])
    rows = workshop.site.query("SELECT next_due_hours FROM equipment_maintenance ORDER BY plan_id")
    assert [row["next_due_hours"] for row in rows] == [1000, 1200]


@pytest.mark.feature("TEST-15")
def test_only_the_named_machines_are_judged_and_an_unknown_one_is_none(workshop: Workshop, pump: int) -> None:
    other = workshop.machine("PUMP-2", group="Pumps")
    assert workshop.evaluate(machines=[other, 999, other]).evaluated == 1
    assert workshop.schedule(other)["state"] == "no_reading"
    assert workshop.site.value("SELECT COUNT(*) FROM equipment_maintenance") == 1
    assert workshop.evaluate(machines=[]).evaluated == 0


@pytest.mark.feature("OBJ-03")
def test_what_fails_in_the_middle_leaves_whole_batches_and_the_next_evaluation_does_the_rest(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.errors import DatabaseUnavailable
    from cmms.maintenance import evaluate_maintenance

    monkeypatch.setattr(evaluate_maintenance, "BATCH", 1)
    monkeypatch.setattr(evaluate_maintenance, "_LEAST_MACHINES", 1)
    workshop.plan("Oil", interval_hours=500, start_from="zero")
    for number in range(3):
        workshop.read(workshop.machine(f"M-{number}"), {"2026-01-31": ("8", "500")})
    real = evaluate_maintenance.notify_dues

    def fail(cursor: Any, machines: Any, *rest: Any) -> Any:
        if "M-1" in machines:
            raise DatabaseUnavailable("gone")
        return real(cursor, machines, *rest)

    monkeypatch.setattr(evaluate_maintenance, "notify_dues", fail)
    with pytest.raises(DatabaseUnavailable):
        workshop.evaluate()
    assert workshop.dues() == ["open"]
    assert workshop.alerts() == ["M-0 has become due for maintenance"]
    assert workshop.site.value("SELECT COUNT(*) FROM audit_log") == 1
    monkeypatch.setattr(evaluate_maintenance, "notify_dues", real)
    workshop.evaluate()
    assert workshop.dues() == ["open"] * 3
    assert workshop.alerts()[1:] == ["2 machines have become due for maintenance"]


@pytest.mark.feature("TEST-15")
def test_the_command_line_evaluates_and_says_what_it_did(
    workshop: Workshop, pump: int, capsys: pytest.CaptureFixture[str]
) -> None:
    from cmms.cli import main

    workshop.read(pump, {"2026-01-31": ("8", "500")})
    assert main(["evaluate", "--date", "2026-02-01"]) == 0
    assert capsys.readouterr().out == "2026-02-01: 1 evaluated, 1 became due, 0 withdrawn\n"
    workshop.read(pump, {"2026-01-31": ("8", "480")})
    assert main(["evaluate", "--date", "2026-02-01", "--equipment-number", "PUMP-1"]) == 0
    assert capsys.readouterr().out == "2026-02-01: 1 evaluated, 0 became due, 1 withdrawn\n"
    assert main(["evaluate"]) == 0
    assert main(["evaluate", "--equipment-number", "PUMP-9"]) == 2
    assert "no such machine: PUMP-9" in capsys.readouterr().err
