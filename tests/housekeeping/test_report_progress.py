"""Signs of life while another task of the same run is merging."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import date
from typing import Any

import pytest

from cmms.database import session
from cmms.settings import load_settings
from cmms.sync.claim_units import check_fence, claim_unit
from cmms.sync.open_run import open_run
from cmms.sync.records import Scope
from cmms.sync.report_progress import Reporter, write_event
from tests.housekeeping.rows import select

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


@pytest.mark.feature("ACT-09")
def test_the_times_of_a_steps_attempts_add_up(connection: Any) -> None:
    run = open_run(connection, Scope("running_time", LAST, LAST), run_date=LAST, settings=load_settings()).sync_log_id
    with Reporter(run, lease_seconds=900) as reporter:
        reporter.time(LAST.isoformat(), api_ms=5, validate_ms=10, stage_ms=20, merge_ms=40)
        reporter.time(LAST.isoformat(), api_ms=1, validate_ms=2, stage_ms=3, merge_ms=4)
    assert select(connection, "SELECT api_ms, validate_ms, stage_ms, merge_ms FROM sync_units") == [(6, 12, 23, 44)]
