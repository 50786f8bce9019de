"""Rate and date of one machine, in Decimal: the oracle of the arrays, and what a page shows for one machine.

Input: trusted readings in life hours. Output: rates, and the day on which a due is reached. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from cmms.maintenance.forecast.rate_rules import (
    DAYS_A_YEAR,
    FULL_DAYS,
    HORIZONS,
    MID_DAYS,
    MOST_DAYS,
    SHORT_DAYS,
    STALE_DAYS,
    WINDOWS_OF,
    Basis,
    Horizon,
    RateMethod,
    Reason,
)


@dataclass(frozen=True)
class Reading:
    """Life hours at a time.

    Attributes:
        day: days since 0001-01-01 (``date.toordinal``); a fraction where the time of day is known.
        life: life hours.
    """

    day: Decimal
    life: Decimal

    @classmethod
    def at_end_of(cls, day: date, life: Decimal) -> Reading:
        """A daily reading: what the counter shows when its day ends."""
        return cls(Decimal(day.toordinal()), life)


@dataclass(frozen=True)
class Rates:
    """Hours a day, one for each horizon; None: no rate."""

    short: Decimal | None
    mid: Decimal | None
    long: Decimal | None
    basis: Basis | None

    def of(self, horizon: Horizon) -> Decimal | None:
        """The rate of a horizon."""
        rate: Decimal | None = getattr(self, horizon)
        return rate


NO_RATES = Rates(None, None, None, None)


@dataclass(frozen=True)
class Forecast:
    """When a due is reached.

    Attributes:
        days: from today; None without a date, then ``reason`` says why.
        day: today plus whole days; a part of a day is dropped, so that the work is rather early than late.
        horizon: whose rate was taken.
        projected: life hours that the machine has today by its rate; None without a rate.
    """

    days: Decimal | None = None
    day: date | None = None
    horizon: Horizon | None = None
    projected: Decimal | None = None
    reason: Reason | None = None


def rate_between(first: Reading | None, last: Reading | None) -> Decimal | None:
    """Hours a day from one reading to a later one; None when no time lies between. A life that shrinks counts as 0."""
    if first is None or last is None or last.day <= first.day:
        return None
    return max((last.life - first.life) / (last.day - first.day), Decimal(0))


def rate_of_all(readings: Sequence[Reading]) -> Decimal | None:
    """Maximo's ALL and Fleetio's meter usage: from the first reading to the last; None with fewer than two."""
    return rate_between(readings[0], readings[-1]) if readings else None


def rate_of_sliding_days(readings: Sequence[Reading], days: Decimal | int) -> Decimal | None:
    """Maximo's SLIDING-DAYS: to the last reading, from the newest one so many days older, else from the first."""
    if not readings:
        return None
    return rate_between(newest_until(readings, readings[-1].day - days) or readings[0], readings[-1])


def rate_of_sliding_readings(readings: Sequence[Reading], count: int) -> Decimal | None:
    """Maximo's SLIDING-READINGS: from the first to the last of the newest so many readings."""
    return rate_of_all(readings[-max(count, 2) :])


def newest_until(readings: Sequence[Reading], day: Decimal | int) -> Reading | None:
    """The newest reading at or before a day."""
    return max((reading for reading in readings if reading.day <= day), key=lambda reading: reading.day, default=None)


def calculate_rates(
    readings: Sequence[Reading],
    today: int,
    *,
    method: RateMethod = "windows",
    window: int | None = None,
    static_rate: Decimal | None = None,
    annual_estimate: Decimal | None = None,
    group_mean: Decimal | None = None,
) -> Rates:
    """The rates of a machine as of a day.

    Args:
        readings: trusted ones, oldest first; those after ``today`` are not looked at.
        today: ``date.toordinal``.
        method: how the rate is made (:data:`.rate_rules.METHODS`).
        window: days of ``sliding_days``, readings of ``sliding_readings``.
        static_rate: of the method ``static``; without it the annual estimate.
        annual_estimate: hours a year, where readings give no rate.
        group_mean: hours a day of the machine's group, to which a short history is drawn.
    """
    known = [reading for reading in readings if reading.day <= today]
    estimate = annual_estimate / DAYS_A_YEAR if annual_estimate is not None else None
    if method == "static":
        return _same(static_rate if static_rate is not None else estimate, "method")
    if method != "windows":
        rate = _rate_by_method(known, method, window)
        return _same(rate, "method") if rate is not None else _same(estimate, "annual_estimate")
    whole = rate_of_all(known)
    if whole is None:
        return _same(estimate, "annual_estimate")
    elapsed = known[-1].day - known[0].day
    if elapsed < FULL_DAYS:
        prior = group_mean if group_mean is not None else estimate
        own = elapsed / FULL_DAYS
        return _same(own * whole + (1 - own) * prior if prior is not None else whole, "short_history")
    return _rates_by_windows(known, today, whole)


def _rate_by_method(known: Sequence[Reading], method: RateMethod, window: int | None) -> Decimal | None:
    if method == "sliding_days" and window:
        return rate_of_sliding_days(known, window)
    if method == "sliding_readings" and window:
        return rate_of_sliding_readings(known, window)
    return rate_of_all(known)


def _rates_by_windows(known: Sequence[Reading], today: int, whole: Decimal) -> Rates:
    found: dict[Horizon, Decimal] = {}
    following = whole
    for horizon in reversed(HORIZONS):  # a horizon without any window takes the rate of the next longer one
        rates = [rate_between(newest_until(known, today - days), known[-1]) for days in WINDOWS_OF[horizon]]
        given = [rate for rate in rates if rate is not None]
        following = found[horizon] = sum(given, Decimal(0)) / len(given) if given else following
    return Rates(found["short"], found["mid"], found["long"], "windows")


def _same(rate: Decimal | None, basis: Basis) -> Rates:
    return Rates(rate, rate, rate, basis) if rate is not None else NO_RATES


def forecast_one(
    newest: Reading | None, rates: Rates, due: Decimal, today: int, *, stale_days: int = STALE_DAYS
) -> Forecast:
    """The day on which a machine reaches ``due`` life hours, counted from today.

    Life hours are projected to today first (Fleetio: last reading + days since then x rate). Then the short rate
    answers if its answer lies below 15 days, else the mid rate if below 45, else the long rate. An answer is never
    before the limit that led to it, so more hours to go never give an earlier day; and never before today.
    """
    if newest is None:
        return Forecast(reason="no_reading")
    if today - newest.day > stale_days:
        return Forecast(reason="stale")
    if rates.short is None or rates.mid is None or rates.long is None:
        return Forecast(reason="no_rate")
    projected = newest.life + rates.short * (today - newest.day)
    to_go = max(due - projected, Decimal(0))
    days, horizon = Decimal(0), HORIZONS[0]
    for horizon, least, most in _STEPS:
        rate = rates.of(horizon)
        reached = to_go / rate if rate else None if to_go else Decimal(0)
        if reached is not None and (most is None or reached < most):
            days = max(reached, Decimal(least))
            break
    else:
        return Forecast(horizon="long", projected=projected, reason="no_usage")
    if days > MOST_DAYS:
        return Forecast(horizon=horizon, projected=projected, reason="too_far")
    whole = int(days.to_integral_value(ROUND_FLOOR))
    return Forecast(days, date.fromordinal(today) + timedelta(days=whole), horizon, projected)


_STEPS: tuple[tuple[Horizon, int, int | None], ...] = (
    ("short", 0, SHORT_DAYS),
    ("mid", SHORT_DAYS, MID_DAYS),
    ("long", MID_DAYS, None),
)
