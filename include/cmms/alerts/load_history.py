"""Read what the rules need to know of the past. Input: a run. Output: :class:`RunHistory`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cmms.alerts.records import OpenAlert, PastRun, RunHistory, from_database, to_database
from cmms.database import Connection, query
from cmms.settings import Settings
from cmms.streams import has_hours
from cmms.sync.records import GOOD_STATUSES, RunSummary

_RUNS_AT_LEAST = 60
"""Read more runs than the windows need: failed and empty ones between do not count for the spike rule."""


def load_history(connection: Connection, summary: RunSummary, settings: Settings) -> RunHistory:
    """Finished runs of the same sync type before this one, and every open alert."""
    alerts = settings.alerts
    until = {"sync_type": summary.sync_type, "until": to_database(summary.completed_at)}
    limit = max(_RUNS_AT_LEAST, 2 * alerts.spike_window, alerts.consecutive_failures, alerts.api_failures)
    runs = query(
        connection,
        "alerts/list_past_runs",
        {**until, "sync_log_id": summary.sync_log_id, "row_limit": limit},
    )
    last_good = query(connection, "alerts/find_last_good_run", until)[0]["last_good_at"]
    return RunHistory(
        runs=tuple(_past_run(row) for row in runs),
        open_alerts=load_open_alerts(connection),
        last_good_at=from_database(last_good) if last_good else None,
        missing_readings=_count_missing(connection, summary),
    )


def _count_missing(connection: Connection, summary: RunSummary) -> int:
    """Only a full run of days that ended well can say that a machine was not there."""
    first, last = summary.scope.start_date, summary.scope.end_date or summary.scope.start_date
    is_full = has_hours(summary.sync_type) and summary.status in GOOD_STATUSES
    if not is_full or summary.scope.is_restricted or first is None:
        return 0
    days = {"before_day": first - timedelta(days=1), "last_day": last}
    return int(query(connection, "alerts/count_missing_readings", days)[0]["missing"])


def load_open_alerts(connection: Connection) -> tuple[OpenAlert, ...]:
    """Everything that is still open, oldest first."""
    return tuple(
        OpenAlert(
            rule_key=row["rule_key"],
            fingerprint=row["fingerprint"],
            title=row["title"],
            level=row["level"],
            last_at=from_database(row["last_at"]),
            run=row["run"],
        )
        for row in query(connection, "alerts/list_open_alerts")
    )


def _past_run(row: dict[str, Any]) -> PastRun:
    return PastRun(
        status=row["status"],
        completed_at=from_database(row["sync_completed_at"]),
        error_class=row["error_class"],
        error_category=row["error_category"],
        processed=row["records_processed"],
        rejected=row["records_failed"],
    )
