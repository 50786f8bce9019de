"""The sync DAGs from trigger to closed log: `dag.test()` on the simulator and a real MySQL."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from cmms.operations.verify.verify_tables import verify_tables
from cmms.simulator import Fault
from tests.alerts.runs import connect_slack
from tests.dags.dag_site import DagSite
from tests.sinks import SlackSink

pytestmark = pytest.mark.usefixtures("airflow_metadata")

STEPS = ("open_run", "plan_requests", "fetch[0]", "validate[0]", "stage[0]", "merge")


@pytest.mark.feature("TEST-20", "OBJ-01", "STK-01", "RT-13")
def test_both_syncs_store_the_day_and_close_their_logs(site: DagSite) -> None:
    run = site.run("equipment_sync", logical_date=datetime(2026, 2, 1, tzinfo=UTC))
    log = site.log()
    assert run.state == "success"
    assert set(run.states.values()) == {"success"}
    assert (log["sync_type"], log["status"], log["level"]) == ("equipment", "success", "info")
    assert (log["records_processed"], log["records_inserted"], log["records_failed"]) == (40, 40, 0)
    assert (log["dag_id"], log["run_id"], log["trigger_kind"]) == ("equipment_sync", run.run_id, "manual")
    assert log["interval_end"] == date(2026, 2, 1)
    assert site.value("SELECT COUNT(*) FROM sync_leases WHERE sync_log_id IS NOT NULL") == 0

    run = site.run("running_time_sync")
    log = site.log()
    assert run.state == "success"
    assert (log["sync_type"], log["status"], log["records_inserted"]) == ("running_time", "success", 40)
    assert log["stale_master"] == 0
    assert log["triggered_by"] == "dag_test"
    days = site.query("SELECT DISTINCT date FROM equipment_running_times")
    assert days == [{"date": date(2026, 1, 31)}]  # the day before the run was asked for, not before today


@pytest.mark.feature("JOB-03", "SVC-04", "RT-02")
def test_a_range_asks_for_each_day_and_stores_it(make_site: Callable[..., DagSite]) -> None:
    site = make_site(engine={"days_per_batch": 1})
    site.run("equipment_sync")
    site.simulator.clear_requests()
    run = site.run("running_time_sync", start_date="2026-01-10", end_date="2026-01-12")
    assert run.state == "success"
    assert {"fetch[0]", "fetch[1]", "fetch[2]"} <= set(run.states)
    asked = {request.parameters["date"][0] for request in site.simulator.requests}
    assert asked == {"2026-01-10", "2026-01-11", "2026-01-12"}
    stored = site.query("SELECT date, COUNT(*) AS number FROM equipment_running_times GROUP BY date ORDER BY date")
    assert stored == [{"date": date(2026, 1, day), "number": 40} for day in (10, 11, 12)]
    assert site.log()["records_inserted"] == 120


@pytest.mark.feature("JOB-03", "RT-10")
def test_a_run_for_one_machine_and_day_touches_only_its_row(site: DagSite) -> None:
    site.run("equipment_sync")
    number = site.value("SELECT MIN(equipment_number) FROM equipment")
    run = site.run("running_time_sync", start_date="2026-01-10", equipment_numbers=[number])
    assert run.state == "success"
    rows = site.query(
        "SELECT date, equipment_number FROM equipment_running_times t JOIN equipment e ON e.id = t.equipment_id"
    )
    assert rows == [{"date": date(2026, 1, 10), "equipment_number": number}]


@pytest.mark.feature("ERR-01", "SYNC-02")
def test_a_refused_request_fails_the_run_at_once_with_its_reason_and_one_alert(
    site: DagSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.simulator.inject(Fault("status", status=401))
    with SlackSink() as slack:
        connect_slack(monkeypatch, slack.url)
        run = site.run("equipment_sync")
        assert len(slack.bodies) == 1
    assert run.state == "failed"
    assert (run.states["fetch[0]"], run.states["close_run"]) == ("failed", "failed")
    assert run.states["merge"] == "upstream_failed"
    assert len(site.simulator.requests) == 1
    log = site.log()
    assert (log["status"], log["level"], log["error_class"]) == ("failed", "critical", "ApiRefused")
    assert log["error_category"] == "api"
    assert "ApiRefused" in log["stack_trace"]
    assert site.simulator.config.token not in str(log)
    assert site.value("SELECT COUNT(*) FROM equipment") == 0


@pytest.mark.feature("SCHED-01", "SVC-03")
def test_a_passing_fault_is_retried_and_the_failed_attempt_stays_on_record(site: DagSite) -> None:
    site.simulator.inject(Fault("status", status=503, times=2))
    run = site.run("equipment_sync")
    assert run.state == "success"
    log = site.log()
    assert (log["status"], log["error_message"]) == ("success", None)
    noted = site.query("SELECT message FROM sync_log_events WHERE code = 'ApiUnavailable'")
    assert len(noted) == 2
    assert noted[0]["message"].startswith("fetch: ")


@pytest.mark.feature("SCHED-01")
def test_a_lasting_fault_fails_after_three_retries(site: DagSite) -> None:
    site.simulator.inject(Fault("status", status=503))
    run = site.run("equipment_sync")
    assert run.state == "failed"
    assert len(site.simulator.requests) == 4
    assert (site.log()["status"], site.log()["error_class"]) == ("failed", "ApiUnavailable")


@pytest.mark.feature("TEST-20")
def test_a_cancel_asked_for_in_the_log_row_is_obeyed_between_pages(make_site: Callable[..., DagSite]) -> None:
    site = make_site(api={"pagination": {"size": 5}})
    site.simulator.inject(Fault("latency", seconds=1.5))
    stopped = threading.Event()

    def cancel() -> None:
        while not stopped.wait(0.2):
            if len(site.simulator.requests) >= 2:
                site.execute("UPDATE api_sync_logs SET control = 'cancel' WHERE status = 'running'")
                return

    operator = threading.Thread(target=cancel, daemon=True)
    operator.start()
    try:
        run = site.run("equipment_sync")
    finally:
        stopped.set()
        operator.join()
    assert run.state == "failed"
    log = site.log()
    assert (log["status"], log["error_class"]) == ("cancelled", "RunCancelled")
    assert len(site.simulator.requests) < 8
    assert run.states["fetch[0]"] == "failed"


@pytest.mark.feature("SYNC-03", "TEST-20")
@pytest.mark.parametrize("marked", ["fetch", "fetch|validate", "validate", "stage", "fetch|validate|stage"])
def test_steps_marked_success_by_hand_never_lead_to_an_empty_merge(site: DagSite, marked: str) -> None:
    run = site.run("equipment_sync", mark_success=marked)
    assert run.state == "failed"
    assert (site.log()["status"], site.log()["error_class"]) == ("failed", "HandoverMissing")
    assert site.value("SELECT COUNT(*) FROM equipment") == 0


@pytest.mark.feature("RT-13")
def test_running_times_without_equipment_of_the_day_are_flagged_or_blocked(
    make_site: Callable[..., DagSite],
) -> None:
    site = make_site()
    site.run("equipment_sync")
    site.execute("UPDATE api_sync_logs SET status = 'failed'")
    run = site.run("running_time_sync")
    assert (run.state, site.log()["stale_master"]) == ("success", 1)

    site = make_site(rules={"stale_master": "block"})
    run = site.run("running_time_sync")
    assert run.state == "failed"
    log = site.log()
    assert (log["status"], log["error_class"], log["stale_master"]) == ("failed", "StaleMaster", 1)
    assert site.simulator.requests == []


@pytest.mark.feature("RT-04", "DLQ-04")
def test_orphans_are_stored_by_themselves_once_their_equipment_arrives(site: DagSite) -> None:
    run = site.run("running_time_sync")  # nothing could be stored, which is no success; the records wait
    assert (run.state, site.log()["status"], site.log()["records_failed"]) == ("failed", "failed", 40)
    run = site.run("equipment_sync")
    assert (run.state, run.states["replay_orphans"]) == ("success", "success")
    assert site.value("SELECT COUNT(*) FROM equipment_running_times") == 40
    assert site.value("SELECT COUNT(*) FROM sync_record_errors WHERE status = 'open'") == 0


def test_a_replay_that_fails_does_not_fail_the_sync(site: DagSite, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("replay is broken")

    monkeypatch.setattr("cmms.sync.replay_rejects.replay_orphans", fail)
    run = site.run("equipment_sync")
    assert (run.states["replay_orphans"], run.state) == ("failed", "success")
    assert site.log()["status"] == "success"


@pytest.mark.feature("RT-02", "SVC-03")
def test_a_cleared_run_fetches_its_own_day_again_and_merges_what_changed(site: DagSite) -> None:
    at = datetime(2026, 2, 1, 1, tzinfo=UTC)
    site.run("equipment_sync")
    first = site.run("running_time_sync", logical_date=at)
    site.execute("UPDATE equipment_running_times SET running_hours = 1 WHERE id % 2 = 0")
    site.simulator.clear_requests()
    again = site.run("running_time_sync", logical_date=at)
    assert again.run_id == first.run_id
    assert {request.parameters["date"][0] for request in site.simulator.requests} == {"2026-01-31"}
    log = site.log()
    assert (log["run_id"], log["status"]) == (first.run_id, "success")
    assert site.value("SELECT COUNT(*) FROM api_sync_logs WHERE sync_type = 'running_time'") == 1
    assert (log["records_updated"], log["records_unchanged"]) == (20, 20)


def _differences_of_readings() -> list[str]:
    """What verify finds, but for the machines that a test has renamed: these it misses, rightly."""
    return [found for found in verify_tables() if "nothing of it is stored" not in found]


@pytest.mark.feature("DLQ-01", "SVC-03")
def test_a_cleared_run_keeps_the_rejects_of_its_newest_input_and_closes_the_others(site: DagSite) -> None:
    """Found by `make chaos`: what a person had replayed meanwhile was counted as rejected by the run once more."""
    at = datetime(2026, 2, 1, 1, tzinfo=UTC)
    site.run("equipment_sync")
    site.execute("UPDATE equipment SET equipment_number = CONCAT(equipment_number, '-') WHERE id IN (3, 4)")
    site.run("running_time_sync", logical_date=at)
    assert site.value("SELECT COUNT(*) FROM sync_record_errors WHERE status = 'open'") == 2
    site.execute("UPDATE equipment SET equipment_number = TRIM(TRAILING '-' FROM equipment_number) WHERE id = 3")
    site.run("running_time_sync", logical_date=at)
    assert site.value("SELECT COUNT(*) FROM sync_record_errors WHERE status = 'open'") == 1
    assert site.value("SELECT COUNT(*) FROM sync_record_errors WHERE status = 'resolved'") == 1
    assert site.value("SELECT records_failed FROM api_sync_logs WHERE sync_type = 'running_time'") == 1
    assert _differences_of_readings() == []


@pytest.mark.feature("SVC-03")
def test_a_cleared_run_that_cannot_fetch_again_fails_whatever_it_merged_before(site: DagSite) -> None:
    """Found by `make chaos`: it counted what its first round had merged as its success."""
    at = datetime(2026, 2, 1, 1, tzinfo=UTC)
    site.run("equipment_sync")
    site.run("running_time_sync", logical_date=at)
    contents = "SELECT CONCAT_WS('|', COUNT(*), SUM(running_hours), MAX(updated_at)) FROM equipment_running_times"
    before = site.value(contents)
    site.simulator.inject(Fault("status", status=401))
    again = site.run("running_time_sync", logical_date=at)
    assert again.state == "failed"
    assert site.log()["status"] == "failed"
    assert site.value(contents) == before
    site.simulator.clear_faults()
    assert site.run("running_time_sync", logical_date=at).state == "success"
    assert (site.log()["status"], site.log()["records_unchanged"]) == ("success", 40)
    assert verify_tables() == []


@pytest.mark.feature("SVC-03", "TEST-30")
def test_what_a_run_has_taken_over_from_an_earlier_one_is_no_difference_while_it_is_repeated(site: DagSite) -> None:
    """Found by `make chaos`: the earlier run was taken for the newest, and found to lack what the later one has."""
    at = datetime(2026, 2, 1, 1, tzinfo=UTC)
    site.run("equipment_sync")
    site.execute("UPDATE equipment SET equipment_number = CONCAT(equipment_number, '-') WHERE id IN (3, 4)")
    site.run("running_time_sync", start_date="2026-01-31")
    site.execute("UPDATE equipment_running_times SET running_hours = 1 WHERE id % 2 = 0")
    site.run("running_time_sync", logical_date=at)
    later = site.log()["id"]
    assert site.value(f"SELECT COUNT(*) FROM equipment_running_times WHERE sync_log_id = {later}") == 19
    assert site.value(f"SELECT COUNT(*) FROM sync_record_errors WHERE sync_log_id = {later}") == 2
    site.simulator.inject(Fault("status", status=401))
    assert site.run("running_time_sync", logical_date=at).state == "failed"
    assert _differences_of_readings() == []


@pytest.mark.feature("SYNC-05")
def test_a_wrong_range_in_the_form_fails_with_the_reason(site: DagSite) -> None:
    run = site.run("running_time_sync", start_date="2026-01-12", end_date="2026-01-10")
    assert (run.state, run.states["open_run"]) == ("failed", "failed")
    assert run.states["fetch"] == "upstream_failed"
    assert site.simulator.requests == []


@pytest.mark.feature("SYNC-05", "ERR-01")
def test_a_broken_settings_file_fails_the_run_with_a_row_that_names_the_field_and_people_hear_of_it(
    site: DagSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site.folder / "cmms.yaml").write_text("engine: {days_per_bach: 2}\n")
    with SlackSink() as slack:
        connect_slack(monkeypatch, slack.url)
        run = site.run("equipment_sync")
        assert len(slack.bodies) == 1
    assert (run.state, run.states["open_run"]) == ("failed", "failed")
    assert (site.log()["status"], site.log()["error_class"]) == ("failed", "SettingsError")
    assert "engine.days_per_bach: unknown field" in site.log()["error_message"]
    assert "engine.days_per_bach: unknown field" in str(slack.bodies)
    assert site.simulator.requests == []


@pytest.mark.feature("ALR-03", "SCHED-03")
def test_people_hear_once_that_the_watchdog_fails_and_once_that_it_works_again(
    site: DagSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = (site.folder / "cmms.yaml").read_text()
    with SlackSink() as slack:
        connect_slack(monkeypatch, slack.url)
        (site.folder / "cmms.yaml").write_text("engine: {days_per_bach: 2}\n")
        for minute in (0, 5):
            run_after = datetime(2026, 2, 1, 1, minute, tzinfo=UTC)
            assert site.run("sync_watchdog", run_after=run_after).state == "failed"
        [told] = slack.bodies
        assert "Watchdog failed: SettingsError" in str(told)
        assert "engine.days_per_bach: unknown field" in str(told)
        (site.folder / "cmms.yaml").write_text(settings)
        assert site.run("sync_watchdog", run_after=datetime(2026, 2, 1, 1, 10, tzinfo=UTC)).state == "success"
        assert "Resolved: Watchdog failed: SettingsError" in str(slack.bodies[1:])


@pytest.mark.feature("ALR-03", "SCHED-03")
def test_people_hear_that_the_clean_up_was_given_a_key_that_it_does_not_take(
    site: DagSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SlackSink() as slack:
        connect_slack(monkeypatch, slack.url)
        assert site.run("sync_log_cleanup", older_than=10).state == "failed"
        assert "unknown key 'older_than'; this DAG takes none" in str(slack.bodies)
        assert site.run("sync_log_cleanup", run_after=datetime(2026, 2, 1, 2, tzinfo=UTC)).state == "success"
        assert "Resolved: Log clean-up failed: SettingsError" in str(slack.bodies)


@pytest.mark.feature("TEST-20", "SCHED-03")
def test_the_watchdog_and_the_cleanup_run(site: DagSite) -> None:
    site.run("equipment_sync")
    site.execute(
        "INSERT INTO api_sync_logs (sync_type, status, heartbeat_at, sync_started_at, created_at, updated_at)"
        " VALUES ('equipment', 'running', '2026-01-01', '2026-01-01', '2026-01-01', '2026-01-01')"
    )
    run = site.run("sync_watchdog")
    assert run.state == "success"
    assert (site.log()["status"], site.log()["error_class"]) == ("failed", "Abandoned")
    site.execute("UPDATE api_sync_logs SET sync_completed_at = '2026-01-01', created_at = '2026-01-01'")
    site.run("equipment_sync")
    run = site.run("sync_log_cleanup")
    assert run.state == "success"
    assert site.value("SELECT COUNT(*) FROM api_sync_logs WHERE created_at < '2026-01-02'") == 0
    assert site.value("SELECT COUNT(*) FROM api_sync_logs WHERE sync_type = 'equipment'") == 1


@pytest.mark.feature("OBJ-03", "TEST-20")
def test_maintenance_is_evaluated_by_the_runs_own_day_and_its_failure_is_told_until_it_works_again(
    site: DagSite,
) -> None:
    site.run("equipment_sync")
    site.execute(
        "INSERT INTO maintenance_plans (name, scope, interval_days) VALUES ('Yearly', 'all', 365)",
        "INSERT INTO equipment_maintenance (equipment_id, plan_id, first_due_date)"
        " SELECT MIN(id), 1, '2026-02-03' FROM equipment",
    )
    runs = "SELECT status FROM alert_events WHERE rule_key = 'run_failed'"
    site.execute("RENAME TABLE maintenance_dues TO maintenance_dues_away")
    try:
        run = site.run("maintenance_evaluation", run_after=datetime(2026, 2, 2, 3, tzinfo=UTC))
        assert (run.state, [row["status"] for row in site.query(runs)]) == ("failed", ["firing"])
    finally:
        site.execute("RENAME TABLE maintenance_dues_away TO maintenance_dues")
    run = site.run("maintenance_evaluation", run_after=datetime(2026, 2, 2, 3, tzinfo=UTC))
    assert (run.state, run.states) == ("success", {"evaluate": "success"})
    assert [row["status"] for row in site.query(runs)] == ["resolved"]
    assert site.value("SELECT COUNT(*) FROM equipment_maintenance WHERE evaluated_on = '2026-02-02'") == 40
    assert site.value("SELECT COUNT(*) FROM maintenance_dues") == 0
    day_after = datetime(2026, 2, 3, 3, tzinfo=UTC)
    for _ in range(2):
        assert site.run("maintenance_evaluation", run_after=day_after).state == "success"
        assert site.value("SELECT COUNT(*) FROM maintenance_dues") == 1
        assert site.value("SELECT COUNT(*) FROM alert_events WHERE rule_key = 'maintenance_due'") == 1


@pytest.mark.feature("SRC-08", "TEST-20")
def test_the_weekly_reconciliation_raises_one_alert_until_both_sides_are_equal_again(site: DagSite) -> None:
    site.run("equipment_sync")
    site.run("running_time_sync")
    alerts = "SELECT status, occurrences, title, level FROM alert_events WHERE rule_key = 'source_differs'"

    def reconcile() -> list[tuple[Any, ...]]:
        run = site.run("cmms_reconcile_sources", run_after=datetime(2026, 2, 1, 4, tzinfo=UTC))
        assert run.states == {"reconcile": "success"}
        return [tuple(row.values()) for row in site.query(alerts)]

    assert reconcile() == []
    site.execute("UPDATE equipment_running_times SET running_hours = running_hours + 1 ORDER BY id LIMIT 1")
    title = "The CMMS differs from the source: 1 difference"
    assert reconcile() == [("firing", 1, title, "high")]
    assert reconcile() == [("firing", 2, title, "high")]
    site.execute("UPDATE equipment_running_times SET running_hours = running_hours - 1 ORDER BY id LIMIT 1")
    assert reconcile() == [("resolved", 2, title, "high")]
    results = "SELECT status, differences, asked_by, steps_done, report FROM reconciliations ORDER BY id"
    equal, differs, again, last = (tuple(row.values()) for row in site.query(results))
    assert equal[:4] == last[:4] == ("equal", 0, "dag_test", 2)
    assert differs[:4] == again[:4] == ("differs", 1, "dag_test", 2)
    assert [one["kind"] for one in json.loads(differs[4])["differences"]] == ["hours"]


@pytest.mark.feature("SRC-08", "TEST-20")
def test_a_reconciliation_of_chosen_days_is_recorded_and_leaves_the_alert_alone(site: DagSite) -> None:
    site.run("equipment_sync")
    site.run("running_time_sync")
    site.execute("UPDATE equipment_running_times SET running_hours = running_hours + 1 ORDER BY id LIMIT 1")
    results = "SELECT status, differences, first_day, last_day, plant_codes, error_message FROM reconciliations"

    def reconcile(**conf: Any) -> tuple[Any, ...]:
        site.run("cmms_reconcile_sources", run_after=datetime(2026, 2, 1, 4, tzinfo=UTC), **conf)
        return tuple(site.query(f"{results} ORDER BY id DESC LIMIT 1")[0].values())

    day, before = date(2026, 1, 31), date(2026, 1, 30)
    assert reconcile(start_date="2026-01-31") == ("differs", 1, day, day, None, None)
    assert reconcile(end_date="2026-01-31", plant_codes=["P001"])[2:5] == (day, day, '["P001"]')
    site.simulator.inject(Fault("status", day=before, status=500))
    broken = reconcile(start_date="2026-01-30", end_date="2026-01-31")
    assert broken[:4] == ("failed", 0, before, day) and broken[5].startswith("ApiUnavailable: ")
    assert site.value("SELECT COUNT(*) FROM alert_events WHERE rule_key = 'source_differs'") == 0
    found = site.value("SELECT COUNT(*) FROM reconciliations")
    assert site.run("cmms_reconcile_sources", days=3).state == "failed"  # an unknown key
    assert site.value("SELECT COUNT(*) FROM reconciliations") == found
