"""What only the view shows: one event of each run, and warnings about the data, grouped by run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from cmms.alerts.evaluate_integrity import evaluate_integrity
from cmms.alerts.notify_run import notify_run
from cmms.alerts.records import OpenAlert, RunHistory
from cmms.settings import Settings
from cmms.sync.records import Counts, RunSummary, Scope
from tests.alerts.runs import MIDNIGHT, make_run, make_settings, rows
from tests.sinks import SlackSink, SmtpSink

Log = Callable[[RunSummary], RunSummary]
EVENTS = "SELECT rule_key, level, status, title, sync_log_id, occurrences, body FROM alert_events ORDER BY id"
SETTINGS = make_settings()


@pytest.mark.usefixtures("receivers")
@pytest.mark.feature("NOT-04", "ERR-05", "VAL-14")
def test_a_good_and_a_failed_run_leave_exactly_two_events(
    outbox: Any, settings: Settings, log_run: Log, slack: SlackSink, smtp: SmtpSink
) -> None:
    good = log_run(make_run("success", counts=Counts(fetched=1_200, inserted=3, updated=4, unchanged=1_193)))
    for _ in range(3):  # the task's callback, the DAG's, the watchdog
        notify_run(good, settings)
    assert (slack.attempts, smtp.attempts) == (0, 0)
    failed = log_run(make_run("failed", day=1))
    for _ in range(2):
        notify_run(failed, settings)
    first, second = rows(outbox, EVENTS)
    assert (first["rule_key"], first["level"], first["status"]) == ("run_succeeded", "info", "resolved")
    assert first["title"] == "Running-time sync: 1,200 records, 3 new, 4 changed"
    told = json.loads(first["body"])["noted"]
    assert dict(told["facts"])["Records"].startswith("1,200 fetched: 3 new, 4 changed")
    assert told["link"].endswith(f"/dags/running_time_sync/runs/{good.run_id}")
    assert (second["rule_key"], second["level"], second["status"]) == ("run_failed", "critical", "firing")
    assert [first["sync_log_id"], second["sync_log_id"]] == [good.sync_log_id, failed.sync_log_id]
    assert [first["occurrences"], second["occurrences"]] == [1, 1]
    assert len(slack.bodies) == len(smtp.messages) == 1  # of the failure


@pytest.mark.usefixtures("receivers")
@pytest.mark.feature("NOT-05")
def test_validation_errors_are_one_event_of_their_run_not_one_of_each_row(
    outbox: Any, settings: Settings, log_run: Log
) -> None:
    for day in range(2):
        run = make_run("partial", day=day, level="medium", counts=Counts(100, 90, rejected=10))
        notify_run(log_run(run), settings)
    events = rows(outbox, EVENTS)
    assert [event["rule_key"] for event in events] == ["records_failed", "records_failed"]
    assert {event["title"] for event in events} == {"Running-time sync: 10 of 100 records failed (10 %)"}


def _raised(run: RunSummary, history: RunHistory | None = None) -> dict[str, str]:
    alerts = evaluate_integrity(run, SETTINGS, history or RunHistory())
    return {alert.rule_key: alert.transition for alert in alerts}


@pytest.mark.feature("NOT-07")
@pytest.mark.parametrize(
    ("rule", "changes", "missing", "title"),
    [
        ("counter_decreased", {"rejects_by_code": (("COUNTER_DECREASED", 2), ("REQUIRED", 9))}, 0,
         "Running-time sync: 2 records with a counter that went back"),
        ("counter_jumped", {"warnings_by_code": (("HOURS_MISMATCH", 2), ("EXCEEDS_DAY", 1))}, 0,
         "Running-time sync: 3 records whose hours do not match the counter or the day"),
        ("readings_missing", {}, 1, "Running-time sync: 1 machine stopped reporting"),
    ],
)  # fmt: skip
def test_a_decrease_a_spike_and_a_gap_are_raised_and_ended_by_a_run_without(
    rule: str, changes: dict[str, Any], missing: int, title: str
) -> None:
    run = make_run("partial", **changes)
    (alert,) = evaluate_integrity(run, SETTINGS, RunHistory(missing_readings=missing))
    assert (alert.rule_key, alert.level, alert.transition, alert.title) == (rule, "medium", "firing", title)
    assert alert.advice
    is_open = OpenAlert(rule, f"{rule}:running_time", title, "medium", MIDNIGHT)
    history = RunHistory(open_alerts=(is_open,))
    assert _raised(make_run("success"), history) == {rule: "resolved"}
    assert _raised(make_run("success", scope=Scope("running_time", plant_codes=("P1",))), history) == {}
    assert _raised(make_run("failed", **changes), history) == {}
    assert _raised(make_run("success", sync_type="equipment"), history) == {}


@pytest.fixture
def machines(outbox: Any) -> Iterator[None]:
    """Four machines: one reports on both days, one stopped, one waits among the rejects, one is inactive."""
    statements = (
        "INSERT INTO plants (id, plant_code, name) VALUES (1, 'P1', 'P1')",
        "INSERT INTO equipment (id, equipment_number, plant_id, is_active) VALUES"
        " (1, 'A', 1, 1), (2, 'B', 1, 1), (3, 'C', 1, 1), (4, 'D', 1, 0)",
        "INSERT INTO equipment_running_times (equipment_id, plant_id, date, running_hours, cumulative_hours) VALUES"
        " (1, 1, '2026-01-30', 1, 1), (2, 1, '2026-01-30', 1, 1), (3, 1, '2026-01-30', 1, 1), (4, 1, '2026-01-30', 1, 1),"
        " (1, 1, '2026-01-31', 1, 2)",
    )
    with outbox.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    outbox.commit()
    yield
    with outbox.cursor() as cursor:
        for table in ("sync_record_errors", "equipment_running_times", "equipment", "plants"):
            cursor.execute(f"DELETE FROM {table}")
    outbox.commit()


@pytest.mark.usefixtures("machines", "receivers")
@pytest.mark.feature("NOT-07")
def test_machines_that_stopped_reporting_are_counted_and_told_once(
    outbox: Any, settings: Settings, log_run: Log, smtp: SmtpSink
) -> None:
    run = log_run(make_run("success"))  # of the 31st of January
    with outbox.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sync_record_errors (sync_log_id, stream, unit_key, record_key, equipment_number, reading_date,"
            " category, code, rule, message, payload, payload_hash, first_seen_at, last_seen_at) VALUES (%s,"
            " 'running_time', '2026-01-31', 'C', 'C', '2026-01-31', 'validation', 'X', 'X', 'x', '{}', REPEAT('x', 32),"
            " UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))",
            (run.sync_log_id,),
        )
    outbox.commit()
    notify_run(run, settings)
    notify_run(run, settings)
    gaps = [event for event in rows(outbox, EVENTS) if event["rule_key"] == "readings_missing"]
    assert [(gap["title"], gap["occurrences"]) for gap in gaps] == [
        ("Running-time sync: 1 machine stopped reporting", 1)
    ]
    restricted = make_run("success", scope=Scope("running_time", date(2026, 1, 31), plant_codes=("P1",)))
    notify_run(log_run(restricted), settings)
    assert [event["status"] for event in rows(outbox, EVENTS) if event["rule_key"] == "readings_missing"] == ["firing"]
    notify_run(log_run(make_run("success", day=1, scope=Scope("running_time", date(2026, 2, 2)))), settings)
    assert [event["status"] for event in rows(outbox, EVENTS) if event["rule_key"] == "readings_missing"] == [
        "resolved"
    ]
    assert smtp.attempts == 0
