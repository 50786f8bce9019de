"""Key figures, against rows made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cmms.figures import kpis
from cmms.figures.kpis import Period
from tests.housekeeping.rows import NOW, add_log, add_machine, add_plant, add_reading, add_unit, ago, insert

WEEK = Period.last_days(7, until=NOW)


@pytest.mark.feature("KPI-01")
def test_success_rate_is_successes_per_finished_runs_in_the_period(connection: Any) -> None:
    for status in ("success", "success", "partial", "failed", "cancelled", "running", "queued", "paused"):
        add_log(connection, status, at=ago(days=1))
    add_log(connection, "failed", at=ago(days=7, seconds=1))  # before the period
    add_log(connection, "failed", at=ago())  # until is excluded
    add_log(connection, "success", at=ago(days=7), sync_type="equipment")  # since is included
    equipment, running_time = kpis.success_rates(connection, WEEK)
    assert (running_time.finished, running_time.succeeded, running_time.partial_runs) == (4, 3, 1)
    assert (running_time.failed, running_time.cancelled, running_time.percent) == (1, 1, 75.0)
    assert equipment.percent == 100.0
    assert kpis.total_success([equipment, running_time]).percent == 80.0
    assert kpis.total_success([]).percent is None


def add_call(connection: Any, latency: int, status: int | None = 200, *, endpoint: str = "/a", days: float = 1) -> None:
    insert(
        connection,
        "api_call_logs",
        endpoint=endpoint,
        status=status,
        attempt=1,
        latency_ms=latency,
        called_at=ago(days=days),
    )


@pytest.mark.feature("KPI-02")
def test_response_times_are_nearest_rank_percentiles_of_answered_calls(connection: Any) -> None:
    for latency in range(200, 0, -1):
        add_call(connection, latency, 503 if latency == 1 else 200)
    add_call(connection, 60_000, None)  # a time-out is an error, not a response time
    add_call(connection, 99_999, days=8)
    add_call(connection, 7, endpoint="/b")
    add_call(connection, 30_000, None, endpoint="/c")
    found = kpis.response_times(connection, WEEK)
    assert found == [
        kpis.ResponseTimes("/a", calls=201, errors=2, p50_ms=100, p95_ms=190, p99_ms=198),
        kpis.ResponseTimes("/b", calls=1, errors=0, p50_ms=7, p95_ms=7, p99_ms=7),
        kpis.ResponseTimes("/c", calls=1, errors=1, p50_ms=None, p95_ms=None, p99_ms=None),
    ]


@pytest.mark.feature("KPI-03")
def test_database_times_are_per_unit_of_work(connection: Any) -> None:
    period = Period(NOW - timedelta(days=1), NOW + timedelta(seconds=1))
    log = add_log(connection)
    for day in range(1, 21):
        add_unit(connection, log, f"2026-02-{day:02d}", fetched=100, inserted=100, stage_ms=10, merge_ms=10 * day)
    add_unit(connection, log, "2026-02-28", fetched=5, inserted=5)  # not timed
    add_unit(connection, log, "equipment", fetched=0, stage_ms=0, merge_ms=0)
    equipment, running_time = kpis.database_times(connection, period)
    assert running_time == kpis.DatabaseTimes(
        "running_time", units=20, records=2000, stage_ms=10.0, merge_ms=105.0, p95_ms=200, max_ms=210,
        records_per_second=pytest.approx(2000 / 2.3),
    )  # fmt: skip
    assert equipment.records_per_second is None
    newest = kpis.unit_times(connection, period, limit=2)
    assert [unit.unit_key for unit in newest] == ["equipment", "2026-02-20"]
    assert (newest[1].stage_ms, newest[1].merge_ms, newest[1].merged_at) == (10, 200, NOW)


@pytest.mark.feature("KPI-04")
def test_queue_latency_is_seconds_from_queued_to_running(connection: Any) -> None:
    for seconds in range(1, 11):
        last = add_log(connection, at=ago(hours=11 - seconds), queue_ms=1000 * seconds)
    add_log(connection, at=ago(hours=1))  # from the command line: nobody queued it
    add_log(connection, at=ago(days=8), queue_ms=999_000)
    assert kpis.queue_latencies(connection, WEEK) == [
        kpis.QueueLatency("running_time", runs=10, mean_seconds=5.5, p95_seconds=10.0, max_seconds=10.0)
    ]
    [newest] = kpis.queued_runs(connection, WEEK, limit=1)
    assert (newest.sync_log_id, newest.queue_seconds, newest.started_at) == (
        last,
        10.0,
        NOW - timedelta(hours=1),
    )


@pytest.mark.feature("KPI-05")
def test_freshness_is_the_age_of_the_newest_reading_and_counts_breaches(connection: Any) -> None:
    first, second, closed = add_plant(connection, "A"), add_plant(connection, "B"), add_plant(connection, "C")
    insert(connection, "plants", plant_code="D", name="without machines")
    fresh, stale, never = (add_machine(connection, number, first) for number in ("E1", "E2", "E3"))
    add_machine(connection, "E4", first, is_active=0)
    only = add_machine(connection, "E5", second)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE plants SET is_active = 0 WHERE id = %s", (closed,))
    connection.commit()
    add_machine(connection, "E6", closed)
    add_reading(connection, fresh, first, "2026-02-27", "1", "1", date_time="2026-02-27 23:00:00")
    add_reading(connection, fresh, first, "2026-02-28", "1", "2", date_time="2026-02-28 23:00:00")
    add_reading(connection, stale, first, "2026-02-20", "1", "1", date_time="2026-02-20 23:00:00")
    add_reading(connection, only, second, "2026-02-27", "1", "1")  # no time of day: as old as the end of its day
    sla = timedelta(hours=36)
    a, b, d = kpis.plant_freshness(connection, now=NOW, sla=sla)
    assert (a.plant_code, a.machines, a.breaches) == ("A", 3, 2)
    assert a.newest_at == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert a.age == timedelta(hours=13)
    assert (b.plant_code, b.machines, b.breaches, b.age) == ("B", 1, 0, timedelta(hours=36))
    assert (d.plant_code, d.machines, d.breaches, d.newest_at, d.age) == ("D", 0, 0, None, None)
    machines = kpis.stale_machines(connection, now=NOW, sla=sla)
    assert [(machine.equipment_id, machine.age) for machine in machines] == [
        (never, None),
        (stale, timedelta(days=8, hours=13)),
    ]
    assert len(kpis.stale_machines(connection, now=NOW, sla=timedelta(hours=35))) == 3
