"""A backfill's run waits for the runs of earlier days that are at work, whatever lies between them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import GetPreviousDagRun, PreviousDagRunResult

from cmms.dag_tasks.keep_backfill_order import find_earlier_run
from tests.unit.dag_tasks.test_choose_scope import DagRun

DAY = datetime(2026, 1, 31, 1, tzinfo=UTC)


class Airflow:
    """Its runs: days before `DAY`, kind and state."""

    def __init__(self, *runs: tuple[int, str, str]) -> None:
        self.runs = sorted(runs)

    def send(self, asked: GetPreviousDagRun) -> PreviousDagRunResult:
        for days, run_type, state in self.runs:
            at = DAY - timedelta(days=days)
            if at < asked.logical_date and state == asked.state:
                run = DagRun(run_type, run_id=f"{run_type}-{days}", logical_date=at)
                return PreviousDagRunResult.model_construct(dag_run=run)  # type: ignore[arg-type]
        return PreviousDagRunResult(dag_run=None)


@pytest.mark.feature("SVC-04", "SCHED-04")
@pytest.mark.parametrize(
    ("kind", "runs", "expected"),
    [
        ("backfill", [(1, "backfill", "running")], "backfill-1"),
        ("backfill", [(3, "backfill", "running"), (2, "backfill", "success")], "backfill-3"),
        ("backfill", [(2, "backfill", "running"), (1, "manual", "running")], "backfill-2"),
        ("backfill", [(1, "manual", "running"), (2, "scheduled", "running")], None),
        ("backfill", [(1, "backfill", "queued"), (2, "backfill", "failed")], None),
        ("backfill", [], None),
        ("scheduled", [(1, "backfill", "running")], None),
        ("manual", [(1, "backfill", "running")], None),
    ],
)
def test_only_a_backfill_waits_and_only_for_earlier_days_of_a_backfill_that_are_at_work(
    monkeypatch: pytest.MonkeyPatch, kind: str, runs: list[Any], expected: str | None
) -> None:
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", Airflow(*runs), raising=False)
    assert find_earlier_run(DagRun(kind, logical_date=DAY)) == expected
