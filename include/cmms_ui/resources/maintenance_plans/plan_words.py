"""Maintenance in words: the interval of a plan, how much of it is used, and what is left of it."""

from __future__ import annotations

from decimal import Decimal

from cmms.figures.maintenance import Interval, IntervalUse, ToGo
from cmms_ui.resources.maintenance_plans import text


def interval_text(row: Interval) -> str:
    """``every 2,000 h or 180 days``."""
    hours = None if row.interval_hours is None else f"{row.interval_hours:,f}".removesuffix(".00")
    if hours is None:
        return text.every_days(row.interval_days or 0)
    if row.interval_days is None:
        return text.every_hours(hours)
    return text.every_hours_or_days(hours, row.interval_days)


def to_go_text(row: ToGo) -> str:
    """``12.5 h over`` or ``3 days to go``: by what decides; a dash where nothing does."""
    if row.cause == "hours" and row.hours_to_go is not None:
        return (text.HOURS_OVER if row.hours_to_go <= 0 else text.HOURS_TO_GO).format(hours=abs(row.hours_to_go))
    if row.days_to_go is None:
        return "–"
    return text.days_over(-row.days_to_go) if row.days_to_go <= 0 else text.days_to_go(row.days_to_go)


def share_used(row: IntervalUse) -> Decimal | None:
    """Per cent of the interval that is used, of hours and days the larger; None without plan or reading."""
    return max(_shares(row).values(), default=None)


def describe_use(row: IntervalUse) -> str:
    """``1,234.5 of 2,000 h, 62 %: Pumps``, of hours and days what is used more; the hours alone without a plan."""
    shares = _shares(row)
    if not shares:
        if row.since_service is None:
            return text.NO_READING_YET
        return text.SINCE_SERVICE.format(hours=row.since_service, plan=row.plan_name or text.NO_PLAN)
    kind = max(shares, key=lambda name: shares[name])
    return text.PLAN_USED.format(used=_used(row, kind), percent=shares[kind], plan=row.plan_name)


def _used(row: IntervalUse, kind: str) -> str:
    """``1,234.5 of 2,000 h`` or ``90 of 180 days``."""
    if kind == "hours" and row.interval_hours is not None and row.hours_to_go is not None:
        return text.HOURS_USED.format(used=row.interval_hours - row.hours_to_go, interval=row.interval_hours)
    days = row.interval_days or 0
    return text.days_used(days - (row.days_to_go or 0), days)


def _shares(row: IntervalUse) -> dict[str, Decimal]:
    shares = {}
    kinds = (("hours", row.interval_hours, row.hours_to_go), ("days", row.interval_days, row.days_to_go))
    for kind, interval, to_go in kinds:
        if interval and to_go is not None:
            shares[kind] = max(Decimal(0), 100 * (1 - Decimal(to_go) / Decimal(interval)))
    return shares
