"""Periods and kinds of syncs that a person chooses in the head of a widget. Days are UTC days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from cmms.streams import STREAMS
from cmms_ui.definition.schema import Choice, Field
from cmms_ui.definition.stream_choices import stream_choices
from cmms_ui.resources.syncs import text

DAILY = tuple(STREAMS)
"""Every stream is synced daily."""
PERIOD = Field(
    "days",
    text.FIELD_DAYS,
    "choice",
    choices=(Choice("7", text.CHOICE_7), Choice("30", text.CHOICE_30), Choice("90", text.CHOICE_90)),
    default="30",
)
STREAM = Field(
    "sync_type",
    text.FIELD_SYNC_TYPE,
    "choice",
    choices=stream_choices(text.STREAM_LABELS)[::-1],
    default=DAILY[-1],
)


def last_days(days: int) -> tuple[date, ...]:
    """The UTC days up to today."""
    today = datetime.now(UTC).date()
    return tuple(today - timedelta(days=back) for back in range(days - 1, -1, -1))
