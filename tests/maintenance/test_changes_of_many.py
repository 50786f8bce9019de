"""Changes of many rows: a fixed number of statements, counted where the driver sends them, on both kinds of server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from cmms import mysql_driver
from cmms.access import connections
from cmms.access.actors import Actor, Capability
from cmms.alerts import handle_alerts
from cmms.equipment.change_equipment import change_many, mark_serviced
from cmms.maintenance.schedule_maintenance import remove_schedules, reschedule, schedule_maintenance
from cmms.maintenance.site_today import site_today
from cmms.quarantine import handle_rejects, replay_records
from cmms.sync.validate.rule_suites import Finding
from tests.maintenance.workshop import Workshop

FEW, MANY = 20, 300
FIRST = 7_000_000
"""Ids of machines, rejected records and alerts begin here: the same ones of each."""
ACTOR = Actor("op", frozenset({Capability.EDIT}))
NUMBERS = (
    "WITH d AS (SELECT 0 n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5"
    " UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9),"
    " i AS (SELECT a.n + 10 * b.n + 100 * c.n AS n FROM d a, d b, d c)"
)
Count = Callable[[Callable[[], Any]], int]


@pytest.fixture
def keys(workshop: Workshop) -> Iterator[list[int]]:
    """Machines, rejected records and alerts with these ids.

    Each machine has notes of its own; each but the first has a reading, with a counter of its own.
    """
    run = workshop.insert("api_sync_logs", sync_type="equipment", status="success")
    where = f"FROM i WHERE n < {FEW + MANY}"
    for statement in (
        "INSERT INTO equipment (id, equipment_number, plant_id, is_active, notes)"
        f" {NUMBERS} SELECT {FIRST} + n, CONCAT('MANY-', n), 1, 1, CONCAT('note ', n) {where}",
        "INSERT INTO equipment_running_times (equipment_id, plant_id, date, running_hours, cumulative_hours)"
        f" {NUMBERS} SELECT {FIRST} + n, 1, '2026-01-31', 1, n + 0.125 {where} AND n > 0",
        "INSERT INTO sync_record_errors (id, sync_log_id, stream, unit_key, record_key, category, code, rule, message,"
        " payload, payload_hash, first_seen_at, last_seen_at)"
        f" {NUMBERS} SELECT {FIRST} + n, {run}, 'equipment', 'many', n, 'value', 'TOO_LONG', 'LOAD-01', 'too long',"
        f" '{{}}', UNHEX(SHA2(n, 256)), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) {where}",
        "INSERT INTO alert_events (id, fingerprint, rule_key, level, title, first_at, last_at)"
        f" {NUMBERS} SELECT {FIRST} + n, CONCAT('many-', n), 'many', 'low', 'many', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)"
        f" {where}",
    ):
        workshop.site.execute(statement)
    connections.engine.cache_clear()  # that of the other server, or of other tests
    yield list(range(FIRST, FIRST + FEW + MANY))
    connections.engine().dispose()
    connections.engine.cache_clear()


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Count:
    """``count(work)``: how many statements the driver sends for it; commits and rollbacks are none."""
    import MySQLdb.connections

    assert mysql_driver.is_compiled()
    sent: list[bytes] = []
    real = MySQLdb.connections.Connection.query

    def note(connection: Any, statement: Any) -> Any:
        sent.append(statement)
        return real(connection, statement)

    monkeypatch.setattr(MySQLdb.connections.Connection, "query", note)

    def run(work: Callable[[], Any]) -> int:
        sent.clear()
        work()
        return len(sent)

    return run


def _reject_again(keys: list[int]) -> None:
    failed = {key: Finding("TOO_LARGE", "VAL-08", None, f"too large, ü: {key}") for key in keys}
    connections.write(lambda cursor: replay_records._reject_again(cursor, failed), what="counting")


def _note_replay(keys: list[int]) -> None:
    connections.write(lambda cursor: replay_records._note(cursor, ACTOR, keys), what="counting")


ACTIONS: dict[str, Callable[[list[int]], Any]] = {
    "deactivate": lambda keys: change_many(
        ACTOR, keys, {"is_active": False, "inactive_reason": "sold"}, action="deactivate"
    ),
    "move": lambda keys: change_many(ACTOR, keys, {"equipment_group_id": None}, action="move"),
    "serviced": lambda keys: mark_serviced(ACTOR, keys, "oil"),
    "take_over": lambda keys: handle_rejects.acknowledge(ACTOR, keys, "mine"),
    "discard": lambda keys: handle_rejects.discard(ACTOR, keys, "test data"),
    "replay": _note_replay,
    "acknowledge": lambda keys: handle_alerts.acknowledge(ACTOR, keys, "seen"),
}
"""By the word in the audit log."""


@pytest.mark.feature("ACT-01", "PERF-06")
@pytest.mark.parametrize("action", ACTIONS)
def test_many_rows_take_as_many_statements_as_few(
    action: str, keys: list[int], count: Count, workshop: Workshop
) -> None:
    act = ACTIONS[action]
    act(keys[:1])  # what is done once in a process: the pool, cached rows
    few, many = count(lambda: act(keys[1:FEW])), count(lambda: act(keys[FEW:]))
    assert 0 < many <= few
    audited = workshop.site.query("SELECT DISTINCT entity_id FROM audit_log WHERE action = %s", action)
    assert sorted(int(row["entity_id"]) for row in audited) == keys


@pytest.mark.feature("DLQ-03", "PERF-06")
def test_many_records_that_are_rejected_again_are_one_statement(
    keys: list[int], count: Count, workshop: Workshop
) -> None:
    _reject_again(keys[:1])
    assert count(lambda: _reject_again(keys[1:FEW])) == count(lambda: _reject_again(keys[FEW:])) > 0
    rows = workshop.site.query(
        "SELECT id, code, rule, field, message, attempts, status FROM sync_record_errors ORDER BY id"
    )
    found = {"code": "TOO_LARGE", "rule": "VAL-08", "field": None, "attempts": 2, "status": "open"}
    assert rows == [{**found, "id": key, "message": f"too large, ü: {key}"} for key in keys]


@pytest.mark.feature("ACT-13", "PERF-06")
def test_many_schedules_take_as_many_statements_as_few(keys: list[int], count: Count, workshop: Workshop) -> None:
    plan, today = workshop.plan("Oil", group="Pumps", interval_hours=500), site_today()
    parts = (keys[1:FEW], keys[FEW:])
    schedule_maintenance(ACTOR, keys[:1], plan)
    few, many = (count(lambda part=part: schedule_maintenance(ACTOR, part, plan)) for part in parts)  # type: ignore[misc]
    assert 0 < many <= few
    rows = workshop.site.query("SELECT id, equipment_id FROM equipment_maintenance ORDER BY equipment_id")
    assert [row["equipment_id"] for row in rows] == keys
    made = [row["id"] for row in rows]
    chosen = (made[1:FEW], made[FEW:])
    few, many = (count(lambda part=part: reschedule(ACTOR, part, today)) for part in chosen)  # type: ignore[misc]
    assert 0 < many <= few
    few, many = (count(lambda part=part: remove_schedules(ACTOR, part)) for part in chosen)  # type: ignore[misc]
    assert 0 < many <= few
    audited = workshop.site.query(
        "SELECT action, CAST(entity_id AS UNSIGNED) AS id FROM audit_log WHERE entity = 'equipment_maintenance'"
    )
    by_action = {action: [row["id"] for row in audited if row["action"] == action] for action in ("schedule", "remove")}
    assert sorted(by_action["schedule"]) == sorted(made)
    assert sorted(by_action["remove"]) == sorted(made[1:])


@pytest.mark.feature("ACT-01", "TAB-04F")
def test_a_change_of_many_leaves_each_machine_what_is_its_own(keys: list[int], workshop: Workshop) -> None:
    chosen = keys[:FEW]
    machines = f"SELECT * FROM equipment WHERE id BETWEEN {chosen[0]} AND {chosen[-1]} ORDER BY id"
    before = workshop.site.query(machines)
    change_many(ACTOR, chosen, {"is_active": False, "inactive_reason": "sold"}, action="deactivate")
    mark_serviced(ACTOR, chosen, "oil")
    for place, (old, new) in enumerate(zip(before, workshop.site.query(machines), strict=True)):
        hours = Decimal(place) + Decimal("0.125") if place else None
        changed = {"is_active": 0, "inactive_reason": "sold", "serviced_at_hours": hours}
        assert new == {**old, **changed, "row_version": old["row_version"] + 2, "updated_at": new["updated_at"]}
        audited = workshop.site.query(
            "SELECT action, before_json, after_json FROM audit_log WHERE entity = 'equipment' AND entity_id = %s"
            " ORDER BY id",
            str(old["id"]),
        )
        assert [row["action"] for row in audited] == ["deactivate", "serviced"]
        own = {"notes": old["notes"], "group_source": "rule", "equipment_group_id": None, "serviced_at_hours": None}
        assert json.loads(audited[0]["before_json"]) == {**own, "is_active": 1, "inactive_reason": None}
        assert json.loads(audited[0]["after_json"]) == {**own, "is_active": 0, "inactive_reason": "sold"}
        said = {"serviced_at_hours": str(hours) if hours is not None else None, "note": "oil", "dues": []}
        assert json.loads(audited[1]["after_json"]) == said


@pytest.mark.feature("TAB-04F")
def test_each_schedule_counts_from_the_newest_reading_of_its_own_machine(keys: list[int], workshop: Workshop) -> None:
    plan = workshop.plan("Oil", interval_hours=500, interval_days=30)
    workshop.evaluate(machines=keys[:FEW])
    mark_serviced(ACTOR, keys[:FEW], "oil")
    rows = workshop.site.query(
        "SELECT equipment_id, plan_id, baseline_hours, baseline_date FROM equipment_maintenance ORDER BY equipment_id"
    )
    today = site_today()  # the readings are older than 30 days: from their day it would be due again at once
    expected = [
        {
            "equipment_id": key,
            "plan_id": plan,
            "baseline_hours": Decimal(place) + Decimal("0.125") if place else None,
            "baseline_date": today,
        }
        for place, key in enumerate(keys[:FEW])
    ]
    assert rows == expected
