"""Every function of ``cmms.figures`` on a database that has been used: what it declares is what its statement gives."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from tests.plugins.conftest import ClientFor
from tools.state_folder import REPOSITORY

Tables = Callable[..., list[dict[str, Any]]]
SINCE = datetime.now(UTC).date() - timedelta(days=30)
DAILY = ("equipment", "running_time")
NOT_READ = {
    "kpis": {"success_percent", "nearest_rank", "total_success"},
    "running_hours": {"utilisation_percent"},
    "read_gaps": {"completeness_percent", "last_due_day"},
    "typed_rows": {"read_typed", "read_typed_live", "make_rows"},
}
"""What reads nothing, and what the others read with."""


def _modules() -> dict[str, ModuleType]:
    folder = REPOSITORY / "include/cmms/figures"
    names = sorted(file.stem for file in folder.glob("*.py") if file.stem != "__init__")
    return {name: import_module(f"cmms.figures.{name}") for name in names}


def _functions() -> dict[str, Callable[..., Any]]:
    found = {}
    for name, module in _modules().items():
        for function_name, function in inspect.getmembers(module, inspect.isfunction):
            is_own = function.__module__ == module.__name__ and not function_name.startswith("_")
            if is_own and function_name not in NOT_READ.get(name, ()):
                found[f"{name}.{function_name}"] = function
    return found


@pytest.fixture(scope="module")
def known(client_for: ClientFor, tables: Tables) -> Iterator[dict[str, Any]]:
    """What a function may be asked for: keys of rows that have what it reads, some of which are made for this."""
    client_for("viewer").get("/cmms/")  # the pool is that of the seeded schema
    run = tables("SELECT MAX(id) AS id FROM api_sync_logs WHERE status = 'failed'")[0]["id"]
    rejecting = tables("SELECT sync_log_id AS id FROM sync_record_errors ORDER BY id LIMIT 1")[0]["id"]
    reject = tables("SELECT id, equipment_number FROM sync_record_errors WHERE equipment_number IN"
                    " (SELECT equipment_number FROM equipment) ORDER BY id LIMIT 1")[0]  # fmt: skip
    machine = tables("SELECT id FROM equipment WHERE equipment_number = %s", reject["equipment_number"])[0]["id"]
    before = tables("SELECT attempts, resolved_at FROM sync_record_errors WHERE id = %s", reject["id"])[0]
    tables("UPDATE api_sync_logs SET queue_ms = 1500 WHERE id = %s", run)
    tables("UPDATE sync_record_errors SET attempts = 2, resolved_at = UTC_TIMESTAMP(3) WHERE id = %s", reject["id"])
    for entity, key, action in (
        ("sync_record_errors", reject["id"], "acknowledge"),
        ("equipment", machine, "deactivate"),
        ("api_sync_logs", run, "retry"),
    ):
        tables(
            "INSERT INTO audit_log (actor, action, entity, entity_id, after_json, batch_id)"
            " VALUES ('figures', %s, %s, %s, '{\"run_id\": \"x\"}', 'figures')",
            action, entity, str(key),
        )  # fmt: skip
    tables(
        "INSERT INTO reconciliations (dag_id, run_id, asked_by, first_day, last_day, plant_codes, report)"
        " VALUES ('reconcile', 'figures', 'op', UTC_DATE(), UTC_DATE(), '[]', %s)",
        json.dumps({"differences": []}),
    )
    tables("INSERT INTO validation_reports (asked_by, days) VALUES ('figures', 1)")
    report = tables("SELECT MAX(id) AS id FROM validation_reports")[0]["id"]
    tables(
        "INSERT INTO validation_findings (validation_report_id, stream, equipment_id, severity, code, rule, message)"
        " VALUES (%s, 'equipment', %s, 'critical', 'FIGURES', 'x', 'x')",
        report, machine,
    )  # fmt: skip
    tables(
        "INSERT INTO api_call_logs (sync_log_id, endpoint, status, attempt, latency_ms, called_at, answer_head)"
        " VALUES (%s, '/figures', 503, 1, 7, UTC_TIMESTAMP(3), 'Service Unavailable')",
        run,
    )
    tables(
        "INSERT INTO sync_log_events (sync_log_id, level, category, code, message) VALUES (%s, 'error', 'api', 'X', 'x')",
        run,
    )
    tables("INSERT IGNORE INTO measuring_points (equipment_id) VALUES (%s)", machine)
    tables(
        "INSERT INTO meter_segments (point_id, from_date, kind, created_by)"
        " SELECT id, '2020-01-01', 'reset', 'figures' FROM measuring_points WHERE equipment_id = %s",
        machine,
    )
    tables(
        "INSERT INTO installations (child_id, parent_id, from_date, to_date, noted_by)"
        " SELECT %s, MAX(id), '2020-01-01', '2020-01-02', 'figures' FROM equipment WHERE id <> %s",
        machine, machine,
    )  # fmt: skip
    tables(
        "INSERT INTO equipment_availability (equipment_id, from_date, to_date, kind, noted_by)"
        " VALUES (%s, '2020-01-01', '2020-01-02', 'standby', 'figures')",
        machine,
    )

    def first(statement: str) -> Any:
        return tables(statement)[0]["id"]

    tables(
        "INSERT INTO doubtful_readings (equipment_id, date, code, counter, previous_date, growth_hours, allowed_hours,"
        " decided_by) SELECT equipment_id, date, 'FIGURES', cumulative_hours, date - INTERVAL 1 DAY, 90, 24, 'figures'"
        " FROM equipment_running_times WHERE equipment_id = %s ORDER BY date DESC LIMIT 1"
        " ON DUPLICATE KEY UPDATE decided_by = doubtful_readings.decided_by",
        machine,
    )

    yield {
        "run": run,
        "rejecting": rejecting,
        "open": first("SELECT id FROM api_sync_logs WHERE run_id = 'manual__1'"),
        "reject": reject["id"],
        "machine": machine,
        "number": reject["equipment_number"],
        "audit": first("SELECT MAX(id) AS id FROM audit_log"),
        "alert": first("SELECT MAX(id) AS id FROM alert_events"),
        "group": first("SELECT equipment_group_id AS id FROM maintenance_plans WHERE scope = 'group' LIMIT 1"),
        "plan": first("SELECT plan_id AS id FROM equipment_maintenance LIMIT 1"),
        "order": first("SELECT work_order_id AS id FROM work_order_history LIMIT 1"),
        "worked": first("SELECT equipment_id AS id FROM work_orders LIMIT 1"),
        "due": first("SELECT m.equipment_id AS id FROM maintenance_dues d"
                     " JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id LIMIT 1"),
        "doubt": first("SELECT MAX(id) AS id FROM doubtful_readings"),
        "reconciliation": first("SELECT id FROM reconciliations WHERE run_id = 'figures'"),
    }  # fmt: skip
    tables("UPDATE sync_record_errors SET attempts = %s, resolved_at = %s WHERE id = %s",
           before["attempts"], before["resolved_at"], reject["id"])  # fmt: skip
    tables("UPDATE api_sync_logs SET queue_ms = NULL WHERE id = %s", run)
    tables("DELETE FROM audit_log WHERE batch_id = 'figures'")
    tables("DELETE FROM meter_segments WHERE created_by = 'figures'")
    tables("DELETE FROM installations WHERE noted_by = 'figures'")
    tables("DELETE FROM equipment_availability WHERE noted_by = 'figures'")
    tables("DELETE FROM reconciliations WHERE run_id = 'figures'")
    tables("DELETE FROM validation_findings WHERE code = 'FIGURES'")
    tables("DELETE FROM doubtful_readings WHERE code = 'FIGURES'")
    tables("DELETE FROM validation_reports WHERE id = %s", report)
    tables("DELETE FROM api_call_logs WHERE endpoint = '/figures'")
    tables("DELETE FROM sync_log_events WHERE sync_log_id = %s AND code = 'X'", run)


def _arguments(known: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By function, what it is asked for; those that are not named want nothing."""
    from cmms.figures.kpis import Period

    now = datetime.now(UTC)
    period = {"period": Period(now - timedelta(days=30), now + timedelta(days=1))}
    age: dict[str, Any] = {"now": now, "sla": timedelta(0)}
    since, machine, run = {"since": SINCE}, {"equipment_id": known["machine"]}, {"sync_log_id": known["run"]}
    return {
        "alerts.alert_text": {"alert_id": known["alert"]},
        "calls.newest_calls": {"limit": 5},
        "doubts.blocked_readings": {"equipment_ids": [known["machine"]]},
        "doubts.readings_around": {"doubt_id": known["doubt"]},
        "failures.failed_runs_by_day": since,
        "failures.newest_errors": {"category": "", "limit": 100},
        "failures.rejects_by_day": since,
        "failures.retried_runs": since,
        "kpis.database_times": period,
        "kpis.plant_freshness": age,
        "kpis.queue_latencies": period,
        "kpis.queued_runs": period,
        "kpis.read_plant_freshness": age,
        "kpis.response_times": period,
        "kpis.stale_machines": age,
        "kpis.success_rates": period,
        "kpis.unit_times": period,
        "machines.busiest_machines": {"limit": 3},
        "machines.find_machines": {"numbers": [known["number"]]},
        "machines.plant_syncs": {"limit": 10},
        "machines.reactivation_candidates": {"days": 7},
        "maintenance.next_machines": {"limit": 6},
        "maintenance.plan_states": {"plan_id": known["plan"]},
        "maintenance.plans_of_group": {"group_id": known["group"]},
        "meters.availability_of": machine,
        "meters.installations_of": machine,
        "meters.meter_changes": machine,
        "one_machine.audit_entry": {"audit_id": known["audit"]},
        "one_machine.machine_changes": machine,
        "one_machine.machine_condition": machine,
        "one_machine.machine_rejects": machine,
        "one_machine.reading_quality": {**machine, "days": 30},
        "open_runs.live_run": {"sync_log_id": known["open"]},
        "open_runs.recent_runs": {"limit": 8},
        "open_runs.run_steps": {"sync_log_id": known["open"]},
        "read_gaps.read_gaps": {"last_day": SINCE + timedelta(days=29), "days": 14, "plant_code": "P001"},
        "reconciliations.find_reconciliation": {"reconciliation_id": known["reconciliation"]},
        "reconciliations.reconciliation_of_run": {"dag_id": "reconcile", "run_id": "figures"},
        "rejects.acts_on_reject": {"reject_id": known["reject"]},
        "rejects.code_summaries": since,
        "rejects.last_handled": since,
        "rejects.last_resolved": since,
        "rejects.orphans": {"limit": 50},
        "rejects.reject_reason": {"reject_id": known["reject"]},
        "rejects.replayed_codes": since,
        "rejects.top_codes": {**since, "limit": 12},
        "run_details.bad_answers": run,
        "run_details.bad_calls": run,
        "run_details.run_events": run,
        "run_details.run_records": {"sync_log_id": known["rejecting"], "limit": 10},
        "run_details.run_trace": run,
        "run_details.run_units": {"sync_log_id": known["open"]},
        "running_hours.active_hours_by_day": {"days": 14},
        "running_hours.active_hours_by_plant": {"days": 14},
        "running_hours.group_average": {**machine, "days": 30},
        "running_hours.hours_by_day": {"days": 14},
        "running_hours.hours_of_machines": {"ids": [known["machine"]], "days": 14},
        "running_hours.readings_of_period": {**machine, "days": 30},
        "sync_days.calls_by_day": since,
        "sync_days.outcomes_by_day": {"sync_types": DAILY, **since, "until": SINCE + timedelta(days=31)},
        "sync_days.run_speeds": {"sync_type": "equipment", **since, "limit": 10},
        "sync_days.sums_by_day": {"sync_types": DAILY, **since},
        "work.dues_of_machine": {"equipment_id": known["due"]},
        "work.next_dues": {"limit": 10, "by_priority": True},
        "work.order_history": {"work_order_id": known["order"]},
        "work.orders_of_machine": {"equipment_id": known["worked"]},
    }


@pytest.mark.feature("STK-03")
@pytest.mark.parametrize("name", sorted(_functions()))
def test_every_figure_gives_frozen_rows_of_the_type_that_it_declares(name: str, known: dict[str, Any]) -> None:
    from cmms.access.connections import raw_session

    function = _functions()[name]
    wanted = _arguments(known).get(name, {})
    if "connection" in inspect.signature(function).parameters:
        with raw_session() as connection:
            found = function(connection, **wanted)
    else:
        found = function(**wanted)
    values = list(found.values()) if isinstance(found, dict) else found if isinstance(found, list | tuple) else [found]
    assert values, f"{name}: the database of the tests has no row for it, so nothing is proved"
    for value in values:
        assert isinstance(value, int | str | date) or (is_dataclass(value) and value.__dataclass_params__.frozen), value


def test_the_arguments_are_those_of_functions_that_there_are(known: dict[str, Any]) -> None:
    assert _arguments(known).keys() <= _functions().keys()
