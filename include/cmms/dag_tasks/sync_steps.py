"""The tasks of every sync, in the order of docs/architecture.md; each calls one step of ``cmms.sync``.

XCom carries the log row's id and small descriptors; pages, chunks and rows go through the storage and staging
tables. Tasks that fetch, compute or write share the pool ``cmms_sync``. A task that has to wait for another run gives
its place back meanwhile, so that it never keeps that run from going on.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowFailException

from cmms.alerts.notifier import CmmsNotifier
from cmms.dag_tasks.dag_defaults import POOL
from cmms.dag_tasks.work_on_run import ERROR_KEY, reporting_errors, work_on_run
from cmms.errors import Failure, HandoverMissing, StaleMaster
from cmms.streams import StreamName

if TYPE_CHECKING:
    from airflow.sdk import Context

STEPS = ("open_run", "plan_requests", "fetch", "validate", "stage", "merge")
Descriptor = dict[str, Any]
LogId = Any
"""Id of the log row; while a DAG file is parsed, the promise of it."""


@task
def open_run(stream: StreamName, **context: Any) -> int:
    """Open the log row; the id goes to all other tasks. A backfill's run waits for those of the days before."""
    from cmms.dag_tasks import choose_scope
    from cmms.dag_tasks.keep_backfill_order import find_earlier_run
    from cmms.dag_tasks.reschedule_task import reschedule_task, seconds_waited
    from cmms.database import session
    from cmms.errors import SettingsError
    from cmms.settings.stored_versions import current_settings
    from cmms.sync.runs.close_run import close_run as close
    from cmms.sync.runs.open_run import open_run as open_log
    from cmms.sync.runs.record_refused_run import record_refused_run

    dag_run = context["dag_run"]
    if earlier := find_earlier_run(dag_run):
        reschedule_task(f"{earlier} of this backfill is at work", waited_seconds=seconds_waited())
    trigger = choose_scope.trigger_of(dag_run, context["ti"].start_date)
    with reporting_errors(), session() as connection:
        try:
            settings, _ = current_settings(connection)
            scope = choose_scope.scope_of(stream, dag_run, context["params"], settings)
            run_date = choose_scope.run_date(dag_run, settings.zone)
            return open_log(connection, scope, run_date=run_date, trigger=trigger).sync_log_id
        except StaleMaster as error:
            if error.sync_log_id is not None:  # a failed setup keeps the closing task from running
                close(connection, error.sync_log_id, error=error)
            raise
        except SettingsError as error:
            record_refused_run(connection, stream, trigger, error)
            raise


@task
def plan_requests(sync_log_id: LogId) -> list[Descriptor]:
    """Take the run's units, waiting for other runs; then one batch per mapped task.

    Of a run that is repeated, what it merged before counts no more: it succeeds by what it merges now.
    """
    from airflow.sdk.configuration import conf

    from cmms.sync.merge.stage_rows import claim
    from cmms.sync.runs.open_run import plan_run

    with work_on_run(sync_log_id) as work:
        most = conf.getint("core", "max_map_length", fallback=1024)
        batches = plan_run(work.connection, work.run, most_batches=most)
        for unit in work.run.scope.units:
            claim(work.run, work.connection, unit, work.reporter)
    return [batch.to_dict() for batch in batches]


@task(pool=POOL)
def fetch(sync_log_id: LogId, batch: Descriptor) -> Descriptor:
    """Land a batch's pages in the storage, complete or not at all."""
    from cmms.sync.records import Batch
    from cmms.sync.run_sync import fetch_units

    with work_on_run(sync_log_id) as work:
        manifest = fetch_units(work.run, work.connection, Batch.from_dict(batch), work.reporter)
    return {"pages": len(manifest.pages), "records": manifest.records}


@task(pool=POOL)
def validate(sync_log_id: LogId, batch: Descriptor) -> list[Descriptor]:
    """Validate every record of a batch; one result per unit."""
    from cmms.sync import pipeline
    from cmms.sync.fetch.land_pages import read_manifest
    from cmms.sync.records import Batch

    with work_on_run(sync_log_id) as work:
        manifest = read_manifest(work.run.storage, sync_log_id, Batch.from_dict(batch).first)
        units = pipeline.validate(work.run, work.connection, manifest, work.reporter)
        return [unit.to_dict() for unit in units]


