"""A worker that sleeps through its own death: its step is done again by another, and it cannot spoil that."""

from __future__ import annotations

import pytest

from tests.airflow.airflow_site import AirflowSite


@pytest.mark.slow
@pytest.mark.feature("SCHED-04")
def test_a_worker_that_wakes_up_after_its_retry_commits_nothing(site: AirflowSite) -> None:
    expected = site.expect_after(site.sync_equipment)
    with site.hold("stage"):
        run_id = site.trigger("equipment_sync")
        zombie = site.worker("equipment_sync", run_id, "stage")
        site.wait_until_held("stage")
        asleep = zombie.stopped()
        asleep.__enter__()
        # Airflow sees no heartbeat and starts the step again, which takes the unit with a higher fence.
        second = site.worker("equipment_sync", run_id, "stage", attempt=2)
        site.wait_until_held("stage", times=2)
        stages = site.stages()
    assert len(stages) == 2 and second != zombie
    assert site.wait_for_run("equipment_sync", run_id) == "success", site.describe("equipment_sync", run_id)
    written = site.dump("equipment", "sync_units", "sync_record_errors")
    asleep.__exit__(None, None, None)
    site.wait_until("the zombie to end", lambda: not zombie.is_alive)
    assert site.dump("equipment", "sync_units", "sync_record_errors") == written
    assert site.contents() == expected
    [log] = site.logs()
    assert log["status"] == "partial"
    assert site.value("SELECT COUNT(*) FROM sync_leases WHERE sync_log_id IS NOT NULL") == 0


@pytest.mark.slow
@pytest.mark.feature("SCHED-04")
def test_a_merge_that_goes_on_unwatched_and_its_retry_merge_once(site: AirflowSite) -> None:
    expected = site.expect_after(site.sync_equipment)
    with site.hold("merge"):
        run_id = site.trigger("equipment_sync")
        orphan = site.worker("equipment_sync", run_id, "merge")
        site.wait_until_held("merge")
        orphan.kill_supervisor()
        site.worker("equipment_sync", run_id, "merge", attempt=2)
        assert orphan.is_alive  # nobody has told it: it still wants to commit
    assert site.wait_for_run("equipment_sync", run_id) == "success", site.describe("equipment_sync", run_id)
    site.wait_until("the unwatched process to end", lambda: not orphan.is_alive)
    assert site.contents() == expected
    [log] = site.logs()
    assert (log["status"], log["records_inserted"]) == ("partial", len(expected["equipment"]))
    assert site.stages() == []
