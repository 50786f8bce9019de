"""The tasks of a sync in their order. Input: a stream, inside of its DAG. Output: the DAG's tasks, wired."""

from __future__ import annotations

from airflow.sdk import Asset

from cmms.dag_tasks import sync_steps
from cmms.streams import STREAMS, StreamName


def wire_sync(stream: StreamName) -> None:
    """Open, plan, fetch, validate, stage, merge, replay orphans, close; the last one always, whatever failed."""
    needed = STREAMS[stream].needs or stream
    run = sync_steps.open_run.override(inlets=[Asset(STREAMS[needed].asset)])(stream)
    batches = sync_steps.plan_requests(run)
    fetched = sync_steps.fetch.partial(sync_log_id=run).expand(batch=batches)
    validations = sync_steps.validate.partial(sync_log_id=run).expand(batch=batches)
    staged = sync_steps.stage.partial(sync_log_id=run).expand(validations=validations)
    merged = sync_steps.merge(run, staged)
    closed = sync_steps.close_run.override(outlets=[Asset(STREAMS[stream].asset)])(run)
    fetched >> validations
    merged >> sync_steps.replay_orphans() >> closed
    run >> closed
    run.as_setup()
    closed.as_teardown(on_failure_fail_dagrun=True)
