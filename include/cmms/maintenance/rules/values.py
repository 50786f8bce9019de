"""What a plan is made of, what was done, and what comes next: the values of the rules, all immutable.

Hours are life hours: the hours of a machine over all counters that it has had, exact to a thousandth. Days are calendar
days of the site.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Cause = Literal["hours", "calendar"]
State = Literal["ok", "upcoming", "due", "overdue", "no_reading", "waiting"]
Mode = Literal["floating", "fixed", "window"]
Rule = Literal["first", "both"]
Combine = Literal["independent", "suppress", "merge", "cycle"]
CalendarUnit = Literal["days", "weeks", "months", "years"]
ToleranceBase = Literal["own_cycle", "shortest_cycle", "smallest_difference"]

Day = date
"""The type, where a field has its name."""
STATES: tuple[State, ...] = ("ok", "upcoming", "due", "overdue", "no_reading", "waiting")
"""In the order of their codes in arrays; the first four by severity."""
THOUSANDTH = Decimal("0.001")
ZERO = Decimal(0)
MAX_INTERVAL_DAYS = 36_525
"""A hundred years."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """One service of a plan: every so many hours, every so many days, weeks, months or years, or both.

    Attributes:
        code: names the package within its plan.
        interval_hours: life hours between two services; None: not by hours.
        interval: number of calendar units between two services; None: not by calendar.
        unit: the calendar unit.
        rule: with both intervals, whether the ``first`` limit that is reached decides, or ``both`` must be reached.
        hierarchy: of packages that fall together, the highest goes first (SAP: package hierarchy).
        mode: ``floating`` counts from what was done; ``fixed`` stays on its grid; ``window`` counts from the target if
            the service was done inside its window, otherwise from what was done (US Army TM 1-1500-328-23).
        anchor_life_hours: a point of the grid in hours. None: zero for ``fixed``, the start for the other modes.
        anchor_date: a day of the grid, such as that of a statutory inspection. None: the day of the start.
        lead_hours, lead_days: so long before its target an occurrence is called.
        call_horizon_percent: called when so much of the interval has passed (SAP: call horizon); the earlier of this
            and the lead counts.
        tolerance_hours, tolerance_days: so long after its target an occurrence is due, but not overdue.
        tolerance_percent: the same as a share of the cycle that :attr:`Plan.tolerance_base` names; replaces both.
        window_hours, window_days: the window of mode ``window``, to both sides of the target.
        window_percent: the same as a share of the interval; with an absolute window too, the smaller one counts.
        window_late_only: the window lies behind the target alone; early work counts from then (14 CFR 91.409 (b)).
        window_exempt: no window: always counted from what was done, as phase inspections are (TM 1-1500-328-23).
        shift_early_percent, shift_late_percent: the share of an early or late completion outside the tolerance by
            which a ``fixed`` grid moves (SAP: shift factor; empty means 0).
    """

    code: str
    interval_hours: Decimal | None = None
    interval: int | None = None
    unit: CalendarUnit = "days"
    rule: Rule = "first"
    hierarchy: int = 1
    mode: Mode = "floating"
    anchor_life_hours: Decimal | None = None
    anchor_date: date | None = None
    lead_hours: Decimal = ZERO
    lead_days: int = 0
    call_horizon_percent: Decimal | None = None
    tolerance_hours: Decimal = ZERO
    tolerance_days: int = 0
    tolerance_percent: Decimal | None = None
    window_hours: Decimal | None = None
    window_days: int | None = None
    window_percent: Decimal | None = None
    window_late_only: bool = False
    window_exempt: bool = False
    shift_early_percent: Decimal = ZERO
    shift_late_percent: Decimal = ZERO

    def __post_init__(self) -> None:
        if self.interval_hours is None and self.interval is None:
            raise ValueError(f"package {self.code!r} has no interval")
        if self.interval_hours is not None and self.interval_hours < THOUSANDTH:
            raise ValueError(f"package {self.code!r}: the interval in hours must be positive")
        if self.interval is not None and not 1 <= self.interval * DAYS_OF_UNIT[self.unit] <= MAX_INTERVAL_DAYS:
            raise ValueError(f"package {self.code!r}: the calendar interval must be at least 1 and at most 100 years")
        if self.call_horizon_percent is not None and not 0 <= self.call_horizon_percent <= 100:
            raise ValueError(f"package {self.code!r}: the call horizon must be from 0 to 100 percent")
        for percent in (self.shift_early_percent, self.shift_late_percent):
            if not 0 <= percent <= 100:
                raise ValueError(f"package {self.code!r}: a shift factor must be from 0 to 100 percent")

    @property
    def interval_days(self) -> int | None:
        """The calendar interval in nominal days: a month has 30, a year 365 (SAP library, package hierarchy)."""
        return None if self.interval is None else self.interval * DAYS_OF_UNIT[self.unit]

    @property
    def limits(self) -> int:
        """How many limits it has: 1, or 2 with hours and calendar."""
        return (self.interval_hours is not None) + (self.interval is not None)

    @property
    def months(self) -> int:
        """The calendar interval in months; 0 for one in days or weeks."""
        return (self.interval or 0) * {"months": 1, "years": 12}.get(self.unit, 0)


DAYS_OF_UNIT: dict[CalendarUnit, int] = {"days": 1, "weeks": 7, "months": 30, "years": 365}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The packages of a plan and how they combine.

    Attributes:
        packages: in the order of the plan; for a cycle, the order in which they take turns.
        combine: ``independent``: each for itself. ``suppress``: of packages called together only the highest in
            hierarchy is done, and doing it counts for all below it. ``merge``: packages called together are done
            together, each with its own service event. ``cycle``: they take turns, each counted from the one before
            (SAP: cycle set sequence).
        tolerance_base: of what a tolerance in percent is taken: the package's own cycle, the shortest cycle of the plan
            (SAP library, shift factor), or the smallest difference between its cycles (SAP data dictionary TOLERPLUS).
    """

    packages: tuple[Package, ...]
    combine: Combine = "independent"
    tolerance_base: ToleranceBase = "own_cycle"

    def __post_init__(self) -> None:
        if len({package.code for package in self.packages}) != len(self.packages) or not self.packages:
            raise ValueError("a plan needs packages with codes of their own")

    def package(self, code: str) -> Package:
        """The package with this code; KeyError if the plan has none."""
        for package in self.packages:
            if package.code == code:
                return package
        raise KeyError(code)

    def after(self, code: str) -> Package:
        """The package whose turn is after this one in a cycle."""
        codes = [package.code for package in self.packages]
        return self.packages[(codes.index(code) + 1) % len(codes)]


