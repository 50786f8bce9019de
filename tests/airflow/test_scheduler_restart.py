"""The scheduler dies in the middle of a run and is started again."""

from __future__ import annotations

import pytest

from tests.airflow.airflow_site import AirflowSite


@pytest.mark.slow
@pytest.mark.feature("SVC-03")
def test_a_run_whose_scheduler_was_killed_goes_on_and_merges_once(site: AirflowSite) -> None:
    expected = site.expect_after(site.sync_equipment)
    with site.hold("merge"):
        run_id = site.trigger("equipment_sync")
        left = site.worker("equipment_sync", run_id, "merge")
        site.wait_until_held("merge")
        site.kill_scheduler()
        assert left.is_alive  # it has outlived its scheduler and still wants to commit
        site.start_scheduler()
        site.worker("equipment_sync", run_id, "merge", attempt=2)
    assert site.wait_for_run("equipment_sync", run_id) == "success", site.describe("equipment_sync", run_id)
    site.wait_until("the process of before to end", lambda: not left.is_alive)
    assert site.contents() == expected
    [log] = site.logs()
    assert (log["status"], log["records_inserted"]) == ("partial", len(expected["equipment"]))
    assert site.stages() == []
