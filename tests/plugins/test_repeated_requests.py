"""The same thing asked for twice, in the same moment or after each other: done once, or refused with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import MySQLdb
import pytest

from tests.plugins.conftest import ClientFor

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1"
MACHINE = 61
TITLE = "Only one of these"


def _act(client: Any, action: str, **body: Any) -> Any:
    resource, verb = action.split(".")
    return client.post(f"{API}/{resource}/actions/{verb}", json=body)


def _at_once(client: Any, action: str, times: int, **body: Any) -> list[Any]:
    """Answers of the same call, sent by so many threads."""
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(lambda _: _act(client, action, **body), range(times)))


def _new_order(**more: Any) -> dict[str, Any]:
    return {"keys": [MACHINE], "values": {"type": "corrective", "title": TITLE, "priority": "3", **more}}


def _orders(tables: Tables) -> list[dict[str, Any]]:
    return tables("SELECT id FROM work_orders WHERE title = %s ORDER BY id", TITLE)


@pytest.fixture
def no_orders(tables: Tables, airflow_app: Any) -> Iterator[None]:
    """The orders of a test go with it."""
    yield
    tables("DELETE h FROM work_order_history h JOIN work_orders w ON w.id = h.work_order_id WHERE w.title = %s", TITLE)
    tables("DELETE FROM work_orders WHERE title = %s", TITLE)


@pytest.mark.feature("ACT-13", "TEST-09")
@pytest.mark.usefixtures("no_orders")
def test_ten_equal_requests_at_once_create_one_order_and_get_one_answer(client_for: ClientFor, tables: Tables) -> None:
    answers = _at_once(client_for("user"), "equipment.new_order", 10, **_new_order(), request="order-once")
    carried_out = [answer for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} <= {200, 429}  # 429: more than one person's share at a time
    assert len({answer.text for answer in carried_out}) == 1, [answer.text for answer in answers]
    created = _orders(tables)
    assert len(created) == 1 and carried_out[0].json()["paths"] == [f"/work-orders/{created[0]['id']}"]
    audited = tables("SELECT id FROM audit_log WHERE entity = 'work_orders' AND entity_id = %s", str(created[0]["id"]))
    assert len(audited) == 1
    later = _act(client_for("user"), "equipment.new_order", **_new_order(), request="order-once")
    assert later.json() == carried_out[0].json()
    other_call = _act(client_for("user"), "equipment.new_order", **_new_order(priority="1"), request="order-once")
    assert (other_call.status_code, set(other_call.json()["fields"])) == (422, {"request"})
    assert len(_orders(tables)) == 1
    for client, name in (
        (client_for("op"), "order-once"),
        (client_for("user"), "order-again"),
        (client_for("user"), ""),
    ):
        assert _act(client, "equipment.new_order", **_new_order(), request=name).status_code == 200
    assert len(_orders(tables)) == 4  # another person, another name, no name: each is a call of its own


@pytest.mark.feature("TEST-09")
@pytest.mark.usefixtures("no_orders")
def test_a_request_that_failed_may_be_sent_again(client_for: ClientFor, tables: Tables) -> None:
    op = client_for("op")
    wrong = _act(op, "equipment.new_order", **_new_order(title="x" * 300), request="order-retry")
    assert wrong.status_code == 422
    assert _act(op, "equipment.new_order", **_new_order(), request="order-retry").status_code == 200
    version = tables("SELECT row_version AS v FROM equipment WHERE id = %s", MACHINE)[0]["v"]
    stale = {"keys": [MACHINE], "values": {"notes": "once"}, "request": "edit-retry"}
    assert _act(op, "equipment.edit", **stale, version=version + 7).status_code == 409
    assert _act(op, "equipment.edit", **stale, version=version).status_code == 200
    assert _act(op, "equipment.edit", **stale, version=version).status_code == 200  # the same answer, not 409
    assert tables("SELECT row_version AS v FROM equipment WHERE id = %s", MACHINE)[0]["v"] == version + 1


@pytest.mark.feature("ACT-13", "ACT-14", "ACT-06", "DLQ-03")
@pytest.mark.usefixtures("no_runs")
def test_other_actions_that_create_are_carried_out_once(client_for: ClientFor, tables: Tables, due: int) -> None:
    op = client_for("op")
    orders = _at_once(op, "dues.order", 4, keys=[due], values={}, request="dues-once")
    assert {answer.json()["message"] for answer in orders} == {"1 work order created."}
    other = "SELECT plan_id FROM equipment_maintenance WHERE equipment_id = %s LIMIT 1"
    plan = tables(
        f"SELECT id FROM maintenance_plans WHERE is_active = 1 AND id NOT IN (SELECT plan_id FROM ({other}) o) LIMIT 1",
        MACHINE,
    )[0]["id"]
    scheduled = _at_once(
        op, "equipment.schedule", 4, keys=[MACHINE], values={"plan_id": str(plan)}, request="schedule-once"
    )
    assert {answer.json()["message"] for answer in scheduled} == {"1 schedule created."}
    values = {"start_date": str(date.today() - timedelta(days=9)), "plant_codes": ["P001"]}
    runs = _at_once(op, "syncs.running_time", 4, values=values, request="backfill-once")
    assert {answer.status_code for answer in runs} == {200} and len({answer.text for answer in runs}) == 1
    failed = tables("SELECT MAX(id) AS id FROM api_sync_logs WHERE status = 'failed' AND sync_type = 'equipment'")
    retries = "SELECT COUNT(*) AS n FROM audit_log WHERE action = 'retry'"
    before = tables(retries)[0]["n"]
    again = _at_once(op, "syncs.retry", 4, keys=[failed[0]["id"]], request="retry-once")
    assert len({answer.text for answer in again}) == 1 and again[0].status_code == 200
    assert tables(retries)[0]["n"] == before + 1


@pytest.fixture
def due(tables: Tables, airflow_app: Any) -> Iterator[int]:
    """Something that is due and has no order; afterwards it is so again."""
    key = int(tables("SELECT MAX(id) AS id FROM maintenance_dues WHERE state = 'open'")[0]["id"])
    yield key
    order = tables("SELECT work_order_id AS id FROM maintenance_dues WHERE id = %s", key)[0]["id"]
    tables("UPDATE maintenance_dues SET state = 'open', work_order_id = NULL WHERE id = %s", key)
    tables("DELETE FROM work_order_history WHERE work_order_id = %s", order)
    tables("DELETE FROM work_orders WHERE id = %s", order)
    own = "SELECT id FROM equipment_maintenance WHERE equipment_id = %s AND assigned_by = 'person'"
    tables(f"DELETE FROM maintenance_dues WHERE equipment_maintenance_id IN ({own})", MACHINE)
    tables(f"DELETE FROM equipment_maintenance WHERE id IN (SELECT id FROM ({own}) o)", MACHINE)


PLAN = {"name": "Twice", "scope": "equipment", "interval_days": "90", "schedule_mode": "floating", "start_from": "now"}
CREATES = {
    "equipment.create": ("op", {"equipment_number": "TWICE-1", "plant_id": "1"}, "equipment_number",
                         "equipment", "equipment_number = 'TWICE-1'"),
    "plants.create": ("admin", {"plant_code": "TWICE"}, "plant_code", "plants", "plant_code = 'TWICE'"),
    "groups.create": ("admin", {"name": "Twice"}, "name", "equipment_groups", "name = 'Twice'"),
    "group-rules.create": ("admin", {"equipment_group_id": "1", "priority": "977", "field": "plant_code",
                                     "pattern": "^TWICE$"}, "priority", "equipment_group_rules", "priority = 977"),
    "maintenance-plans.create": ("admin", PLAN, "name", "maintenance_plans", "name = 'Twice'"),
}  # fmt: skip


@pytest.mark.feature("RES-03", "DAT-02", "TEST-09")
@pytest.mark.parametrize("action", CREATES)
def test_the_same_name_created_twice_at_once_is_said_at_its_field(
    client_for: ClientFor, tables: Tables, seeded: dict[str, Any], action: str
) -> None:
    role, values, field, table, where = CREATES[action]
    client = client_for(role)
    with closing(MySQLdb.connect(**seeded)) as other, closing(other.cursor()) as cursor:
        # Somebody has just inserted the same and has not committed: both calls see nothing of it and wait for it.
        _insert(cursor, table, where)
        with ThreadPoolExecutor(2) as pool:
            waiting = [pool.submit(_act, client, action, values=values) for _ in range(2)]
            _wait_until_blocked(seeded, 2 if action != "group-rules.create" else 1)
            other.commit()
            answers = [one.result() for one in waiting]
    try:
        for answer in answers:
            assert answer.status_code == 422, answer.text
            assert answer.json()["fields"] == {field: "exists already"}
        assert len(tables(f"SELECT 1 FROM {table} WHERE {where}")) == 1
    finally:
        tables(f"DELETE FROM {table} WHERE {where}")


def _insert(cursor: Any, table: str, where: str) -> None:
    column, value = where.split(" = ")
    more = {
        "equipment": {"plant_id": "1"},
        "plants": {"name": "'x'"},
        "equipment_group_rules": {"equipment_group_id": "1", "field": "'plant_code'", "pattern": "'^x$'"},
        "maintenance_plans": {"scope": "'equipment'", "interval_days": "90", "start_from": "'now'"},
    }.get(table, {})
    row = {column: value, **more}
    cursor.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(row.values())})")


def _wait_until_blocked(database: dict[str, Any], sessions: int) -> None:
    """Until so many other sessions wait for a lock."""
    import time

    statement = "SELECT COUNT(*) FROM performance_schema.data_lock_waits"
    with closing(MySQLdb.connect(**database, autocommit=True)) as connection, closing(connection.cursor()) as cursor:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            cursor.execute(statement)
            if cursor.fetchone()[0] >= sessions:
                return
            time.sleep(0.05)
    raise AssertionError("the calls do not wait for the other session")


@pytest.mark.feature("RES-03", "DAT-02")
def test_a_rename_to_a_name_that_exists_is_said_at_its_field(client_for: ClientFor, tables: Tables) -> None:
    admin = client_for("admin")
    groups = tables("SELECT id, name, row_version FROM equipment_groups WHERE is_active = 1 ORDER BY id LIMIT 2")
    plans = tables("SELECT * FROM maintenance_plans WHERE scope = 'group' ORDER BY id LIMIT 2")
    rules = tables("SELECT * FROM equipment_group_rules ORDER BY id LIMIT 2")
    plan = {"scope": "group", "equipment_group_id": str(plans[0]["equipment_group_id"]), "interval_hours": "2000",
            "schedule_mode": plans[0]["schedule_mode"], "start_from": plans[0]["start_from"]}  # fmt: skip
    rule = {
        "equipment_group_id": str(rules[0]["equipment_group_id"]),
        "field": rules[0]["field"],
        "pattern": rules[0]["pattern"],
    }
    for resource, row, values, field in (
        ("groups", groups[0], {"name": groups[1]["name"], "is_active": True}, "name"),
        ("maintenance-plans", plans[0], {**plan, "name": plans[1]["name"], "is_active": True}, "name"),
        ("group-rules", rules[0], {**rule, "priority": str(rules[1]["priority"]), "is_active": True}, "priority"),
    ):
        answer = _act(admin, f"{resource}.edit", keys=[row["id"]], version=row["row_version"], values=values)
        assert (answer.status_code, answer.json().get("fields")) == (422, {field: "exists already"}), answer.text


@pytest.mark.feature("RES-03")
def test_every_unique_key_is_explained_or_is_none_of_what_people_type(tables: Tables, airflow_app: Any) -> None:
    from cmms.access.explain_duplicate import KEYS

    by_machines = {
        "uk_running_times_equipment_date", "uk_measuring_points_primary", "uk_config_versions", "uk_sync_logs_run", "uk_sync_units",
        "uk_record_errors", "uk_superseded", "uk_alert_events_open", "uk_deliveries", "uk_maintenance_dues_open",
        "uk_maintenance_dues_occurrence", "uk_action_requests", "uk_audit_refusal", "uk_reconciliations_run",
        "uk_reading_voids", "uk_doubtful_readings",
    }  # fmt: skip
    rows = tables(
        "SELECT DISTINCT INDEX_NAME AS name FROM information_schema.STATISTICS"
        " WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0 AND INDEX_NAME <> 'PRIMARY'"
    )
    assert {row["name"] for row in rows} == set(KEYS) | by_machines


@pytest.mark.feature("RES-03")
@pytest.mark.parametrize(
    ("text", "fields"),
    [("Duplicate entry 'P1' for key 'plants.uk_plants_code'", {"plant_code": "exists already"}),
     ("Duplicate entry 'P1' for key 'uk_plants_code'", {"plant_code": "exists already"}),  # as MariaDB says it
     ("Duplicate entry 'for key 'x' for key 'equipment_groups.uk_groups_name'", {"name": "exists already"}),
     ("Duplicate entry '1' for key 'uk_nobody_knows'", None)],
)  # fmt: skip
def test_the_key_is_found_in_what_either_server_says(text: str, fields: dict[str, str] | None) -> None:
    from cmms.access.explain_duplicate import explain_duplicate

    refused = explain_duplicate(MySQLdb.IntegrityError(1062, text))
    assert refused is not None and getattr(refused, "fields", None) == fields
    assert refused.status == (409 if fields is None else 422)
    assert explain_duplicate(MySQLdb.IntegrityError(1452, text)) is None


STARTED = "audit_log WHERE action = 'trigger' AND entity_id = %s"


def test_the_name_of_a_request_that_started_something_else_is_refused(
    client_for: ClientFor, tables: Tables, no_runs: None
) -> None:
    nightly = {"request": "by-name", "values": {"plant_codes": ["P001"]}}
    assert _act(client_for("user"), "syncs.equipment", **nightly).status_code == 200
    for role, values in (("op", {"plant_codes": ["P002"]}), ("op", {"plant_codes": ["P001"]})):
        answer = _act(client_for(role), "syncs.equipment", request="by-name", values=values)
        assert answer.status_code == 409 and "A different run is called manual__by-name already" in answer.text
    assert [row["actor"] for row in tables(f"SELECT actor FROM {STARTED}", "manual__by-name")] == ["user"]


def test_a_run_that_airflow_started_too_late_to_say_so_is_noted_when_it_is_asked_for_again(
    client_for: ClientFor, tables: Tables, no_runs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.run_control import airflow_runs

    user = client_for("user")
    send = airflow_runs._senders[0] if airflow_runs._senders else None
    if send is None:  # the application is built by its first request
        user.get(f"{API}/me")
        send = airflow_runs._senders[0]

    def answer_too_late(token: str, method: str, path: str, body: Any) -> Any:
        send(token, method, path, body)
        raise airflow_runs.AirflowSilent("Airflow did not answer in time.")

    body = {"request": "too-late", "values": {"plant_codes": ["P001"]}}
    with monkeypatch.context() as late:
        late.setattr(airflow_runs, "_senders", [answer_too_late])
        assert _act(user, "syncs.equipment", **body).status_code == 504
    assert tables(f"SELECT actor FROM {STARTED}", "manual__too-late") == []
    assert _act(user, "syncs.equipment", **body).status_code == 200
    assert [row["actor"] for row in tables(f"SELECT actor FROM {STARTED}", "manual__too-late")] == ["user"]


def test_a_failed_run_is_started_again_once_as_long_as_its_repetition_is_not_over(
    client_for: ClientFor, tables: Tables, no_runs: None
) -> None:
    key = tables(
        "SELECT MAX(id) AS id FROM api_sync_logs WHERE status = 'failed' AND scope IS NOT NULL AND sync_type = 'equipment'"
    )[0]["id"]
    first = _act(client_for("user"), "syncs.retry", keys=[key], request="again-by-user")
    assert first.status_code == 200, first.text
    answer = _act(client_for("op"), "syncs.retry", keys=[key], request="again-by-op")
    assert answer.status_code == 409 and "started again already, by user: manual__again-by-user" in answer.text
    assert _act(client_for("user"), "syncs.retry", keys=[key], request="again-by-user").status_code == 200  # the same
    run = f"/api/v2/dags/equipment_sync/dagRuns/manual__again-by-user_{key}"
    assert client_for("admin").delete(run).status_code == 204
    assert _act(client_for("op"), "syncs.retry", keys=[key], request="again-by-op").status_code == 200
