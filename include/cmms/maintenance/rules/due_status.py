"""How due an occurrence is on a day, and which of several packages that are called together is to be done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from cmms.maintenance.rules.allowances import allowances
from cmms.maintenance.rules.next_occurrence import next_occurrence
from cmms.maintenance.rules.values import (
    STATES,
    ZERO,
    Cause,
    DueStatus,
    Occurrence,
    Package,
    Plan,
    ServiceEvent,
    Start,
    State,
)

_NEVER = date.max.toordinal()


@dataclass(frozen=True)
class PackageStatus:
    """A package at a machine on a day.

    Attributes:
        occurrence: what is to be done next; None while another package of the cycle comes first.
        status: how due it is.
        answered_by: code of the package that is to be done instead (``suppress``) or that it is done with (``merge``).
    """

    package: str
    occurrence: Occurrence | None
    status: DueStatus
    answered_by: str | None = None


@dataclass(frozen=True)
class _Limit:
    """One limit: its state, and the ordinal of the day on which it is reached."""

    cause: Cause
    state: State
    reached: int


def judge(
    plan: Plan,
    occurrence: Occurrence | None,
    life_hours: Decimal | None,
    today: date,
    rate: Decimal | None = None,
) -> DueStatus:
    """How due an occurrence is.

    A lead in days holds for hours too, by the rate, and one in hours for the calendar (DOM-15). The same is true of a
    tolerance where the package has one limit only; with two limits each has its own tolerance.

    Args:
        plan: has the package of the occurrence.
        occurrence: from :func:`next_occurrence`; None is ``waiting``.
        life_hours: of the machine now; None if it has no reading.
        today: the day by which days are counted.
        rate: life hours a day; None or 0: leads and tolerances hold in their own unit only.
    """
    if occurrence is None:
        return DueStatus("waiting")
    package = plan.package(occurrence.package)
    rate = rate if rate is not None and rate > 0 else ZERO
    limits = []
    hours_to_go = days_to_go = None
    if occurrence.target_life_hours is not None and life_hours is not None:
        hours_to_go = occurrence.target_life_hours - life_hours
        limits.append(_hours_limit(plan, package, hours_to_go, today, rate))
    if occurrence.target_date is not None:
        days_to_go = (occurrence.target_date - today).days
        limits.append(_calendar_limit(plan, package, days_to_go, today, rate))
    if not limits or (package.rule == "both" and len(limits) < package.limits):
        return DueStatus("no_reading", None, hours_to_go, days_to_go)
    # Of two limits in the same state the one that was reached first decides; hours before the calendar.
    in_order = sorted(limits, key=lambda limit: (-STATES.index(limit.state), limit.reached, limit.cause == "calendar"))
    decides = in_order[0] if package.rule == "first" else in_order[-1]
    return DueStatus(decides.state, decides.cause, hours_to_go, days_to_go)


def judge_plan(
    plan: Plan,
    events: Iterable[ServiceEvent],
    start: Start,
    life_hours: Decimal | None,
    today: date,
    rate: Decimal | None = None,
) -> list[PackageStatus]:
    """All packages of a plan at a machine, in their order, with the one that answers those that are called with it."""
    known = list(events)
    found = []
    for package in plan.packages:
        occurrence = next_occurrence(plan, package, known, start)
        found.append(PackageStatus(package.code, occurrence, judge(plan, occurrence, life_hours, today, rate)))
    return combine(plan, found)


def combine(plan: Plan, packages: list[PackageStatus]) -> list[PackageStatus]:
    """Which package answers those that are called together: the highest in hierarchy, of equals the first in the plan.

    ``suppress`` leaves equals beside each other (SAP library, maintenance packages: "of equal hierarchy: both").
    """
    called = [each for each in packages if each.status.called]
    if plan.combine not in ("suppress", "merge") or len(called) < 2:
        return packages
    highest = max(called, key=lambda each: plan.package(each.package).hierarchy)
    top = plan.package(highest.package).hierarchy
    answered = [
        each
        for each in called
        if each is not highest and (plan.combine == "merge" or plan.package(each.package).hierarchy < top)
    ]
    codes = tuple(each.package for each in answered)
    changed = {each.package: replace(each, answered_by=highest.package) for each in answered}
    if highest.occurrence is not None:
        included, suppressed = (codes, ()) if plan.combine == "merge" else ((), codes)
        occurrence = replace(highest.occurrence, includes=included, suppresses=suppressed)
        changed[highest.package] = replace(highest, occurrence=occurrence)
    return [changed.get(each.package, each) for each in packages]


def _hours_limit(plan: Plan, package: Package, to_go: Decimal, today: date, rate: Decimal) -> _Limit:
    given = allowances(plan, package)
    lead = max(given.lead_hours, package.lead_days * rate)
    tolerance = given.tolerance_hours
    if package.interval is None:
        tolerance = max(tolerance, package.tolerance_days * rate)
    if rate:
        reached = today.toordinal() + int((to_go / rate).to_integral_value(ROUND_CEILING))
    else:
        reached = 0 if to_go <= 0 else _NEVER
    return _Limit("hours", _state(to_go, lead, tolerance), reached)


def _calendar_limit(plan: Plan, package: Package, to_go: int, today: date, rate: Decimal) -> _Limit:
    given = allowances(plan, package)
    lead, tolerance = given.lead_days, given.tolerance_days
    if rate:
        lead = max(lead, _whole_days(package.lead_hours, rate))
        if package.interval_hours is None:
            tolerance = max(tolerance, _whole_days(package.tolerance_hours, rate))
    return _Limit("calendar", _state(Decimal(to_go), Decimal(lead), Decimal(tolerance)), today.toordinal() + to_go)


def _whole_days(hours: Decimal, rate: Decimal) -> int:
    return int((hours / rate).to_integral_value(ROUND_FLOOR))


def _state(to_go: Decimal, lead: Decimal, tolerance: Decimal) -> State:
    if to_go > lead:
        return "ok"
    if to_go > 0:
        return "upcoming"
    return "overdue" if -to_go > tolerance else "due"
