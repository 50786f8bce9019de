"""Maintenance is scheduled for chosen machines: created once, conflicts told one by one, put on another day, removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.plugins.conftest import ClientFor

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1"
NAME = "Made by a test of schedules"
INACTIVE = 75


def _act(client: Any, action: str, **body: Any) -> Any:
    resource, verb = action.split(".")
    return client.post(f"{API}/{resource}/actions/{verb}", json=body)


def _preview(client: Any, action: str, **body: Any) -> Any:
    resource, verb = action.split(".")
    return client.post(f"{API}/{resource}/actions/{verb}/preview", json=body)


def _schedules(tables: Tables, plan: int) -> dict[int, dict[str, Any]]:
    rows = tables("SELECT * FROM equipment_maintenance WHERE plan_id = %s ORDER BY equipment_id", plan)
    return {row["equipment_id"]: row for row in rows}


def _dues(tables: Tables, schedule: int) -> list[str]:
    rows = tables("SELECT state FROM maintenance_dues WHERE equipment_maintenance_id = %s ORDER BY id", schedule)
    return [row["state"] for row in rows]


@pytest.fixture
def plan(client_for: ClientFor, tables: Tables) -> Iterator[int]:
    """An active plan for chosen machines, every 365 days; gone afterwards with all that hangs on it."""
    values = {
        "name": NAME, "scope": "equipment", "interval_days": 365, "lead_days": 10, "schedule_mode": "floating",
        "start_from": "now",
    }  # fmt: skip
    assert _act(client_for("admin"), "maintenance-plans.create", values=values).status_code == 200
    key = tables("SELECT id FROM maintenance_plans WHERE name = %s", NAME)[0]["id"]
    yield key
    orders = tables(
        "SELECT d.work_order_id AS id FROM maintenance_dues d JOIN equipment_maintenance m"
        " ON m.id = d.equipment_maintenance_id WHERE m.plan_id = %s AND d.work_order_id IS NOT NULL",
        key,
    )
    tables(
        "DELETE d FROM maintenance_dues d JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id"
        " WHERE m.plan_id = %s",
        key,
    )
    for order in orders:
        tables("DELETE FROM work_orders WHERE id = %s", order["id"])
    tables("DELETE FROM equipment_maintenance WHERE plan_id = %s", key)
    tables("DELETE FROM maintenance_plans WHERE id = %s", key)


def _free_machines(tables: Tables, number: int) -> list[int]:
    """Active machines of which no plan asks anything."""
    rows = tables(
        "SELECT e.id FROM equipment e WHERE e.is_active = 1 AND NOT EXISTS (SELECT 1 FROM equipment_maintenance m"
        f" WHERE m.equipment_id = e.id) ORDER BY e.id DESC LIMIT {number:d}"
    )
    return [row["id"] for row in rows]


def _order(tables: Tables, schedule: dict[str, Any]) -> int:
    """An open work order for the schedule's open due, as the dues' list makes one."""
    tables(
        "INSERT INTO work_orders (equipment_id, title, source, created_by) VALUES (%s, 'Test', 'due', 'test')",
        schedule["equipment_id"],
    )
    order = int(tables("SELECT MAX(id) AS id FROM work_orders")[0]["id"])
    tables(
        "UPDATE maintenance_dues SET state = 'ordered', work_order_id = %s WHERE equipment_maintenance_id = %s"
        " AND state = 'open'",
        *(order, schedule["id"]),
    )
    return order


@pytest.mark.feature("TAB-02A", "TEST-15")
def test_schedules_are_created_once_and_every_conflict_is_listed(
    client_for: ClientFor, tables: Tables, plan: int
) -> None:
    op = client_for("op")
    tables("UPDATE equipment SET is_active = 0, inactive_reason = 'scrapped' WHERE id = %s", INACTIVE)
    keys = _free_machines(tables, 4)
    first = {"keys": keys[:1], "values": {"plan_id": str(plan)}}
    assert _act(op, "equipment.schedule", **first).json() == {"message": "1 schedule created.", "level": "success"}
    chosen = {"keys": [*keys, INACTIVE, 999_999], "values": {"plan_id": str(plan)}}
    preview = _preview(op, "equipment.schedule", **chosen).json()
    assert set(_schedules(tables, plan)) == {keys[0]}  # a preview changes nothing
    assert preview["text"] == "3 schedules would be created. 3 conflicts: left unchanged."
    numbers = {row["id"]: row["equipment_number"] for row in tables("SELECT id, equipment_number FROM equipment")}
    due_on = _schedules(tables, plan)[keys[0]]["next_due_date"]
    expected = {
        (numbers[keys[0]], f"is scheduled by this plan already: fine, next on {due_on}"),
        (numbers[INACTIVE], "is inactive"),
        ("#999999", "does not exist any more"),
    }
    assert {tuple(row) for row in preview["rows"]} == expected
    done = _act(op, "equipment.schedule", **chosen).json()
    assert done["message"] == "3 schedules created. 3 conflicts: left unchanged."
    assert set(done["details"]) == {f"{number}: {why}" for number, why in expected}
    stored = _schedules(tables, plan)
    assert set(stored) == set(keys)
    assert {row["assigned_by"] for row in stored.values()} == {"person"}
    assert {row["evaluated_on"] for row in stored.values()} == {datetime.now(UTC).date()}
    again = _act(op, "equipment.schedule", **chosen).json()
    assert again["message"] == "0 schedules created. 6 conflicts: left unchanged."
    assert _schedules(tables, plan) == stored
    batch = tables(
        "SELECT batch_id, entity_id FROM audit_log WHERE entity = 'equipment_maintenance' AND action = 'schedule'"
        " ORDER BY id DESC LIMIT 3"
    )
    assert {row["entity_id"] for row in batch} == {str(stored[key]["id"]) for key in keys[1:]}
    assert len({row["batch_id"] for row in batch}) == 1 and batch[0]["batch_id"]


@pytest.mark.feature("TAB-02A")
def test_a_chosen_day_is_when_it_is_due_and_moves_others_only_if_asked(
    client_for: ClientFor, tables: Tables, plan: int
) -> None:
    op, today = client_for("op"), datetime.now(UTC).date()
    keys = _free_machines(tables, 3)
    past = {"plan_id": str(plan), "first_due_date": str(today - timedelta(days=1))}
    refused = _act(op, "equipment.schedule", keys=keys, values=past)
    assert (refused.status_code, refused.json()["fields"]) == (422, {"first_due_date": "is in the past"})
    near = {"plan_id": str(plan), "first_due_date": str(today + timedelta(days=5))}
    assert _act(op, "equipment.schedule", keys=keys[:2], values=near).status_code == 200
    rows = _schedules(tables, plan)
    assert {row["state"] for row in rows.values()} == {"upcoming"}
    assert {row["next_due_date"] for row in rows.values()} == {today + timedelta(days=5)}
    now = {"plan_id": str(plan), "first_due_date": str(today)}
    done = _act(op, "equipment.schedule", keys=keys, values=now).json()
    assert done["message"] == "1 schedule created. 2 conflicts: left unchanged."
    assert {row["state"] for row in _schedules(tables, plan).values()} == {"upcoming", "due"}
    moved = _act(op, "equipment.schedule", keys=keys, values={**now, "move": True}).json()
    assert moved["message"] == "0 schedules created. 2 schedules moved. 1 conflict: left unchanged."
    rows = _schedules(tables, plan)
    assert {row["state"] for row in rows.values()} == {"due"}
    assert [_dues(tables, row["id"]) for row in rows.values()] == [["open"]] * 3
    shown = op.get(f"{API}/equipment?tab=needs_maintenance&limit=200").json()["rows"]
    assert set(keys) <= {row["id"] for row in shown}
    listed = op.get(f"{API}/schedules?tab=due&plan_id={plan}").json()
    assert {row["equipment_id"] for row in listed["rows"]} == set(keys)


@pytest.mark.feature("TAB-02A", "NAV-03")
def test_who_may_not_edit_may_not_schedule(client_for: ClientFor, tables: Tables, plan: int) -> None:
    keys = _free_machines(tables, 1)
    for role in ("viewer", "user"):
        client = client_for(role)
        assert _act(client, "equipment.schedule", keys=keys, values={"plan_id": str(plan)}).status_code == 403
        assert _preview(client, "equipment.schedule", keys=keys, values={"plan_id": str(plan)}).status_code == 403
        assert _act(client, "schedules.remove", keys=[1]).status_code == 403
        day = str(datetime.now(UTC).date())
        assert _act(client, "schedules.reschedule", keys=[1], values={"first_due_date": day}).status_code == 403
        assert client.get(f"{API}/schedules").status_code == 200
    assert _schedules(tables, plan) == {}
    admin = client_for("admin")
    assert _act(admin, "equipment.schedule", keys=keys, values={"plan_id": "999999"}).status_code == 422
    assert _act(admin, "equipment.schedule", keys=[], values={"plan_id": str(plan)}).status_code == 422
    assert _act(admin, "equipment.schedule", keys=keys, values={"plan_id": str(plan)}).status_code == 200


@pytest.mark.feature("TAB-02A", "DOM-19")
def test_what_has_an_open_work_order_is_neither_moved_nor_removed_nor_marked_as_serviced(
    client_for: ClientFor, tables: Tables, plan: int
) -> None:
    op, today = client_for("op"), datetime.now(UTC).date()
    keys = _free_machines(tables, 2)
    now = {"plan_id": str(plan), "first_due_date": str(today)}
    assert _act(op, "equipment.schedule", keys=keys, values=now).status_code == 200
    rows = _schedules(tables, plan)
    order = _order(tables, rows[keys[0]])
    later = {"first_due_date": str(today + timedelta(days=30))}
    ids = [rows[key]["id"] for key in keys]
    moved = _act(op, "schedules.reschedule", keys=ids, values=later).json()
    assert moved["message"] == "1 schedule moved. 1 conflict: left unchanged."
    assert moved["details"][0].endswith(f"has an open work order, WO-{order:06d}")
    assert {key: row["state"] for key, row in _schedules(tables, plan).items()} == {keys[0]: "due", keys[1]: "ok"}
    assert (_dues(tables, ids[0]), _dues(tables, ids[1])) == (["ordered"], ["withdrawn"])
    again = {"plan_id": str(plan), **later, "move": True}
    told = _act(op, "equipment.schedule", keys=keys[:1], values=again).json()
    assert told["message"] == "0 schedules created. 1 conflict: left unchanged."
    assert told["details"][0].endswith(f"has an open work order, WO-{order:06d}")
    served = _act(op, "equipment.serviced", keys=keys, values={"note": "oil"}).json()
    assert served["message"] == "1 machine marked as serviced. 1 was skipped."
    assert served["details"][0].endswith("has an open work order; complete it instead")
    assert _schedules(tables, plan)[keys[0]]["first_due_date"] == today
    removed = _act(op, "schedules.remove", keys=ids, values={}).json()
    assert removed["message"] == "1 schedule removed. 1 conflict: left unchanged."
    rows = _schedules(tables, plan)
    assert rows[keys[0]]["assigned_by"] == "person"
    assert keys[1] not in rows or rows[keys[1]]["state"] == "suspended"


@pytest.mark.feature("TAB-02A")
def test_a_schedule_is_removed_and_can_be_made_anew_that_of_a_scope_is_not(
    client_for: ClientFor, tables: Tables, plan: int
) -> None:
    op, today = client_for("op"), datetime.now(UTC).date()
    keys = _free_machines(tables, 1)
    now = {"plan_id": str(plan), "first_due_date": str(today)}
    assert _act(op, "equipment.schedule", keys=keys, values=now).status_code == 200
    schedule = _schedules(tables, plan)[keys[0]]["id"]
    assert _act(op, "schedules.remove", keys=[schedule]).json()["message"] == "1 schedule removed."
    assert _dues(tables, schedule) in ([], ["withdrawn"])
    assert not any(row["state"] != "suspended" for row in _schedules(tables, plan).values())
    assert keys[0] not in {
        row["id"] for row in op.get(f"{API}/equipment?tab=needs_maintenance&limit=200").json()["rows"]
    }
    again = _act(op, "equipment.schedule", keys=keys, values={"plan_id": str(plan)}).json()
    assert again["message"] == "1 schedule created."
    assert _schedules(tables, plan)[keys[0]]["state"] == "ok"
    by_scope = tables(
        "SELECT id FROM equipment_maintenance WHERE assigned_by = 'plan' AND state <> 'suspended' LIMIT 1"
    )
    refused = _act(op, "schedules.remove", keys=[by_scope[0]["id"]]).json()
    assert refused["message"].startswith("0 schedules removed. 1 conflict")


@pytest.mark.feature("TAB-04F", "DOM-21")
def test_a_service_counts_all_plans_of_the_machine_from_the_newest_reading_and_its_dues_are_done(
    client_for: ClientFor, tables: Tables
) -> None:
    op = client_for("op")
    row = tables(
        "SELECT m.id, m.equipment_id FROM equipment_maintenance m JOIN maintenance_dues d ON d.equipment_maintenance_id = m.id"
        " JOIN maintenance_plans p ON p.id = m.plan_id WHERE d.state = 'open' AND p.interval_hours > 0 LIMIT 1"
    )[0]
    kept = tables("SELECT serviced_at_hours AS s FROM equipment WHERE id = %s", row["equipment_id"])[0]["s"]
    schedules = tables("SELECT * FROM equipment_maintenance WHERE equipment_id = %s", row["equipment_id"])
    newest = tables(
        "SELECT date, cumulative_hours AS c FROM equipment_running_times WHERE equipment_id = %s ORDER BY date DESC LIMIT 1",
        row["equipment_id"],
    )[0]
    assert _act(op, "equipment.serviced", keys=[row["equipment_id"]], values={"note": "oil"}).status_code == 200
    after = tables("SELECT * FROM equipment_maintenance WHERE equipment_id = %s", row["equipment_id"])
    assert {(s["baseline_hours"], s["baseline_date"]) for s in after} == {(newest["c"], newest["date"])}
    assert not {s["state"] for s in after} & {"due", "overdue"}
    due = tables(
        "SELECT * FROM maintenance_dues WHERE equipment_maintenance_id = %s ORDER BY id DESC LIMIT 1", row["id"]
    )[0]
    assert (due["state"], due["decided_by"], due["reason"]) == ("done", "op", "oil")
    tables("UPDATE equipment SET serviced_at_hours = %s WHERE id = %s", kept, row["equipment_id"])
    for schedule in schedules:
        tables(
            "UPDATE equipment_maintenance SET baseline_hours = %s, baseline_date = %s WHERE id = %s",
            *(schedule["baseline_hours"], schedule["baseline_date"], schedule["id"]),
        )
    assert _act(op, "maintenance-plans.evaluate", values={}).status_code == 200


@pytest.mark.feature("TAB-03A")
def test_machines_that_are_switched_off_on_and_moved_are_judged_in_the_same_breath(
    client_for: ClientFor, tables: Tables
) -> None:
    op = client_for("op")
    pumps = tables("SELECT id FROM equipment_groups WHERE name = 'Pumps'")[0]["id"]
    key = tables(
        "SELECT m.equipment_id AS id FROM equipment_maintenance m JOIN maintenance_plans p ON p.id = m.plan_id"
        " JOIN equipment e ON e.id = m.equipment_id"
        " WHERE p.equipment_group_id = %s AND m.state IN ('due', 'overdue') AND e.group_source = 'rule' AND NOT EXISTS"
        " (SELECT 1 FROM equipment_maintenance o WHERE o.equipment_id = m.equipment_id AND o.id <> m.id) LIMIT 1",
        pumps,
    )[0]["id"]

    def needs() -> bool:
        return key in {row["id"] for row in op.get(f"{API}/equipment?tab=needs_maintenance&limit=200").json()["rows"]}

    def last_due() -> str:
        rows = tables(
            "SELECT d.state FROM maintenance_dues d JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id"
            " WHERE m.equipment_id = %s ORDER BY d.id DESC LIMIT 1",
            key,
        )
        return str(rows[0]["state"])

    assert needs() and last_due() == "open"
    assert _act(op, "equipment.deactivate", keys=[key], values={"inactive_reason": "sold"}).status_code == 200
    assert not needs() and last_due() == "withdrawn"
    assert _act(op, "equipment.activate", keys=[key]).status_code == 200
    assert needs() and last_due() == "open"
    assert _act(op, "equipment.move", keys=[key], values={}).status_code == 200
    assert not needs() and last_due() == "withdrawn"
    row = tables("SELECT row_version AS v FROM equipment WHERE id = %s", key)[0]
    edit = {"keys": [key], "version": row["v"], "values": {"equipment_group_id": str(pumps)}}
    assert _act(op, "equipment.edit", **edit).status_code == 200
    assert needs() and last_due() == "open"
    tables("UPDATE equipment SET group_source = 'rule' WHERE id = %s", key)


@pytest.mark.feature("TAB-02A", "TEST-15")
def test_five_people_who_schedule_the_same_machines_at_once_make_one_schedule_each(
    client_for: ClientFor, tables: Tables, plan: int
) -> None:
    from cmms.access.actors import Actor, Capability
    from cmms.maintenance.schedule_maintenance import schedule_maintenance

    client_for("op")
    keys = _free_machines(tables, 8)
    actor = Actor("op", frozenset({Capability.VIEW, Capability.EDIT}))
    today = datetime.now(UTC).date()
    with ThreadPoolExecutor(5) as pool:
        done = list(pool.map(lambda _: schedule_maintenance(actor, keys, plan, today), range(5)))
    assert sum(result.created for result in done) == 8
    assert sum(len(result.conflicts) for result in done) == 32
    rows = _schedules(tables, plan)
    assert set(rows) == set(keys)
    assert [_dues(tables, row["id"]) for row in rows.values()] == [["open"]] * 8
