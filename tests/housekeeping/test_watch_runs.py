"""The watchdog: no run stays open without a process, no zombie commits, nothing is left behind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from cmms.alerts.watch_runs import QueuedRun
from cmms.database import run_transaction, session
from cmms.errors import Fenced
from cmms.operations import watch_runs
from cmms.operations.verify.verify_tables import verify_tables
from cmms.operations.watch_runs import watch
from cmms.settings import Settings, load_settings
from cmms.sync.records import Scope
from cmms.sync.runs.claim_units import check_fence, claim_unit
from cmms.sync.runs.open_run import open_run
from cmms.sync.runs.report_progress import Reporter
from tests.alerts.runs import connect_slack
from tests.housekeeping.rows import NOW, add_log, add_unit, ago, run_sql, select
from tests.sinks import SlackSink

DAY = date(2026, 2, 28)
UNIT = {"stream": "running_time", "unit_key": DAY.isoformat()}


def statuses(connection: Any) -> dict[int, str]:
    return dict(select(connection, "SELECT id, status FROM api_sync_logs"))


@pytest.mark.feature("SYNC-02", "ERR-01")
def test_a_run_whose_lease_is_over_is_closed_as_failed_and_told_once(
    connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = add_log(connection, "running", at=ago(minutes=16))
    add_unit(connection, dead, fetched=10, inserted=8, rejected=2)
    run_sql(
        connection,
        f"INSERT INTO sync_leases VALUES ('running_time', '2026-02-28', 1, {dead}, '2026-03-01 11:00:00')",
    )
    with SlackSink() as slack:
        connect_slack(monkeypatch, slack.url)
        report = watch(NOW)
        assert watch(NOW).closed_runs == ()
        headers = [body["blocks"][0]["text"]["text"] for body in slack.bodies]
    assert report.closed_runs == (dead,)
    assert report.failures == ()
    [row] = select(
        connection,
        "SELECT status, level, error_class, error_message, records_processed, records_failed FROM api_sync_logs",
    )
    assert row[:3] == ("failed", "critical", "Abandoned")
    assert row[3].startswith("no heartbeat since 2026-03-01 11:44:00 UTC, longer than the lease of 900 s")
    assert row[4:] == (10, 2)  # what was merged stays merged, and counted
    assert select(connection, "SELECT sync_log_id, lease_until FROM sync_leases") == [(None, None)]
    assert headers == ["[CMMS CRITICAL] Running-time sync failed: Abandoned"]


@pytest.mark.feature("SYNC-02")
def test_only_runs_without_a_sign_of_life_are_closed(connection: Any) -> None:
    patient = Settings.model_validate({"engine": {"lease_seconds": 7200}}).model_dump_json()
    impatient = Settings.model_validate({"engine": {"lease_seconds": 5}}).model_dump_json()
    kept = {
        add_log(connection, "running", at=ago(minutes=14)),
        add_log(connection, "queued", at=ago(minutes=600)),  # nobody has started it: it waits
        add_log(connection, "running", at=ago(minutes=60), settings_json=patient),
        add_log(connection, "success", at=ago(minutes=600)),
    }
    dead = {
        add_log(connection, "running", at=ago(minutes=60)),
        add_log(connection, "paused", at=ago(minutes=60)),  # a paused process gives signs of life too
        add_log(connection, "queued", at=ago(minutes=60), heartbeat_at=ago(minutes=20)),
        add_log(connection, "running", at=ago(minutes=1), settings_json=impatient),
        add_log(connection, "running", at=ago(minutes=60), heartbeat_at=None, sync_started_at=None),
        add_log(connection, "running", at=ago(minutes=60), settings_json='{"engine": {"gone_setting": 1}}'),
    }
    assert set(watch(NOW).closed_runs) == dead
    found = statuses(connection)
    assert {found[number] for number in dead} == {"failed"}
    assert {number for number, status in found.items() if status != "failed"} == kept


@pytest.mark.feature("SYNC-02", "SCHED-04")
def test_a_silent_run_whose_tasks_wait_in_airflow_stays_open_and_people_are_told(
    connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, gone = (
        add_log(connection, "running", at=ago(minutes=60), dag_id="running_time_sync", run_id=name)
        for name in ("waiting", "gone")
    )
    by_hand = add_log(connection, "running", at=ago(minutes=60))  # no DAG run: nobody to ask
    asked = []

    def has_waiting_tasks(dag_id: str, run_id: str) -> bool:
        asked.append((dag_id, run_id))
        return run_id == "waiting"

    with SlackSink() as slack:
        connect_slack(monkeypatch, slack.url)
        report = watch(NOW, has_waiting_tasks=has_waiting_tasks)
        headers = [body["blocks"][0]["text"]["text"] for body in slack.bodies]
    assert asked == [("running_time_sync", "waiting"), ("running_time_sync", "gone")]
    assert set(report.closed_runs) == {gone, by_hand}
    assert statuses(connection) == {waiting: "running", gone: "failed", by_hand: "failed"}
    assert "[CMMS CRITICAL] Running-time sync: no heartbeat for 60 minutes" in headers


@pytest.mark.feature("SYNC-02")
def test_a_run_whose_task_has_just_started_after_a_long_wait_is_not_closed(
    connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.database import session
    from cmms.operations import watch_runs

    started, gone = (add_log(connection, "running", at=ago(minutes=60)) for _ in range(2))
    waited: list[float] = []

    def give_first_heartbeat(seconds: float) -> None:
        waited.append(seconds)
        with session() as other, other.cursor() as cursor:
            cursor.execute(
                "UPDATE api_sync_logs SET heartbeat_at = %s WHERE id = %s", (NOW.replace(tzinfo=None), started)
            )
            other.commit()

    monkeypatch.setattr(watch_runs.time, "sleep", give_first_heartbeat)
    assert watch(NOW, look_again_seconds=15).closed_runs == (gone,)
    assert waited == [15]
    assert statuses(connection) == {started: "running", gone: "failed"}


@pytest.mark.feature("SYNC-02", "SVC-03")
@pytest.mark.parametrize("wrong_by", [timedelta(hours=2), timedelta(hours=-2)])
def test_a_watchdog_whose_machine_has_the_wrong_time_closes_dead_runs_and_no_others(
    connection: Any, wrong_by: timedelta
) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    alive = add_log(connection, "running", at=now - timedelta(minutes=1))
    dead = add_log(connection, "running", at=now - timedelta(hours=1))
    with time_machine.travel(datetime.now(UTC) + wrong_by):
        assert watch().closed_runs == (dead,)
        assert verify_tables() == []
    assert statuses(connection) == {alive: "running", dead: "failed"}


def open_and_claim(connection: Any) -> tuple[Any, int]:
    run = open_run(connection, Scope("running_time", DAY, DAY), run_date=date(2026, 3, 1), settings=load_settings())
    fence = claim_unit(connection, **UNIT, sync_log_id=run.sync_log_id, lease_seconds=900, wait_seconds=0)
    return run, fence


@pytest.mark.feature("SYNC-02", "SCHED-04")
def test_a_zombie_of_an_abandoned_run_can_neither_merge_nor_take_its_unit_again(connection: Any) -> None:
    run, fence = open_and_claim(connection)
    with session() as watching:
        run_transaction(  # the zombie holds its unit as long as nobody closes its run
            watching,
            lambda cursor: check_fence(cursor, **UNIT, sync_log_id=run.sync_log_id, fence=fence),
            what="look",
        )
    assert watch(datetime.now(UTC) + timedelta(minutes=16)).closed_runs == (run.sync_log_id,)

    def merge(cursor: Any) -> None:
        check_fence(cursor, **UNIT, sync_log_id=run.sync_log_id, fence=fence)

    with pytest.raises(Fenced, match="a newer attempt took over"):
        run_transaction(connection, merge, what="merging as a zombie")
    with pytest.raises(Fenced, match="the run is closed"):
        claim_unit(connection, **UNIT, sync_log_id=run.sync_log_id, lease_seconds=900, wait_seconds=0)
    with (
        Reporter(run.sync_log_id, lease_seconds=900) as reporter,
        pytest.raises(Fenced, match="closed as failed"),
    ):
        reporter.report(UNIT["unit_key"], "merge", 1, 1)
    assert select(connection, "SELECT sync_log_id FROM sync_leases") == [None]  # its heartbeat renewed nothing


@pytest.mark.feature("SYNC-02")
def test_the_unit_of_an_abandoned_run_is_free_for_the_next_run(connection: Any) -> None:
    run, fence = open_and_claim(connection)
    watch(datetime.now(UTC) + timedelta(minutes=16))
    again, newer = open_and_claim(connection)
    assert again.sync_log_id != run.sync_log_id
    assert newer > fence


@pytest.mark.feature("SYNC-02")
def test_staging_tables_of_closed_runs_go_and_those_of_open_runs_stay(connection: Any) -> None:
    closed, running = add_log(connection, "failed"), add_log(connection, "running")
    gone = [
        f"stg_running_time_{closed}_20260228_3",
        f"stg_equipment_{closed}_equipment_1",
        "stg_equipment_999999_equipment_1",
    ]
    kept = [f"stg_running_time_{running}_20260228_1", "stg_notes", "stgx_equipment_1_equipment_1"]
    run_sql(connection, *(f"CREATE TABLE {name} (id INT)" for name in gone + kept))
    try:
        report = watch(NOW)
        left = select(connection, "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()")
        assert set(report.dropped_stages) == set(gone)
        assert set(kept) <= set(left)
        assert not set(gone) & set(left)
    finally:
        run_sql(connection, *(f"DROP TABLE IF EXISTS {name}" for name in gone + kept))


@pytest.mark.feature("SYNC-02")
def test_one_failing_step_does_not_stop_the_others(connection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = add_log(connection, "running", at=ago(minutes=16))
    waiting = QueuedRun("equipment_sync", "scheduled__1", NOW - timedelta(minutes=31))

    def fail(*_: object, **__: object) -> int:
        raise RuntimeError("outbox broken")

    monkeypatch.setattr(watch_runs, "resend_pending", fail)
    monkeypatch.setattr(watch_runs, "drop_left_stages", fail)
    report = watch(NOW, find_queued=lambda: [waiting])
    assert report.closed_runs == (dead,)
    assert report.failures == (
        "dropping left staging tables: RuntimeError: outbox broken",
        "sending pending alerts: RuntimeError: outbox broken",
    )
    assert "run_queued" in select(connection, "SELECT rule_key FROM alert_events")


@pytest.mark.feature("SYNC-02")
def test_a_broken_settings_file_does_not_stop_the_watchdog(
    connection: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    dead = add_log(connection, "running", at=ago(minutes=16))
    monkeypatch.setenv("CMMS_CONFIG_FILE", str(tmp_path / "gone.yaml"))
    report = watch(NOW)
    assert report.closed_runs == (dead,)
    assert report.failures[0].startswith("settings: settings file")
