"""Invariant 14: a worker's clock that jumps in the middle of a sync, or is simply wrong, changes nothing."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from cmms.database import server_time, session
from cmms.operations.verify.verify_tables import verify_tables
from tests.sync.mortal_process import Disturbance, mortal
from tests.sync.records import machine, reading
from tests.sync.site import DAY, Site

TABLES = ("equipment_running_times", "sync_record_errors", "sync_units", "sync_log_events")
_DIFFERS = ("created_at", "updated_at", "merged_at", "first_seen_at", "last_seen_at", "at")
_TIMINGS = ("api_ms", "validate_ms", "stage_ms", "merge_ms", "rate")
MOMENTS = (
    "INSERT IGNORE INTO sync_leases",
    "SELECT version FROM sync_reference_version",
    "LOAD DATA",
    "UPDATE api_sync_logs SET status",
)


def left_by(site: Site, moment: str, jump: timedelta) -> dict[str, Any]:
    """What a sync leaves behind whose machine's clock jumps before the first statement that begins so."""
    site.clear()
    site.sync_equipment([machine("A"), machine("B"), machine("C")])
    site.serve("running_time", DAY, [reading("A"), reading("B", hours="25"), reading("C", hours="x"), reading("GHOST")])
    travel = time_machine.travel(datetime.now(UTC) + jump)
    with mortal(Disturbance(moment, travel.start)) as disturbance:
        try:
            summary = site.sync_day(DAY)
            assert verify_tables() == []
        finally:
            if disturbance.has_happened:
                travel.stop()
    assert disturbance.has_happened
    [row] = site.query("SELECT * FROM api_sync_logs WHERE id = %s", summary.sync_log_id)
    assert row["sync_started_at"] <= row["sync_completed_at"]
    assert min(row[name] for name in ("api_ms", "validate_ms", "db_ms")) >= 0
    due = row["respond_by"] - row["sync_completed_at"]
    assert timedelta(hours=1, minutes=59) < due <= timedelta(hours=2)  # half of the records failed: level high
    return {"status": summary.status, **site.dump(*TABLES, without=(*_DIFFERS, *_TIMINGS))}


@pytest.mark.feature("SVC-03")
@pytest.mark.parametrize("jump", [timedelta(days=40), timedelta(days=-40)], ids=["forward", "back"])
def test_a_clock_that_jumps_between_two_steps_changes_nothing(site: Site, jump: timedelta) -> None:
    expected = left_by(site, MOMENTS[0], timedelta(0))
    assert expected["status"] == "partial"
    for moment in MOMENTS:
        assert left_by(site, moment, jump) == expected, moment


@pytest.mark.feature("SVC-03")
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_the_databases_clock_is_read_as_utc_whatever_zone_the_machine_has(
    site: Site, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        with session() as connection:
            assert abs(server_time(connection) - datetime.now(UTC)) < timedelta(hours=1)
    finally:
        monkeypatch.undo()
        time.tzset()
