"""One run: its units, how it ended, and what went wrong in it down to the record.

Input: the id of its log row. Output: frozen rows; instants are UTC without zone, as stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cmms.figures.typed_rows import read_typed, read_typed_live


@dataclass(frozen=True, slots=True, kw_only=True)
class RunUnit:
    """A unit of work: records ``done`` of ``total`` of its step, counts and milliseconds; None before it has them."""

    unit_key: str
    step: str
    done: int
    total: int | None
    fetched: int | None
    inserted: int | None
    updated: int | None
    unchanged: int | None
    rejected: int | None
    warnings: int | None
    api_ms: int | None
    validate_ms: int | None
    stage_ms: int | None
    merge_ms: int | None
    merged_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTrace:
    """How a run ended, with the stack of a failure; ``run_ms`` from its start to its end, ``queue_ms`` before it."""

    id: int
    sync_type: str
    status: str
    stack_trace: str | None
    dag_id: str | None
    run_id: str | None
    error_class: str | None
    error_category: str | None
    error_message: str | None
    records_processed: int
    records_failed: int
    queue_ms: int | None
    run_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadCalls:
    """Requests to an endpoint that ended alike, and not well; ``status`` is None without an answer."""

    endpoint: str
    status: int | None
    error_class: str | None
    calls: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BadAnswer:
    """What the source said when it refused a request: text from outside."""

    endpoint: str
    status: int | None
    error_class: str | None
    answer_head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A rejected record; ``records`` is how many of the run have its code."""

    id: int
    code: str
    record_key: str
    message: str
    status: str
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent:
    """What happened in a run."""

    at: datetime
    level: str
    category: str
    code: str
    message: str


def run_units(sync_log_id: int) -> tuple[RunUnit, ...]:
    """ACT-09: its units in order, 400 at most."""
    return read_typed_live(RunUnit, "figures/run_units", {"id": sync_log_id})


def run_trace(sync_log_id: int) -> RunTrace | None:
    """SCH-03: its end; None when there is no such run."""
    return next(iter(read_typed_live(RunTrace, "figures/run_trace", {"id": sync_log_id})), None)


def bad_calls(sync_log_id: int) -> tuple[BadCalls, ...]:
    """SCH-03: requests that were not answered well, by endpoint and how they ended, the most first."""
    return read_typed(BadCalls, "figures/run_calls", {"id": sync_log_id})


def bad_answers(sync_log_id: int) -> tuple[BadAnswer, ...]:
    """SCH-03: the five newest different answers of the source that refused something."""
    return read_typed(BadAnswer, "figures/run_answers", {"id": sync_log_id})


def run_records(sync_log_id: int, limit: int) -> tuple[RunRecord, ...]:
    """SCH-03: the first ``limit`` rejected records of each code, the most frequent code first."""
    return read_typed(RunRecord, "figures/run_records", {"id": sync_log_id, "row_limit": limit})


def run_events(sync_log_id: int) -> tuple[RunEvent, ...]:
    """SCH-03: its events, newest first, 100 at most."""
    return read_typed(RunEvent, "figures/run_events", {"id": sync_log_id})
