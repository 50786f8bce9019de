"""Calendar intervals: months stay on the day of their anchor, so that the 31st remains the 31st after a February."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from cmms.maintenance.rules.values import Package


def add_intervals(day: date, package: Package, times: int, anchor_day: int) -> date:
    """The day so many calendar intervals later; ``date.max`` if there is no such day.

    Args:
        day: a day of the grid.
        package: has the interval, which must be a calendar one.
        times: how many intervals.
        anchor_day: day of the month, 1 to 31, that months and years return to wherever it exists.
    """
    if package.months:
        return add_months(day, package.months * times, anchor_day)
    return add_days(day, (package.interval_days or 0) * times)


def add_days(day: date, days: int) -> date:
    """The day so many days later; ``date.max`` if there is no such day."""
    return date.max if days > (date.max - day).days else day + timedelta(days=days)


def add_months(day: date, months: int, anchor_day: int) -> date:
    """The day so many months later, on ``anchor_day`` or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(anchor_day, monthrange(year, month + 1)[1]))


def intervals_beyond(day: date, package: Package, anchor_day: int, limit: date) -> int:
    """The smallest number of intervals, at least one, that leads from ``day`` to a day later than ``limit``."""
    if limit == date.max:
        return 1
    if not package.months:
        return max(1, (limit - day).days // (package.interval_days or 1) + 1)
    months = (limit.year - day.year) * 12 + limit.month - day.month
    times = max(1, months // package.months)
    return times + (add_intervals(day, package, times, anchor_day) <= limit)
