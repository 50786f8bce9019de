"""Where the schedules of an order count from, locked while a completion changes it or a reopening takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cmms.database import Cursor, query

_BASELINE = ("baseline_hours", "baseline_date", "first_due_date")
Row = dict[str, Any]


def lock_schedules(cursor: Cursor, ids: Sequence[int]) -> list[Row]:
    """The schedules, locked, with where each counts from."""
    return query(cursor.connection, "maintenance/lock_baselines", {"ids": tuple(ids)}) if ids else []


def baselines_of(schedules: Sequence[Row]) -> dict[str, Row]:
    """Where each schedule counts from, by its id as text."""
    return {str(schedule["id"]): {name: schedule[name] for name in _BASELINE} for schedule in schedules}
