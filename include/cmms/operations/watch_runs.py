"""The watchdog's round: close runs whose process is gone, tidy up after them, tell people.

Input: the log table, the staging tables, the alert outbox. Output: :class:`WatchReport`. A run whose
heartbeat is older than its lease is closed as failed (``Abandoned``) and its leases are released: should its
process wake up again, its fence does not hold any more and it cannot merge. A run whose tasks wait in Airflow (for a
place in the pool, for a scheduler that was down) has no process that could give signs: it stays open, and people
are told. The steps are guarded one by one: what fails is reported, and the rest is done.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from cmms.alerts.notify_run import notify_run, resend_pending
from cmms.alerts.records import to_database
from cmms.alerts.watch_runs import QueuedRun, StarvedTasks, check_watch_alerts
from cmms.database import Connection, execute, query, run_transaction, server_time, session
from cmms.errors import Abandoned, Failure, SettingsError
from cmms.operations.requested_changes import close_abandoned_changes
from cmms.operations.validation_reports import close_abandoned_reports
from cmms.settings import Settings
from cmms.settings.stored_versions import current_settings
from cmms.sync.merge.stage_rows import drop_stage
from cmms.sync.records import RunSummary
from cmms.sync.runs.close_run import close_if_open, load_summary

log = logging.getLogger(__name__)

HasWaitingTasks = Callable[[str, str], bool]
"""Whether a DAG run, by ``dag_id`` and ``run_id``, is open in Airflow with no task at work."""


@dataclass(frozen=True)
class WatchReport:
    """What one round did.

    Attributes:
        closed_runs: log ids of runs that were closed as abandoned.
        dropped_stages: staging tables that were left over.
        messages_sent: alert messages that a receiver took in this round, those of closed runs not counted.
        failures: what did not work, a sentence each; the caller should end as failed when there are any.
        cause: the first error of those.
    """

    closed_runs: tuple[int, ...] = ()
    dropped_stages: tuple[str, ...] = ()
    messages_sent: int = 0
    failures: tuple[str, ...] = ()
    cause: Exception | None = None


class Failures(list[str]):
    """What did not work in a round, a sentence each, and the first error of them."""

    cause: Exception | None = None

    def note(self, what: str, error: Exception) -> None:
        """Add a sentence."""
        self.cause = self.cause or error
        self.append(what)


def watch(
    now: datetime | None = None,
    *,
    find_queued: Callable[[], Sequence[QueuedRun]] = tuple,
    find_starved: Callable[[], StarvedTasks | None] = lambda: None,
    has_waiting_tasks: HasWaitingTasks = lambda dag_id, run_id: False,
    look_again_seconds: float = 0,
) -> WatchReport:
    """Do one round.

    Args:
        now: instant to measure heartbeats from; default: the database's clock, which the heartbeats are by.
        find_queued: asks Airflow which runs have not begun, if the caller can.
        find_starved: asks Airflow which tasks wait for a pool that nothing gets into, if the caller can.
        has_waiting_tasks: asks Airflow whether it will go on with a run that no task works on now, if the caller can.
        look_again_seconds: a task that has just started after a long wait gives its first heartbeat within this time;
            a run is closed only if it is still silent then.

    Raises:
        DatabaseUnavailable, DatabaseRefused: no connection to the database at all.
    """
    failures = Failures()
    with session() as connection:
        now = now or server_time(connection)
        settings = _settings_or_defaults(connection, failures)
        closed: list[RunSummary] = []
        dropped: list[str] = []
        with _guarded("closing abandoned runs", failures):
            close_abandoned(connection, settings, now, closed, has_waiting_tasks, look_again_seconds)
        with _guarded("releasing the leases of deleted runs", failures):
            release_stale_leases(connection)
        with _guarded("closing abandoned reports", failures):
            close_abandoned_reports(connection)
        with _guarded("closing abandoned changes", failures):
            close_abandoned_changes(connection)
        with _guarded("dropping left staging tables", failures):
            drop_left_stages(connection, dropped, failures)
    for summary in closed:
        notify_run(summary, settings)  # never raises
    sent = 0
    with _guarded("sending pending alerts", failures):
        sent += resend_pending(settings=settings)
    queued_runs: Sequence[QueuedRun] = ()
    with _guarded("asking Airflow which runs wait", failures):
        queued_runs = find_queued()
    starved: StarvedTasks | None = None
    with _guarded("asking Airflow what waits for the pool", failures):
        starved = find_starved()
    with _guarded("looking for stuck and unreported runs", failures), session() as connection:
        sent += check_watch_alerts(connection, settings, now, queued_runs=queued_runs, starved=starved)
    closed_runs = tuple(summary.sync_log_id for summary in closed)
    return WatchReport(closed_runs, tuple(dropped), sent, tuple(failures), failures.cause)


def close_abandoned(
    connection: Connection,
    settings: Settings,
    now: datetime,
    closed: list[RunSummary],
    has_waiting_tasks: HasWaitingTasks,
    look_again_seconds: float = 0,
) -> None:
    """Close every run whose lease is over, add it to ``closed``; merged units stay and are counted.

    Raises:
        DatabaseUnavailable, DatabaseRefused: from the server.
    """
    limits = {"now": to_database(now), "lease_seconds": settings.engine.lease_seconds}
    silent = query(connection, "operations/watch/abandoned_runs", limits)
    if silent and look_again_seconds:
        connection.rollback()  # later reads see the current state
        time.sleep(look_again_seconds)
        before = {run["id"] for run in silent}
        silent = [run for run in query(connection, "operations/watch/abandoned_runs", limits) if run["id"] in before]
    for run in silent:
        if run["run_id"] and has_waiting_tasks(run["dag_id"], run["run_id"]):
            log.warning("Run %s: no heartbeat since %s UTC; its tasks wait in Airflow", run["id"], run["seen_at"])
            continue
        error = Abandoned(
            f"no heartbeat since {run['seen_at']:%Y-%m-%d %H:%M:%S} UTC, longer than the lease"
            f" of {run['lease_seconds']} s; start the sync again"
        )
        if not close_if_open(connection, int(run["id"]), error=error):
            continue  # another watchdog was quicker, and tells people
        log.warning("Run %s: Abandoned: %s", run["id"], error)
        if (summary := load_summary(connection, sync_log_id=int(run["id"]))) is not None:
            closed.append(summary)


def release_stale_leases(connection: Connection) -> None:
    """Give back what runs hold whose log row somebody deleted: nobody could close them, and nobody else would wait."""
    work = partial(execute, statement="operations/watch/release_stale_leases")
    if released := run_transaction(connection, work, what="releasing the leases of deleted runs"):
        log.warning("%s leases were held by runs that are gone; released", released)


def drop_left_stages(connection: Connection, dropped: list[str], failures: Failures) -> None:
    """Drop the staging tables of closed runs; one that somebody still uses is left to the next round."""
    connection.rollback()
    for row in query(connection, "operations/watch/stale_stages"):
        name = str(row["stage_table"])
        with _guarded(f"dropping {name}", failures):
            drop_stage(connection, name)
            dropped.append(name)


def _settings_or_defaults(connection: Connection, failures: Failures) -> Settings:
    """A broken settings file must not stop the watchdog."""
    try:
        return current_settings(connection)[0]
    except SettingsError as error:
        failures.note(f"settings: {error}", error)
        return Settings()


@contextmanager
def _guarded(what: str, failures: Failures) -> Iterator[None]:
    """Report what fails, and go on."""
    try:
        yield
    except Exception as error:
        log.warning("%s failed: %s", what, error)
        failures.note(f"{what}: {Failure.of(error)}", error)
