"""Where a package stands, and how a service event moves it: the three ways to count, for hours and for days alike.

Each mode names a base, and the next target is one interval behind it:

========  ======================================================================================================
floating  what was done (SAP data dictionary NZAEH: "counter at completion plus cycle")
fixed     the target that was answered, moved by the shift factor; intervals that have passed are skipped
window    the target, if the service was done inside its window; otherwise what was done (TM 1-1500-328-23)
========  ======================================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from cmms.maintenance.rules.allowances import allowances, percent_of
from cmms.maintenance.rules.dates import add_days, add_intervals, intervals_beyond
from cmms.maintenance.rules.values import ZERO, Package, Plan, ServiceEvent, Start


@dataclass(frozen=True)
class Standing:
    """The next occurrence of a chain: of one package, or of all packages of a cycle.

    Attributes:
        package: code of the package that is to be done next.
        number: of its next occurrence.
        target_life_hours, target_date: its limits, where they are known.
        anchor_day: day of the month that months and years return to; 0 without a target date.
    """

    package: str
    number: int
    target_life_hours: Decimal | None
    target_date: date | None
    anchor_day: int = 0


def begin(package: Package, start: Start) -> Standing:
    """The first occurrence of a package, by where counting began."""
    hours = None if start.life_hours is None else first_hours(package, start.life_hours)
    day, anchor_day = (None, 0) if start.date is None else first_date(package, start.date)
    return Standing(package.code, 1, hours, day, anchor_day)


def first_hours(package: Package, life_hours: Decimal) -> Decimal | None:
    """The first target in hours after where counting began; with an anchor, the first point of its grid."""
    if package.interval_hours is None:
        return None
    anchor = package.anchor_life_hours
    if anchor is None and package.mode == "fixed":
        anchor = ZERO
    if anchor is None:
        return life_hours + package.interval_hours
    if anchor > life_hours:
        return anchor
    return anchor + _intervals_beyond(anchor, package.interval_hours, life_hours) * package.interval_hours


def first_date(package: Package, day: date) -> tuple[date | None, int]:
    """The first target day after where counting began, and the day of the month that it is anchored to."""
    if package.interval is None:
        return None, 0
    anchor = package.anchor_date or day
    if anchor > day:
        return anchor, anchor.day
    times = intervals_beyond(anchor, package, anchor.day, day)
    return add_intervals(anchor, package, times, anchor.day), anchor.day


def advance(plan: Plan, standing: Standing, event: ServiceEvent) -> Standing:
    """Where the chain stands after a service event.

    A service that is too early for a fixed grid, nearer to the point before, changes nothing. With two limits each
    answers for itself: the yearly service of a machine that ran 100 of 500 h leaves the 500 h where they are.
    In a cycle the whole chain moves on to the package after the one that was done.
    """
    package = plan.package(standing.package)
    standing = _with_targets(package, standing, event)
    cycle = plan.combine == "cycle"
    following = plan.after(event.package) if cycle else package
    base_hours = _base_hours(plan, package, standing, event)
    base_date = _base_date(plan, package, standing, event)
    if base_hours is None and base_date is None:
        return standing
    if cycle:
        base_hours = event.life_hours if base_hours is None else base_hours
        base_date = base_date or (event.date, event.date.day)
    hours, hour_steps = _next_hours(following, base_hours, event)
    day, anchor_day, day_steps = _next_date(following, base_date, event)
    moved = replace(standing, package=following.code, number=standing.number + max(hour_steps, day_steps, 1))
    if base_hours is not None or cycle:
        moved = replace(moved, target_life_hours=hours)
    if base_date is not None:
        moved = replace(moved, target_date=day, anchor_day=anchor_day)
    return moved


def _with_targets(package: Package, standing: Standing, event: ServiceEvent) -> Standing:
    """The standing with targets where the start was not known: counting begins with the first event that is."""
    if standing.target_life_hours is None and event.life_hours is not None:
        standing = replace(standing, target_life_hours=first_hours(package, event.life_hours))
    if standing.target_date is None:
        day, anchor_day = first_date(package, event.date)
        standing = replace(standing, target_date=day, anchor_day=anchor_day)
    return standing


def _base_hours(plan: Plan, package: Package, standing: Standing, event: ServiceEvent) -> Decimal | None:
    """The life hours from which the next interval counts; None: this limit is not answered."""
    done, target = event.life_hours, standing.target_life_hours
    if done is None or target is None:
        return None
    given, late = allowances(plan, package), done - target
    if event.waived:
        return target
    if package.mode == "fixed":
        called = event.called_life_hours if event.package == package.code else None
        if late < -given.early_hours and (called is None or target > called):
            return None
        if abs(late) <= given.tolerance_hours:
            return target
        return target + percent_of(late, package.shift_late_percent if late > 0 else package.shift_early_percent)
    before = ZERO if package.window_late_only else given.window_hours
    inside = package.mode == "window" and -before <= late <= given.window_hours
    return target if inside else done


def _base_date(plan: Plan, package: Package, standing: Standing, event: ServiceEvent) -> tuple[date, int] | None:
    """The day from which the next interval counts, with its anchor day; None: this limit is not answered."""
    done, target, anchor_day = event.date, standing.target_date, standing.anchor_day
    if target is None:
        return None
    given, late = allowances(plan, package), (done - target).days
    if event.waived:
        return target, anchor_day
    if package.mode == "fixed":
        called = event.called_date if event.package == package.code else None
        if late < -given.early_days and (called is None or target > called):
            return None
        factor = package.shift_late_percent if late > 0 else package.shift_early_percent
        shift = 0 if abs(late) <= given.tolerance_days else _share_of_days(late, factor)
        moved = add_days(target, shift)
        return moved, moved.day if shift else anchor_day
    before = 0 if package.window_late_only else given.window_days
    inside = package.mode == "window" and -before <= late <= given.window_days
    return (target, anchor_day) if inside else (done, done.day)


def _next_hours(package: Package, base: Decimal | None, event: ServiceEvent) -> tuple[Decimal | None, int]:
    """The first target behind the base that the event has not passed, and how many intervals it is away."""
    if base is None or package.interval_hours is None:
        return None, 0
    times = _intervals_beyond(base, package.interval_hours, base if event.life_hours is None else event.life_hours)
    return base + times * package.interval_hours, times


def _next_date(package: Package, base: tuple[date, int] | None, event: ServiceEvent) -> tuple[date | None, int, int]:
    if base is None or package.interval is None:
        return None, 0, 0
    day, anchor_day = base
    times = intervals_beyond(day, package, anchor_day, event.date)
    return add_intervals(day, package, times, anchor_day), anchor_day, times


def _intervals_beyond(base: Decimal, interval: Decimal, limit: Decimal) -> int:
    """The smallest number of intervals, at least one, that leads from the base beyond the limit."""
    return max(1, int(((limit - base) / interval).to_integral_value(ROUND_FLOOR)) + 1)


def _share_of_days(days: int, percent: Decimal) -> int:
    return int((days * percent / 100).to_integral_value(ROUND_HALF_UP))
