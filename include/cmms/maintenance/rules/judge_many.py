"""How due many schedules are at once: the whole of the rules for hundreds of thousands of machines and packages.

Schedules and events come in as arrays, a row a schedule (machine x package). The answer is, element by element, that of
:func:`~cmms.maintenance.rules.due_status.judge_plan`: a property test holds both equal.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from cmms.maintenance.rules.package_table import COMBINE, EPOCH, MISSING, Booleans, Integers, PackageTable
from cmms.maintenance.rules.standing_arrays import Events, Standings, advance_many, begin_many
from cmms.maintenance.rules.values import STATES

OK, UPCOMING, DUE, OVERDUE, NO_READING, WAITING = range(len(STATES))
NO_CAUSE, BY_HOURS, BY_CALENDAR = range(3)
"""Codes of causes."""
NOBODY = -1
_SUPPRESS, _MERGE, _CYCLE = (COMBINE.index(name) for name in ("suppress", "merge", "cycle"))
_NEVER = 3_652_059 - EPOCH
_LONG_AGO = -EPOCH
_DAY_BITS = 22
"""So many bits hold every day since the year 1."""


@dataclass(frozen=True)
class Schedules:
    """Machines x packages, int64: each element a schedule, in any order.

    Attributes:
        package: row of the package in the table; machine: any number that tells machines apart.
        start_hours, start_date: where counting began, or MISSING.
        life_hours: of the machine now in thousandths, or MISSING; rate: thousandths a day, or 0.
    """

    package: Integers
    machine: Integers
    start_hours: Integers
    start_date: Integers
    life_hours: Integers
    rate: Integers

    def __len__(self) -> int:
        return len(self.package)


@dataclass(frozen=True)
class ServiceEvents:
    """What was done, in any order: see :class:`~cmms.maintenance.rules.values.ServiceEvent`.

    Attributes:
        schedule: position of the schedule; the others may be MISSING, but for the day.
    """

    schedule: Integers
    life_hours: Integers
    date: Integers
    waived: Booleans
    called_life_hours: Integers
    called_date: Integers

    def take(self, rows: Integers) -> ServiceEvents:
        """Some of them."""
        return ServiceEvents(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True)
class DueArrays:
    """One element a schedule.

    Attributes:
        number, target_hours, target_date: of the next occurrence; 0 and MISSING while another package of the cycle
            comes first.
        state: code of :data:`STATES`; cause: NO_CAUSE, BY_HOURS or BY_CALENDAR.
        answered_by: position of the schedule that is to be done instead, or with it; NOBODY (-1) if it is done itself.
        hours_to_go, days_to_go: to each target, or MISSING.
    """

    number: Integers
    target_hours: Integers
    target_date: Integers
    state: Integers
    cause: Integers
    answered_by: Integers
    hours_to_go: Integers
    days_to_go: Integers


def judge_many(table: PackageTable, schedules: Schedules, events: ServiceEvents, today: int) -> DueArrays:
    """How due each schedule is.

    Args:
        table: packages of all plans.
        schedules: what is to be judged; all packages of a machine's plan, where they answer each other.
        events: what was done and is not reversed.
        today: days since 1970.
    """
    return judge_standings(table, schedules, stand_many(table, schedules, events), today)


def judge_standings(
    table: PackageTable, schedules: Schedules, standings: Standings, today: int | Integers
) -> DueArrays:
    """How due each schedule is, from where it stands: its events are not needed as long as they and its plan stay.

    Each schedule may have a day of its own, as long as those of a machine have the same.
    """
    waiting = standings.package != schedules.package
    hours = np.where(waiting, MISSING, standings.hours)
    date = np.where(waiting, MISSING, standings.date)
    found = _judge(table, schedules, hours, date, today)
    found = replace(
        found,
        number=np.where(waiting, 0, standings.number),
        state=np.where(waiting, WAITING, found.state),
        cause=np.where(waiting, NO_CAUSE, found.cause),
    )
    return replace(found, answered_by=_answered_by(table, schedules, _group(table, schedules), found.state))


@dataclass(frozen=True)
class _Groups:
    """Schedules by machine and plan: ``order`` sorts them so that a group is together, each from ``first`` on."""

    order: Integers
    first: Integers
    size: Integers
    of: Integers
    """The group of each schedule."""


def _group(table: PackageTable, schedules: Schedules) -> _Groups:
    plan = table.plan[schedules.package]
    order = np.lexsort((table.order[schedules.package], plan, schedules.machine))
    machine, plan = schedules.machine[order], plan[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (machine[1:] != machine[:-1]) | (plan[1:] != plan[:-1])
    first = np.flatnonzero(new)
    of = np.empty(len(order), dtype=np.int64)
    of[order] = np.cumsum(new) - 1
    return _Groups(order, first, np.diff(np.append(first, len(order))), of)


def stand_many(table: PackageTable, schedules: Schedules, events: ServiceEvents) -> Standings:
    """Where each schedule stands after all events that count for it."""
    cycle = table.combine[schedules.package] == _CYCLE
    package = np.where(cycle, table.first[schedules.package], schedules.package)
    return move_many(table, schedules, begin_many(table, package, schedules.start_hours, schedules.start_date), events)


def move_many(table: PackageTable, schedules: Schedules, standings: Standings, events: ServiceEvents) -> Standings:
    """Where each schedule stands after further events, none of which is older than those that it stands on."""
    if not len(events.schedule):
        return standings
    done = schedules.package[events.schedule]
    events, done = _for_whom(table, schedules, _group(table, schedules), events, done)
    events, done = _in_order(table, schedules, events, done)
    events, done, left_out = _without_superseded(table, schedules, events, done)
    moved = replace(standings, number=standings.number + left_out)
    return _fold(table, moved.take(np.arange(len(moved.number))), events, done)


def _for_whom(
    table: PackageTable, schedules: Schedules, groups: _Groups, events: ServiceEvents, done: Integers
) -> tuple[ServiceEvents, Integers]:
    """Each event once for every schedule that it counts for, with the package that was done."""
    combine = table.combine[done]
    shared = ((combine == _SUPPRESS) & ~events.waived) | (combine == _CYCLE)
    group = groups.of[events.schedule]
    copies = np.where(shared, groups.size[group], 1)
    origin = np.repeat(np.arange(len(done)), copies)
    place = np.arange(len(origin)) - np.repeat(np.cumsum(copies) - copies, copies)
    spread = events.take(origin)
    member = np.where(
        shared[origin], groups.order[(groups.first[group][origin] + place) % len(schedules)], spread.schedule
    )
    package = done[origin]
    counts = (
        (member == spread.schedule)
        | (table.combine[package] == _CYCLE)
        | (table.hierarchy[package] > table.hierarchy[schedules.package[member]])
    )
    rows = np.flatnonzero(counts)
    spread, member, package = spread.take(rows), member[rows], package[rows]
    # What was called for a larger package is no call of the smaller one.
    own = (member == spread.schedule) | (table.combine[package] == _CYCLE)
    called_hours = np.where(own, spread.called_life_hours, MISSING)
    called_date = np.where(own, spread.called_date, MISSING)
    return replace(spread, schedule=member, called_life_hours=called_hours, called_date=called_date), package


def _in_order(
    table: PackageTable, schedules: Schedules, events: ServiceEvents, done: Integers
) -> tuple[ServiceEvents, Integers]:
    """By schedule, day and life hours, each point once: the event that was called latest stands for all."""
    cycle = table.combine[schedules.package[events.schedule]] == _CYCLE
    when = (events.schedule << _DAY_BITS) + (events.date - _LONG_AGO)
    what = np.where(cycle, table.order[done], 0) + events.waived * (len(table) + 1)
    keys = (events.life_hours, when) if not what.any() else (what, events.life_hours, when)
    calls = (events.called_date, events.called_life_hours)
    rows = np.lexsort((*(call for call in calls if (call != MISSING).any()), *keys))
    as_next = np.zeros(len(rows), dtype=bool)
    as_next[:-1] = True
    for key in keys:
        in_order = key[rows]
        as_next[:-1] &= in_order[1:] == in_order[:-1]
    kept = rows[~as_next]
    return events.take(kept), done[kept]


def _without_superseded(
    table: PackageTable, schedules: Schedules, events: ServiceEvents, done: Integers
) -> tuple[ServiceEvents, Integers, Integers]:
    """Without the events that a later one makes irrelevant, and how many that are for each schedule.

    A floating package counts from its last service alone, if none was waived and none lacks life hours that it needs.
    """
    package = schedules.package
    count = np.bincount(events.schedule, minlength=len(schedules))
    unread = (events.life_hours == MISSING) & (table.interval_hours[package[events.schedule]] > 0)
    odd = np.bincount(events.schedule, events.waived | unread, minlength=len(schedules)) > 0
    floating = (table.fixed[package] == 0) & (table.window[package] == 0) & (table.combine[package] != _CYCLE) & ~odd
    last = np.append(events.schedule[1:] != events.schedule[:-1], True)
    rows = np.flatnonzero(last | ~floating[events.schedule])
    return events.take(rows), done[rows], np.where(floating, np.maximum(count - 1, 0), 0)


def _fold(table: PackageTable, standings: Standings, events: ServiceEvents, done: Integers) -> Standings:
    """Apply the events of each schedule one after the other: the n-th of all schedules at once."""
    count = np.bincount(events.schedule, minlength=len(standings.number))
    first = np.cumsum(count) - count
    by_count = np.argsort(-count, kind="stable")
    falling = -count[by_count]
    for turn in range(int(count.max(initial=0))):
        active = by_count[: int(np.searchsorted(falling, -turn, side="left"))]
        rows = first[active] + turn
        now = events.take(rows)
        event = Events(done[rows], now.life_hours, now.date, now.waived, now.called_life_hours, now.called_date)
        standings.put(active, advance_many(table, standings.take(active), event))
    return standings


def _judge(
    table: PackageTable, schedules: Schedules, hours: Integers, date: Integers, today: int | Integers
) -> DueArrays:
    """State, cause and distance of each, without regard to others."""
    package, rate = schedules.package, np.maximum(schedules.rate, 0)
    by_hours = (hours != MISSING) & (schedules.life_hours != MISSING)
    by_date = date != MISSING
    hours_to_go = np.where(
        by_hours, np.where(by_hours, hours, 0) - np.where(by_hours, schedules.life_hours, 0), MISSING
    )
    days_to_go = np.where(by_date, np.where(by_date, date, 0) - today, MISSING)
    of_hours = _state_of_hours(table, package, np.where(by_hours, hours_to_go, 0), rate)
    of_days = _state_of_days(table, package, np.where(by_date, days_to_go, 0), rate)
    reached = _reached(np.where(by_hours, hours_to_go, 0), rate, today)
    worse = np.where(of_hours != of_days, of_hours > of_days, reached <= date)
    both = table.both[package] > 0
    hours_decide = by_hours & (~by_date | (worse != both))
    limits = (table.interval_hours[package] > 0).astype(np.int64) + table.calendar[package]
    unknown = ~(by_hours | by_date) | (both & (by_hours.astype(np.int64) + by_date < limits))
    cause = np.where(unknown, NO_CAUSE, np.where(hours_decide, BY_HOURS, BY_CALENDAR))
    state = np.where(unknown, NO_READING, np.where(hours_decide, of_hours, of_days))
    nobody = np.full(len(state), NOBODY, dtype=np.int64)
    return DueArrays(np.zeros_like(state), hours, date, state, cause, nobody, hours_to_go, days_to_go)


def _state_of_hours(table: PackageTable, package: Integers, to_go: Integers, rate: Integers) -> Integers:
    lead = lead_in_hours(table, package, rate)
    tolerance = np.maximum(table.tolerance_hours[package], table.other_tolerance_days[package] * rate)
    return _state(to_go, lead, tolerance)


def _state_of_days(table: PackageTable, package: Integers, to_go: Integers, rate: Integers) -> Integers:
    known, divisor = rate > 0, np.maximum(rate, 1)
    tolerance = np.where(known, table.other_tolerance_hours[package] // divisor, 0)
    return _state(to_go, lead_in_days(table, package, rate), np.maximum(table.tolerance_days[package], tolerance))


def lead_in_hours(table: PackageTable, package: Integers, rate: Integers) -> Integers:
    """So many thousandths of an hour before its target each is called by hours; rate: thousandths a day, or 0."""
    lead: Integers = np.maximum(table.lead_hours[package], table.plan_lead_days[package] * rate)
    return lead


def lead_in_days(table: PackageTable, package: Integers, rate: Integers) -> Integers:
    """So many days before its target each is called by calendar; rate: thousandths a day, or 0."""
    by_rate = np.where(rate > 0, table.plan_lead_hours[package] // np.maximum(rate, 1), 0)
    lead: Integers = np.maximum(table.lead_days[package], by_rate)
    return lead


def _state(to_go: Integers, lead: Integers, tolerance: Integers) -> Integers:
    passed = np.where(-to_go > tolerance, OVERDUE, DUE)
    return np.where(to_go > lead, OK, np.where(to_go > 0, UPCOMING, passed))


def _reached(to_go: Integers, rate: Integers, today: int | Integers) -> Integers:
    """The day on which hours are, or were, reached."""
    without = np.where(to_go <= 0, _LONG_AGO, _NEVER)
    return np.where(rate > 0, today - (-to_go // np.maximum(rate, 1)), without)


def _answered_by(table: PackageTable, schedules: Schedules, groups: _Groups, state: Integers) -> Integers:
    """The schedule that is to be done instead of each one that is called with it: the highest in hierarchy."""
    package, none = schedules.package, np.iinfo(np.int64).min
    called = (state >= UPCOMING) & (state <= OVERDUE)
    combine = table.combine[package]
    joins = called & ((combine == _SUPPRESS) | (combine == _MERGE))
    if not joins.any():
        return np.full(len(state), NOBODY, dtype=np.int64)
    rank = np.where(joins, table.hierarchy[package] * (len(table) + 1) - table.order[package], none)
    highest = np.maximum.reduceat(rank[groups.order], groups.first)[groups.of]
    leads = joins & (rank == highest)
    leader = np.full(len(groups.first), NOBODY, dtype=np.int64)
    leader[groups.of[leads]] = np.flatnonzero(leads)
    above = leader[groups.of]
    lower = table.hierarchy[package] < table.hierarchy[package[np.maximum(above, 0)]]
    answered = joins & ~leads & ((combine == _MERGE) | lower)
    return np.where(answered, above, NOBODY)
