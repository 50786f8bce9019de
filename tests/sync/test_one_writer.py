"""Invariants 5 and 8: one writer per unit of work, fenced; a lost answer or a stopped run leaves no half state."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cmms.database import session
from cmms.errors import DatabaseUnavailable, Fenced, HandoverMissing, RunCancelled, RunConflict
from cmms.sync import pipeline
from cmms.sync.merge import merge_stage
from cmms.sync.merge.stage_rows import stage_unit
from cmms.sync.records import RunSummary, Scope
from cmms.sync.run_sync import fetch_units, run_steps, run_sync
from cmms.sync.runs.claim_units import check_fence, claim_unit
from cmms.sync.runs.open_run import open_run, plan_run
from cmms.sync.runs.report_progress import Reporter
from cmms.sync.runs.run_context import RunContext
from tests.sync.records import machine, reading
from tests.sync.site import DAY, RUN_DATE, Site

NUMBERS = [f"{number:05d}" for number in range(200)]
SCOPE = Scope("running_time", DAY, DAY)
UNIT = {"stream": "running_time", "unit_key": DAY.isoformat()}


@pytest.fixture
def filled(site: Site) -> Site:
    """200 machines, and a reading of each to fetch."""
    site.sync_equipment([machine(number) for number in NUMBERS])
    site.serve("running_time", DAY, [reading(number) for number in NUMBERS])
    return site


@pytest.fixture
def connection(filled: Site) -> Iterator[Any]:
    with session(local_infile=True) as opened:
        yield opened


def start(site: Site, connection: Any, **changes: Any) -> RunContext:
    """Open a run of the day as a first task does."""
    return open_run(connection, SCOPE, run_date=RUN_DATE, settings=site.settings(**changes))


def claim(connection: Any, run: RunContext, *, lease_seconds: int = 60, wait_seconds: float = 0) -> int:
    return claim_unit(
        connection, **UNIT, sync_log_id=run.sync_log_id, lease_seconds=lease_seconds, wait_seconds=wait_seconds
    )  # fmt: skip


def prepare(run: RunContext, connection: Any, reporter: Reporter) -> Callable[[], Any]:
    """Everything up to the merge, which the returned function does."""
    (batch,) = plan_run(connection, run)
    manifest = fetch_units(run, connection, batch, reporter)
    (unit,) = pipeline.validate(run, connection, manifest, reporter)
    stage = stage_unit(run, connection, unit.validation, reporter)
    return lambda: merge_stage.merge_unit(run, connection, manifest, unit.validation, stage, reporter)


@pytest.mark.feature("SCHED-04", "RT-11")
def test_a_claimed_day_is_refused_to_another_run_with_the_holders_name(filled: Site, connection: Any) -> None:
    holder, other = start(filled, connection), start(filled, connection)
    claim(connection, holder)
    with pytest.raises(RunConflict, match=f"being synced by run {holder.sync_log_id}"):
        claim(connection, other)
    summary = filled.sync_day(DAY, engine={"unit_wait_seconds": 0})
    assert (summary.status, summary.error_class) == ("failed", "RunConflict")
    assert filled.value("SELECT COUNT(*) FROM equipment_running_times") == 0


@pytest.mark.feature("RT-11", "SYNC-06")
def test_less_than_was_judged_is_not_staged_and_less_than_was_staged_is_not_merged(
    filled: Site, connection: Any
) -> None:
    filled.sync_day(DAY, [reading(number) for number in NUMBERS[:2]])
    filled.serve("running_time", DAY, [reading(number, hours="9") for number in NUMBERS[:3]])
    before = filled.dump("equipment_running_times")
    run = start(filled, connection)
    with Reporter(run.sync_log_id, lease_seconds=60) as reporter:
        (batch,) = plan_run(connection, run)
        manifest = fetch_units(run, connection, batch, reporter)
        (unit,) = pipeline.validate(run, connection, manifest, reporter)
        with pytest.raises(HandoverMissing, match="3 valid rows, 4 expected"):
            stage_unit(run, connection, replace(unit.validation, fetched=4), reporter)
        stage = stage_unit(run, connection, unit.validation, reporter)
        filled.execute(f"DELETE FROM {stage.table} LIMIT 1")
        with pytest.raises(HandoverMissing, match="is not complete"):
            merge_stage.merge_unit(run, connection, manifest, unit.validation, stage, reporter)
    assert filled.dump("equipment_running_times") == before


@pytest.mark.feature("SVC-03")
@pytest.mark.parametrize("signal", [KeyboardInterrupt, SystemExit])
def test_a_process_that_is_told_to_end_closes_its_run_and_ends(
    filled: Site, connection: Any, signal: type[BaseException]
) -> None:
    run = start(filled, connection)

    def steps(_: Reporter) -> None:
        raise signal

    with pytest.raises(signal):
        run_steps(run, connection, steps)
    assert filled.query("SELECT status, error_class FROM api_sync_logs WHERE id = %s", run.sync_log_id) == [
        {"status": "failed", "error_class": signal.__name__}
    ]


@pytest.mark.feature("SCHED-04", "RT-11")
def test_a_run_that_waits_for_another_ones_day_can_be_cancelled(filled: Site, connection: Any) -> None:
    holder, other = start(filled, connection), start(filled, connection)
    claim(connection, holder)
    filled.execute("UPDATE api_sync_logs SET control = 'cancel' WHERE id = %s", values=(other.sync_log_id,))
    with Reporter(other.sync_log_id, lease_seconds=60) as reporter, pytest.raises(RunCancelled):
        claim_unit(
            connection, **UNIT, sync_log_id=other.sync_log_id, lease_seconds=60, wait_seconds=5, while_waiting=reporter.check
        )  # fmt: skip


@pytest.mark.feature("RT-11", "SCHED-04")
def test_a_lease_that_ran_out_is_taken_over_and_the_zombie_cannot_commit(filled: Site, connection: Any) -> None:
    zombie = start(filled, connection)
    with Reporter(zombie.sync_log_id, lease_seconds=60) as reporter:
        merge = prepare(zombie, connection, reporter)
        filled.execute("UPDATE sync_leases SET lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND")
        assert filled.sync_day(DAY).status == "success"
        before = filled.dump("equipment_running_times", "sync_record_errors")
        with pytest.raises(Fenced):
            merge()
    assert filled.dump("equipment_running_times", "sync_record_errors") == before


@pytest.mark.feature("SVC-03")
def test_an_older_attempt_of_the_same_run_cannot_commit_after_a_newer_one_claimed(
    filled: Site, connection: Any
) -> None:
    run = start(filled, connection)
    with Reporter(run.sync_log_id, lease_seconds=60) as reporter:
        merge = prepare(run, connection, reporter)
        newer = claim(connection, run)
        with pytest.raises(Fenced, match="newer attempt"):
            merge()
    cursor = connection.cursor()
    check_fence(cursor, **UNIT, sync_log_id=run.sync_log_id, fence=newer)
    connection.rollback()
    assert filled.value("SELECT COUNT(*) FROM equipment_running_times") == 0


@pytest.mark.feature("SVC-03", "TEST-28")
def test_when_the_answer_to_commit_is_lost_a_retry_reports_the_merge_once(
    filled: Site, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(filled, connection)
    with Reporter(run.sync_log_id, lease_seconds=60) as reporter:
        merge = prepare(run, connection, reporter)
        real = merge_stage.run_transaction

        def lose_answer(*args: Any, **kwargs: Any) -> Any:
            real(*args, **kwargs)
            raise DatabaseUnavailable("lost connection during COMMIT")

        monkeypatch.setattr(merge_stage, "run_transaction", lose_answer)
        with pytest.raises(DatabaseUnavailable):
            merge()
        monkeypatch.undo()
        _reconnect(filled, monkeypatch)
        before = filled.dump("equipment_running_times", "sync_units")
        counts = merge()
    assert (counts.inserted, counts.fetched) == (200, 200)
    after = filled.dump("equipment_running_times", "sync_units")
    assert after["equipment_running_times"] == before["equipment_running_times"]
    assert filled.query("SHOW TABLES LIKE 'stg%'") == []


def _reconnect(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """``monkeypatch.undo`` took the connections of the fixtures away too."""
    from tests.sync.conftest import name_connections

    name_connections(monkeypatch, site.simulator, site.database)


@pytest.mark.feature("SVC-03", "TEST-28")
@pytest.mark.parametrize(
    "statement", ["sync/merge/insert_error", "sync/merge/running_time_load_day", "sync/merge/mark_unit"]
)
def test_a_failure_in_the_middle_of_a_merge_leaves_nothing_and_the_next_run_everything(
    filled: Site, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    import cmms.database as database

    filled.serve("running_time", DAY, [*(reading(number) for number in NUMBERS), reading("GHOST")])
    real = database.load_sql

    def break_statement(name: str) -> str:
        return "SELECT broken FROM nowhere" if name == statement else real(name)

    before = filled.dump("equipment_running_times", "sync_record_errors")
    with monkeypatch.context() as patch:
        patch.setattr(database, "load_sql", break_statement)
        summary = filled.sync_day(DAY)
    assert (summary.status, summary.error_class, summary.error_category) == ("failed", "DatabaseRefused", "database")
    assert filled.dump("equipment_running_times", "sync_record_errors") == before
    summary = filled.sync_day(DAY)
    assert (summary.status, summary.counts.inserted, summary.counts.rejected) == ("partial", 200, 1)


@pytest.mark.feature("RT-11", "SCHED-04", "TEST-33")
def test_two_runs_of_one_day_at_once_both_end_well_with_one_row_per_key(filled: Site) -> None:
    summaries: list[RunSummary] = []
    settings = filled.settings()

    def sync() -> None:
        summaries.append(run_sync(SCOPE, run_date=RUN_DATE, settings=settings))

    threads = [threading.Thread(target=sync) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert [summary.status for summary in summaries] == ["success"] * 2, [s.error_message for s in summaries]
    assert sorted(summary.counts.inserted for summary in summaries) == [0, 200]
    assert sorted(summary.counts.unchanged for summary in summaries) == [0, 200]
    rows = filled.query("SELECT equipment_id, COUNT(*) AS n FROM equipment_running_times GROUP BY equipment_id, date")
    assert [row["n"] for row in rows] == [1] * 200


@pytest.mark.feature("RT-11", "LOG-03")
def test_a_merge_that_waited_in_vain_for_a_lock_is_repeated_as_a_whole(filled: Site) -> None:
    """Another session holds what every merge locks first for longer than the merge waits."""
    blocker = filled.session()
    other = blocker.__enter__()
    try:
        other.autocommit(False)
        other.cursor().execute("SELECT * FROM sync_reference_version FOR UPDATE")
        timer = threading.Timer(2, other.rollback)

        def release_later(unit_key: str, step: str, done: int, total: int | None) -> None:
            if step == "merge" and not timer.is_alive():
                timer.start()

        settings = filled.settings(engine={"lock_wait_seconds": 1})
        summary = run_sync(SCOPE, run_date=RUN_DATE, settings=settings, listener=release_later)
        timer.join()
    finally:
        blocker.__exit__(None, None, None)
    assert (summary.status, summary.counts.inserted) == ("success", 200), summary.error_message


@pytest.mark.feature("SVC-03")
def test_a_process_that_freezes_while_it_merges_loses_its_locks_with_its_lease(
    filled: Site, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is held in the middle of the transaction; the server ends its session, and another run can merge."""
    settings = {"engine": {"lease_seconds": 5, "lock_wait_seconds": 30}}
    run = start(filled, connection, **settings)
    with Reporter(run.sync_log_id, lease_seconds=5) as reporter:
        merge = prepare(run, connection, reporter)
        real = merge_stage.check_staged

        def freeze(cursor: Any, stage: Any) -> None:
            monkeypatch.setattr(merge_stage, "check_staged", real)
            filled.execute("UPDATE sync_leases SET lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND")
            summary = filled.sync_day(DAY, **settings)  # waits for the lock until the server has ended our session
            assert summary.status == "success", summary.error_message
            real(cursor, stage)

        monkeypatch.setattr(merge_stage, "check_staged", freeze)
        with pytest.raises(DatabaseUnavailable):
            merge()
    assert filled.value("SELECT COUNT(*) FROM equipment_running_times") == 200


