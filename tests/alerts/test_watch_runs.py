"""What the watchdog sees: runs that wait, runs that fell silent, runs nobody told of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cmms.alerts.notify_run import notify_run
from cmms.alerts.watch_runs import QueuedRun, check_watch_alerts
from cmms.settings import Settings
from cmms.sync.records import Counts, RunSummary
from tests.alerts.runs import make_run, rows
from tests.sinks import SlackSink, SmtpSink

Log = Callable[[RunSummary], RunSummary]
NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("receivers")


def add_run(outbox: Any, status: str, *, minutes: float, name: str = "manual__1", silent: float | None = None) -> None:
    """A log row created some minutes before NOW, and last heard of then, or ``silent`` minutes ago."""
    since = (NOW - timedelta(minutes=minutes)).replace(tzinfo=None)
    heard = since if silent is None else (NOW - timedelta(minutes=silent)).replace(tzinfo=None)
    with outbox.cursor() as cursor:
        cursor.execute(
            "INSERT INTO api_sync_logs (sync_type, status, dag_id, run_id, created_at, heartbeat_at)"
            " VALUES ('running_time', %s, 'running_time_sync', %s, %s, %s)",
            (status, name, since, None if status == "queued" else heard),
        )
    outbox.commit()


def headers(slack: SlackSink) -> list[str]:
    return [body["blocks"][0]["text"]["text"] for body in slack.bodies]


def end_run(outbox: Any) -> None:
    with outbox.cursor() as cursor:
        cursor.execute("UPDATE api_sync_logs SET status = 'success', level = 'info'")
    outbox.commit()


@pytest.mark.feature("ALR-04")
@pytest.mark.parametrize(
    ("status", "minutes", "title"),
    [
        ("queued", 45, "Running-time sync: queued for 45 minutes"),
        ("running", 20, "Running-time sync: no heartbeat for 20 minutes"),
    ],
)
def test_a_stuck_run_is_told_once_and_its_end_once(
    outbox: Any, settings: Settings, slack: SlackSink, smtp: SmtpSink, status: str, minutes: int, title: str
) -> None:
    add_run(outbox, status, minutes=minutes)
    for later in range(3):
        check_watch_alerts(outbox, settings, NOW + timedelta(minutes=5 * later))
    assert headers(slack) == [f"[CMMS CRITICAL] {title}"]
    assert len(smtp.messages) == 1
    end_run(outbox)
    for later in range(3, 5):
        check_watch_alerts(outbox, settings, NOW + timedelta(minutes=5 * later))
    assert headers(slack)[1:] == [f"[CMMS RESOLVED] Resolved: {title}"]


@pytest.mark.feature("ALR-04")
def test_runs_within_their_limits_and_paused_ones_are_left_alone(
    outbox: Any, settings: Settings, slack: SlackSink
) -> None:
    add_run(outbox, "queued", minutes=29, name="a")
    add_run(outbox, "running", minutes=14, name="b")
    add_run(outbox, "paused", minutes=600, name="c")
    add_run(outbox, "running", minutes=600, name="d", silent=14)
    assert check_watch_alerts(outbox, settings, NOW) == 0
    assert slack.attempts == 0


@pytest.mark.feature("ALR-04")
def test_a_run_that_only_airflow_knows_of_is_told(outbox: Any, settings: Settings, slack: SlackSink) -> None:
    waiting = QueuedRun("equipment_sync", "scheduled__1", NOW - timedelta(minutes=31))
    fresh = QueuedRun("equipment_sync", "scheduled__2", NOW - timedelta(minutes=1))
    for _ in range(2):
        check_watch_alerts(outbox, settings, NOW, queued_runs=[waiting, fresh])
    assert headers(slack) == ["[CMMS CRITICAL] equipment_sync: queued for 31 minutes"]
    check_watch_alerts(outbox, settings, NOW)
    assert headers(slack)[1:] == ["[CMMS RESOLVED] Resolved: equipment_sync: queued for 31 minutes"]


@pytest.mark.feature("ALR-04")
def test_each_run_that_waits_is_told_for_itself_and_one_with_a_log_row_once(
    outbox: Any, settings: Settings, slack: SlackSink
) -> None:
    add_run(outbox, "queued", minutes=45, name="a")
    since = NOW - timedelta(minutes=40)
    waiting = [QueuedRun("running_time_sync", run_id, since) for run_id in ("a", "b", "c")]
    check_watch_alerts(outbox, settings, NOW, queued_runs=waiting)
    assert len(headers(slack)) == 3
    assert sorted(row["fingerprint"] for row in rows(outbox, "SELECT fingerprint FROM alert_events"))[1:] == [
        "run_queued:running_time_sync:b",
        "run_queued:running_time_sync:c",
    ]


@pytest.mark.feature("ERR-01", "ERR-02")
def test_runs_whose_callback_never_ran_are_told_late(
    outbox: Any,
    settings: Settings,
    log_run: Log,
    slack: SlackSink,
    smtp: SmtpSink,
) -> None:
    runs = [
        make_run("failed", day=1.5, error_class="Abandoned", error_category=None),
        make_run("partial", day=2, level="high", counts=Counts(100, 50, rejected=50)),
        make_run("partial", day=2, level="medium", counts=Counts(100, 95, rejected=5)),
        make_run("success", day=2),
    ]
    for run in runs:
        log_run(run)
    for _ in range(3):
        check_watch_alerts(outbox, settings, NOW)
    assert headers(slack)[0] == "[CMMS CRITICAL] Running-time sync failed: Abandoned"
    told = rows(outbox, "SELECT level, occurrences FROM alert_events WHERE rule_key = 'records_failed' ORDER BY level")
    assert [(row["level"], row["occurrences"]) for row in told] == [
        ("high", 1),
        ("medium", 1),
    ]  # medium: dashboard only
    subjects = [str(mail["Subject"]) for mail in smtp.messages]
    assert subjects.count("[CMMS HIGH] Running-time sync: 50 of 100 records failed (50 %)") == 1
    assert len(subjects) == 3  # and one recovery


@pytest.mark.feature("NOTF-05")
def test_a_streak_that_was_told_is_not_told_again(
    outbox: Any,
    settings: Settings,
    log_run: Log,
    slack: SlackSink,
) -> None:
    for day in (1.5, 1.7):
        run = log_run(make_run("failed", day=day, error_class="BadPayload"))
        notify_run(run, settings)
    check_watch_alerts(outbox, settings, NOW)
    assert len(slack.bodies) == 1
    assert [row["occurrences"] for row in rows(outbox, "SELECT occurrences FROM alert_events")] == [2]


@pytest.mark.feature("ERR-02", "ERR-03")
def test_failed_records_that_were_all_settled_close_their_alert(
    outbox: Any, settings: Settings, log_run: Log, smtp: SmtpSink
) -> None:
    run = log_run(make_run("partial", level="high", counts=Counts(10, 5, rejected=5)))
    with outbox.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sync_record_errors (sync_log_id, stream, unit_key, record_key, category, code, rule,"
            " message, payload, payload_hash, first_seen_at, last_seen_at) VALUES (%s, 'running_time',"
            " '2026-01-31', 'E1', 'validation', 'C', 'R', 'm', 'x', REPEAT('x', 32), NOW(), NOW())",
            (run.sync_log_id,),
        )
    outbox.commit()
    notify_run(run, settings)
    status = "SELECT status FROM alert_events"
    for unsettled in ("open", "acknowledged", "retrying"):
        with outbox.cursor() as cursor:
            cursor.execute("UPDATE sync_record_errors SET status = %s", (unsettled,))
        outbox.commit()
        check_watch_alerts(outbox, settings, NOW)
        assert rows(outbox, status) == [{"status": "firing"}]
    with outbox.cursor() as cursor:
        cursor.execute("UPDATE sync_record_errors SET status = 'discarded'")
    outbox.commit()
    check_watch_alerts(outbox, settings, NOW)
    assert rows(outbox, status) == [{"status": "resolved"}]
    assert len(smtp.messages) == 1  # somebody did it: nobody needs a message
