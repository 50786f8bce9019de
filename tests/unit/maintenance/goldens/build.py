"""Short forms for plans, days and service events in the examples."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from cmms.maintenance.rules.next_occurrence import next_occurrence
from cmms.maintenance.rules.values import Occurrence, Package, Plan, ServiceEvent, Start

CASES: dict[str, Any] = {}
"""None here: the package is searched for topics."""
NEW = Start(Decimal(0), date(2026, 1, 1))
"""A machine that begins at zero on New Year's Day."""


def hours(every: int | str, code: str = "P", **options: Any) -> Package:
    """A package every so many hours."""
    return Package(code=code, interval_hours=Decimal(every), **options)


def days(every: int, code: str = "P", **options: Any) -> Package:
    """A package every so many days, or another ``unit``."""
    return Package(code=code, interval=every, **options)


def done(life_hours: int | str | None, day: date | None = None, package: str = "P") -> ServiceEvent:
    """A service at so many life hours on a day; without a day, days follow the hours."""
    at = None if life_hours is None else Decimal(life_hours)
    return ServiceEvent(package, at, day or date.fromordinal(738_000 + int(at or 0) // 8))


def follow(package: Package, events: list[ServiceEvent], start: Start = NEW, plan: Plan | None = None) -> Occurrence:
    """The next occurrence of a package, by itself or in its plan."""
    found = next_occurrence(plan or Plan(packages=(package,)), package, events, start)
    assert found is not None
    return found


def target_hours(package: Package, events: list[ServiceEvent], start: Start = NEW) -> Decimal | None:
    """The life hours at which it is due next."""
    return follow(package, events, start).target_life_hours


def target_date(package: Package, events: list[ServiceEvent], start: Start = NEW) -> date | None:
    """The day on which it is due next."""
    return follow(package, events, start).target_date
