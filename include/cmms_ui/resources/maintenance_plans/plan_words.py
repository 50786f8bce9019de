"""Maintenance in words: how often a plan asks for it, how much of an interval is used, what is left of it."""

from __future__ import annotations

from decimal import Decimal

from cmms.figures.maintenance import Interval, IntervalUse, ToGo
from cmms.words import count_of


def interval_text(row: Interval) -> str:
    """``every 2,000 h or 180 days``."""
    parts = []
    if row.interval_hours is not None:
        parts.append(f"{row.interval_hours:,f}".removesuffix(".00") + " h")
    if row.interval_days is not None:
        parts.append(count_of(row.interval_days, "day"))
    return f"every {' or '.join(parts)}"


def to_go_text(row: ToGo) -> str:
    """``12.5 h over`` or ``3 days to go``: by what decides; a dash where nothing does."""
    if row.cause == "hours" and row.hours_to_go is not None:
        return f"{abs(row.hours_to_go):,.1f} h {'over' if row.hours_to_go <= 0 else 'to go'}"
    if row.days_to_go is None:
        return "–"
    return f"{count_of(abs(row.days_to_go), 'day')} {'over' if row.days_to_go <= 0 else 'to go'}"


def share_used(row: IntervalUse) -> Decimal | None:
    """Per cent of the interval that is used, of hours and days the larger; None without plan or reading."""
    return max(_shares(row).values(), default=None)


def describe_use(row: IntervalUse) -> str:
    """``1,234.5 of 2,000 h, 62 %: Pumps``, of hours and days what is used more; the hours alone without a plan."""
    shares = _shares(row)
    if not shares:
        if row.since_service is None:
            return "no reading yet"
        what = row.plan_name or "no plan"
        return f"{row.since_service:,.1f} h since service, {what}"
    kind = max(shares, key=lambda name: shares[name])
    return f"{_used(row, kind)}, {shares[kind]:.0f} %: {row.plan_name}"


def _used(row: IntervalUse, kind: str) -> str:
    """``1,234.5 of 2,000 h`` or ``90 of 180 days``."""
    if kind == "hours" and row.interval_hours is not None and row.hours_to_go is not None:
        return f"{row.interval_hours - row.hours_to_go:,.1f} of {row.interval_hours:,.0f} h"
    days = row.interval_days or 0
    return f"{days - (row.days_to_go or 0):,} of {count_of(days, 'day')}"


def _shares(row: IntervalUse) -> dict[str, Decimal]:
    shares = {}
    kinds = (("hours", row.interval_hours, row.hours_to_go), ("days", row.interval_days, row.days_to_go))
    for kind, interval, to_go in kinds:
        if interval and to_go is not None:
            shares[kind] = max(Decimal(0), 100 * (1 - Decimal(to_go) / Decimal(interval)))
    return shares
