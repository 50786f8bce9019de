"""A worker that is killed in the middle of any step: Airflow starts the step again, and the run ends as if nothing was."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from cmms.operations.watch_runs import watch
from tests.airflow.airflow_site import AirflowSite

STEPS = ("open_run", "plan_requests", "fetch", "validate", "stage", "merge", "close_run")


@pytest.mark.slow
@pytest.mark.feature("SVC-03", "TEST-28")
def test_a_worker_killed_once_in_every_step_of_a_run_changes_nothing(site: AirflowSite) -> None:
    expected = site.expect_after(site.sync_equipment)
    assert len(expected["equipment"]) > 20 and expected["rejects"]

    with ExitStack() as last:
        holding = last.enter_context(hold(site, STEPS[0]))
        run_id = site.trigger("equipment_sync")
        for step, following in zip(STEPS, (*STEPS[1:], None), strict=True):
            site.wait_until_held(step)
            stored = {site.value(f"SELECT COUNT(*) FROM {table}") for table in ("equipment", "sync_record_errors")}
            assert (stored == {0}) == (step != "close_run"), step  # nothing before the merge, all after it
            assert [log["status"] for log in site.logs()] == ([] if step == "open_run" else ["running"])
            worker = site.worker("equipment_sync", run_id, step)
            worker.kill() if step in ("fetch", "merge") else worker.kill_task()
            if step == "merge":  # what holds it holds its successor too: let it end before that begins
                site.worker("equipment_sync", run_id, step, attempt=2)
                site.pause("equipment_sync")
                holding.close()
                site.wait_until(
                    "the merge", lambda: site.tasks("equipment_sync", run_id)["merge"]["state"] == "success"
                )
            if following:
                next_one = last.enter_context(hold(site, following))
            holding.close()
            holding = next_one if following else holding
            site.unpause("equipment_sync")
        assert site.wait_for_run("equipment_sync", run_id) == "success", site.describe("equipment_sync", run_id)
    tries = {name: task["try_number"] for name, task in site.tasks("equipment_sync", run_id).items()}
    assert tries == {**dict.fromkeys(STEPS, 2), "replay_orphans": 1}
    assert site.contents() == expected
    [log] = site.logs()
    assert (log["status"], log["error_message"]) == ("partial", None)
    assert site.value("SELECT COUNT(*) FROM sync_leases WHERE sync_log_id IS NOT NULL") == 0
    watch()
    assert site.stages() == []


def hold(site: AirflowSite, step: str) -> ExitStack:
    """A hold that is let go by ``close``."""
    stack = ExitStack()
    stack.enter_context(site.hold(step))
    return stack
