"""The log row of a run in Airflow. Input: the ids of the DAG and of its run. Output: the row, as it is now."""

from __future__ import annotations

from dataclasses import dataclass

from cmms.figures.typed_rows import read_typed_live


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRun:
    """How a run is or has ended, and what it did with how many records; ``seconds`` is None before its end."""

    id: int
    sync_type: str
    status: str
    level: str | None
    records_processed: int
    records_inserted: int
    records_updated: int
    records_unchanged: int
    records_failed: int
    records_warning: int
    error_class: str | None
    error_message: str | None
    seconds: float | None


def find_run_of_airflow(dag_id: str, run_id: str) -> FoundRun | None:
    """None before the first task of the run has opened its log row."""
    rows = read_typed_live(FoundRun, "run_control/run_of_airflow", {"dag_id": dag_id, "run_id": run_id})
    return next(iter(rows), None)