@dataclass(frozen=True)
class ServiceEvent:
    """Somebody did a package, or waived an occurrence of it.

    Attributes:
        package: code of the package.
        life_hours: life hours at that time; None if the machine has no counter.
        date: the day on which it was done.
        waived: nothing was done; the occurrence is passed over, and the next one counts from its target.
        called_life_hours, called_date: if it was done for an occurrence that was called, the target of the limit that
            called it: it answers an occurrence up to that target, however early it was.
    """

    package: str
    life_hours: Decimal | None
    date: date
    waived: bool = False
    called_life_hours: Decimal | None = None
    called_date: Day | None = None


@dataclass(frozen=True)
class Start:
    """Where counting begins for a machine without service events; None where it is not known."""

    life_hours: Decimal | None = None
    date: date | None = None


@dataclass(frozen=True)
class Occurrence:
    """The n-th time that a package is to be done.

    Attributes:
        number: 1 for the first; those that a late service skipped on a fixed grid count too.
        target_life_hours, target_date: the limits; None where the package has no such interval or its start is unknown.
        cause: which limit decides, once that is known.
        includes: codes of the packages that are done with it (``merge``).
        suppresses: codes of the packages that it replaces this time (``suppress``).
        expected_life_hours, expected_date: in a horizon, when it is expected.
    """

    package: str
    number: int
    target_life_hours: Decimal | None
    target_date: date | None
    cause: Cause | None = None
    includes: tuple[str, ...] = ()
    suppresses: tuple[str, ...] = ()
    expected_life_hours: Decimal | None = None
    expected_date: date | None = None


@dataclass(frozen=True)
class DueStatus:
    """How due an occurrence is.

    Attributes:
        state: ``upcoming`` means called: its lead is reached. ``no_reading``: only hours decide and none are known.
            ``waiting``: another package of the cycle comes first.
        cause: the limit that decides.
        hours_to_go, days_to_go: to each target; negative when it has passed.
    """

    state: State
    cause: Cause | None = None
    hours_to_go: Decimal | None = None
    days_to_go: int | None = None

    @property
    def called(self) -> bool:
        """Whether an order may be made for it."""
        return self.state in ("upcoming", "due", "overdue")
