"""What the watchdog asks Airflow about runs that wait, answered by a task instance of the test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import DagRunResult, GetDagRun

from cmms.alerts.watch_runs import QueuedRun
from cmms.dag_tasks import find_waiting_runs as module
from cmms.dag_tasks.find_waiting_runs import find_waiting_runs, has_waiting_tasks

DUE = datetime(2026, 2, 1, tzinfo=UTC)
LET_GO = DUE + timedelta(minutes=5)


@dataclass
class FakeRun:
    """A run of `equipment_sync`, as Airflow has it."""

    first_task: str | None = None
    state: str = "queued"
    run_type: str = "scheduled"
    start_date: datetime | None = None


@dataclass
class Airflow:
    """Answers as a task instance and as its supervisor; ``later`` are the runs from the second look on."""

    runs: dict[str, FakeRun]
    later: dict[str, FakeRun] | None = None
    tasks_at_work: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)

    def get_dr_count(self, *, dag_id: str, states: list[str], run_ids: list[str] | None = None) -> int:
        named = self.runs if run_ids is None else [run for run in self.runs if run in run_ids]
        return sum(self.runs[run].state in states for run in named) if dag_id == "equipment_sync" else 0

    def get_task_states(self, *, dag_id: str, task_ids: list[str]) -> dict[str, dict[str, str | None]]:
        return {run_id: dict.fromkeys(task_ids, run.first_task) for run_id, run in self.runs.items()}

    def get_ti_count(self, **which: Any) -> int:
        self.asked.append(which)
        return self.tasks_at_work

    def send(self, request: GetDagRun) -> DagRunResult:
        run = self.runs[request.run_id]
        return DagRunResult.model_construct(
            dag_id=request.dag_id, run_id=request.run_id, state=run.state, run_type=run.run_type,
            run_after=DUE, start_date=run.start_date,
        )  # fmt: skip

    def pass_time(self, seconds: float) -> None:
        self.runs = self.runs if self.later is None else self.later


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def ask(airflow: Airflow) -> list[QueuedRun]:
        monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", airflow, raising=False)
        monkeypatch.setattr(module.time, "sleep", airflow.pass_time)
        return find_waiting_runs(airflow)  # type: ignore[arg-type]

    return ask


@pytest.mark.feature("ALR-04")
@pytest.mark.parametrize(
    ("run", "since"),
    [
        (FakeRun(), DUE),
        (FakeRun("scheduled", "running", start_date=LET_GO), LET_GO),
        (FakeRun("queued", "running", run_type="manual", start_date=LET_GO), LET_GO),
        (FakeRun("running", "running"), None),
        (FakeRun("success", "running"), None),
        (FakeRun(state="failed"), None),
        (FakeRun(run_type="backfill"), None),
    ],
)
def test_a_run_whose_first_task_has_not_begun_waits_unless_a_backfill_made_it(
    waiting: Any, run: FakeRun, since: datetime | None
) -> None:
    other = FakeRun("running", "running")
    found = waiting(Airflow({"one": run, "other": other}))
    assert found == ([QueuedRun("equipment_sync", "one", since)] if since else [])


@pytest.mark.feature("ALR-04")
def test_a_run_that_begins_a_moment_later_is_nobodys_business(waiting: Any) -> None:
    airflow = Airflow({"late": FakeRun(), "stuck": FakeRun()}, {"late": FakeRun("running"), "stuck": FakeRun()})
    assert [run.run_id for run in waiting(airflow)] == ["stuck"]


@pytest.mark.feature("SYNC-02", "SCHED-04")
@pytest.mark.parametrize(
    ("state", "tasks_at_work", "expected"),
    [("running", 0, True), ("queued", 0, True), ("running", 1, False), ("failed", 0, False)],
)
def test_the_tasks_of_an_open_run_wait_when_none_is_at_work(state: str, tasks_at_work: int, expected: bool) -> None:
    airflow = Airflow({"one": FakeRun("success", state), "two": FakeRun("running", "running")}, None, tasks_at_work)
    assert has_waiting_tasks(airflow, "equipment_sync", "one") is expected  # type: ignore[arg-type]
    assert all(which["run_ids"] == ["one"] for which in airflow.asked)
