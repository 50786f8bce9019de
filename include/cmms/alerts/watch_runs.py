"""Find what no callback can report: runs that never start, that fell silent, that ended without any alert.

Input: the log table, now and then (`sync_watchdog`). Output: alerts in the outbox, sent.
Call it after closing abandoned runs, so that they are reported as failed, once.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from cmms.alerts import messages
from cmms.alerts.evaluate_run import fingerprint_of, resolve_alert
from cmms.alerts.load_history import load_open_alerts
from cmms.alerts.notify_run import notify_run, record_notifications, send_deliveries
from cmms.alerts.records import Alert, from_database, to_database
from cmms.database import Connection, execute, query, run_transaction
from cmms.settings import Settings
from cmms.sync.records import RunSummary
from cmms.sync.runs.close_run import load_summary
from cmms.sync.runs.levels import respond_by

log = logging.getLogger(__name__)

RUN_QUEUED = "run_queued"
RUN_STALLED = "run_stalled"
POOL_STARVED = "pool_starved"

_CALLBACK_GRACE = timedelta(minutes=1)
"""The callback of a run that ended just now may still be sending."""
_UNREPORTED_WITHIN = timedelta(hours=24)
_UNREPORTED_AT_ONCE = 20


@dataclass(frozen=True)
class QueuedRun:
    """A run that Airflow has queued and that has no log row yet, because no task of it ever started."""

    dag_id: str
    run_id: str
    queued_at: datetime


@dataclass(frozen=True)
class StarvedTasks:
    """Runs whose next tasks wait for the pool while none of ours is in it; ``since`` the first of them began."""

    runs: tuple[str, ...]
    since: datetime


def check_watch_alerts(
    connection: Connection,
    settings: Settings,
    now: datetime,
    *,
    queued_runs: Sequence[QueuedRun] = (),
    starved: StarvedTasks | None = None,
) -> int:
    """Raise and resolve the alerts of stuck runs, report unreported ones; return how many messages were taken.

    Args:
        connection: Session on the database; used until the messages are written, then committed.
        settings: Limits: ``alerts.queued_minutes`` in the queue, ``engine.lease_seconds`` without heartbeat.
        now: Instant to measure from.
        queued_runs: What Airflow itself has queued, if the caller knows.
        starved: What waits for a pool that nothing gets into, if the caller knows.

    Raises:
        DatabaseUnavailable, DatabaseRefused: the log cannot be read.
    """
    stuck = _stuck_alerts(connection, settings, now, queued_runs)
    if starved is not None:
        stuck.append(_starved_alert(starved, now))
    raised = {alert.fingerprint for alert in stuck}
    over = [
        resolve_alert(open_alert, _evidence(open_alert.level, now, open_alert.title))
        for open_alert in load_open_alerts(connection)
        if open_alert.rule_key in (RUN_QUEUED, RUN_STALLED, POOL_STARVED) and open_alert.fingerprint not in raised
    ]
    deliveries = record_notifications(connection, [*stuck, *over], settings)
    for statement in ("alerts/resolve_record_alerts", "alerts/resolve_due_alerts"):
        run_transaction(
            connection,
            lambda cursor, statement=statement: execute(cursor, statement, {"now": to_database(now)}),  # type: ignore[misc]
            what="resolving alerts",
        )
    sent = send_deliveries(deliveries, settings)
    unreported = _load_unreported(connection, now)
    connection.commit()  # no transaction stays open while messages are sent
    for summary in unreported:
        notify_run(summary, settings)
    return sent


def _stuck_alerts(
    connection: Connection, settings: Settings, now: datetime, queued_runs: Sequence[QueuedRun]
) -> list[Alert]:
    queued_before = now - timedelta(minutes=settings.alerts.queued_minutes)
    silent_before = now - timedelta(seconds=settings.engine.lease_seconds)
    rows = query(
        connection,
        "alerts/list_stuck_runs",
        {"queued_before": to_database(queued_before), "silent_before": to_database(silent_before)},
    )
    known = {(row["dag_id"], row["run_id"]) for row in rows}
    rows += [
        {
            "id": None,
            "sync_type": run.dag_id,
            "status": "queued",
            "dag_id": run.dag_id,
            "run_id": run.run_id,
            "since": run.queued_at,
        }
        for run in queued_runs
        if run.queued_at < queued_before and (run.dag_id, run.run_id) not in known
    ]
    return [_stuck_alert(row, settings, now) for row in rows]


def _stuck_alert(row: dict[str, Any], settings: Settings, now: datetime) -> Alert:
    since = from_database(row["since"])
    minutes = int((now - since).total_seconds() // 60)
    is_queued = row["status"] == "queued"
    rule_key = RUN_QUEUED if is_queued else RUN_STALLED
    title = messages.title_queued if is_queued else messages.title_stalled
    run = f"{row['dag_id']}/{row['run_id']}" if row["run_id"] else f"log/{row['id']}"
    alert = _evidence("critical", now, title(row["sync_type"], minutes))
    return replace(
        alert,
        rule_key=rule_key,
        fingerprint=fingerprint_of(rule_key, row["sync_type"], str(row["id"] or row["run_id"])),
        facts=(
            ("Run", row["run_id"] or f"log {row['id']}"),
            ("Status", row["status"]),
            ("Queued since" if is_queued else "Last heartbeat", messages.instant(since)),
        ),
        advice=messages.ADVICE_QUEUED if is_queued else messages.ADVICE_STALLED,
        link=messages.run_link(settings.alerts.base_url, row["dag_id"], row["run_id"]),
        run=run,
        sync_log_id=row["id"],
        respond_by=respond_by("critical", now),
    )


def _starved_alert(starved: StarvedTasks, now: datetime) -> Alert:
    """One for all runs: they wait for the same."""
    return replace(
        _evidence("critical", now, messages.TITLE_STARVED),
        rule_key=POOL_STARVED,
        fingerprint=POOL_STARVED,
        facts=(
            ("Runs", ", ".join(starved.runs[:5]) + (", ..." if len(starved.runs) > 5 else "")),
            ("Begun", messages.instant(starved.since)),
        ),
        advice=messages.ADVICE_STARVED,
        respond_by=respond_by("critical", now),
    )


def _evidence(level: Any, now: datetime, title: str) -> Alert:
    return Alert(
        rule_key="",
        fingerprint="",
        level=level,
        title=title,
        facts=(("Seen", messages.instant(now)),),
        advice="",
        at=now,
    )


def _load_unreported(connection: Connection, now: datetime) -> list[RunSummary]:
    rows = query(
        connection,
        "alerts/list_unreported_runs",
        {
            "since": to_database(now - _UNREPORTED_WITHIN),
            "until": to_database(now - _CALLBACK_GRACE),
            "row_limit": _UNREPORTED_AT_ONCE,
        },
    )
    found = [load_summary(connection, sync_log_id=row["id"]) for row in rows]
    return [summary for summary in found if summary is not None]
