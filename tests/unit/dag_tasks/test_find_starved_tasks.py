"""When the pool is missing, tasks stay `scheduled` and Airflow says nothing: the watchdog sees it by what does not move."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import DagRunResult, GetDagRun

from cmms.alerts.watch_runs import StarvedTasks
from cmms.dag_tasks import find_starved_tasks as module
from cmms.dag_tasks.find_starved_tasks import find_starved_tasks

NOW = datetime(2026, 2, 1, 1, 30, tzinfo=UTC)
States = dict[str, dict[str, dict[str, str]]]
"""DAG -> run -> task -> state."""


@dataclass
class Airflow:
    """Answers as a task instance and as its supervisor; ``later`` holds from the second look on."""

    states: States
    later: States | None = None
    began: datetime = NOW - timedelta(minutes=20)
    looks: list[float] = field(default_factory=list)

    def get_ti_count(self, *, dag_id: str, task_ids: list[str], states: list[str]) -> int:
        runs = self.states.get(dag_id, {}).values()
        return sum(state in states for run in runs for task, state in run.items() if task in task_ids)

    def get_task_states(self, *, dag_id: str, task_ids: list[str]) -> dict[str, dict[str, str]]:
        return self.states[dag_id]

    def send(self, request: GetDagRun) -> DagRunResult:
        return DagRunResult.model_construct(dag_id=request.dag_id, run_id=request.run_id, start_date=self.began)

    def pass_time(self, seconds: float) -> None:
        self.looks.append(seconds)
        self.states = self.states if self.later is None else self.later


def sync(**states: str) -> dict[str, dict[str, str]]:
    return {"run": {"open_run": "success", "plan_requests": "success", **states}}


WAITING = sync(fetch_0="success", fetch="scheduled")


@pytest.mark.feature("ALR-04")
@pytest.mark.parametrize(
    ("airflow", "expected"),
    [
        (Airflow({"equipment_sync": WAITING}), ("equipment_sync run",)),
        (Airflow({"maintenance_evaluation": {"run": {"evaluate": "scheduled"}}}), ("maintenance_evaluation run",)),
        (Airflow({"equipment_sync": WAITING, "running_time_sync": sync(merge="running")}), None),
        (Airflow({"equipment_sync": WAITING, "sync_log_cleanup": {"run": {"clean_up_logs": "queued"}}}), None),
        (Airflow({"equipment_sync": WAITING}, later={"equipment_sync": sync(fetch="running")}), None),
        (Airflow({"equipment_sync": WAITING}, began=NOW - timedelta(minutes=4)), None),
        (Airflow({"equipment_sync": sync(fetch="success")}), None),
        (Airflow({"equipment_sync": {"run": {"open_run": "scheduled"}}}), None),
        (Airflow({}), None),
    ],
)
def test_tasks_are_starved_when_they_wait_for_the_pool_twice_and_nothing_is_in_it(
    monkeypatch: pytest.MonkeyPatch, airflow: Airflow, expected: tuple[str, ...] | None
) -> None:
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", airflow, raising=False)
    monkeypatch.setattr(module.time, "sleep", airflow.pass_time)
    found = find_starved_tasks(airflow, NOW)  # type: ignore[arg-type]
    assert found == (StarvedTasks(expected, airflow.began) if expected else None)