@pytest.mark.feature("RT-11", "LOG-03", "SVC-03")
def test_a_merge_that_is_the_victim_of_a_deadlock_is_repeated_as_a_whole(filled: Site) -> None:
    """Another session holds a reading that the merge wants, and then wants what the merge holds."""
    filled.sync_day(DAY)
    corrected = [reading(number, hours="7.5") for number in NUMBERS]
    filled.serve("running_time", DAY, corrected)
    blocker = filled.session()
    other = blocker.__enter__()
    try:
        cursor = other.cursor()
        cursor.execute("CREATE TABLE heavy (id INT AUTO_INCREMENT PRIMARY KEY, x INT)")
        other.autocommit(False)
        # The server ends the transaction that has changed less: it has to be the merge.
        cursor.executemany("INSERT INTO heavy (x) VALUES (%s)", [(number,) for number in range(20_000)])
        last = "SELECT id FROM equipment_running_times ORDER BY id DESC LIMIT 1 FOR UPDATE"
        cursor.execute(last)
        before = _deadlocks(filled)
        waits = threading.Thread(target=_close_the_circle, args=(filled, cursor, other))
        waits.start()
        summary = filled.sync_day(DAY)
        waits.join()
        assert _deadlocks(filled) == before + 1
    finally:
        blocker.__exit__(None, None, None)
        filled.execute("DROP TABLE heavy")
    assert (summary.status, summary.counts.updated) == ("success", 200), summary.error_message
    assert filled.value("SELECT COUNT(*) FROM equipment_running_time_revisions") == 200


