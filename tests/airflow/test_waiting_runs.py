"""A run that Airflow has accepted and does not begin has no log row: the watchdog asks Airflow for it, and tells people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.airflow.airflow_site import AirflowSite

DAG = "equipment_sync"


@pytest.mark.slow
@pytest.mark.feature("ALR-04")
def test_a_run_that_does_not_begin_is_told_by_the_watchdog_and_so_is_its_end(site: AirflowSite) -> None:
    site.unpause("sync_watchdog")
    site.pause(DAG)
    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    late, fresh = (
        site.call("POST", f"/dags/{DAG}/dagRuns", json={"logical_date": None, "conf": {}, **due})["dag_run_id"]
        for due in ({"run_after": an_hour_ago}, {})
    )
    try:
        assert site.logs() == []
        site.run("sync_watchdog")
        [told] = site.slack.bodies
        assert "equipment_sync: queued for 6" in told["blocks"][0]["text"]["text"]
        assert late in str(told)
        assert fresh not in str(told)
        site.unpause(DAG)
        for run_id in (late, fresh):
            assert site.wait_for_run(DAG, run_id) == "success", site.describe(DAG, run_id)
        site.run("sync_watchdog")
        assert "Resolved: equipment_sync: queued for 6" in site.slack.bodies[-1]["blocks"][0]["text"]["text"]
    finally:
        site.pause("sync_watchdog")
        site.unpause(DAG)
