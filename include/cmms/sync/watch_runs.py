"""The watchdog's round: close runs whose process is gone, tidy up after them, tell people.

Input: the log table, the staging tables, the alert outbox. Output: :class:`WatchReport`. A run whose heartbeat is older
than its lease is closed as failed (``Abandoned``) and its leases are released: should its process wake up again, its fence
does not hold any more and it cannot merge. The steps are guarded one by one: what fails is reported, and the rest is done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from cmms.alerts.notify_run import notify_run, resend_pending
from cmms.alerts.records import to_database
from cmms.alerts.watch_runs import QueuedRun, check_watch_alerts
from cmms.database import Connection, query, session
from cmms.errors import SettingsError
from cmms.settings import Settings
from cmms.sync.close_run import close_run
from cmms.sync.open_run import current_settings
from cmms.sync.records import RunSummary
from cmms.sync.stage_rows import drop_stage

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class WatchReport:
    """What one round did.

    Attributes:
        closed_runs: log ids of runs that were closed as abandoned.
        dropped_stages: staging tables that were left over.
        messages_sent: alert messages that a receiver took in this round, those of closed runs not counted.
        failures: what did not work, a sentence each; the caller should end as failed when there are any.
    """

    closed_runs: tuple[int, ...] = ()
    dropped_stages: tuple[str, ...] = ()
    messages_sent: int = 0
    failures: tuple[str, ...] = ()


def watch(now: datetime | None = None, *, queued_runs: Sequence[QueuedRun] = ()) -> WatchReport:
    """Do one round.

    Args:
        now: instant to measure heartbeats from; default: the clock.
        queued_runs: what Airflow itself has queued, if the caller can tell.

    Raises:
        DatabaseUnavailable, DatabaseRefused: no connection to the database at all.
    """
    now = now or datetime.now(UTC)
    failures: list[str] = []
    with session() as connection:
        settings = _settings_or_defaults(connection, failures)
        closed = _guarded("closing abandoned runs", failures, lambda: close_abandoned(connection, settings, now), [])
        dropped = _guarded("dropping left staging tables", failures, lambda: drop_left_stages(connection, failures), [])
    for summary in closed:
        notify_run(summary, settings)  # never raises
    sent = _guarded("sending pending alerts", failures, lambda: resend_pending(settings=settings), 0)
    with session() as connection:
        sent += _guarded(
            "looking for stuck and untold runs",
            failures,
            lambda: check_watch_alerts(connection, settings, now, queued_runs=queued_runs),
            0,
        )
    return WatchReport(tuple(summary.sync_log_id for summary in closed), tuple(dropped), sent, tuple(failures))


def close_abandoned(connection: Connection, settings: Settings, now: datetime) -> list[RunSummary]:
    """Close every run whose lease is over; merged units stay merged and are counted.

    Raises:
        DatabaseUnavailable, DatabaseRefused: from the server.
    """
    limits = {"now": to_database(now), "lease_seconds": settings.engine.lease_seconds}
    closed = []
    for run in query(connection, "watch/abandoned_runs", limits):
        error = (
            f"Abandoned: no sign of life since {run['seen_at']:%Y-%m-%d %H:%M:%S} UTC, longer than the lease of"
            f" {run['lease_seconds']} s; start the sync again"
        )
        log.warning("Run %s: %s", run["id"], error)
        closed.append(close_run(connection, int(run["id"]), error=error))
    return closed


def drop_left_stages(connection: Connection, failures: list[str] | None = None) -> list[str]:
    """Drop the staging tables of closed runs; one that somebody still uses is left to the next round.

    Returns:
        The names of the tables that are gone.
    """
    connection.rollback()
    dropped: list[str] = []
    for row in query(connection, "watch/left_stages"):
        name = str(row["stage_table"])
        if _guarded(f"dropping {name}", failures, lambda: _drop(connection, name), False):  # noqa: B023 - runs at once
            dropped.append(name)
    return dropped


def _drop(connection: Connection, name: str) -> bool:
    drop_stage(connection, name)
    return True


def _settings_or_defaults(connection: Connection, failures: list[str]) -> Settings:
    """A broken settings file must not stop the watchdog."""
    try:
        return current_settings(connection)[0]
    except SettingsError as error:
        failures.append(f"settings: {error}")
        return Settings()


def _guarded(what: str, failures: list[str] | None, action: Callable[[], T], otherwise: T) -> T:
    try:
        return action()
    except Exception as error:
        log.warning("%s failed: %s", what, error)
        if failures is not None:
            failures.append(f"{what}: {type(error).__name__}: {error}")
        return otherwise