def _close_the_circle(site: Site, cursor: Any, other: Any) -> None:
    """As soon as somebody waits for our lock, ask for the one that every merge holds; then let everything go."""
    waiting = "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
    deadline = time.monotonic() + 60
    while not site.value(waiting) and time.monotonic() < deadline:
        time.sleep(0.3)  # the server renews this table only when it was not read for a tenth of a second
    cursor.execute("SELECT * FROM sync_reference_version FOR UPDATE")
    other.rollback()


def _deadlocks(site: Site) -> int:
    return int(site.value("SELECT count FROM information_schema.innodb_metrics WHERE name = 'lock_deadlocks'"))


@pytest.mark.feature("SYM-T1", "ACT-08")
def test_a_cancelled_run_stops_before_the_next_unit_and_keeps_what_was_merged(filled: Site) -> None:
    first = DAY - timedelta(days=1)
    filled.serve("running_time", first, [reading(number, first, counter="4000") for number in NUMBERS])

    def cancel_in_second_unit(unit_key: str, step: str, done: int, total: int | None) -> None:
        if unit_key == DAY.isoformat() and step == "validate":
            filled.execute("UPDATE api_sync_logs SET control = 'cancel' WHERE status = 'running'")

    summary = run_sync(
        Scope("running_time", first, DAY), run_date=RUN_DATE, settings=filled.settings(), listener=cancel_in_second_unit
    )
    assert (summary.status, summary.error_class) == ("cancelled", "RunCancelled")
    assert summary.counts.inserted == 200
    assert [row["date"] for row in filled.query("SELECT DISTINCT date FROM equipment_running_times")] == [first]
    assert filled.query("SELECT * FROM sync_leases WHERE sync_log_id IS NOT NULL") == []
    assert filled.sync_days(first, DAY).counts.inserted == 200


