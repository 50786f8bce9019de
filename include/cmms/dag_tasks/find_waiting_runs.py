"""Runs of the syncs that wait in Airflow: those that have not begun, and whether one that has will go on.

Input: the watchdog's own task instance, by which a task asks Airflow. Output: answers for
``cmms.operations.watch_runs``. Of a run that has not begun no log row tells yet; it has begun when its first task has.
Until then it waits: for its DAG, which is paused, for the run before it, for a worker. Runs of a backfill wait for one
another, which is as it should be: they are left out.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from airflow.sdk.execution_time.comms import DagRunResult, GetDagRun

from cmms.alerts.watch_runs import QueuedRun
from cmms.dag_ids import SYNC_DAG_IDS

if TYPE_CHECKING:
    from airflow.sdk.types import RuntimeTaskInstanceProtocol

FIRST_TASK = "open_run"
_NOT_BEGUN = (None, "scheduled", "queued")
_OPEN = ["queued", "running"]
_AT_WORK = ["running", "restarting"]
_LOOK_AGAIN_SECONDS = 30
"""A run that was due while Airflow was down is late, but it begins in this time: nobody has to hear of it."""


def find_waiting_runs(ti: RuntimeTaskInstanceProtocol) -> list[QueuedRun]:
    """The runs that have not begun, each with the instant since which it could have."""
    waiting = _look(ti)
    if not waiting:
        return []
    time.sleep(_LOOK_AGAIN_SECONDS)
    left = set(_look(ti))
    return [run for run in waiting if run in left]


def _look(ti: RuntimeTaskInstanceProtocol) -> list[QueuedRun]:
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

    found = []
    for dag_id in SYNC_DAG_IDS:
        if not ti.get_dr_count(dag_id=dag_id, states=_OPEN):
            continue
        states = ti.get_task_states(dag_id=dag_id, task_ids=[FIRST_TASK])
        for run_id in (run_id for run_id, tasks in states.items() if tasks.get(FIRST_TASK) in _NOT_BEGUN):
            run = SUPERVISOR_COMMS.send(GetDagRun(dag_id=dag_id, run_id=run_id))
            if isinstance(run, DagRunResult) and run.state in _OPEN and run.run_type != "backfill":
                found.append(QueuedRun(dag_id, run_id, run.start_date or run.run_after))
    return found


def has_waiting_tasks(ti: RuntimeTaskInstanceProtocol, dag_id: str, run_id: str) -> bool:
    """Whether Airflow will go on with this run, and none of its tasks is at work now."""
    which: dict[str, Any] = {"dag_id": dag_id, "run_ids": [run_id]}
    return ti.get_dr_count(**which, states=_OPEN) > 0 and ti.get_ti_count(**which, states=_AT_WORK) == 0
