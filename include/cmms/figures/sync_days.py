"""Syncs over time: how they ended and what they took by day, how long each good run took.

Input: ``api_sync_logs`` and ``api_call_logs``, days. Output: frozen rows by UTC day of the start. Shares follow from
sums: a mean of daily shares would count a quiet day as much as a busy one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cmms.figures.kpis import success_percent
from cmms.figures.typed_rows import read_typed


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOutcomes:
    """How the runs of a type that started on a day ended, and what they did with how many records."""

    sync_type: str
    day: date
    runs: int
    success: int
    partial: int
    failed: int
    cancelled: int
    processed: int
    inserted: int
    updated: int
    unchanged: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How some runs ended. A partial run succeeded: everything valid was stored; a cancelled one says nothing."""

    runs: int
    success: int
    partial: int
    failed: int
    cancelled: int

    @classmethod
    def of(cls, days: Iterable[DayOutcomes]) -> Outcomes:
        """The sum of the days."""
        found = list(days)
        return cls(*(sum(getattr(day, name) for day in found) for name in cls.__dataclass_fields__))

    @property
    def percent(self) -> float | None:
        """KPI-01, of the runs by their start."""
        succeeded = self.success + self.partial
        return success_percent(succeeded, succeeded + self.failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySums:
    """What the runs that started on a day took and brought, as sums to divide; None where none has it."""

    day: date
    runs: int
    good: int
    finished: int
    processed: int
    rejected: int
    warnings: int
    seconds: float | None
    queue_seconds: float | None
    queued: int
    rule_seconds: float | None
    database_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCalls:
    """Requests to the source on a day, and the milliseconds of all of them."""

    day: date
    calls: int
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpeed:
    """How long a good run took for how many records."""

    id: int
    sync_started_at: datetime
    records_processed: int
    seconds: float

    @property
    def records_per_second(self) -> float:
        """Of the whole run, with what Airflow does between its steps."""
        return self.records_processed / max(self.seconds, 0.001)


def outcomes_by_day(sync_types: Sequence[str], since: date, until: date) -> tuple[DayOutcomes, ...]:
    """WAD-02, KPI-01: by type and day, from ``since`` to the day before ``until``."""
    bounds = {"sync_types": tuple(sync_types), "since": since, "until": until}
    return read_typed(DayOutcomes, "figures/outcomes_by_day", bounds)


def sums_by_day(sync_types: Sequence[str], since: date) -> dict[date, DaySums]:
    """WAD-12: of the runs that are over, by day; days without any are left out."""
    rows = read_typed(DaySums, "figures/metrics_by_day", {"sync_types": tuple(sync_types), "since": since})
    return {row.day: row for row in rows}


def calls_by_day(since: date) -> dict[date, DayCalls]:
    """WAD-12: requests to the source by day; days without any are left out."""
    return {row.day: row for row in read_typed(DayCalls, "figures/calls_by_day", {"since": since})}


def run_speeds(sync_type: str, since: date, limit: int) -> tuple[RunSpeed, ...]:
    """SYM-T4: the newest good runs of a type, newest first."""
    return read_typed(RunSpeed, "figures/run_speeds", {"sync_type": sync_type, "since": since, "row_limit": limit})