@pytest.mark.feature("SYM-T1", "WID-03")
def test_a_paused_run_shows_it_and_goes_on_where_it_was(filled: Site) -> None:
    seen: list[str] = []

    def resume() -> None:
        for _ in range(200):
            if filled.value("SELECT status FROM api_sync_logs ORDER BY id DESC LIMIT 1") == "paused":
                seen.append("paused")
                filled.execute("UPDATE api_sync_logs SET control = 'none' ORDER BY id DESC LIMIT 1")
                return
            threading.Event().wait(0.1)

    person = threading.Thread(target=resume)

    def pause(unit_key: str, step: str, done: int, total: int | None) -> None:
        if step == "stage" and not person.is_alive() and not seen:
            filled.execute("UPDATE api_sync_logs SET control = 'pause' WHERE status = 'running'")
            person.start()

    summary = run_sync(SCOPE, run_date=RUN_DATE, settings=filled.settings(), listener=pause)
    person.join(timeout=30)
    assert (summary.status, summary.counts.inserted, seen) == ("success", 200, ["paused"])


@pytest.mark.feature("SYNC-02")
def test_a_running_log_row_is_visible_before_the_first_request_and_names_its_step(filled: Site) -> None:
    seen: list[tuple[str, str]] = []

    def look(unit_key: str, step: str, done: int, total: int | None) -> None:
        row = filled.query(
            "SELECT l.status, u.step FROM api_sync_logs l JOIN sync_units u ON u.sync_log_id = l.id ORDER BY l.id DESC LIMIT 1"
        )[0]
        seen.append((row["status"], step))

    assert run_sync(SCOPE, run_date=RUN_DATE, settings=filled.settings(), listener=look).status == "success"
    assert {status for status, _ in seen} == {"running"}
    assert list(dict.fromkeys(step for _, step in seen)) == ["fetch", "validate", "stage", "merge"]


@pytest.mark.feature("SYNC-07", "WID-07", "API-01", "KPI-02")
def test_every_request_is_in_the_call_log_with_its_run(filled: Site) -> None:
    summary = filled.sync_day(DAY, api={"pagination": {"size": 50}})
    calls = filled.query("SELECT * FROM api_call_logs WHERE sync_log_id = %s ORDER BY id", summary.sync_log_id)
    assert [(call["status"], call["attempt"], call["page"]) for call in calls] == [
        (200, 1, page) for page in (1, 2, 3, 4, 1)
    ]
    assert all(0 < call["bytes_wire"] < call["bytes_body"] for call in calls)  # compressed
    assert "demo-token" not in str(calls)


@pytest.mark.feature("SVC-03")
def test_after_a_merge_its_session_may_be_silent_again_as_long_as_any(filled: Site, connection: Any) -> None:
    run = start(filled, connection, engine={"lease_seconds": 5, "lock_wait_seconds": 7})
    with Reporter(run.sync_log_id, lease_seconds=5) as reporter:
        prepare(run, connection, reporter)()
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@SESSION.wait_timeout = @@GLOBAL.wait_timeout")
        assert cursor.fetchone() == (1,)
