"""Tasks of ours that wait for the pool while nothing of ours is in it: it is missing, or has no slots.

Input: the watchdog's own task instance, by which a task asks Airflow. Output: an answer for
``cmms.operations.watch_runs``. A task cannot ask for pools, and of a task whose pool does not exist Airflow says
nothing to anybody: it stays `scheduled`. The watchdog needs no pool of ours, so it can tell.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk.execution_time.comms import DagRunResult, GetDagRun

from cmms.alerts.watch_runs import StarvedTasks
from cmms.dag_ids import SYNC_DAG_IDS

if TYPE_CHECKING:
    from airflow.sdk.types import RuntimeTaskInstanceProtocol

_SYNC_TASKS = ["fetch", "validate", "stage", "merge", "replay_orphans"]
POOLED_TASKS = {
    **dict.fromkeys(SYNC_DAG_IDS, _SYNC_TASKS),
    "maintenance_evaluation": ["evaluate"],
    "sync_log_cleanup": ["clean_up_logs"],
    "cmms_reconcile_sources": ["reconcile"],
    "cmms_forecast_backtest": ["store_forecasts"],
    "cmms_on_request": ["do_work"],
}
"""Task ids in the pool ``cmms_sync``, by DAG; a test compares them with the DAGs."""

_AT_WORK = ["queued", "running", "restarting"]
_LOOK_AGAIN_SECONDS = 30
_GRACE = timedelta(minutes=5)
"""A run younger than this may just be waiting its turn."""


def find_starved_tasks(ti: RuntimeTaskInstanceProtocol, now: datetime | None = None) -> StarvedTasks | None:
    """The runs that wait for the pool, when that is so twice, half a minute apart."""
    if not _waiting_dags(ti):
        return None
    time.sleep(_LOOK_AGAIN_SECONDS)
    dags = _waiting_dags(ti)
    runs = [run for dag_id in dags for run in _runs_of(ti, dag_id)]
    since = min((begun for _, begun in runs), default=None)
    if since is None or (now or datetime.now(UTC)) - since < _GRACE:
        return None
    return StarvedTasks(tuple(run_id for run_id, _ in runs), since)


def _waiting_dags(ti: RuntimeTaskInstanceProtocol) -> list[str]:
    """DAGs with a task that only the pool keeps from starting; none while a task of any of them is in it."""
    if any(_count(ti, dag_id, _AT_WORK) for dag_id in POOLED_TASKS):
        return []
    return [dag_id for dag_id in POOLED_TASKS if _count(ti, dag_id, ["scheduled"])]


def _count(ti: RuntimeTaskInstanceProtocol, dag_id: str, states: list[str]) -> int:
    return int(ti.get_ti_count(dag_id=dag_id, task_ids=POOLED_TASKS[dag_id], states=states))


def _runs_of(ti: RuntimeTaskInstanceProtocol, dag_id: str) -> list[tuple[str, datetime]]:
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

    found = []
    states: dict[str, Any] = ti.get_task_states(dag_id=dag_id, task_ids=POOLED_TASKS[dag_id])
    for run_id in (run_id for run_id, tasks in states.items() if "scheduled" in tasks.values()):
        run = SUPERVISOR_COMMS.send(GetDagRun(dag_id=dag_id, run_id=run_id))
        if isinstance(run, DagRunResult) and run.start_date is not None:
            found.append((f"{dag_id} {run_id}", run.start_date))
    return found
