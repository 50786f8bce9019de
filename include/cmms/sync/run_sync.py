"""The whole sync in one process, without a scheduler: what ``python -m cmms sync`` runs.

The same step functions as the DAGs, in the same order: open_run -> plan_run -> per batch fetch_batch ->
store_batch (:mod:`cmms.sync.pipeline`) -> close_run (always). Units are merged oldest day first.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from structlog.contextvars import bound_contextvars

from cmms.database import Connection, session
from cmms.errors import StaleMaster
from cmms.settings import Settings
from cmms.sync.fetch.fetch_pages import fetch_batch
from cmms.sync.merge.stage_rows import claim
from cmms.sync.pipeline import store_batch
from cmms.sync.records import Batch, Manifest, RunSummary, Scope
from cmms.sync.runs.close_run import close_run
from cmms.sync.runs.open_run import Trigger, open_run, plan_run
from cmms.sync.runs.report_progress import Listener, Reporter
from cmms.sync.runs.run_context import RunContext


def run_sync(
    scope: Scope,
    *,
    run_date: date,
    trigger: Trigger | None = None,
    settings: Settings | None = None,
    listener: Listener | None = None,
) -> RunSummary:
    """Run one sync from opening to closing.

    Returns:
        The summary, whose status tells how it ended: errors of the steps end up there, not here.

    Raises:
        SettingsError: before a run could be opened.
        DatabaseUnavailable, DatabaseRefused: when not even the log row can be written.
    """
    with session(local_infile=True) as connection:
        try:
            run = open_run(connection, scope, run_date=run_date, trigger=trigger, settings=settings)
        except StaleMaster as error:
            if error.sync_log_id is None:
                raise
            return close_run(connection, error.sync_log_id, error=error)
        return run_steps(run, connection, lambda reporter: sync_batches(run, connection, reporter), listener)


def run_steps(
    run: RunContext, connection: Connection, steps: Callable[[Reporter], None], listener: Listener | None = None
) -> RunSummary:
    """Run ``steps`` and close the run, whatever happens."""
    error: BaseException | None = None
    try:
        lease = run.settings.engine.lease_seconds
        with (
            bound_contextvars(sync_log_id=run.sync_log_id),
            Reporter(run.sync_log_id, lease_seconds=lease, listener=listener) as reporter,
        ):
            steps(reporter)
    except BaseException as caught:
        error = caught
        with session() as fresh:  # the failing one may be lost
            summary = close_run(fresh, run.sync_log_id, error=error)
        if not isinstance(error, Exception):
            raise  # Ctrl-C, SIGTERM: the run is closed, but the process must end
        return summary
    return close_run(connection, run.sync_log_id)


def sync_batches(run: RunContext, connection: Connection, reporter: Reporter) -> None:
    """Fetch, validate, stage and merge all batches, one after the other."""
    for batch in plan_run(connection, run):
        manifest = fetch_units(run, connection, batch, reporter)
        store_batch(run, connection, manifest, reporter)


def fetch_units(run: RunContext, connection: Connection, batch: Batch, reporter: Reporter) -> Manifest:
    """Step 2, fetch: take the batch's units, then land its pages."""
    started = time.monotonic()
    for unit in batch.units:
        claim(run, connection, unit, reporter)
    manifest = fetch_batch(
        run.settings,
        run.scope.stream,
        batch,
        sync_log_id=run.sync_log_id,
        storage=run.storage,
        call_log=reporter.call,
        on_progress=lambda done, total: reporter.report(batch.first.key, "fetch", done, total),
        should_stop=reporter.check,
    )
    if manifest.exposed:
        reporter.event("warning", "security", "PLAIN_HTTP", manifest.exposed)
    share = int((time.monotonic() - started) * 1000 / len(batch.units))
    for unit in batch.units:
        reporter.time(unit.key, api_ms=share)
    return manifest