@task(pool=POOL)
def stage(sync_log_id: LogId, validations: list[Descriptor]) -> list[Descriptor]:
    """Fill one staging table per unit of a batch."""
    from cmms.sync import pipeline

    with work_on_run(sync_log_id) as work:
        units = map(pipeline.HandedUnit.from_dict, validations)
        return [pipeline.stage(work.run, work.connection, unit, work.reporter).to_dict() for unit in units]


@task(pool=POOL)
def merge(sync_log_id: LogId, staged: Any) -> int:
    """Merge all units, oldest first, each in its own transaction; then let other runs have them."""
    from cmms.sync import pipeline
    from cmms.sync.runs.claim_units import release_units

    with work_on_run(sync_log_id) as work:
        units = [pipeline.HandedUnit.from_dict(unit) for batch in staged or () for unit in batch or ()]
        merged = pipeline.merge_all(work.run, work.connection, units, work.reporter)
        release_units(work.connection, sync_log_id)
    return merged


@task(pool=POOL, retries=0)
def replay_orphans() -> int:
    """Store quarantined records whose equipment or plant is known by now; the sync does not fail with it."""
    from cmms.sync.replay_rejects import replay_orphans as replay

    summaries = replay(user="sync")
    if failed := [summary for summary in summaries if summary.status == "failed"]:
        raise AirflowFailException("; ".join(f"log {run.sync_log_id}: {run.error_message}" for run in failed))
    return sum(summary.counts.success for summary in summaries)


@task(on_success_callback=CmmsNotifier(on="success"), on_failure_callback=CmmsNotifier(on="failure"))
def close_run(sync_log_id: LogId, **context: Any) -> Descriptor:
    """Close the log row, whatever happened. This task alone decides the DAG run: it fails if the sync did."""
    from cmms.database import query, session
    from cmms.sync.records import GOOD_STATUSES
    from cmms.sync.runs.close_run import close_run as close

    with session() as connection:
        units = query(connection, "sync/runs/units", {"sync_log_id": sync_log_id})
        is_merged = bool(units) and all(unit["merged_at"] is not None for unit in units)
        summary = close(connection, sync_log_id, error=None if is_merged else find_error(context))
    if summary.status not in GOOD_STATUSES:
        reason = f"{summary.error_class or 'error'}: {summary.error_message}"
        raise AirflowFailException(f"the sync is {summary.status}: {reason}")
    account = {"sync_log_id": sync_log_id, "status": summary.status, **asdict(summary.counts)}
    days = {"start_date": str(summary.scope.start_date), "end_date": str(summary.scope.end_date)}
    for asset in context["task"].outlets:
        context["outlet_events"][asset].extra = {**account, **days}
    return account


def find_error(context: Context | dict[str, Any]) -> Failure:
    """Why the run failed, by the first step that left word of it; a cancellation counts most.

    A step that failed and was then marked as successful manually has left word too; that is not why.
    """
    ti = context["ti"]
    states = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id], task_ids=None).get(ti.run_id, {})
    failures: list[Failure] = []
    for step in STEPS:
        if {state for name, state in states.items() if _step_of(name) == step} <= {"success"}:
            continue
        found = ti.xcom_pull(task_ids=[step], key=ERROR_KEY)
        failures += [Failure.from_dict(error) for error in found or () if error]
    if failures:
        return next((failure for failure in failures if failure.is_cancelled), failures[0])
    failed = sorted(name for name, state in states.items() if state == "failed")
    if failed:
        return Failure(f"{', '.join(failed[:3])} ended without saying why (killed?); see its log in Airflow")
    return Failure.of(
        HandoverMissing("steps were marked as successful manually without running; clear them and run again")
    )


def _step_of(name: str) -> str:
    """``fetch_0``, as Airflow names a mapped task instance here -> ``fetch``."""
    step, _, number = name.rpartition("_")
    return step if number.isdigit() else name
