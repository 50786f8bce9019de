"""Two runs at once: a pool of one slot, and one day wanted by a scheduled run, a run by hand and a backfill."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from tests.airflow.airflow_site import PLANTS, AirflowSite

IN_POOL = ("fetch", "validate", "stage", "merge", "replay_orphans")


@pytest.mark.slow
@pytest.mark.feature("STK-05", "TEST-33", "SCHED-04")
def test_with_one_pool_slot_a_scheduled_run_and_one_by_hand_of_the_same_day_follow_one_another(
    site: AirflowSite,
) -> None:
    today = date.today()
    site.sync_equipment(run_date=today)
    site.set_pool(1)
    try:
        site.unpause("due_sync")
        [scheduled] = site.wait_until("the due run", lambda: site.runs("due_sync", "scheduled"))
        day = datetime.fromisoformat(scheduled["data_interval_start"]).date()
        by_hand = {
            "running_time_sync": site.trigger("running_time_sync", start_date=day.isoformat()),
            "due_sync": scheduled["dag_run_id"],
        }
        for dag_id, run_id in by_hand.items():
            assert site.wait_for_run(dag_id, run_id) == "success", site.describe(dag_id, run_id)
    finally:
        site.set_pool(4)
    spans = sorted(
        (task["start_date"], task["end_date"], task["dag_id"], name)
        for dag_id, run_id in by_hand.items()
        for name, task in site.tasks(dag_id, run_id).items()
        if name in IN_POOL
    )
    assert len(spans) == 2 * len(IN_POOL)
    assert [(one, other) for one, other in pairwise(spans) if one[1] > other[0]] == []
    # Not by when the runs ended: what follows the merge needs no slot, so the run that merged first may end last.
    merged = {dag_id: site.tasks(dag_id, run_id)["merge"]["start_date"] for dag_id, run_id in by_hand.items()}
    logs = [log for log in site.logs() if log["sync_type"] == "running_time"]
    logs.sort(key=lambda log: merged[log["dag_id"]])
    assert {(log["dag_id"], log["trigger_kind"]) for log in logs} == {
        ("due_sync", "schedule"),
        ("running_time_sync", "manual"),
    }
    first, second = logs
    assert first["records_inserted"] > 20
    assert (second["records_inserted"], second["records_updated"]) == (0, 0)
    assert second["records_unchanged"] == first["records_inserted"]
    together = site.contents()
    site.clear()
    assert (
        site.expect_after(lambda: site.sync_equipment(run_date=today), lambda: site.sync_day(day, run_date=today))
        == together
    )


@pytest.mark.slow
@pytest.mark.feature("SCHED-04", "SVC-04")
def test_a_backfill_of_a_day_that_a_run_by_hand_is_syncing_waits_until_that_has_merged(site: AirflowSite) -> None:
    """Airflow lets both run: it counts `max_active_runs` of backfills apart."""
    today = date.today()
    day = today - timedelta(days=5)
    site.unpause("due_sync")
    site.wait_until("the due run", lambda: site.runs("due_sync", "scheduled"))
    site.wait_until("no run at work", lambda: site.runs("due_sync", "scheduled")[0]["state"] in ("success", "failed"))
    site.clear(plants=PLANTS)
    expected = site.expect_after(
        lambda: site.sync_equipment(run_date=today), lambda: site.sync_day(day, run_date=today)
    )
    site.sync_equipment(run_date=today)
    with site.hold("fetch"):
        by_hand = site.trigger("due_sync", start_date=day.isoformat())
        site.wait_until_held("fetch")
        dates = {"from_date": f"{day}T00:00:00Z", "to_date": f"{day}T23:00:00Z"}
        site.call("POST", "/backfills", json={"dag_id": "due_sync", "max_active_runs": 1, "dag_run_conf": {}, **dates})
        [backfill] = site.wait_until("the backfill", lambda: site.runs("due_sync", "backfill"))
        site.worker("due_sync", backfill["dag_run_id"], "plan_requests")
        assert site.simulator.waiting == 1
    for run_id in (by_hand, backfill["dag_run_id"]):
        assert site.wait_for_run("due_sync", run_id) == "success", site.describe("due_sync", run_id)
    assert site.contents() == expected
    logs = {log["trigger_kind"]: log for log in site.logs() if log["sync_type"] == "running_time"}
    assert logs["manual"]["sync_completed_at"] < logs["backfill"]["sync_completed_at"]
    assert logs["backfill"]["records_inserted"] == 0
    assert logs["backfill"]["records_unchanged"] == len(expected["running_times"])
