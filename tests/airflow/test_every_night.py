"""Both syncs unpaused, and a midnight has gone by: each has run for it, once."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest

from tests.airflow.airflow_site import AirflowSite
from tests.airflow.dag_files import NIGHTLY


@pytest.mark.slow
@pytest.mark.feature("OBJ-01", "SYNC-01", "RT-01")
def test_after_midnight_each_sync_has_run_once_for_that_day_and_all_that_the_source_has_is_accounted_for(
    site: AirflowSite,
) -> None:
    runs = {}
    for dag_id in NIGHTLY:
        site.unpause(dag_id)
        [run] = site.wait_until(f"the run of {dag_id}", lambda dag_id=dag_id: site.runs(dag_id, "scheduled"))
        assert site.wait_for_run(dag_id, run["dag_run_id"]) == "success", site.describe(dag_id, run["dag_run_id"])
        runs[dag_id] = run
    time.sleep(10)  # whatever the scheduler would start besides
    for dag_id, run in runs.items():
        assert [found["dag_run_id"] for found in site.runs(dag_id, "scheduled")] == [run["dag_run_id"]]
        site.pause(dag_id)
    ends = [datetime.fromisoformat(runs[dag_id]["data_interval_end"]) for dag_id in NIGHTLY]
    assert [(end.hour, end.minute) for end in ends] == [(0, 0), (1, 0)]
    day = ends[1].date() - timedelta(days=1)
    assert datetime.fromisoformat(runs["nightly_running_time"]["data_interval_start"]).date() == day

    sent = {"equipment": site.simulator.data.equipment(), "running_time": site.simulator.data.running_times(day)}
    for stream, table in (("equipment", "equipment"), ("running_time", "equipment_running_times")):
        [log] = [log for log in site.logs() if log["sync_type"] == stream]
        assert log["trigger_kind"] == "schedule"
        assert log["records_processed"] == len(sent[stream].texts)
        stored = site.value(f"SELECT COUNT(*) FROM {table}")
        kept = site.value("SELECT COUNT(*) FROM sync_record_errors WHERE stream = %s", stream)
        assert stored + kept + log["records_superseded"] == len(sent[stream].texts)
        assert stored > kept
    assert site.query("SELECT DISTINCT date FROM equipment_running_times") == [{"date": day}]
