"""The occurrences ahead, computed and not stored: for the calendar, the preview of a plan and the planner.

Each occurrence is taken as done when it is expected, and the next one follows from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from cmms.maintenance.rules.due_status import judge
from cmms.maintenance.rules.next_occurrence import counts_for, occurrence_of, stand
from cmms.maintenance.rules.standing import Standing, advance
from cmms.maintenance.rules.values import Cause, Occurrence, Package, Plan, ServiceEvent, Start

MAX_OCCURRENCES = 10_000
"""No horizon is longer: a plan every hour over ten years would be."""
_FAR = timedelta(days=36_525)


@dataclass(frozen=True)
class Usage:
    """How a machine is expected to run: its life hours at the end of a day, and those it gains each day after."""

    life_hours: Decimal
    as_of: date
    rate: Decimal

    def date_of(self, life_hours: Decimal) -> date | None:
        """The day by which it has so many life hours, not before :attr:`as_of`; None if it will not get there."""
        to_go = life_hours - self.life_hours
        if to_go <= 0:
            return self.as_of
        if self.rate <= 0 or to_go > self.rate * _FAR.days:
            return None
        return self.as_of + timedelta(days=int((to_go / self.rate).to_integral_value(ROUND_CEILING)))

    def hours_on(self, day: date) -> Decimal:
        """Its life hours at the end of a day."""
        return self.life_hours + self.rate * max(0, (day - self.as_of).days)


@dataclass(frozen=True)
class _Point:
    """When an occurrence is expected: a day, life hours, or both where the usage is known."""

    day: date | None
    hours: Decimal | None
    cause: Cause

    def order(self) -> tuple[date, Decimal]:
        return self.day or date.min, self.hours or Decimal(0)


def occurrences_until(
    plan: Plan,
    events: Iterable[ServiceEvent],
    start: Start,
    *,
    count: int = MAX_OCCURRENCES,
    until_date: date | None = None,
    until_life_hours: Decimal | None = None,
    usage: Usage | None = None,
) -> list[Occurrence]:
    """The next occurrences of a plan at a machine, in the order in which they are expected.

    Args:
        plan: its packages are combined as it says.
        events: what was done so far.
        start: where counting began.
        count: at most so many.
        until_date: none that is expected later; None: no limit.
        until_life_hours: none that is expected at more life hours; None: no limit.
        usage: relates life hours to days. Without it, a plan must be by hours alone or by calendar alone.

    Raises:
        ValueError: the plan has both kinds of interval and there is no usage, or nothing limits the horizon.
    """
    _check(plan, usage, count, until_date, until_life_hours)
    known = list(events)
    chains = {package.code: stand(plan, package, known, start) for package in plan.packages}
    found: list[Occurrence] = []
    while len(found) < min(count, MAX_OCCURRENCES):
        points = _points(plan, chains, usage)
        if not points:
            break
        first = min(points, key=lambda code: points[code].order())
        point = points[first]
        if _beyond(point, until_date, until_life_hours):
            break
        called = [code for code in points if code == first or _cause(plan, chains[code], code, point, usage)]
        done = _done_together(plan, called, points, first)
        found += _occurrences(plan, chains, called, done, point)
        for code in done:
            event = _service(plan, chains[code], code, point, usage)
            for other in plan.packages:
                if counts_for(plan, event, other):
                    chains[other.code] = advance(plan, chains[other.code], event)
    return found[:count]


def _check(
    plan: Plan, usage: Usage | None, count: int, until_date: date | None, until_life_hours: Decimal | None
) -> None:
    by_hours = any(package.interval_hours is not None for package in plan.packages)
    by_calendar = any(package.interval is not None for package in plan.packages)
    if usage is None and by_hours and by_calendar:
        raise ValueError("a plan by hours and by calendar needs a usage that relates them")
    if usage is None and ((by_hours and until_date) or (by_calendar and until_life_hours is not None)):
        raise ValueError("this limit needs a usage that relates life hours to days")
    if count >= MAX_OCCURRENCES and until_date is None and until_life_hours is None:
        raise ValueError("a horizon needs a number, a day or life hours to end at")


def _points(plan: Plan, chains: dict[str, Standing], usage: Usage | None) -> dict[str, _Point]:
    """When each package is expected next; those that wait for another one of the cycle, or for ever, are left out."""
    points = {}
    for package in plan.packages:
        occurrence = occurrence_of(package, chains[package.code])
        point = None if occurrence is None else _point(package, occurrence, usage)
        if point is not None:
            points[package.code] = point
    return points


def _point(package: Package, occurrence: Occurrence, usage: Usage | None) -> _Point | None:
    hours, day = occurrence.target_life_hours, occurrence.target_date
    by_hours = by_calendar = None
    if hours is not None and usage is None:
        by_hours = _Point(None, hours, "hours")
    elif hours is not None and usage is not None and (reached := usage.date_of(hours)) is not None:
        by_hours = _Point(reached, max(hours, usage.life_hours), "hours")
    if day is not None:
        expected = day if usage is None else max(day, usage.as_of)
        by_calendar = _Point(expected, None if usage is None else usage.hours_on(expected), "calendar")
    limits = [limit for limit in (by_hours, by_calendar) if limit is not None]
    if package.rule == "both":
        return max(limits, key=_Point.order) if len(limits) == package.limits else None
    return min(limits, key=_Point.order, default=None)


def _beyond(point: _Point, until_date: date | None, until_life_hours: Decimal | None) -> bool:
    late = until_date is not None and point.day is not None and point.day > until_date
    return late or (until_life_hours is not None and point.hours is not None and point.hours > until_life_hours)


def _cause(plan: Plan, standing: Standing, code: str, now: _Point, usage: Usage | None) -> Cause | None:
    """The limit by which a package is called at a point; None if it is not."""
    occurrence = occurrence_of(plan.package(code), standing)
    status = judge(plan, occurrence, now.hours, now.day or date.min, usage.rate if usage else None)
    return status.cause if status.called else None


def _service(plan: Plan, standing: Standing, code: str, point: _Point, usage: Usage | None) -> ServiceEvent:
    """The service by which an occurrence is done at a point, for the limit that called it."""
    cause = _cause(plan, standing, code, point, usage) or point.cause
    hours = standing.target_life_hours if cause == "hours" else None
    day = standing.target_date if cause == "calendar" else None
    return ServiceEvent(code, point.hours, point.day or date.min, called_life_hours=hours, called_date=day)


def _done_together(plan: Plan, called: list[str], points: dict[str, _Point], first: str) -> list[str]:
    """What is done when the first of all is due: itself, or by the combination of the plan a larger one or several."""
    if plan.combine == "merge":
        return called
    if plan.combine != "suppress":
        return [first]
    top = max(plan.package(code).hierarchy for code in called)
    highest = [code for code in called if plan.package(code).hierarchy == top]
    due = [code for code in highest if points[code].order() <= points[first].order()]
    return due or [min(highest, key=lambda code: points[code].order())]


def _occurrences(
    plan: Plan, chains: dict[str, Standing], called: list[str], done: list[str], point: _Point
) -> list[Occurrence]:
    """What is done at this point, with what it includes or replaces."""
    found = [
        replace(occurrence, cause=point.cause, expected_life_hours=point.hours, expected_date=point.day)
        for code in done
        if (occurrence := occurrence_of(plan.package(code), chains[code]))
    ]
    if plan.combine == "merge":
        main = max(found, key=lambda each: plan.package(each.package).hierarchy)
        return [replace(main, includes=tuple(each.package for each in found if each is not main))]
    if plan.combine == "suppress":
        top = plan.package(done[0]).hierarchy
        replaced = tuple(code for code in called if plan.package(code).hierarchy < top)
        return [replace(each, suppresses=replaced) for each in found]
    return found
