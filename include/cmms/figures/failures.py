"""What failed: runs and records by day and category, what starting runs again has brought, errors as they come.

Input: the log tables. Output: frozen rows; days are UTC days, instants UTC without zone, as stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cmms.figures.typed_rows import read_typed


@dataclass(frozen=True, slots=True, kw_only=True)
class DayErrors:
    """How many failed runs or rejected records a category has on a day."""

    day: date
    category: str
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetriedRuns:
    """Failed and cancelled runs of an error class: how many a person has started again, and how those ended."""

    error_class: str
    runs: int
    retried: int
    good: int
    under_way: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorLine:
    """A rejected record (``kind`` is ``record``) or an event of a run (``event``, without ``record_key``)."""

    kind: str
    id: int
    sync_log_id: int
    at: datetime
    category: str
    level: str
    code: str
    message: str
    record_key: str | None


def failed_runs_by_day(since: date) -> tuple[DayErrors, ...]:
    """WAD-03: by the day of their start."""
    return read_typed(DayErrors, "figures/failure_days", {"since": since})


def rejects_by_day(since: date) -> tuple[DayErrors, ...]:
    """WAD-03: by the day on which they came first."""
    return read_typed(DayErrors, "figures/error_days", {"since": since})


def retried_runs(since: date) -> tuple[RetriedRuns, ...]:
    """SYM-T5: by error class, the most frequent first, twelve at most."""
    return read_typed(RetriedRuns, "figures/retried_runs", {"since": since})


def newest_errors(category: str, limit: int) -> tuple[ErrorLine, ...]:
    """SYM-T5: the newest first; of all categories when ``category`` is empty."""
    return read_typed(ErrorLine, "figures/error_stream", {"category": category, "row_limit": limit})
