"""Housekeeping around runs of the real engine: nothing to find after healthy ones, and no zombie gets through."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cmms.operations.clean_up_logs import clean_up_logs
from cmms.operations.data_docs.build_data_docs import build_data_docs
from cmms.operations.verify.verify_tables import verify_tables
from cmms.operations.watch_runs import WatchReport, watch
from cmms.settings import Settings, load_settings
from cmms.simulator import Simulator, SimulatorConfig
from cmms.sync import pipeline
from cmms.sync import run_sync as engine
from cmms.sync.records import RunSummary, Scope
from tests.housekeeping.rows import run_sql, select

FIRST = date(2026, 1, 28)
RUN_DATE = date(2026, 2, 1)


@pytest.fixture
def settings(connection: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A simulator with defects in its data, and empty tables."""
    config = SimulatorConfig(equipment=60, plants=2, defect_rate=0.05)
    with Simulator(config) as simulator:
        api = {"conn_type": "http", "host": simulator.base_url, "password": config.token}
        monkeypatch.setenv("AIRFLOW_CONN_CMMS_API", json.dumps(api))
        yield load_settings().model_copy(
            update={"rules": load_settings().rules.model_copy(update={"unknown_plant": "create"})}
        )


def sync(settings: Settings, days: int = 0, *, skip: int = 0) -> RunSummary:
    """An equipment snapshot, or some days from FIRST on."""
    start = FIRST + timedelta(days=skip)
    scope = Scope("running_time", start, start + timedelta(days=days - 1)) if days else Scope("equipment")
    return engine.run_sync(scope, run_date=RUN_DATE, settings=settings)


@pytest.mark.feature("TEST-30")
def test_verify_finds_nothing_after_real_syncs_in_any_order(
    connection: Any, settings: Settings, tmp_path: Path
) -> None:
    assert sync(settings).counts.inserted > 0
    assert sync(settings, 2, skip=2).counts.rejected > 0
    assert sync(settings, 3).counts.fetched > 0  # days before those, and one again: marks of following days move
    assert verify_tables() == []
    assert len(select(connection, "SELECT id FROM equipment_running_times")) > 100
    run_sql(
        connection,
        "UPDATE equipment_running_times SET cumulative_hours = cumulative_hours + 5 WHERE date = '2026-01-29'",
    )
    assert verify_tables() != []
    index = build_data_docs(tmp_path / "docs", settings=settings)
    assert "2026-01-31" in index.read_text(encoding="utf-8")
    assert sync(settings, 4).status in (
        "success",
        "partial",
    )  # validation goes on after the docs; the source mends it
    assert verify_tables() == []


@pytest.mark.feature("SCHED-03", "TEST-30")
def test_verify_finds_nothing_after_a_clean_up(connection: Any, settings: Settings) -> None:
    sync(settings)
    sync(settings, 2)
    run_sql(
        connection,
        "UPDATE sync_record_errors SET status = 'resolved', resolved_at = '2026-01-01' WHERE unit_key = 'equipment'",
    )
    removed = clean_up_logs(datetime.now(UTC) + timedelta(days=91))
    assert removed["api_sync_logs"] == 1  # the days' run has open rejects
    assert removed["sync_units"] == 1
    assert removed["api_call_logs"] > 0
    assert verify_tables() == []


@pytest.mark.feature("SYNC-02", "SCHED-04")
@pytest.mark.parametrize("step", ["stage_unit", "merge_unit"])
def test_a_process_that_slept_through_its_lease_writes_nothing(
    connection: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    sync(settings)
    reports: list[WatchReport] = []
    real: Callable[..., Any] = getattr(pipeline, step)

    def wake_up_late(*arguments: Any, **named: Any) -> Any:
        reports.append(watch(datetime.now(UTC) + timedelta(minutes=16)))
        return real(*arguments, **named)

    monkeypatch.setattr(pipeline, step, wake_up_late)
    summary = sync(settings, 1)
    assert reports[0].closed_runs == (summary.sync_log_id,)
    assert (summary.status, summary.error_class) == ("failed", "Abandoned")
    assert select(connection, "SELECT COUNT(*) FROM equipment_running_times") == [0]
    assert select(connection, "SELECT merged_at FROM sync_units WHERE stream = 'running_time'") == [None]
    assert select(connection, "SELECT COUNT(*) FROM sync_leases WHERE sync_log_id IS NOT NULL") == [0]
    watch()
    assert verify_tables() == []  # and its staging table is gone
