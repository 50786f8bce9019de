"""The watchdog asks Airflow for what no log row tells: runs that do not begin, runs whose next tasks wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cmms.database import session
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


@pytest.mark.slow
@pytest.mark.feature("SYNC-02", "SCHED-04")
def test_a_run_whose_pool_is_gone_for_longer_than_its_lease_is_not_abandoned_and_goes_on_with_a_new_one(
    site: AirflowSite,
) -> None:
    site.unpause("sync_watchdog")
    try:
        with site.hold("fetch"):
            run_id = site.trigger(DAG)
            site.wait_until_held("fetch")
            site.call("DELETE", "/pools/cmms_sync")
        site.wait_until("the fetch to end", lambda: site.tasks(DAG, run_id)["fetch"]["state"] == "success" or None)
        _fall_silent(site)
        site.run("sync_watchdog")
        assert [row["status"] for row in site.logs()] == ["running"]
        site.set_pool(4)
        assert site.wait_for_run(DAG, run_id) == "success", site.describe(DAG, run_id)
        assert [row["status"] for row in site.logs()] == ["partial"]
        _fall_silent(site)  # and now as if its process had been lost before it closed its row
        site.run("sync_watchdog")
        assert [row["error_class"] for row in site.logs()] == ["Abandoned"]
    finally:
        site.set_pool(4)
        site.pause("sync_watchdog")


def _fall_silent(site: AirflowSite) -> None:
    """The log row as it is of a run that gave its last sign of life an hour ago."""
    with session() as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE api_sync_logs SET status = 'running', heartbeat_at = UTC_TIMESTAMP(3) - INTERVAL 1 HOUR")
        connection.commit()
