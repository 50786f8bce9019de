"""A site whose DAGs run in this process, by ``dag.test()``, against a simulated source and a real database.

run = site.run("running_time_sync", start_date="2026-01-30", end_date="2026-01-31")
assert run.states["merge"] == "success" and site.log()["status"] == "success"
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sync.site import Site
from tools.state_folder import REPOSITORY

RUN_AFTER = datetime(2026, 2, 1, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class FinishedRun:
    """A DAG run and how its tasks ended; a mapped task is named ``fetch[0]``."""

    run_id: str
    state: str
    states: dict[str, str]


def connection_uri(database: dict[str, Any]) -> str:
    """Value of AIRFLOW_CONN_CMMS_MYSQL."""
    return "mysql://{user}:{password}@{host}:{port}/{database}".format(**database)


def parse_dags() -> dict[str, Any]:
    """The DAGs of the repository, parsed as Airflow does."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(REPOSITORY / "dags"))
    assert bag.import_errors == {}
    return dict(bag.dags)


class DagSite(Site):
    """See the module."""

    def run(
        self,
        dag_id: str,
        *,
        logical_date: datetime | None = None,
        run_after: datetime = RUN_AFTER,
        mark_success: str | None = None,
        **conf: Any,
    ) -> FinishedRun:
        """Run a DAG by hand with the form's values ``conf``; retries do not wait.

        The same ``logical_date`` and ``run_after`` again are the same run, cleared.
        """
        dag = parse_dags()[dag_id]  # anew: in one process, Airflow leaves the values of a run in the DAG's params
        for task in dag.tasks:
            if hasattr(task, "partial_kwargs"):
                task.partial_kwargs["retry_delay"] = timedelta(0)
                task.partial_kwargs["retry_exponential_backoff"] = 0
            else:
                task.retry_delay = timedelta(0)
                task.retry_exponential_backoff = 0
        run = dag.test(
            logical_date=logical_date,
            run_after=run_after,
            run_conf=conf or None,
            mark_success_pattern=mark_success,
        )
        states = {
            ti.task_id if ti.map_index < 0 else f"{ti.task_id}[{ti.map_index}]": str(ti.state)
            for ti in run.get_task_instances()
        }
        return FinishedRun(run.run_id, str(run.state), states)

    def log(self) -> dict[str, Any]:
        """The newest log row."""
        return self.query("SELECT * FROM api_sync_logs ORDER BY id DESC LIMIT 1")[0]
