"""The newest trusted reading of a machine in life hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

RATE_DAYS = 30
"""The hours of the last so many days, up to the newest reading, make the rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeReading:
    """The newest trusted reading of a machine.

    Attributes:
        date: its day.
        counter: what the counter shows; None for a component without a counter of its own.
        life_hours: the hours of the machine over all its counters.
        first_day: of the readings of the last :data:`RATE_DAYS` days.
        total_hours: that the machine ran on these days.
    """

    date: dt.date
    counter: Decimal | None
    life_hours: Decimal
    first_day: dt.date
    total_hours: Decimal
