"""What a plan asks of one machine: the next service by hours and by calendar, how far away it is, in what state.

Input: plan, where counting began, newest reading, rate, today. Output: :class:`Due`. Pure, and Decimal throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Literal

Cause = Literal["hours", "calendar"]
State = Literal["ok", "upcoming", "due", "overdue", "no_reading"]

FORECAST_DAYS = 3653
"""Ten years: a forecast farther away says nothing."""

_SEVERITY = ("ok", "upcoming", "due", "overdue")
_RATE_STEP = Decimal("0.001")
_NEVER = date.max


@dataclass(frozen=True)
class Plan:
    """What is asked: something every so many hours or days, whichever comes first.

    Attributes:
        mode: ``floating`` counts from the last service; ``fixed`` goes by the multiples of the interval in hours.
        lead_hours, lead_days: so long before the service it is ``upcoming``.
        tolerance_hours, tolerance_days: so long after it, it is not ``overdue`` yet.
    """

    interval_hours: Decimal | None = None
    interval_days: int | None = None
    mode: str = "floating"
    lead_hours: Decimal = Decimal(0)
    lead_days: int = 0
    tolerance_hours: Decimal = Decimal(0)
    tolerance_days: int = 0


@dataclass(frozen=True)
class Baseline:
    """Life hours and day of the last service, or of where counting began."""

    hours: Decimal | None = None
    date: date | None = None


@dataclass(frozen=True)
class Reading:
    """The newest reading of the machine, in life hours."""

    hours: Decimal
    date: date


@dataclass(frozen=True)
class Due:
    """The next service; ``predicted_date`` is None without a forecast, ``cause`` says which limit decides."""

    state: State
    cause: Cause | None = None
    next_due_hours: Decimal | None = None
    next_due_date: date | None = None
    hours_to_go: Decimal | None = None
    days_to_go: int | None = None
    predicted_date: date | None = None


@dataclass(frozen=True)
class _Limit:
    """One of the two limits, where it stands: ``reached`` is the day on which it is, or was, reached."""

    cause: Cause
    state: State
    reached: date


def calculate_due(
    plan: Plan,
    baseline: Baseline,
    reading: Reading | None,
    rate: Decimal | None,
    today: date,
    first_due_date: date | None = None,
) -> Due:
    """Evaluate one plan for one machine.

    Args:
        plan: what is asked.
        baseline: the last service, or where counting began.
        reading: the newest one of the machine, if there is any.
        rate: hours a day, see :func:`calculate_rate`; None or 0: no forecast by hours.
        today: the day by which days are counted.
        first_due_date: the day that a person has chosen: it is the calendar due instead of what the interval gives.
    """
    next_hours = _next_due_hours(plan, baseline)
    next_date = first_due_date or _next_due_date(plan, baseline)
    to_go = next_hours - reading.hours if next_hours is not None and reading is not None else None
    days = (next_date - today).days if next_date is not None else None
    forecasts = [_forecast(reading, to_go, rate), next_date]
    limits = []
    if to_go is not None:
        # Reached already, but nobody knows when: as early as can be. Not yet, and no rate: later than anything.
        reached = forecasts[0] or (date.min if to_go <= 0 else _NEVER)
        limits.append(_Limit("hours", _state(to_go, plan.lead_hours, plan.tolerance_hours), reached))
    if next_date is not None and days is not None:
        state = _state(Decimal(days), Decimal(plan.lead_days), Decimal(plan.tolerance_days))
        limits.append(_Limit("calendar", state, next_date))
    if not limits:
        return Due("no_reading", next_due_hours=next_hours)
    first = max(limits, key=lambda limit: (_SEVERITY.index(limit.state), -limit.reached.toordinal()))
    return Due(
        state=first.state,
        cause=first.cause,
        next_due_hours=next_hours,
        next_due_date=next_date,
        hours_to_go=to_go,
        days_to_go=days,
        predicted_date=min((day for day in forecasts if day is not None), default=None),
    )


def calculate_rate(total_hours: Decimal, first_day: date, last_day: date) -> Decimal:
    """Hours a day from one day to another, both inclusive: a missing day is time, but no reading of zero."""
    return (total_hours / ((last_day - first_day).days + 1)).quantize(_RATE_STEP, ROUND_HALF_UP)


def _next_due_hours(plan: Plan, baseline: Baseline) -> Decimal | None:
    if not plan.interval_hours or baseline.hours is None:
        return None
    if plan.mode == "fixed":
        passed = (baseline.hours / plan.interval_hours).to_integral_value(ROUND_FLOOR)
        return (passed + 1) * plan.interval_hours
    return baseline.hours + plan.interval_hours


def _next_due_date(plan: Plan, baseline: Baseline) -> date | None:
    if not plan.interval_days or baseline.date is None:
        return None
    return _add_days(baseline.date, plan.interval_days)


def _forecast(reading: Reading | None, to_go: Decimal | None, rate: Decimal | None) -> date | None:
    """The day on which the hours are, or were, reached; a reading is the counter at the end of its day."""
    if reading is None or to_go is None or not rate:
        return None
    days = (to_go / rate).to_integral_value(ROUND_CEILING)
    return _add_days(reading.date, int(days)) if abs(days) <= FORECAST_DAYS else None


def _add_days(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def _state(to_go: Decimal, lead: Decimal, tolerance: Decimal) -> State:
    if to_go > lead:
        return "ok"
    if to_go > 0:
        return "upcoming"
    return "overdue" if -to_go > tolerance else "due"
