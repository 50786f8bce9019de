"""The packages of plans as arrays, a row a package: what :func:`judge_many` looks settings up in.

Hours are thousandths in int64, days are days since 1970-01-01. :data:`MISSING` stands for None. Percentages are already
worked out, by the same function that the scalar rules use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from cmms.maintenance.rules.allowances import allowances
from cmms.maintenance.rules.values import Combine, Package, Plan

Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

MISSING = int(np.iinfo(np.int64).min)
EPOCH = date(1970, 1, 1).toordinal()
COMBINE: tuple[Combine, ...] = ("independent", "suppress", "merge", "cycle")
"""In the order of their codes."""
SHIFT_UNIT = 10_000
"""A shift factor of 1 % is so many."""


def thousandths(hours: Decimal | None) -> int:
    """Hours as thousandths, or :data:`MISSING`; ValueError if they are finer than that."""
    if hours is None:
        return MISSING
    scaled = hours * 1000
    if scaled != int(scaled):
        raise ValueError(f"{hours} h is finer than a thousandth")
    return int(scaled)


def day_number(day: date | None) -> int:
    """A day as days since 1970, or :data:`MISSING`."""
    return MISSING if day is None else day.toordinal() - EPOCH


def hours_of(value: int) -> Decimal | None:
    """Thousandths as hours."""
    return None if value == MISSING else Decimal(value).scaleb(-3)


def date_of(value: int) -> date | None:
    """Days since 1970 as a day."""
    return None if value == MISSING else date.fromordinal(value + EPOCH)


@dataclass(frozen=True)
class PackageTable:
    """Settings of packages, one element a package, int64; the meaning of a field is that of :class:`Package`.

    Attributes:
        plan: number of the plan, by position; order: position of the package in its plan.
        combine: code of :data:`COMBINE`; first, following: rows of the first package of its plan and, in a cycle, of
            the one whose turn is next.
        interval_hours, interval_days, months: 0 where there is none; interval_days is 0 for months and years.
        fixed, window, both, calendar: 1 or 0; calendar: has a calendar interval of any unit.
        early, before, behind: how early a service counts on a fixed grid; the window before and behind a target.
        plan_lead_hours, plan_lead_days: the leads as the package names them, which hold for the other unit by the rate.
        other_tolerance_hours, other_tolerance_days: those in the unit of which the package has no interval, else 0.
    """

    plan: Integers
    order: Integers
    combine: Integers
    first: Integers
    following: Integers
    hierarchy: Integers
    interval_hours: Integers
    interval_days: Integers
    months: Integers
    calendar: Integers
    both: Integers
    fixed: Integers
    window: Integers
    anchor_hours: Integers
    anchor_date: Integers
    lead_hours: Integers
    lead_days: Integers
    tolerance_hours: Integers
    tolerance_days: Integers
    early_hours: Integers
    early_days: Integers
    before_hours: Integers
    before_days: Integers
    behind_hours: Integers
    behind_days: Integers
    shift_early: Integers
    shift_late: Integers
    plan_lead_hours: Integers
    plan_lead_days: Integers
    other_tolerance_hours: Integers
    other_tolerance_days: Integers

    def __len__(self) -> int:
        return len(self.plan)


def tabulate(plans: Sequence[Plan]) -> PackageTable:
    """The packages of all plans in their order: the row of a package is the number of packages before it.

    Raises:
        ValueError: hours finer than a thousandth, or a shift factor finer than a ten-thousandth of a percent.
    """
    rows: list[dict[str, int]] = []
    for number, plan in enumerate(plans):
        first = len(rows)
        for order, package in enumerate(plan.packages):
            place = {
                "plan": number,
                "order": order,
                "combine": COMBINE.index(plan.combine),
                "first": first,
                "following": first + (order + 1) % len(plan.packages),
            }
            rows.append(place | _settings(package) | _allowances(plan, package))
    columns = (field.name for field in fields(PackageTable))
    return PackageTable(**{name: np.array([row[name] for row in rows], dtype=np.int64) for name in columns})


def _settings(package: Package) -> dict[str, int]:
    anchor = package.anchor_life_hours
    if anchor is None and package.mode == "fixed":
        anchor = Decimal(0)
    return {
        "hierarchy": package.hierarchy,
        "interval_hours": 0 if package.interval_hours is None else thousandths(package.interval_hours),
        "interval_days": 0 if package.months else package.interval_days or 0,
        "months": package.months,
        "calendar": package.interval is not None,
        "both": package.rule == "both",
        "fixed": package.mode == "fixed",
        "window": package.mode == "window",
        "anchor_hours": thousandths(anchor),
        "anchor_date": day_number(package.anchor_date),
        "shift_early": _shift(package.shift_early_percent),
        "shift_late": _shift(package.shift_late_percent),
        "plan_lead_hours": thousandths(package.lead_hours),
        "plan_lead_days": package.lead_days,
        "other_tolerance_hours": 0 if package.interval_hours is not None else thousandths(package.tolerance_hours),
        "other_tolerance_days": 0 if package.interval is not None else package.tolerance_days,
    }


def _allowances(plan: Plan, package: Package) -> dict[str, int]:
    given = allowances(plan, package)
    return {
        "lead_hours": thousandths(given.lead_hours),
        "lead_days": given.lead_days,
        "tolerance_hours": thousandths(given.tolerance_hours),
        "tolerance_days": given.tolerance_days,
        "early_hours": int(given.early_hours * 1000),  # half an interval may be finer; whole thousandths compare alike
        "early_days": given.early_days,
        "before_hours": 0 if package.window_late_only else thousandths(given.window_hours),
        "before_days": 0 if package.window_late_only else given.window_days,
        "behind_hours": thousandths(given.window_hours),
        "behind_days": given.window_days,
    }


def _shift(percent: Decimal) -> int:
    scaled = percent * SHIFT_UNIT
    if scaled != int(scaled):
        raise ValueError(f"a shift factor of {percent} % is too fine")
    return int(scaled)
