"""Close the log row of a DAG run whose closing task did not run: failure callback of the sync DAGs.

Input: the context of a DAG callback. Output: a closed log row. When a run times out, Airflow skips
all its tasks, the closing one too; this callback then closes the row. If the DAG processor is killed before, the
watchdog closes it. Callbacks may come late: a run that was restarted in the meantime is left alone. The callback before
this one sends the alert, because closing may wait for a merge that is just committing.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cmms.errors import CmmsError, DagRunFailed, RunTimedOut

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 20
_REASONS = {"timed_out": RunTimedOut("the run took longer than its time-out")}


def close_unfinished_run(context: Context) -> None:
    """Close the run's log row as failed if it is still open. Never raises: other callbacks follow."""
    try:
        dag_run, dag = context.get("dag_run"), context.get("dag")
        dag_id = dag_run.dag_id if dag_run else dag.dag_id  # type: ignore[union-attr]
        run_id = dag_run.run_id if dag_run else context["run_id"]
        reason = str(context.get("reason") or "the DAG run failed")
        # The tasks of a run that has timed out may live some seconds longer; all others end before their run.
        ended_at = None if reason in _REASONS else getattr(dag_run, "end_date", None)
        _close(dag_id, run_id, _REASONS.get(reason, DagRunFailed(reason)), ended_at)
    except Exception as error:
        log.error("The log row of this run could not be closed: %s", type(error).__name__)


def _close(dag_id: str, run_id: str, error: CmmsError, ended_at: datetime | None) -> None:
    from cmms.database import query, session
    from cmms.patience import limited_patience
    from cmms.sync.runs.close_run import close_run

    with limited_patience(_PATIENCE_SECONDS), session() as connection:
        found = query(connection, "sync/runs/log_by_run", {"dag_id": dag_id, "run_id": run_id})
        if not found:
            return
        row = found[0]
        if ended_at and row["heartbeat_at"] and row["heartbeat_at"] > ended_at.astimezone(UTC).replace(tzinfo=None):
            log.info("Run %s was restarted after this failure and is left alone", row["id"])
            return
        close_run(connection, int(row["id"]), error=error)
