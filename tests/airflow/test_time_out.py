"""A run that takes too long: Airflow skips its closing task, so a callback closes its log row, and people hear of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.airflow.airflow_site import AirflowSite


@pytest.mark.slow
@pytest.mark.feature("SCHED-01", "ERR-01")
def test_a_run_that_times_out_is_closed_as_failed_and_told(site: AirflowSite) -> None:
    with site.hold("fetch"):
        run_id = site.trigger("hasty_sync", start_date=(date.today() - timedelta(days=3)).isoformat())
        site.wait_until_held("fetch")
        assert site.wait_for_run("hasty_sync", run_id) == "failed"
        site.wait_until("the log row to be closed", lambda: site.logs()[0]["status"] != "running")
        site.wait_until("a message", lambda: site.slack.bodies)
    [log] = site.logs()
    assert (log["status"], log["level"], log["error_class"]) == ("failed", "critical", "RunTimedOut")
    assert log["error_message"] == "the run took longer than its time-out"
    told = site.query("SELECT channel, transition, status FROM notification_deliveries")
    assert told == [{"channel": "slack", "transition": "firing", "status": "sent"}]
    assert len(site.slack.bodies) == 1
    # The task that was at work when the time was over has nothing left to do, and holds nothing.
    site.wait_until("the task to end", lambda: site.tasks("hasty_sync", run_id)["fetch"]["state"] != "running")
    assert site.contents()["running_times"] == []
    assert site.value("SELECT COUNT(*) FROM sync_leases WHERE sync_log_id IS NOT NULL") == 0
