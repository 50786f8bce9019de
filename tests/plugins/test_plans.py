"""Maintenance plans through the REST API: judged per field, previewed as they are then saved, refused when stale."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.plugins.conftest import ClientFor

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1"
NAME = "Made by a test"


def _act(client: Any, action: str, **body: Any) -> Any:
    resource, verb = action.split(".")
    return client.post(f"{API}/{resource}/actions/{verb}", json=body)


def _preview(client: Any, action: str, **body: Any) -> Any:
    resource, verb = action.split(".")
    return client.post(f"{API}/{resource}/actions/{verb}/preview", json=body)


def _plan(tables: Tables, name: str = NAME) -> dict[str, Any]:
    return tables("SELECT * FROM maintenance_plans WHERE name = %s", name)[0]


def _states(tables: Tables, plan: int) -> dict[str, int]:
    rows = tables("SELECT state, COUNT(*) AS n FROM equipment_maintenance WHERE plan_id = %s GROUP BY state", plan)
    return {row["state"]: row["n"] for row in rows}


def _everything(tables: Tables) -> list[Any]:
    names = ("maintenance_plans", "equipment_maintenance", "maintenance_dues", "work_orders", "equipment", "audit_log")
    return [tables(f"SELECT * FROM {name} ORDER BY id") for name in names]


@pytest.fixture(autouse=True)
def no_trace(client_for: ClientFor, tables: Tables) -> Iterator[None]:
    """What a test has made is gone afterwards: other tests count dues."""
    client_for("admin")
    yield
    mine = "plan_id IN (SELECT id FROM maintenance_plans WHERE name LIKE 'Made by%%')"
    tables(
        f"DELETE FROM maintenance_dues WHERE equipment_maintenance_id IN (SELECT id FROM equipment_maintenance WHERE {mine})"
    )
    tables(f"DELETE FROM equipment_maintenance WHERE {mine}")
    tables("DELETE FROM maintenance_plans WHERE name LIKE 'Made by%%'")


@pytest.mark.feature("DOM-15")
@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"name": NAME, "scope": "all"}, {"interval_hours", "interval_days"}),
        ({"name": NAME, "scope": "all", "interval_hours": 0}, {"interval_hours"}),
        ({"name": NAME, "scope": "all", "interval_hours": -5}, {"interval_hours"}),
        ({"name": NAME, "scope": "all", "interval_hours": "many"}, {"interval_hours"}),
        ({"name": NAME, "scope": "all", "interval_days": 1.5}, {"interval_days"}),
        ({"name": NAME, "scope": "group", "interval_days": 5}, {"equipment_group_id"}),
        ({"name": NAME, "scope": "plant", "interval_days": 5}, {"plant_id"}),
        ({"name": NAME, "scope": "planet", "interval_days": 5}, {"scope"}),
        ({"name": NAME, "scope": "all", "interval_days": 5, "lead_days": 5, "priority": 9}, {"lead_days", "priority"}),
        ({"name": NAME, "scope": "all", "interval_hours": 100, "lead_hours": 100, "tolerance_hours": -1},
         {"lead_hours", "tolerance_hours"}),
        ({"name": NAME, "scope": "all", "interval_days": 5, "priority": 0}, {"priority"}),
    ],
)  # fmt: skip
def test_each_field_that_cannot_be_accepted_is_named_and_nothing_is_stored(
    client_for: ClientFor, tables: Tables, values: dict[str, Any], wrong: set[str]
) -> None:
    asked = {"schedule_mode": "floating", "start_from": "now", **values}
    for answer in (
        _act(client_for("admin"), "maintenance-plans.create", values=asked),
        _preview(client_for("admin"), "maintenance-plans.create", values=asked),
    ):
        assert (answer.status_code, set(answer.json()["fields"])) == (422, wrong)
    assert tables("SELECT id FROM maintenance_plans WHERE name = %s", NAME) == []


@pytest.mark.feature("DAT-02")
def test_an_edit_leaves_what_it_does_not_name(client_for: ClientFor, tables: Tables) -> None:
    admin = client_for("admin")
    asked = {"name": NAME, "scope": "all", "schedule_mode": "floating", "start_from": "now"}
    rest = {"interval_days": 90, "description": "kept", "lead_days": 8, "tolerance_days": 4, "priority": 1}
    assert _act(admin, "maintenance-plans.create", values={**asked, **rest}).status_code == 200
    tables("UPDATE maintenance_plans SET is_active = 0 WHERE name = %s", NAME)
    stored = _plan(tables)
    for act in (_preview, _act):
        answer = act(admin, "maintenance-plans.edit", keys=[stored["id"]], version=stored["row_version"], values=asked)
        assert answer.status_code == 200, answer.text
    changing = {"row_version": 0, "updated_at": None}
    assert _plan(tables) | changing == stored | changing


@pytest.mark.feature("DOM-30")
def test_a_preview_says_what_saving_then_does_and_changes_nothing(client_for: ClientFor, tables: Tables) -> None:
    admin = client_for("admin")
    group = tables("SELECT id FROM equipment_groups WHERE name = 'Compressors'")[0]["id"]
    counters = tables(
        "SELECT MAX(r.cumulative_hours) AS hours FROM equipment_running_times r JOIN equipment e ON e.id = r.equipment_id"
        " WHERE e.equipment_group_id = %s AND e.is_active = 1 GROUP BY e.id ORDER BY hours",
        group,
    )
    median = int(counters[len(counters) // 2]["hours"])
    values = {
        "name": NAME, "scope": "group", "equipment_group_id": str(group), "interval_hours": median, "lead_hours": 500,
        "schedule_mode": "floating", "start_from": "zero",
    }  # fmt: skip
    before = _everything(tables)
    preview = _preview(admin, "maintenance-plans.create", values=values).json()
    assert _everything(tables) == before
    assert _act(admin, "maintenance-plans.create", values=values).status_code == 200
    plan = _plan(tables)
    states = _states(tables, plan["id"])
    labels = {"Overdue": "overdue", "Due": "due", "Upcoming": "upcoming", "OK": "ok", "No reading": "no_reading",
              "Suspended": "suspended"}  # fmt: skip
    assert {labels[label]: int(machines) for label, machines in preview["rows"]} == states
    due = states.get("due", 0) + states.get("overdue", 0)
    covered = sum(number for state, number in states.items() if state != "suspended")
    assert 0 < due < covered
    assert preview["text"].startswith(f"The plan would cover {covered} machines, {due} of them due today.")
    opened = tables(
        "SELECT COUNT(*) AS n FROM maintenance_dues d JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id"
        " WHERE m.plan_id = %s AND d.state = 'open'",
        plan["id"],
    )[0]["n"]
    assert opened == due and f"Maintenance due: {opened} new" in preview["text"]

    longer = {**values, "interval_hours": 9_000_000, "is_active": True}
    before = _everything(tables)
    edited = _preview(admin, "maintenance-plans.edit", keys=[plan["id"]], version=1, values=longer).json()
    assert _everything(tables) == before
    assert f"{due} withdrawn" in edited["text"] and edited["heads"] == [
        "State",
        "Machines now",
        "Machines after saving",
    ]
    saved = _act(admin, "maintenance-plans.edit", keys=[plan["id"]], version=1, values=longer)
    assert saved.status_code == 200
    states = _states(tables, plan["id"])
    assert {labels[row[0]]: int(row[2]) for row in edited["rows"] if row[2] != "0"} == states
    assert set(states) <= {"ok", "no_reading", "suspended"}
    audited = tables(
        "SELECT action FROM audit_log WHERE entity = 'maintenance_plans' AND entity_id = %s", str(plan["id"])
    )
    assert [row["action"] for row in audited] == ["create", "edit"]


@pytest.mark.feature("TBL-05", "TEST-03")
def test_a_plan_seen_in_an_older_version_is_not_changed(client_for: ClientFor, tables: Tables) -> None:
    admin = client_for("admin")
    values = {"name": NAME, "scope": "equipment", "interval_days": 30, "schedule_mode": "floating", "start_from": "now"}
    assert _act(admin, "maintenance-plans.create", values=values).status_code == 200
    key = _plan(tables)["id"]
    edit = {"keys": [key], "version": 1, "values": {**values, "interval_days": 60, "is_active": True}}
    assert _act(admin, "maintenance-plans.edit", **edit).status_code == 200
    assert _act(admin, "maintenance-plans.edit", **edit).status_code == 409
    assert _act(admin, "maintenance-plans.edit", keys=[key], values=edit["values"]).status_code == 422
    assert _act(admin, "maintenance-plans.edit", keys=[999_999], version=1, values=edit["values"]).status_code == 404
    assert (_plan(tables)["interval_days"], _plan(tables)["row_version"]) == (60, 2)
    twice = _act(admin, "maintenance-plans.create", values=values)
    assert (twice.status_code, twice.json()["fields"]) == (422, {"name": "exists already"})


@pytest.mark.feature("TEST-05", "NAV-03")
def test_only_administrators_make_plans_and_operators_evaluate(client_for: ClientFor, tables: Tables) -> None:
    values = {"name": NAME, "scope": "equipment", "interval_days": 30, "schedule_mode": "floating", "start_from": "now"}
    for role in ("viewer", "user", "op"):
        client = client_for(role)
        assert _act(client, "maintenance-plans.create", values=values).status_code == 403
        assert _preview(client, "maintenance-plans.create", values=values).status_code == 403
        assert client.get(f"{API}/maintenance-plans").status_code == 200
    assert tables("SELECT id FROM maintenance_plans WHERE name = %s", NAME) == []
    assert [
        _act(client_for(role), "maintenance-plans.evaluate", values={}).status_code for role in ("viewer", "user")
    ] == [
        403,
        403,
    ]


@pytest.mark.feature("DOM-28")
def test_evaluate_now_finds_what_has_become_due_and_the_second_time_nothing(
    client_for: ClientFor, tables: Tables
) -> None:
    op = client_for("op")
    assert _act(op, "maintenance-plans.evaluate", values={}).status_code == 200
    row = tables("SELECT id, equipment_id, baseline_date FROM equipment_maintenance WHERE state = 'upcoming' AND cause = 'calendar' LIMIT 1")[0]  # fmt: skip
    due = "SELECT COUNT(*) AS n FROM maintenance_dues WHERE equipment_maintenance_id = %s AND state = 'open'"
    assert tables(due, row["id"])[0]["n"] == 0
    moved = row["baseline_date"] - timedelta(days=20)
    tables("UPDATE equipment_maintenance SET baseline_date = %s WHERE id = %s", moved, row["id"])
    told = _act(op, "maintenance-plans.evaluate", values={}).json()["message"]
    assert "1 became due, 0 no longer due" in told
    assert tables(due, row["id"])[0]["n"] == 1
    again = _act(op, "maintenance-plans.evaluate", values={}).json()["message"]
    assert "0 became due, 0 no longer due, 0 changed" in again
    tables("UPDATE equipment_maintenance SET baseline_date = %s WHERE id = %s", row["baseline_date"], row["id"])
    assert "1 no longer due" in _act(op, "maintenance-plans.evaluate", values={}).json()["message"]


@pytest.mark.feature("DOM-30", "PERF-11")
def test_machines_that_take_too_long_are_left_to_the_daily_evaluation_and_that_is_said(
    client_for: ClientFor, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.maintenance import change_plans

    monkeypatch.setattr(change_plans, "BATCH", 50)
    monkeypatch.setattr(change_plans, "PATIENCE_SECONDS", -1)
    monkeypatch.setattr(change_plans, "PREVIEW_SECONDS", -1)
    admin = client_for("admin")
    values = {"name": NAME, "scope": "all", "interval_days": 30, "schedule_mode": "floating", "start_from": "now"}
    total = tables("SELECT COUNT(*) AS n FROM equipment")[0]["n"]
    preview = _preview(admin, "maintenance-plans.create", values=values).json()["text"]
    assert f"first 50 of {total} machines" in preview
    answer = _act(admin, "maintenance-plans.create", values=values).json()
    assert (
        answer["level"] == "warning" and f"{total} of {total} machines have not been evaluated yet" in answer["message"]
    )
    monkeypatch.setattr(change_plans, "PATIENCE_SECONDS", 60)
    edit = {**values, "interval_days": 31, "is_active": True}
    done = _act(admin, "maintenance-plans.edit", keys=[_plan(tables)["id"]], version=1, values=edit).json()
    assert f"{total} machines evaluated" in done["message"]
    active = tables("SELECT COUNT(*) AS n FROM equipment WHERE is_active = 1")[0]["n"]
    states = _states(tables, _plan(tables)["id"])
    assert sum(number for state, number in states.items() if state != "suspended") == active


@pytest.mark.feature("OBJ-05")
def test_a_plan_switched_off_asks_nothing_any_more(client_for: ClientFor, tables: Tables) -> None:
    admin = client_for("admin")
    group = tables("SELECT id FROM equipment_groups WHERE name = 'Pumps'")[0]["id"]
    values = {
        "name": NAME, "scope": "group", "equipment_group_id": str(group), "interval_hours": 10,
        "schedule_mode": "floating", "start_from": "zero",
    }  # fmt: skip
    assert _act(admin, "maintenance-plans.create", values=values).status_code == 200
    key = _plan(tables)["id"]
    assert _states(tables, key)["overdue"] > 0
    off = {**values, "is_active": False}
    assert _act(admin, "maintenance-plans.edit", keys=[key], version=1, values=off).status_code == 200
    assert set(_states(tables, key)) <= {"suspended"}
    states = tables(
        "SELECT DISTINCT d.state FROM maintenance_dues d JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id"
        " WHERE m.plan_id = %s",
        key,
    )
    assert [row["state"] for row in states] == ["withdrawn"]
    row = admin.get(f"{API}/maintenance-plans/{key}").json()
    assert (row["status"], row["machines"], row["due"], row["interval_text"]) == ("inactive", 0, 0, "every 10 h")
    after = tables("SELECT after_json FROM audit_log WHERE entity = 'maintenance_plans' ORDER BY id DESC LIMIT 1")[0]
    assert json.loads(after["after_json"])["is_active"] == 0
