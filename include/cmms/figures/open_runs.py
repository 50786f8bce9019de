"""Runs as they are now: those that are not over with their progress, the newest ones, the last of each daily sync.

Input: ``api_sync_logs`` and ``sync_units``. Output: frozen rows; instants are UTC without zone, as stored. What is read
here is never older than the question, but for :func:`last_runs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cmms.figures.typed_rows import read_typed, read_typed_live
from cmms.streams import STREAMS


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSteps:
    """How far the units of a run are: how many are at which step, records so far, milliseconds of each step."""

    units: int
    units_done: int
    fetching: int
    validating: int
    writing: int
    fetched: int
    rejected: int
    written: int
    api_ms: int
    validate_ms: int
    write_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRun(RunSteps):
    """A run that is not over. ``done`` of ``total`` records, ``rate`` in records per second; None: not known yet."""

    id: int
    sync_type: str
    status: str
    control: str
    interval_start: date | None
    interval_end: date | None
    seconds: int | None
    done: int | None
    total: int | None
    rate: float | None
    step: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentRun:
    """One of the newest runs; ``alert_id`` is its alert that nobody takes care of yet."""

    id: int
    sync_type: str
    status: str
    sync_started_at: datetime | None
    records_processed: int
    records_failed: int
    alert_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The newest run of a daily sync that is over; ``good_at`` is when the newest good one ended."""

    id: int
    sync_type: str
    status: str
    records_processed: int
    records_failed: int
    good_at: datetime | None


def live_runs() -> tuple[LiveRun, ...]:
    """WID-01: runs that are queued, running or paused, the newest first, ten at most."""
    return read_typed_live(LiveRun, "figures/live_runs")


def live_run(sync_log_id: int) -> LiveRun | None:
    """WID-01: one of them; None when it is over."""
    return next((run for run in live_runs() if run.id == sync_log_id), None)


def run_steps(sync_log_id: int) -> RunSteps:
    """ACT-09: the steps of a run, open or over."""
    return read_typed_live(RunSteps, "figures/run_steps", {"id": sync_log_id})[0]


def recent_runs(limit: int) -> tuple[RecentRun, ...]:
    """WAD-09: the newest runs."""
    return read_typed_live(RecentRun, "figures/recent_runs", {"row_limit": limit})


def last_runs() -> dict[str, LastRun]:
    """TAB-G1, TAB-G2: by stream, its newest run that is over."""
    return {run.sync_type: run for run in read_typed(LastRun, "figures/last_runs", {"streams": tuple(STREAMS)})}
