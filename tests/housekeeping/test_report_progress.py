"""Signs of life while another task of the same run is merging."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import date, datetime
from typing import Any

import pytest

from cmms.database import session
from cmms.settings import load_settings
from cmms.source.call_log import ApiCall
from cmms.sync.records import Scope
from cmms.sync.runs.claim_units import check_fence, claim_unit
from cmms.sync.runs.open_run import open_run
from cmms.sync.runs.report_progress import Reporter, write_event
from tests.housekeeping.rows import run_sql, select

FIRST, LAST = date(2026, 2, 27), date(2026, 2, 28)


@pytest.mark.feature("SYNC-02", "SCHED-04")
@pytest.mark.parametrize("holds_log_row", [False, True])
def test_a_long_merge_of_one_unit_does_not_stop_the_other_units_of_its_run(
    connection: Any, holds_log_row: bool
) -> None:
    run = open_run(connection, Scope("running_time", FIRST, LAST), run_date=LAST, settings=load_settings()).sync_log_id
    unit = {"stream": "running_time", "unit_key": FIRST.isoformat(), "sync_log_id": run}
    fence = claim_unit(connection, **unit, lease_seconds=900, wait_seconds=0)
    with session() as merging, closing(merging.cursor()) as cursor:
        check_fence(cursor, **unit, fence=fence)
        if holds_log_row:  # rejects and events refer to it, which locks it
            write_event(cursor, run, "info", "business", "X", "x")
        started = time.monotonic()
        with Reporter(run, lease_seconds=900) as reporter:
            reporter.report(LAST.isoformat(), "fetch", 1, 2)
            assert time.monotonic() - started < 10  # not the 30 seconds of a lock that is waited for
            write_event(cursor, run, "info", "business", "X", "x")  # and the merge was not in its way
            merging.commit()
            reporter.report(LAST.isoformat(), "fetch", 2, 2, force=True)
    assert select(connection, f"SELECT done FROM sync_units WHERE unit_key = '{LAST}'") == [2]
    assert select(connection, "SELECT lease_until > UTC_TIMESTAMP(3) FROM sync_leases") == [1]


ALIVE = (
    "SELECT (SELECT heartbeat_at > UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE FROM api_sync_logs),"
    " (SELECT MIN(lease_until) > UTC_TIMESTAMP(3) FROM sync_leases)"
)


def fall_silent(connection: Any) -> None:
    run_sql(
        connection,
        "UPDATE api_sync_logs SET heartbeat_at = '2026-01-01'",
        "UPDATE sync_leases SET lease_until = '2026-01-01'",
    )


def open_claimed(connection: Any) -> int:
    run = open_run(connection, Scope("running_time", LAST, LAST), run_date=LAST, settings=load_settings()).sync_log_id
    unit = {"stream": "running_time", "unit_key": LAST.isoformat(), "sync_log_id": run}
    claim_unit(connection, **unit, lease_seconds=900, wait_seconds=0)
    return run


@pytest.mark.feature("SYNC-02", "SCHED-04")
def test_progress_is_a_sign_of_life_for_the_log_row_and_the_leases(connection: Any) -> None:
    run = open_claimed(connection)
    fall_silent(connection)
    with Reporter(run, lease_seconds=900) as reporter:
        reporter.report(LAST.isoformat(), "fetch", 1, 2)
    assert select(connection, ALIVE) == [(1, 1)]


@pytest.mark.feature("SYNC-02", "SCHED-04")
def test_a_paused_run_stays_alive_and_goes_on_when_it_is_let(connection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run = open_claimed(connection)
    fall_silent(connection)
    run_sql(connection, "UPDATE api_sync_logs SET control = 'pause'")
    seen: list[Any] = []

    def sleep(seconds: float) -> None:
        if seen:  # it has waited once already: what has it done meanwhile?
            seen.extend(select(connection, ALIVE))
            run_sql(connection, "UPDATE api_sync_logs SET control = 'none'")
        seen.extend(select(connection, "SELECT status FROM api_sync_logs"))

    monkeypatch.setattr("cmms.sync.runs.report_progress.time.sleep", sleep)
    with Reporter(run, lease_seconds=900) as reporter:
        reporter.check()
    assert seen == ["paused", (1, 1), "paused"]
    assert select(connection, "SELECT status FROM api_sync_logs") == ["running"]


@pytest.mark.feature("SYNC-02")
def test_a_step_that_begins_after_a_pause_shows_its_run_as_running(connection: Any) -> None:
    run = open_claimed(connection)
    run_sql(connection, "UPDATE api_sync_logs SET status = 'paused'")  # as the step before left it
    with Reporter(run, lease_seconds=900) as reporter:
        reporter.check()
    assert select(connection, "SELECT status FROM api_sync_logs") == ["running"]


@pytest.mark.feature("ACT-09")
def test_the_times_of_a_steps_attempts_add_up(connection: Any) -> None:
    run = open_run(connection, Scope("running_time", LAST, LAST), run_date=LAST, settings=load_settings()).sync_log_id
    with Reporter(run, lease_seconds=900) as reporter:
        reporter.time(LAST.isoformat(), api_ms=5, validate_ms=10, stage_ms=20, merge_ms=40)
        reporter.time(LAST.isoformat(), api_ms=1, validate_ms=2, stage_ms=3, merge_ms=4)
    assert select(connection, "SELECT api_ms, validate_ms, stage_ms, merge_ms FROM sync_units") == [(6, 12, 23, 44)]


@pytest.mark.feature("SYNC-07", "WID-07")
def test_requests_are_written_by_the_two_hundred_and_each_once(connection: Any) -> None:
    run = open_claimed(connection)
    call = ApiCall("/readings", LAST.isoformat(), 1, 200, 1, 5, 10, 20, None, datetime(2026, 2, 28, 1))
    written = "SELECT COUNT(*) FROM api_call_logs"
    with Reporter(run, lease_seconds=900) as reporter:
        for _ in range(199):
            reporter.call(call)
        assert select(connection, written) == [0]
        reporter.call(call)
        assert select(connection, written) == [200]
        reporter.call(call)
    assert select(connection, written) == [201]


@pytest.mark.feature("SYNC-02")
@pytest.mark.parametrize("is_locked", [False, True])
def test_a_sign_of_life_waits_briefly_for_locks_and_all_else_as_long_as_ever(
    connection: Any, monkeypatch: pytest.MonkeyPatch, is_locked: bool
) -> None:
    run = open_claimed(connection)
    with session() as own, session() as other, closing(other.cursor()) as cursor:
        monkeypatch.setattr("cmms.sync.runs.report_progress.connect", lambda: own)
        reporter = Reporter(run, lease_seconds=900)
        if is_locked:
            cursor.execute("SELECT * FROM sync_leases FOR UPDATE")
        reporter.report(LAST.isoformat(), "fetch", 1, 2)
        assert select(own, "SELECT @@innodb_lock_wait_timeout") == [30]
