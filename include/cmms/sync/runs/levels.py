"""How bad a run is, who hears of it, and by when somebody has to react (docs/features.md, ERR-01 to 05).

Input: status and counts of a run. Output: one of five levels. Pure: `close_run` stores what is decided here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal

from cmms.settings import Settings
from cmms.sync.records import Counts, Level, Status

Channel = Literal["slack", "email"]

CHANNELS: dict[Level, tuple[Channel, ...]] = {
    "critical": ("slack", "email"),
    "high": ("email",),
    "medium": (),  # the dashboard shows every open alert
    "low": (),
    "info": (),
}
"""Who hears of a level besides log and dashboard."""

_RESPOND_WITHIN: dict[Level, timedelta] = {"high": timedelta(hours=2), "medium": timedelta(hours=24)}


def level_of(status: Status, counts: Counts, warnings: int, settings: Settings, *, is_in_doubt: bool = False) -> Level:
    """Level of a finished run.

    Args:
        status: How the run ended; only ``failed`` is critical by itself.
        counts: Records of the run; exactly ``alerts.high_failed_percent`` failed is still medium.
        warnings: Number of warnings of any kind (of records or of the run).
        settings: Holds the limit.
        is_in_doubt: The source says that more records exist than came: nobody can see which, so it is high.
    """
    if status == "failed":
        return "critical"
    limit = Fraction(str(settings.alerts.high_failed_percent))  # 0.1 means one tenth, not its nearest float
    if is_in_doubt or counts.rejected * 100 > limit * counts.fetched:
        return "high"
    if counts.rejected:
        return "medium"
    return "low" if warnings else "info"


def respond_by(level: Level, since: datetime) -> datetime | None:
    """When somebody must have reacted; None for levels that say "at once" (critical) or "never"."""
    within = _RESPOND_WITHIN.get(level)
    return since + within if within else None
