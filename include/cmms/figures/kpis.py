"""Key figures of the syncs: the one place that API, views and reports ask (``include/sql/figures/*.sql``).

Input: the log tables and the readings, a period. Output: frozen records. All instants are UTC. Percentiles
are nearest-rank: a value that was really measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cmms.access.connections import raw_session
from cmms.alerts.records import from_database, to_database
from cmms.database import Connection, query


@dataclass(frozen=True)
class Period:
    """From ``since`` (included) to ``until`` (excluded)."""

    since: datetime
    until: datetime

    @classmethod
    def last_days(cls, days: float, *, until: datetime) -> Period:
        """The ``days`` before an instant."""
        return cls(until - timedelta(days=days), until)

    def to_parameters(self) -> dict[str, datetime]:
        """As the statements want it."""
        return {"since": to_database(self.since), "until": to_database(self.until)}


@dataclass(frozen=True)
class SuccessRate:
    """KPI-01. ``finished`` = succeeded + failed; partial runs succeeded; cancelled ones are left out."""

    sync_type: str
    finished: int
    succeeded: int
    partial_runs: int
    failed: int
    cancelled: int

    @property
    def percent(self) -> float | None:
        """Successes per hundred finished runs; None when no run finished."""
        return success_percent(self.succeeded, self.finished)


@dataclass(frozen=True)
class ResponseTimes:
    """KPI-02, of one endpoint. Percentiles are None when no call was answered."""

    endpoint: str
    calls: int
    errors: int
    p50_ms: int | None
    p95_ms: int | None
    p99_ms: int | None


@dataclass(frozen=True)
class DatabaseTimes:
    """KPI-03, of one stream: database time per unit; ``records_per_second`` is None below a millisecond."""

    stream: str
    units: int
    records: int
    stage_ms: float
    merge_ms: float
    p95_ms: int
    max_ms: int
    records_per_second: float | None


@dataclass(frozen=True)
class UnitTimes:
    """KPI-03, of one unit of work."""

    sync_log_id: int
    stream: str
    unit_key: str
    merged_at: datetime
    fetched: int
    inserted: int
    updated: int
    stage_ms: int
    merge_ms: int


@dataclass(frozen=True)
class QueueLatency:
    """KPI-04, of one sync type."""

    sync_type: str
    runs: int
    mean_seconds: float
    p95_seconds: float
    max_seconds: float


@dataclass(frozen=True)
class QueuedRun:
    """KPI-04, of one run."""

    sync_log_id: int
    sync_type: str
    run_id: str | None
    started_at: datetime
    queue_seconds: float


@dataclass(frozen=True)
class PlantFreshness:
    """KPI-05, of one active plant; ``age`` and ``newest_at`` are None without any reading."""

    plant_id: int
    plant_code: str
    machines: int
    newest_at: datetime | None
    age: timedelta | None
    breaches: int


@dataclass(frozen=True)
class StaleMachine:
    """KPI-05, an active machine that breaks the SLA; both are None when it never had a reading."""

    equipment_id: int
    equipment_number: str
    plant_code: str
    newest_at: datetime | None
    age: timedelta | None


def success_percent(succeeded: float, finished: float) -> float | None:
    """KPI-01, wherever it is shown: successes per hundred finished runs; None when no run finished."""
    return 100 * succeeded / finished if finished else None


def nearest_rank(values: Sequence[int], percent: int) -> int:
    """KPI-02, and how the statements of KPI-03 and KPI-04 count: what ``percent`` of a hundred values do not exceed."""
    ordered = sorted(values)
    return ordered[math.ceil(percent * len(ordered) / 100) - 1]


def success_rates(connection: Connection, period: Period) -> list[SuccessRate]:
    """KPI-01, by sync type, of the runs that ended in the period."""
    return [SuccessRate(**row) for row in query(connection, "figures/success_rate", period.to_parameters())]


def total_success(rates: list[SuccessRate]) -> SuccessRate:
    """KPI-01 over several sync types, from their counts."""
    names = ("finished", "succeeded", "partial_runs", "failed", "cancelled")
    return SuccessRate("all", **{name: sum(getattr(rate, name) for rate in rates) for name in names})


def response_times(connection: Connection, period: Period) -> list[ResponseTimes]:
    """KPI-02, by endpoint."""
    return [ResponseTimes(**row) for row in query(connection, "figures/api_response_times", period.to_parameters())]


def database_times(connection: Connection, period: Period) -> list[DatabaseTimes]:
    """KPI-03, by stream, of the units merged in the period."""
    rows = query(connection, "figures/database_times", period.to_parameters())
    return [DatabaseTimes(**_floats(row, "stage_ms", "merge_ms", "records_per_second")) for row in rows]


def unit_times(connection: Connection, period: Period, *, limit: int = 100) -> list[UnitTimes]:
    """KPI-03, the newest units of the period."""
    rows = query(connection, "figures/unit_times", {**period.to_parameters(), "row_limit": limit})
    return [UnitTimes(**{**row, "merged_at": from_database(row["merged_at"])}) for row in rows]


def queue_latencies(connection: Connection, period: Period) -> list[QueueLatency]:
    """KPI-04, by sync type, of the runs that started in the period."""
    rows = query(connection, "figures/queue_latencies", period.to_parameters())
    return [QueueLatency(**_floats(row, "mean_seconds", "p95_seconds", "max_seconds")) for row in rows]


def queued_runs(connection: Connection, period: Period, *, limit: int = 100) -> list[QueuedRun]:
    """KPI-04, the newest runs of the period."""
    rows = query(connection, "figures/queued_runs", {**period.to_parameters(), "row_limit": limit})
    return [
        QueuedRun(**{**_floats(row, "queue_seconds"), "started_at": from_database(row["started_at"])}) for row in rows
    ]


def plant_freshness(connection: Connection, *, now: datetime, sla: timedelta) -> list[PlantFreshness]:
    """KPI-05, by active plant: age of the newest reading, and how many machines are older than ``sla``."""
    rows = query(connection, "figures/plant_freshness", {"oldest_at": to_database(now - sla)})
    return [PlantFreshness(**_with_age(row, now)) for row in rows]


def read_plant_freshness(*, now: datetime, sla: timedelta) -> list[PlantFreshness]:
    """KPI-05, read in a session of its own."""
    with raw_session() as connection:
        return plant_freshness(connection, now=now, sla=sla)


def stale_machines(connection: Connection, *, now: datetime, sla: timedelta, limit: int = 100) -> list[StaleMachine]:
    """KPI-05, the machines that break the SLA, worst first."""
    rows = query(connection, "figures/stale_machines", {"oldest_at": to_database(now - sla), "row_limit": limit})
    return [StaleMachine(**_with_age(row, now)) for row in rows]


def _with_age(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    newest = from_database(row["newest_at"]) if row["newest_at"] else None
    return {**row, "newest_at": newest, "age": now - newest if newest else None}


def _floats(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """Means come as decimals."""
    return {**row, **{name: float(row[name]) for name in names if row[name] is not None}}
