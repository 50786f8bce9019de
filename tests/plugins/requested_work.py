"""What people ask for is a run in Airflow; these tests have no scheduler, and do the work of its task here."""

from __future__ import annotations

from typing import Any

from cmms.dag_ids import ON_REQUEST_DAG_ID
from cmms.dag_tasks.do_requested_work import do_requested_work


def finish_work(answer: Any) -> list[dict[str, Any]]:
    """Do what the runs of an answer of the REST API were asked for, by what Airflow has kept of them; returns the results."""
    assert answer.status_code == 202, answer.text
    runs = answer.json()["runs"]
    assert {run["dag_id"] for run in runs} == {ON_REQUEST_DAG_ID}
    return [finish_run(run["run_id"]) for run in runs]


def finish_run(run_id: str, *, is_repeated: bool = False) -> dict[str, Any]:
    """Do the work of a run that was triggered, as its task does."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        run = session.scalars(select(DagRun).where(DagRun.dag_id == ON_REQUEST_DAG_ID, DagRun.run_id == run_id)).one()
        session.expunge(run)
    params = {"ids": [], "codes": [], "report": None, "change": None, **(run.conf or {})}
    return do_requested_work(run, params, is_repeated=is_repeated)
