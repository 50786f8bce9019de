"""The rules of rates that arrays (:mod:`.rates`) and the scalar oracle (:mod:`.forecast_one`) share. Only constants.

A rate is the difference of life hours between two readings over the days between them, never a sum of daily hours:
a day without a reading is time that has passed, not a day of zero hours.
"""

from __future__ import annotations

from typing import Literal

Horizon = Literal["short", "mid", "long"]
HORIZONS: tuple[Horizon, ...] = ("short", "mid", "long")
"""Below 15 days, below 45 days, and everything beyond."""

WINDOWS = (14, 28, 91, 364)
"""Days before today from which a rate counts; whole weeks, so that each weekday is in them equally often."""
WINDOWS_OF: dict[Horizon, tuple[int, ...]] = {"short": (14, 28), "mid": (28, 91), "long": (28, 91, 364)}
"""The rate of a horizon is the mean of the rates of these windows."""
SHORT_DAYS, MID_DAYS = 15, 45
"""A due nearer than this many days takes the short rate, or the mid rate."""

FULL_DAYS = 28
"""Below so many days of history a rate is drawn to the mean of the machine's group: days / 28 is its own weight."""
DAYS_A_YEAR = 365
"""An annual estimate is divided by this (SAP: annual estimate / 365)."""

RateMethod = Literal["windows", "all", "sliding_days", "sliding_readings", "static"]
METHODS: tuple[RateMethod, ...] = ("windows", "all", "sliding_days", "sliding_readings", "static")
"""``windows`` is the rule above; the others are IBM Maximo's "average units per day", one rate for every horizon."""

STALE_DAYS = 14
"""A newest reading older than this gives no date, unless the measuring point says otherwise."""
MOST_DAYS = 3653
"""Ten years: a date farther away says nothing."""

Basis = Literal["windows", "short_history", "method", "annual_estimate"]
"""What a rate was made of."""

Reason = Literal["no_reading", "stale", "no_rate", "no_usage", "too_far", "too_wide"]
"""Why there is no date: nothing was read; the newest reading is old; fewer than two readings and no annual estimate;
the rate is 0; more than ten years away; the band is too wide to help."""
