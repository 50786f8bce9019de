"""Periods and kinds of syncs that a person chooses in the head of a widget. Days are UTC days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from cmms_ui.definition.schema import Choice, Field

DAILY = ("equipment", "running_time")
PERIOD = Field(
    "days",
    "Period",
    "choice",
    choices=(Choice("7", "7 days"), Choice("30", "30 days"), Choice("90", "90 days")),
    default="30",
)
STREAM = Field(
    "sync_type",
    "Sync",
    "choice",
    choices=(Choice("running_time", "Running time"), Choice("equipment", "Equipment")),
    default="running_time",
)


def last_days(days: int) -> tuple[date, ...]:
    """The UTC days up to today."""
    today = datetime.now(UTC).date()
    return tuple(today - timedelta(days=back) for back in range(days - 1, -1, -1))
