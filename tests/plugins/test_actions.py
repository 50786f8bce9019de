"""What people change: it is stored with an audit row, refused when stale, and never touches what the source owns."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from cmms.equipment import change_equipment
from cmms.errors import DatabaseUnavailable
from tests.plugins.conftest import ClientFor

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1"


def _act(client: Any, action: str, **body: Any) -> Any:
    resource, verb = action.split(".")
    return client.post(f"{API}/{resource}/actions/{verb}", json=body)


def _row(tables: Tables, key: int) -> dict[str, Any]:
    return tables("SELECT * FROM equipment WHERE id = %s", key)[0]


def _audit(tables: Tables, entity: str, key: Any) -> list[dict[str, Any]]:
    return tables("SELECT * FROM audit_log WHERE entity = %s AND entity_id = %s ORDER BY id", entity, str(key))


@pytest.mark.feature("RES-03", "TEST-03", "OBJ-05")
def test_deactivating_needs_a_reason_and_leaves_an_audit_row(client_for: ClientFor, tables: Tables) -> None:
    op = client_for("op")
    without = _act(op, "equipment.deactivate", keys=[11], values={})
    assert (without.status_code, without.json()["fields"]) == (422, {"inactive_reason": "is required"})
    before = _row(tables, 11)
    assert _act(op, "equipment.deactivate", keys=[11], values={"inactive_reason": "sold"}).status_code == 200
    after = _row(tables, 11)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"is_active", "inactive_reason", "row_version", "updated_at"}
    row = _audit(tables, "equipment", 11)[-1]
    assert (row["actor"], row["action"]) == ("op", "deactivate")
    assert json.loads(row["before_json"])["is_active"] == 1
    assert json.loads(row["after_json"])["inactive_reason"] == "sold"
    assert _act(op, "equipment.activate", keys=[11]).status_code == 200
    assert (_row(tables, 11)["is_active"], _row(tables, 11)["inactive_reason"]) == (1, None)


@pytest.mark.feature("TBL-05", "TEST-03")
def test_a_stale_edit_is_refused_and_changes_nothing(client_for: ClientFor, tables: Tables) -> None:
    op = client_for("op")
    version = _row(tables, 12)["row_version"]
    assert _act(op, "equipment.edit", keys=[12], version=version, values={"notes": "first"}).status_code == 200
    stale = _act(op, "equipment.edit", keys=[12], version=version, values={"notes": "second"})
    assert stale.status_code == 409
    assert _row(tables, 12)["notes"] == "first"
    assert _act(op, "equipment.edit", keys=[12], values={"notes": "third"}).status_code == 422  # no version
    assert _act(op, "equipment.edit", keys=[999_999], version=1, values={"notes": "x"}).status_code == 404


@pytest.mark.feature("RES-06", "SYNC-09")
def test_a_note_saved_in_a_form_that_also_shows_the_group_leaves_the_group_to_the_rules(
    client_for: ClientFor, tables: Tables
) -> None:
    before, op = _row(tables, 14), client_for("op")
    assert before["group_source"] == "rule"
    shown = {"equipment_group_id": str(before["equipment_group_id"]), "notes": "only this"}
    assert _act(op, "equipment.edit", keys=[14], version=before["row_version"], values=shown).status_code == 200
    after = _row(tables, 14)
    assert {name for name in before if before[name] != after[name]} == {"notes", "row_version", "updated_at"}
    other = tables("SELECT id FROM equipment_groups WHERE is_active = 1 AND id <> %s", before["equipment_group_id"])
    chosen = {"equipment_group_id": str(other[0]["id"])}
    assert _act(op, "equipment.edit", keys=[14], version=after["row_version"], values=chosen).status_code == 200
    assert (_row(tables, 14)["equipment_group_id"], _row(tables, 14)["group_source"]) == (other[0]["id"], "manual")


@pytest.mark.feature("RES-06")
@pytest.mark.parametrize(
    "name", ["id", "equipment_number", "cumulative_hours", "plant_id", "point", "is_active", "row_version"]
)
def test_what_belongs_to_the_source_cannot_be_edited(client_for: ClientFor, tables: Tables, name: str) -> None:
    before = _row(tables, 13)
    answer = _act(client_for("admin"), "equipment.edit", keys=[13], version=before["row_version"], values={name: "1"})
    assert answer.status_code == 422
    assert name in answer.json()["fields"]
    assert _row(tables, 13) == before


@pytest.mark.feature("ACT-01", "TEST-09")
def test_a_bulk_change_says_how_many_it_changed_and_audits_exactly_those(client_for: ClientFor, tables: Tables) -> None:
    keys = [20, 21, 22, 999_999]
    answer = _act(client_for("op"), "equipment.deactivate", keys=keys, values={"inactive_reason": "stop"}).json()
    assert answer == {
        "message": "3 machines deactivated. 1 no longer exists.",
        "level": "warning",
        "details": ["The machine with the ID 999999 no longer exists."],
    }
    rows = [row for key in keys for row in _audit(tables, "equipment", key) if row["action"] == "deactivate"]
    assert len(rows) == 3
    assert len({row["batch_id"] for row in rows}) == 1
    assert _act(client_for("op"), "equipment.deactivate", keys=[]).status_code == 422
    assert _act(client_for("op"), "equipment.activate", keys=keys).status_code == 200


@pytest.mark.feature("ACT-01", "TEST-09")
def test_a_mass_update_that_breaks_off_says_what_was_changed_and_what_was_not(
    client_for: ClientFor, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored, batches = change_equipment.write, iter((False, True))

    def write_once(work: Any, *, what: str) -> Any:
        if next(batches):
            raise DatabaseUnavailable("the server has gone away")
        return stored(work, what=what)

    monkeypatch.setattr(change_equipment, "BATCH", 2)
    monkeypatch.setattr(change_equipment, "write", write_once)
    keys = [31, 999_998, 32, 33, 34]
    answer = _act(client_for("op"), "equipment.deactivate", keys=keys, values={"inactive_reason": "stop"})
    monkeypatch.undo()
    told = answer.json()
    assert (answer.status_code, told["level"]) == (200, "warning")
    assert told["message"] == "1 machine deactivated. 1 no longer exists."
    assert told["details"] == [
        "3 machines were not reached: the server has gone away",
        "The machine with the ID 999998 no longer exists.",
    ]
    assert [_row(tables, key)["is_active"] for key in (31, 32, 33, 34)] == [0, 1, 1, 1]
    assert len(_audit(tables, "equipment", 31)) == 1 and not _audit(tables, "equipment", 32)
    assert _act(client_for("op"), "equipment.activate", keys=[31]).status_code == 200


@pytest.mark.feature("RES-06")
def test_a_machine_can_be_created_once(client_for: ClientFor, tables: Tables) -> None:
    plant = tables("SELECT id FROM plants LIMIT 1")[0]["id"]
    values = {"equipment_number": "BY-HAND", "plant_id": str(plant), "notes": "'; DROP TABLE plants; --"}
    version = tables("SELECT version FROM sync_reference_version")[0]["version"]
    assert _act(client_for("op"), "equipment.create", values=values).status_code == 200
    again = _act(client_for("op"), "equipment.create", values=values)
    assert (again.status_code, again.json()["fields"]) == (422, {"equipment_number": "exists already"})
    row = tables("SELECT * FROM equipment WHERE equipment_number = 'BY-HAND'")[0]
    assert (row["notes"], row["is_active"]) == (values["notes"], 1)
    assert tables("SELECT version FROM sync_reference_version")[0]["version"] == version + 1  # syncs judge anew


@pytest.mark.feature("TAB-04F")
def test_a_machine_marked_as_serviced_needs_no_maintenance_any_more(client_for: ClientFor, tables: Tables) -> None:
    op = client_for("op")
    due = op.get(f"{API}/equipment?tab=needs_maintenance&limit=1").json()
    key, total = due["rows"][0]["id"], due["total"]
    assert _act(op, "equipment.serviced", keys=[key], values={"note": "oil"}).status_code == 200
    assert op.get(f"{API}/equipment?tab=needs_maintenance").json()["total"] == total - 1
    assert str(_row(tables, key)["serviced_at_hours"]) == due["rows"][0]["cumulative_hours"]


@pytest.mark.feature("DLQ-03")
def test_a_rejected_record_is_corrected_beside_its_original_and_discarded_with_a_reason(
    client_for: ClientFor, tables: Tables
) -> None:
    op = client_for("op")
    key = tables("SELECT MAX(id) AS id FROM sync_record_errors WHERE status = 'open'")[0]["id"]

    def row() -> dict[str, Any]:
        return tables("SELECT * FROM sync_record_errors WHERE id = %s", key)[0]

    before = row()
    broken = _act(op, "record-errors.correct", keys=[key], version=before["row_version"], values={"edited": "{"})
    assert broken.status_code == 422 and "payload" in broken.json()["fields"]
    record = json.dumps({**json.loads(before["payload"]), "MDTXT": "corrected"})
    fixed = {"edited": record, "replay_now": False}
    assert _act(op, "record-errors.correct", keys=[key], version=before["row_version"], values=fixed).status_code == 200
    assert (row()["payload"], row()["edited_payload"]) == (before["payload"], record.encode())
    assert _act(op, "record-errors.correct", keys=[key], version=before["row_version"], values=fixed).status_code == 409
    assert _act(op, "record-errors.discard", keys=[key], values={"note": " "}).status_code == 422
    assert _act(op, "record-errors.discard", keys=[key], values={"note": "test rig"}).status_code == 200
    assert (row()["status"], row()["resolved_by"], row()["note"]) == ("discarded", "op", "test rig")
    assert [entry["action"] for entry in _audit(tables, "sync_record_errors", key)] == ["correct", "discard"]


@pytest.mark.feature("SYM-T1")
def test_a_run_is_asked_to_pause_resume_and_cancel_until_it_is_over(client_for: ClientFor, tables: Tables) -> None:
    user = client_for("user")
    key = tables("SELECT id FROM api_sync_logs WHERE status = 'running'")[0]["id"]
    for verb, control in (("pause", "pause"), ("resume", "none"), ("cancel", "cancel")):
        assert _act(user, f"syncs.{verb}", keys=[key]).status_code == 200
        assert tables("SELECT control FROM api_sync_logs WHERE id = %s", key)[0]["control"] == control
    tables("UPDATE api_sync_logs SET control = 'none' WHERE id = %s", key)  # other tests want it running
    over = tables("SELECT MAX(id) AS id FROM api_sync_logs WHERE status = 'failed'")[0]["id"]
    assert _act(user, "syncs.cancel", keys=[over]).status_code == 409
    assert [row["action"] for row in _audit(tables, "api_sync_logs", key)] == ["pause", "resume", "cancel"]


@pytest.mark.feature("SYM-03", "ACT-06", "TAB-01A", "RTY-03")
@pytest.mark.usefixtures("no_runs")
def test_a_sync_is_triggered_in_airflow_with_the_chosen_scope_in_the_name_of_the_person(
    client_for: ClientFor, tables: Tables
) -> None:
    values = {
        "start_date": str(date.today() - timedelta(days=40)),
        "end_date": str(date.today() - timedelta(days=39)),
        "plant_codes": ["P001"],
        "equipment_numbers": "1, 2",
    }
    answer = _act(client_for("user"), "syncs.running_time", values=values)
    assert answer.status_code == 200, answer.text
    runs = client_for("user").get("/api/v2/dags/running_time_sync/dagRuns?order_by=-id&limit=1").json()["dag_runs"]
    assert runs[0]["conf"] == {**values, "equipment_numbers": ["1", "2"]}
    assert runs[0]["triggering_user_name"] == "user"
    assert runs[0]["dag_run_id"] in answer.json()["message"]
    assert _audit(tables, "dag_run", runs[0]["dag_run_id"])[0]["actor"] == "user"
    chosen = _act(client_for("user"), "equipment.sync", keys=[5, 6], values={})
    runs = client_for("user").get("/api/v2/dags/equipment_sync/dagRuns?order_by=-id&limit=1").json()["dag_runs"]
    numbers = [row["equipment_number"] for row in tables("SELECT equipment_number FROM equipment WHERE id IN (5, 6)")]
    assert chosen.status_code == 200 and sorted(runs[0]["conf"]["equipment_numbers"]) == sorted(numbers)
    failed = tables("SELECT id FROM api_sync_logs WHERE status = 'failed' AND sync_type = 'equipment'")[0]["id"]
    assert _act(client_for("user"), "syncs.retry", keys=[failed]).status_code == 200
    assert _audit(tables, "api_sync_logs", failed)[-1]["action"] == "retry"


@pytest.mark.feature("SYM-03")
def test_dates_and_plants_are_judged_before_airflow_is_asked(client_for: ClientFor) -> None:
    today = date.today()
    soon, ago = today + timedelta(days=2), today - timedelta(days=366 * 5 + 1)
    yesterday, before = today - timedelta(days=1), today - timedelta(days=2)
    for start, end, fields in (
        (yesterday, before, {"end_date"}), (None, yesterday, {"start_date"}), ("0001-01-01", None, {"start_date"}),
        ("9999-12-31", "9999-12-31", {"start_date", "end_date"}), (soon, None, {"start_date"}), (yesterday, soon, {"end_date"}),
        (ago, None, {"start_date"}), (ago, ago, {"start_date", "end_date"}), (today - timedelta(days=400), today, {"end_date"}),
        ("2026-02-30", None, {"start_date"}), ("2026-01-31x", None, {"start_date"}), ("٢٠٢٦-٠١-٣١", None, {"start_date"}),
    ):  # fmt: skip
        days = {name: str(day) for name, day in (("start_date", start), ("end_date", end)) if day}
        answer = _act(client_for("user"), "syncs.running_time", values=days)
        assert (answer.status_code, set(answer.json()["fields"])) == (422, fields), (start, end)
        assert all(" " in reason for reason in answer.json()["fields"].values())
    assert _act(client_for("user"), "syncs.running_time", values={"plant_codes": ["nowhere"]}).status_code == 422


@pytest.mark.feature("NOT-02")
def test_a_notification_is_read_by_one_person_and_acknowledged_for_all(client_for: ClientFor, tables: Tables) -> None:
    key = tables("SELECT id FROM alert_events WHERE status = 'firing'")[0]["id"]
    assert _act(client_for("viewer"), "notifications.read", keys=[key]).status_code == 200
    assert [row["reader"] for row in tables("SELECT reader FROM notification_reads")] == ["viewer"]
    assert _act(client_for("op"), "notifications.acknowledge", keys=[key], values={"note": "on it"}).status_code == 200
    row = tables("SELECT status, ack_by, note FROM alert_events WHERE id = %s", key)[0]
    assert (row["status"], row["ack_by"], row["note"]) == ("acknowledged", "op", "on it")


def test_plants_and_groups_are_changed_by_administrators_with_a_version(client_for: ClientFor, tables: Tables) -> None:
    admin = client_for("admin")
    assert _act(admin, "plants.create", values={"plant_code": "P900", "name": "New"}).status_code == 200
    assert _act(admin, "plants.create", values={"plant_code": "P900"}).status_code == 422
    plant = tables("SELECT * FROM plants WHERE plant_code = 'P900'")[0]
    edit = {"keys": [plant["id"]], "version": plant["row_version"], "values": {"name": "Newer", "is_active": False}}
    assert _act(admin, "plants.edit", **edit).status_code == 200
    assert _act(admin, "plants.edit", **edit).status_code == 409
    group = tables("SELECT * FROM equipment_groups LIMIT 1")[0]
    answer = _act(admin, "groups.edit", keys=[group["id"]], version=group["row_version"], values={"name": ""})
    assert set(answer.json()["fields"]) == {"name"}


@pytest.mark.feature("DAT-02", "TEST-03")
@pytest.mark.parametrize(
    ("resource", "table", "needed", "left"),
    [
        ("plants", "plants", ("name",), {"description": "kept"}),
        ("plants", "plants", (), {"description": "kept"}),
        ("groups", "equipment_groups", ("name",), {"description": "kept"}),
        (
            "group-rules",
            "equipment_group_rules",
            ("priority", "equipment_group_id", "field", "pattern"),
            {"is_active": 0},
        ),
    ],
)
def test_an_edit_leaves_what_it_does_not_name(
    client_for: ClientFor,
    tables: Tables,
    resource: str,
    table: str,
    needed: tuple[str, ...],
    left: dict[str, Any],
) -> None:
    admin = client_for("admin")
    before = tables(f"SELECT * FROM {table} ORDER BY id LIMIT 1")[0]
    noted = tables("SELECT COALESCE(MAX(id), 0) AS n FROM audit_log")[0]["n"]
    try:
        tables(
            f"UPDATE {table} SET {', '.join(f'{name} = %s' for name in left)} WHERE id = %s",
            *left.values(),
            before["id"],
        )
        stored = tables(f"SELECT * FROM {table} WHERE id = %s", before["id"])[0]
        values = {name: str(stored[name]) for name in needed}
        call = {"keys": [stored["id"]], "version": stored["row_version"], "values": values}
        answer = _act(admin, f"{resource}.edit", **call)
        assert answer.status_code == 200, answer.text
        after = tables(f"SELECT * FROM {table} WHERE id = %s", before["id"])[0]
        changing = {"row_version", "updated_at"}
        assert {name: after[name] for name in set(after) - changing} == {
            name: stored[name] for name in set(stored) - changing
        }
        assert after["row_version"] == stored["row_version"] + 1
    finally:  # other tests count the versions and the audit rows
        left |= {"row_version": 0}
        tables(
            f"UPDATE {table} SET {', '.join(f'{name} = %s' for name in left)} WHERE id = %s",
            *(before[name] for name in left),
            before["id"],
        )
        tables("DELETE FROM audit_log WHERE id > %s", noted)


@pytest.mark.feature("DAT-02")
def test_a_group_is_created_renamed_and_deactivated_and_its_machines_stay_in_it(
    client_for: ClientFor, tables: Tables
) -> None:
    admin, op = client_for("admin"), client_for("op")
    assert _act(op, "groups.create", values={"name": "Lathes"}).status_code == 403
    assert _act(admin, "groups.create", values={"name": "Lathes"}).status_code == 200
    again = _act(admin, "groups.create", values={"name": "Lathes"})
    assert (again.status_code, again.json()["fields"]) == (422, {"name": "exists already"})
    group = tables("SELECT * FROM equipment_groups WHERE name = 'Lathes'")[0]
    keys = [91, 92, 93]
    moved = _act(op, "equipment.move", keys=keys, values={"equipment_group_id": str(group["id"])})
    assert moved.status_code == 200, moved.text
    machines = "SELECT id, equipment_group_id AS g FROM equipment WHERE id IN (91, 92, 93) ORDER BY id"
    before = tables(machines)
    assert before == [{"id": key, "g": group["id"]} for key in keys]
    edit = {"keys": [group["id"]], "version": group["row_version"]}
    renamed = _act(admin, "groups.edit", **edit, values={"name": "Turning machines", "is_active": True})
    assert renamed.status_code == 200, renamed.text
    listed = op.get(f"{API}/equipment?group_name=Turning machines").json()
    assert {row["id"] for row in listed["rows"]} == set(keys)
    edit["version"] += 1
    off = _act(admin, "groups.edit", **edit, values={"name": "Turning machines", "is_active": False})
    assert off.status_code == 200, off.text
    assert admin.get(f"{API}/groups/{group['id']}").json()["status"] == "inactive"
    assert tables(machines) == before
    assert {row["group_name"] for row in op.get(f"{API}/equipment?id=91&id=92&id=93").json()["rows"]} == {
        "Turning machines"
    }
    refused = _act(op, "equipment.move", keys=[94], values={"equipment_group_id": str(group["id"])})
    assert refused.status_code == 422  # nothing new comes into it
    assert [entry["action"] for entry in _audit(tables, "equipment_groups", group["id"])] == ["create", "edit", "edit"]


@pytest.mark.feature("WAD-13")
def test_the_same_request_sent_twice_starts_one_run(client_for: ClientFor, tables: Tables) -> None:
    user = client_for("user")
    asked = {"request": "2026-11-26T10:00:00_0a1b2c3d", "values": {"plant_codes": ["P001"]}}
    answers = [user.post(f"{API}/syncs/actions/equipment", json=asked) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    run_id = "manual__2026-11-26T10:00:00_0a1b2c3d"
    assert run_id in answers[0].json()["message"]
    assert user.get(f"/api/v2/dags/equipment_sync/dagRuns/{run_id}").json()["conf"]["plant_codes"] == ["P001"]
    assert len(tables("SELECT id FROM audit_log WHERE action = 'trigger' AND entity_id = %s", run_id)) == 1
    other = user.post(f"{API}/syncs/actions/equipment", json={**asked, "request": "another"}).json()
    assert "manual__another" in other["message"]


@pytest.mark.feature("NOTF-02")
def test_the_bell_is_for_those_who_may_acknowledge(client_for: ClientFor) -> None:
    body = {
        "output": "..bell.children...banner.children..",
        "outputs": [{"id": "bell", "property": "children"}, {"id": "banner", "property": "children"}],
        "inputs": [
            {"id": {"type": "status-ask", "place": "bell"}, "property": "data", "value": None},
            {"id": "refresh-token", "property": "data", "value": 0},
            {"id": "url", "property": "pathname", "value": "/cmms/"},
        ],
        "changedPropIds": [],
    }
    seen = {}
    for role in ("viewer", "user", "op", "admin"):
        answer = client_for(role).post("/cmms/_dash-update-component", json=body)
        assert answer.status_code == 200, answer.text
        seen[role] = answer.json()["response"]["bell"]["children"] is not None
    assert seen == {"viewer": False, "user": False, "op": True, "admin": True}
