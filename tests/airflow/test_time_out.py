"""A run that takes too long: Airflow skips its closing task, so a callback closes its log row, and people hear of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.airflow.airflow_site import AirflowSite


@pytest.mark.slow
@pytest.mark.feature("SCHED-01", "SCHED-02", "ERR-01")
def test_a_run_that_times_out_is_closed_as_failed_and_told(site: AirflowSite) -> None:
    with site.hold("fetch"):
        run_id = site.trigger("hasty_sync", start_date=(date.today() - timedelta(days=3)).isoformat())
        assert site.wait_for_run("hasty_sync", run_id) == "failed"
        site.wait_until("the log row to be closed", lambda: site.logs()[0]["status"] != "running")
        site.wait_until("a message", lambda: site.slack.bodies)
    [log] = site.logs()
    assert (log["status"], log["level"], log["error_class"]) == ("failed", "critical", "RunTimedOut")
    assert log["error_message"] == "the run took longer than its time-out"
    told = "SELECT 1 AS told FROM notification_deliveries WHERE channel = 'slack' AND status = 'sent'"
    site.wait_until("the outbox to say so", lambda: site.query(told))
    assert site.value("SELECT COUNT(*) FROM notification_deliveries") == 1
    assert len(site.slack.bodies) == 1
    site.end_left_runs()  # the task that was at work when the time was over has ended, and holds nothing
    assert site.contents()["running_times"] == []
    assert site.value("SELECT COUNT(*) FROM sync_leases WHERE sync_log_id IS NOT NULL") == 0
