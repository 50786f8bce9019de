"""Where many packages stand, and how a service event moves each: :mod:`standing`, element by element.

The names of the steps are those of the scalar module; its docstrings say what they do and where the rules come from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cmms.maintenance.rules.date_arrays import LAST_DAY, add_days, add_months, day_of_month, month_of
from cmms.maintenance.rules.package_table import COMBINE, MISSING, SHIFT_UNIT, Booleans, Integers, PackageTable

_CYCLE = COMBINE.index("cycle")


@dataclass(frozen=True)
class Standings:
    """One element a chain: see :class:`~cmms.maintenance.rules.standing.Standing`; package is a row of the table."""

    package: Integers
    number: Integers
    hours: Integers
    date: Integers
    anchor_day: Integers

    def take(self, rows: Integers) -> Standings:
        """Some of them."""
        return Standings(
            self.package[rows], self.number[rows], self.hours[rows], self.date[rows], self.anchor_day[rows]
        )

    def put(self, rows: Integers, moved: Standings) -> None:
        """Replace some of them, in place."""
        self.package[rows], self.number[rows] = moved.package, moved.number
        self.hours[rows], self.date[rows], self.anchor_day[rows] = moved.hours, moved.date, moved.anchor_day


@dataclass(frozen=True)
class Events:
    """One element a service event.

    Attributes:
        package: row of the package that was done; hours, date: when; waived: whether nothing was done.
        called_hours, called_date: MISSING where it was done for no called occurrence of the chain's own package.
    """

    package: Integers
    hours: Integers
    date: Integers
    waived: Booleans
    called_hours: Integers
    called_date: Integers


def begin_many(table: PackageTable, package: Integers, start_hours: Integers, start_date: Integers) -> Standings:
    """The first occurrence of each."""
    date, anchor_day = first_date(table, package, start_date)
    number = np.ones(len(package), dtype=np.int64)
    return Standings(package.copy(), number, first_hours(table, package, start_hours), date, anchor_day)


def first_hours(table: PackageTable, package: Integers, life: Integers) -> Integers:
    """The first target in hours after where counting began."""
    interval, anchor = table.interval_hours[package], table.anchor_hours[package]
    known = (interval > 0) & (life != MISSING)
    interval, life = np.where(known, interval, 1), np.where(known, life, 0)
    has_anchor = anchor != MISSING
    anchor = np.where(has_anchor, anchor, life)
    grid = anchor + np.maximum(1, (life - anchor) // interval + 1) * interval
    return np.where(known, np.where(anchor > life, anchor, grid), MISSING)


def first_date(table: PackageTable, package: Integers, day: Integers) -> tuple[Integers, Integers]:
    """The first target day after where counting began, and its anchor day; MISSING and 0 where there is none."""
    known = (table.calendar[package] > 0) & (day != MISSING)
    if not known.any():
        return np.full(len(package), MISSING), np.zeros(len(package), dtype=np.int64)
    day = np.where(known, day, 0)
    anchor = table.anchor_date[package]
    anchor = np.where(anchor == MISSING, day, anchor)
    anchor_day = day_of_month(anchor)
    grid, _ = _date_beyond(table, package, anchor, anchor_day, day)
    return np.where(known, np.where(anchor > day, anchor, grid), MISSING), np.where(known, anchor_day, 0)


def advance_many(table: PackageTable, standings: Standings, events: Events) -> Standings:
    """Where each chain stands after its event."""
    package = standings.package
    cycle = table.combine[package] == _CYCLE
    standings = _with_targets(table, standings, events)
    base_hours, by_hours = _base_hours(table, standings, events)
    base_date, base_anchor, by_date = _base_date(table, standings, events)
    answered = by_hours | by_date
    following = np.where(cycle & answered, table.following[np.where(cycle, events.package, package)], package)
    turn = cycle & answered
    base_hours = np.where(turn & ~by_hours, events.hours, base_hours)
    base_date = np.where(turn & ~by_date, events.date, base_date)
    base_anchor = np.where(turn & ~by_date, day_of_month(events.date), base_anchor)
    hours, hour_steps = _next_hours(table, following, base_hours, events.hours)
    date, anchor_day, day_steps = _next_date(table, following, base_date, base_anchor, events.date)
    hours = np.where(by_hours | turn, hours, standings.hours)
    date = np.where(by_date | turn, date, standings.date)
    anchor_day = np.where(by_date | turn, anchor_day, standings.anchor_day)
    hour_steps = np.where(by_hours | turn, hour_steps, 0)
    day_steps = np.where(by_date | turn, day_steps, 0)
    steps = np.where(answered, np.maximum(np.maximum(hour_steps, day_steps), 1), 0)
    return Standings(following, standings.number + steps, hours, date, anchor_day)


def _with_targets(table: PackageTable, standings: Standings, events: Events) -> Standings:
    hours, date, anchor_day = standings.hours, standings.date, standings.anchor_day
    if len(rows := np.flatnonzero(hours == MISSING)):
        hours = hours.copy()
        hours[rows] = first_hours(table, standings.package[rows], events.hours[rows])
    if len(rows := np.flatnonzero(date == MISSING)):
        date, anchor_day = date.copy(), anchor_day.copy()
        date[rows], anchor_day[rows] = first_date(table, standings.package[rows], events.date[rows])
    return Standings(standings.package, standings.number, hours, date, anchor_day)


def _base_hours(table: PackageTable, standings: Standings, events: Events) -> tuple[Integers, Booleans]:
    """The life hours from which the next interval counts, and where this limit is answered."""
    package, target, done = standings.package, standings.hours, events.hours
    known = (target != MISSING) & (done != MISSING)
    late = np.where(known, done, 0) - np.where(known, target, 0)
    inside = (late >= -table.before_hours[package]) & (late <= table.behind_hours[package])
    shift = np.where(np.abs(late) <= table.tolerance_hours[package], 0, _shift(table, package, late))
    base, _ = _base(table, package, target, done, shift, inside, events.waived)
    called = (events.package == package) & (target <= events.called_hours)
    early = (late < -table.early_hours[package]) & ~events.waived & ~called
    answered = known & ~((table.fixed[package] > 0) & early)
    return np.where(answered, base, MISSING), answered


def _base_date(table: PackageTable, standings: Standings, events: Events) -> tuple[Integers, Integers, Booleans]:
    """The day from which the next interval counts with its anchor day, and where this limit is answered."""
    package, target, done = standings.package, standings.date, events.date
    known = target != MISSING
    late = done - np.where(known, target, done)
    inside = (late >= -table.before_days[package]) & (late <= table.behind_days[package])
    shift = np.where(np.abs(late) <= table.tolerance_days[package], 0, _shift(table, package, late))
    base, on_target = _base(table, package, target, done, shift, inside, events.waived)
    called = (events.package == package) & (target <= events.called_date)
    early = (late < -table.early_days[package]) & ~events.waived & ~called
    answered = known & ~((table.fixed[package] > 0) & early)
    base = np.where(answered, np.minimum(base, LAST_DAY), done)
    return base, np.where(answered & on_target, standings.anchor_day, day_of_month(base)), answered


def _base(
    table: PackageTable,
    package: Integers,
    target: Integers,
    done: Integers,
    shift: Integers,
    inside: Booleans,
    waived: Booleans,
) -> tuple[Integers, Booleans]:
    """What each mode counts from, and whether that is the target itself."""
    fixed = table.fixed[package] > 0
    on_target = waived | ((table.window[package] > 0) & inside) | (fixed & (shift == 0))
    return np.where(on_target, target, np.where(fixed, target + shift, done)), on_target


def _shift(table: PackageTable, package: Integers, late: Integers) -> Integers:
    """The shift factor's share of an early or late completion, rounded half away from zero."""
    factor = np.where(late > 0, table.shift_late[package], table.shift_early[package])
    whole = 100 * SHIFT_UNIT
    share: Integers = np.sign(late) * ((2 * np.abs(late) * factor + whole) // (2 * whole))
    return share


def _next_hours(table: PackageTable, package: Integers, base: Integers, done: Integers) -> tuple[Integers, Integers]:
    interval = table.interval_hours[package]
    known = (base != MISSING) & (interval > 0)
    interval, base = np.where(known, interval, 1), np.where(known, base, 0)
    limit = np.where(done == MISSING, base, done)
    times = np.maximum(1, (limit - base) // interval + 1)
    return np.where(known, base + times * interval, MISSING), np.where(known, times, 0)


def _next_date(
    table: PackageTable, package: Integers, base: Integers, anchor_day: Integers, done: Integers
) -> tuple[Integers, Integers, Integers]:
    known = table.calendar[package] > 0
    if not known.any():
        none = np.zeros(len(package), dtype=np.int64)
        return np.full(len(package), MISSING), none, none
    date, times = _date_beyond(table, package, base, anchor_day, done)
    return np.where(known, date, MISSING), np.where(known, anchor_day, 0), np.where(known, times, 0)


def _date_beyond(
    table: PackageTable, package: Integers, day: Integers, anchor_day: Integers, limit: Integers
) -> tuple[Integers, Integers]:
    """The first day of the grid later than the limit, at least one interval on, and how many intervals that is."""
    months, interval = table.months[package], np.maximum(1, table.interval_days[package])
    by_months = months > 0
    months = np.maximum(1, months)
    times = np.maximum(1, (limit - day) // interval + 1)
    in_months = np.maximum(1, (month_of(limit) - month_of(day)) // months)
    in_months += add_months(day, in_months * months, anchor_day) <= limit
    times = np.where(limit == LAST_DAY, 1, np.where(by_months, in_months, times))
    date = np.where(by_months, add_months(day, times * months, anchor_day), add_days(day, times * interval))
    return date, times
