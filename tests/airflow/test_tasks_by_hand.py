"""What people do to single tasks in Airflow: clear one of a finished run, mark one as successful that did nothing."""

from __future__ import annotations

import pytest

from cmms.simulator import Fault
from tests.airflow.airflow_site import AirflowSite

DAG = "equipment_sync"


@pytest.mark.slow
@pytest.mark.feature("SVC-03")
def test_cleared_middle_tasks_of_a_finished_run_work_again_and_change_nothing(site: AirflowSite) -> None:
    run_id = site.run(DAG)
    before = site.dump("equipment"), site.contents()
    assert before[0]["equipment"]

    site.clear_task(DAG, run_id, "validate", downstream=True)
    assert site.wait_for_run(DAG, run_id) == "success", site.describe(DAG, run_id)
    [log] = site.logs()
    assert (log["status"], log["records_unchanged"]) == ("partial", len(before[0]["equipment"]))
    assert (site.dump("equipment"), site.contents()) == before

    # Staged anew, but the merge was not asked for: the run must not say that it was.
    site.clear_task(DAG, run_id, "stage", downstream=False)
    assert site.wait_for_run(DAG, run_id) == "failed", site.describe(DAG, run_id)
    [log] = site.logs()
    assert log["status"] == "failed"
    assert (site.dump("equipment"), site.contents()) == before


@pytest.mark.slow
@pytest.mark.feature("SVC-03")
def test_a_fetch_that_failed_and_was_marked_as_successful_leads_to_no_merge(site: AirflowSite) -> None:
    site.simulator.inject(Fault("status", status=401, times=1))
    run_id = site.trigger(DAG)
    assert site.wait_for_run(DAG, run_id) == "failed"
    site.call(
        "PATCH", f"/dags/{DAG}/dagRuns/{run_id}/taskInstances/fetch/0", json={"new_state": "success", "note": None}
    )
    site.clear_task(DAG, run_id, "validate", downstream=True)
    assert site.wait_for_run(DAG, run_id) == "failed", site.describe(DAG, run_id)
    [log] = site.logs()
    assert (log["status"], log["error_class"]) == ("failed", "HandoverMissing")
    assert site.contents()["equipment"] == []
