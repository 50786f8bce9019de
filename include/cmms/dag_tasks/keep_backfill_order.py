"""Let the days of a backfill follow one another, however many of its runs Airflow has started at once.

Input: the facts of a DAG run. Output: the earlier run that is at work still, if there is one. Airflow counts
`max_active_runs` of a DAG without its backfills, which start ten runs at once unless they are told otherwise; but a
counter can only be checked against the days before (docs/decisions/0010-later-days-are-marked.md).
"""

from __future__ import annotations

from airflow.sdk.execution_time.comms import GetPreviousDagRun, PreviousDagRunResult

from cmms.dag_tasks.choose_scope import DagRunFacts, trigger_kind


def find_earlier_run(dag_run: DagRunFacts) -> str | None:
    """The id of the run of an earlier day, also of a backfill, that is at work; None for other kinds of runs.

    A run that Airflow has only queued is not waited for: with ``--run-backwards`` it would wait for this one.
    """
    if trigger_kind(dag_run) != "backfill":
        return None
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

    before = dag_run.logical_date
    while before is not None:
        asked = GetPreviousDagRun(dag_id=dag_run.dag_id, logical_date=before, state="running")
        answer = SUPERVISOR_COMMS.send(asked)
        earlier = answer.dag_run if isinstance(answer, PreviousDagRunResult) else None
        if earlier is None:
            return None
        if trigger_kind(earlier) == "backfill":
            return str(earlier.run_id)
        before = earlier.logical_date
    return None
