"""Lead, tolerance and window of a package in hours and days: what its settings, some of them in percent, amount to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from itertools import pairwise

from cmms.maintenance.rules.values import THOUSANDTH, ZERO, Package, Plan


@dataclass(frozen=True)
class Allowances:
    """Constants of one package of a plan.

    Attributes:
        lead_hours, lead_days: so long before the target an occurrence is called.
        tolerance_hours, tolerance_days: so long after the target it is not overdue.
        early_hours, early_days: so long before its target a service counts for an occurrence of a fixed grid.
        window_hours, window_days: the window of mode ``window``, to both sides.
    """

    lead_hours: Decimal
    lead_days: int
    tolerance_hours: Decimal
    tolerance_days: int
    early_hours: Decimal
    early_days: int
    window_hours: Decimal
    window_days: int


def allowances(plan: Plan, package: Package) -> Allowances:
    """What lead, tolerance and window of a package amount to.

    A service counts for the nearest point of a fixed grid, or for the one that was called already. So "early" is half
    of the interval, or the lead where that is longer.
    """
    hours, days = package.interval_hours or ZERO, package.interval_days or 0
    lead_hours = max(package.lead_hours, _lead(package, hours))
    lead_days = max(package.lead_days, int(_lead(package, Decimal(days)).to_integral_value(ROUND_CEILING)))
    tolerance_hours, tolerance_days = _tolerance(plan, package)
    window_hours, window_days = _window(package, hours, days)
    return Allowances(
        lead_hours=lead_hours,
        lead_days=lead_days,
        tolerance_hours=tolerance_hours,
        tolerance_days=tolerance_days,
        early_hours=max(hours / 2, lead_hours),
        early_days=max(days // 2, lead_days),
        window_hours=window_hours,
        window_days=window_days,
    )


def _lead(package: Package, interval: Decimal) -> Decimal:
    """The lead that follows from the call horizon; a horizon of 0 % calls at once (SAP library 4.6C)."""
    if package.call_horizon_percent is None:
        return ZERO
    return percent_of(interval, 100 - package.call_horizon_percent)


def _tolerance(plan: Plan, package: Package) -> tuple[Decimal, int]:
    if package.tolerance_percent is None:
        return package.tolerance_hours, package.tolerance_days
    hours = _base([other.interval_hours for other in plan.packages], package.interval_hours, plan)
    nominal = [None if other.interval_days is None else Decimal(other.interval_days) for other in plan.packages]
    own = None if package.interval_days is None else Decimal(package.interval_days)
    days = _base(nominal, own, plan)
    return percent_of(hours, package.tolerance_percent), int(days * package.tolerance_percent / 100)


def _base(cycles: list[Decimal | None], own: Decimal | None, plan: Plan) -> Decimal:
    """The cycle of which a tolerance in percent is taken: a setting, because SAP documents two (goldens S1 and S3)."""
    lengths = sorted({cycle for cycle in cycles if cycle is not None})
    if own is None:
        return ZERO
    if plan.tolerance_base == "own_cycle":
        return own
    if plan.tolerance_base == "shortest_cycle" or len(lengths) == 1:
        return lengths[0]
    return min(after - before for before, after in pairwise(lengths))


def _window(package: Package, hours: Decimal, days: int) -> tuple[Decimal, int]:
    """10 % of a short interval, at most 5 h: of the absolute window and the one in percent, the smaller (T1, T2)."""
    if package.window_exempt:
        return ZERO, 0
    in_hours = package.window_hours
    in_days = package.window_days
    if package.window_percent is not None:
        share_hours = percent_of(hours, package.window_percent)
        share_days = int(days * package.window_percent / 100)
        in_hours = share_hours if in_hours is None else min(in_hours, share_hours)
        in_days = share_days if in_days is None else min(in_days, share_days)
    return in_hours or ZERO, in_days or 0


def percent_of(value: Decimal, percent: Decimal) -> Decimal:
    """A share of hours, rounded half up to a thousandth, away from zero as the database rounds."""
    return (value * percent / 100).quantize(THOUSANDTH, ROUND_HALF_UP)
