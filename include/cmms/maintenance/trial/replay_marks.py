"""Replay a plan from the life hours at the ends of months. Input: marks, a plan. Output: months, with a bound.

A machine goes from service to service instead of from day to day. When inside a month a limit is reached is not known:
the estimate takes an even run through the month. The bound takes the earliest and the latest that the marks allow. All
modes of counting move a later service to a later target, never to an earlier one, so the orders of an early chain
count at least as many until the end of each month as there really were, and those of a late chain at most as many.
That holds as long as packages do not answer each other (:func:`is_bounded`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Literal

import numpy as np

from cmms.maintenance.rules.date_arrays import month_of
from cmms.maintenance.rules.judge_many import (
    BY_CALENDAR,
    BY_HOURS,
    DUE,
    NOBODY,
    OVERDUE,
    UPCOMING,
    Schedules,
    ServiceEvents,
    judge_standings,
    lead_in_days,
    lead_in_hours,
    move_many,
    stand_many,
)
from cmms.maintenance.rules.package_table import COMBINE, MISSING, Booleans, Integers, PackageTable
from cmms.maintenance.rules.standing_arrays import Events, Standings, advance_many
from cmms.maintenance.trial.values import Completion, Months, no_months, services_for

Side = Literal["early", "even", "late"]
CHUNK = 10_000
"""Schedules at once, which bounds the memory; those of a machine stay together."""
DAY_HOURS = 24_000
"""Thousandths: no machine runs longer on a day."""
_NEVER = int(np.iinfo(np.int64).max)
_INDEPENDENT = COMBINE.index("independent")


@dataclass(frozen=True)
class MonthlyMarks:
    """Life hours at the ends of months.

    Attributes:
        first_month: of the replay, months since January 1970.
        life_hours: machines x (1 + months), thousandths: column 0 is the end of the month before the first. MISSING
            before the first reading.
        largest_step: the same shape: the most by which life hours grew from one day to the next in that month; after a
            gap this may be more than 24 h.
    """

    first_month: int
    life_hours: Integers
    largest_step: Integers

    @property
    def months(self) -> int:
        """Length of the replay."""
        return int(self.life_hours.shape[1]) - 1


@dataclass(frozen=True)
class MarksReplay:
    """The estimate, and between which numbers of orders the exact one lies.

    Attributes:
        months: the estimate.
        orders_least, orders_most: of the exact replay until the end of each month, from the first on. None: there is no
            bound, because of the plan or because a machine has no reading before the first month.
    """

    months: Months
    orders_least: Integers | None
    orders_most: Integers | None


def is_bounded(table: PackageTable, completion: Completion) -> bool:
    """Whether a bound on the orders is known for a plan.

    Packages must be independent, each with one limit or counted from what was done; orders are done when due or later;
    and no lead in hours holds for a calendar.
    """
    two_limits = (table.interval_hours > 0) & (table.calendar > 0)
    from_done = (table.fixed == 0) & (table.window == 0)
    by_rate = (table.calendar > 0) & (table.plan_lead_hours > 0)
    alone = (table.combine == _INDEPENDENT) & (from_done | ~two_limits) & ~by_rate
    return bool(alone.all()) and completion.after == "due"


def replay_marks(
    table: PackageTable,
    schedules: Schedules,
    events: ServiceEvents,
    marks: MonthlyMarks,
    completion: Completion | None = None,
    work: Integers | None = None,
) -> MarksReplay:
    """What a plan asks in each month.

    What was called or due before the first month is not counted again.

    Args:
        table: packages of the plan.
        schedules: ``machine`` is a row of the marks; ``rate`` holds for leads in the other unit.
        events: what was done before the first month; later ones have no part.
        marks: life hours by month.
        completion: when orders are done; None: on the day on which they are due.
        work: of each package of the table, in any unit; None: 0.
    """
    completion = completion or Completion()
    days = completion.for_each(len(schedules))
    work = np.zeros(len(table), dtype=np.int64) if work is None else work
    even, early, late = (no_months(marks.first_month, marks.months) for _ in range(3))
    bounded = is_bounded(table, completion) and bool((marks.life_hours[schedules.machine, 0] != MISSING).all())
    first_day = int(_month_ends(marks)[0]) + 1
    standings = stand_many(table, schedules, events.take(np.flatnonzero(events.date < first_day)))
    for rows in _chunks(schedules):
        machines, machine = np.unique(schedules.machine[rows], return_inverse=True)
        part = MonthlyMarks(marks.first_month, marks.life_hours[machines], marks.largest_step[machines])
        some = replace(take_schedules(schedules, rows), machine=machine.astype(np.int64))
        assumed = replace(completion, days=days[rows])
        chains = _Chains(table, some, standings.take(rows), part, assumed, work)
        chains.run("even", even)
        if bounded:
            chains.run("early", early)
            chains.run("late", late)
    if not bounded:
        return MarksReplay(even, None, None)
    return MarksReplay(even, np.cumsum(late.orders), np.cumsum(early.orders))


def _chunks(schedules: Schedules) -> Iterator[Integers]:
    """Rows of schedules, machine by machine."""
    order = np.argsort(schedules.machine, kind="stable")
    machine = schedules.machine[order]
    start = 0
    while start < len(order):
        end = min(start + CHUNK, len(order))
        end = int(np.searchsorted(machine, machine[end - 1], side="right"))
        yield order[start:end]
        start = end


def _month_ends(marks: MonthlyMarks) -> Integers:
    """The last day of the month before the first, and of each month."""
    months = np.arange(marks.first_month, marks.first_month + marks.months + 1)
    ends: Integers = months.astype("M8[M]").astype("M8[D]").astype(np.int64) - 1
    return ends


@dataclass(frozen=True)
class _Point:
    """A day and the life hours at its end, one element a schedule; _NEVER where it is not reached."""

    day: Integers
    hours: Integers

    def not_before(self, other: _Point) -> _Point:
        """The later of two points."""
        return _Point(np.maximum(self.day, other.day), np.maximum(self.hours, other.hours))


class _Path:
    """How machines run between their marks: evenly, or as the marks allow at the earliest or latest."""

    def __init__(self, marks: MonthlyMarks, ends: Integers, side: Side) -> None:
        self.marks, self.ends, self.side = marks.life_hours, ends, side
        self.steps, self.first_month = marks.largest_step, marks.first_month
        known = self.marks != MISSING
        first = np.take_along_axis(self.marks, known.argmax(axis=1)[:, None], axis=1)
        self.filled = np.where(known, self.marks, first)
        self.width = self.marks.shape[1]

    def hours_at(self, machine: Integers, day: Integers) -> Integers:
        """Life hours at the end of a day, _NEVER for the day _NEVER."""
        within = np.clip(day, self.ends[0], self.ends[-1])
        column = month_of(within) - self.first_month + 1
        before = np.maximum(column - 1, 0)
        begin = self.filled.ravel().take(machine * self.width + before)
        end = self.filled.ravel().take(machine * self.width + column)
        if self.side == "even":
            length = np.maximum(self.ends[column] - self.ends[before], 1)
            hours = begin + (end - begin) * (within - self.ends[before]) // length
        else:
            hours = np.where((within == self.ends[column]) | (self.side == "late"), end, begin)
        return np.where(day == _NEVER, _NEVER, np.where(column == 0, end, hours))

    def reach_hours(self, machine: Integers, target: Integers, since: Integers, *, day_only: bool) -> _Point:
        """The first day, from the month of another one on, with so many life hours, and the life hours at its end.

        ``day_only``: the hours are not needed, and not right in an even run.
        """
        start = np.maximum(month_of(since) - self.first_month, 0)
        column = self._column_reaching(machine, target, start)
        last = len(self.ends) - 1
        never = (column > last) | (target == MISSING)
        month = np.clip(column, 1, last)
        place = machine * self.width + month
        begin, end = self.marks.ravel().take(place - 1), self.marks.ravel().take(place)
        first_day, length = self.ends[month - 1] + 1, self.ends[month] - self.ends[month - 1]
        started = begin == MISSING
        if self.side == "even":
            span = np.where(started, 0, end - np.where(started, 0, begin))
            run = np.where(started, 0, np.maximum(target - np.where(started, 0, begin), 0))
            day = first_day - 1 + np.clip(-(-run * length // np.maximum(span, 1)), 1, length)
            hours = day if day_only else self.hours_at(machine, day)
        elif self.side == "early":
            day, hours = first_day, np.maximum(target, begin)
        else:
            day = np.where(column == 0, first_day, self.ends[month])
            step = self.steps.ravel().take(place)
            hours = np.where(started, end, np.minimum(np.maximum(target, begin) + step, end))
        return _Point(np.where(never, _NEVER, day), np.where(never, _NEVER, hours))

    def reach_day(self, machine: Integers, target: Integers) -> _Point:
        """A target day, or the first day of the replay if it has passed by then."""
        day = np.where((target == MISSING) | (target > self.ends[-1]), _NEVER, np.maximum(target, self.ends[0] + 1))
        return _Point(day, self.hours_at(machine, day))

    def _column_reaching(self, machine: Integers, target: Integers, start: Integers) -> Integers:
        """The first column, from a start on, with so many life hours; one too many if there is none."""
        flat, last = self.marks.ravel(), self.width - 1
        column, place = start.copy(), machine * self.width + start
        rows = np.flatnonzero(flat.take(place) < target)
        while len(rows):
            column[rows] += 1
            rows = rows[column[rows] <= last]
            rows = rows[flat.take(machine[rows] * self.width + column[rows]) < target[rows]]
        return column


class _Chains:
    """Schedules on their way from service to service."""

    def __init__(
        self,
        table: PackageTable,
        schedules: Schedules,
        standings: Standings,
        marks: MonthlyMarks,
        completion: Completion,
        work: Integers,
    ) -> None:
        self.table, self.schedules, self.standings = table, schedules, standings
        self.marks, self.completion, self.work = marks, completion, work
        self.ends = _month_ends(marks)
        self.single = bool((table.combine == _INDEPENDENT).all())
        self.by_hours, self.by_calendar = bool((table.interval_hours > 0).any()), bool(table.calendar.any())
        leads = (table.lead_hours, table.lead_days, table.plan_lead_hours, table.plan_lead_days)
        self.has_lead = any(bool(lead.any()) for lead in leads)

    def run(self, side: Side, months: Months) -> None:
        """Follow all chains to the last month and add to the months."""
        state = _State(self.schedules, self.standings, self.completion.for_each(len(self.schedules)))
        state.since = _Point(
            np.full(len(state.schedules), self.ends[0]), self.marks.life_hours[self.schedules.machine, 0]
        )
        path = _Path(self.marks, self.ends, side)
        self._note_open(state)
        while len(state.schedules):
            state = self._round(path, state, months)

    def _note_open(self, state: _State) -> None:
        """What is called or due on the day before the first is not counted again."""
        now = replace(state.schedules, life_hours=state.since.hours)
        found = judge_standings(self.table, now, state.standings, int(self.ends[0]))
        itself = found.answered_by == NOBODY
        state.called = np.where(itself & (found.state >= UPCOMING) & (found.state <= OVERDUE), found.number, 0)
        state.was_due = np.where(itself & (found.state >= DUE) & (found.state <= OVERDUE), found.number, 0)
        state.called_at_start, state.due_at_start = state.called, state.was_due

    def _round(self, path: _Path, state: _State, months: Months) -> _State:
        """The next service of each chain."""
        due = self._reach(path, state, lead=False)
        called = self._reach(path, state, lead=True) if self.has_lead else due
        done = self._done(path, state, called, due)
        at = self._together(path, state, done)
        alive = at.day != _NEVER
        here = replace(state.schedules, life_hours=np.where(alive, at.hours, path.filled[state.schedules.machine, -1]))
        today = np.where(alive, at.day, self.ends[-1])
        if self.single:
            answered_by = np.full(len(today), NOBODY, dtype=np.int64)
            moved, services = self._do_each(state, here, today), np.flatnonzero(alive)
        else:
            answered_by, moved, services = self._do_together(state, here, today, alive & (done.day == at.day))
        self._count(state, months, path.side, answered_by, called, due, today)
        answered = moved.number > state.standings.number
        if path.side == "even":
            self._count_done(state, months, services[answered[services]], today)
            self._hours_beyond(path, state, months, due, here.life_hours, answered | ~alive)
        return state.moved(moved, _Point(today, here.life_hours), self._any(state, answered & alive))

    def _do_each(self, state: _State, here: Schedules, today: Integers) -> Standings:
        """Where schedules stand after the service of each; for a single limit, that is the one that called it."""
        standings, package = state.standings, here.package
        by_hours, by_calendar = self.table.interval_hours[package] > 0, self.table.calendar[package] > 0
        hours_called, date_called = by_hours, by_calendar
        if (by_hours & by_calendar & (self.table.fixed[package] > 0)).any():
            cause = judge_standings(self.table, here, standings, today).cause
            hours_called, date_called = cause == BY_HOURS, cause == BY_CALENDAR
        called_hours = np.where(hours_called, standings.hours, MISSING)
        called_date = np.where(date_called, standings.date, MISSING)
        nothing_waived = np.zeros(len(today), dtype=bool)
        event = Events(package, here.life_hours, today, nothing_waived, called_hours, called_date)
        return advance_many(self.table, standings, event)

    def _do_together(
        self, state: _State, here: Schedules, today: Integers, asked: Booleans
    ) -> tuple[Integers, Standings, Integers]:
        """What answers each schedule, where they stand after the services, and of which schedules these are."""
        found = judge_standings(self.table, here, state.standings, today)
        services = services_for(self.table, here, found, asked, today)
        return found.answered_by, move_many(self.table, here, state.standings, services), services.schedule

    def _reach(self, path: _Path, state: _State, *, lead: bool) -> _Point:
        """When each schedule is called or due next; by the rule of its package, where it has two limits."""
        table, package, machine = self.table, state.schedules.package, state.schedules.machine
        turn = state.standings.package == package
        hours = np.where(turn, state.standings.hours, MISSING)
        date = np.where(turn, state.standings.date, MISSING)
        if lead:
            rate = np.full(len(package), {"early": DAY_HOURS, "late": 0}.get(path.side, 0))
            rate = np.maximum(state.schedules.rate, 0) if path.side == "even" else rate
            hours = np.where(hours == MISSING, MISSING, hours - lead_in_hours(table, package, rate))
            date = np.where(date == MISSING, MISSING, date - lead_in_days(table, package, rate))
        never = np.full(len(package), _NEVER)
        day_only = lead and self.completion.after == "due"
        by_hours = by_day = _Point(never, never)
        if self.by_hours:
            by_hours = path.reach_hours(machine, hours, state.since.day, day_only=day_only)
        if self.by_calendar:
            by_day = path.reach_day(machine, date)
        both = (table.both[package] > 0) & (table.interval_hours[package] > 0) & (table.calendar[package] > 0)
        point = _Point(
            np.where(both, np.maximum(by_hours.day, by_day.day), np.minimum(by_hours.day, by_day.day)),
            np.where(both, np.maximum(by_hours.hours, by_day.hours), np.minimum(by_hours.hours, by_day.hours)),
        )
        return point.not_before(state.since)

    def _done(self, path: _Path, state: _State, called: _Point, due: _Point) -> _Point:
        """When the order of each schedule is done, by the assumption."""
        point = due
        if self.completion.after == "call":
            known = (state.standings.number == state.called_at_start) & (called.day != _NEVER)
            point = replace(called, day=np.where(known, self.ends[0], called.day))
        day = np.where(point.day == _NEVER, _NEVER, point.day + np.where(point.day == _NEVER, 0, state.days))
        day = np.where(day > self.ends[-1], _NEVER, day)
        later = np.maximum(point.hours, path.hours_at(state.schedules.machine, day))
        return _Point(day, np.where(state.days > 0, later, point.hours))

    def _together(self, path: _Path, state: _State, done: _Point) -> _Point:
        """When the first order of a machine is done, where its packages answer each other."""
        if self.single:
            return done
        first, of = state.machines()
        day = np.minimum.reduceat(done.day, first)[of]
        return _Point(day, path.hours_at(state.schedules.machine, day)).not_before(state.since)

    def _any(self, state: _State, which: Booleans) -> Booleans:
        """For each schedule, whether it is true of any of its machine's."""
        if self.single:
            return which
        first, of = state.machines()
        found: Booleans = np.logical_or.reduceat(which, first)[of]
        return found

    def _count(
        self,
        state: _State,
        months: Months,
        side: Side,
        answered_by: Integers,
        called: _Point,
        due: _Point,
        today: Integers,
    ) -> None:
        number = state.standings.number
        above = called.day[np.maximum(answered_by, 0)]
        new = (called.day <= today) & (number > state.called) & ((answered_by == NOBODY) | (called.day < above))
        self._add(months.orders, called.day[new])
        state.called = np.where(new, number, state.called)
        if side != "even":
            return
        above = due.day[np.maximum(answered_by, 0)]
        new = (due.day <= today) & (number > state.was_due) & ((answered_by == NOBODY) | (due.day < above))
        self._add(months.due, due.day[new])
        state.was_due = np.where(new, number, state.was_due)

    def _count_done(self, state: _State, months: Months, rows: Integers, today: Integers) -> None:
        month = month_of(today[rows]) - months.first_month
        np.add.at(months.services, month, 1)
        np.add.at(months.work, month, self.work[state.schedules.package[rows]])

    def _hours_beyond(
        self, path: _Path, state: _State, months: Months, due: _Point, until: Integers, ended: Booleans
    ) -> None:
        """The life hours from the target to what answered it, in the months in which they were run."""
        target = self._target(path, state, due)
        rows = np.flatnonzero(ended & (due.day <= self.ends[-1]) & (until > target))
        begin, end = target[rows], until[rows]
        machine, column = state.schedules.machine[rows], month_of(due.day[rows]) - months.first_month + 1
        while len(rows):
            mark = np.where(
                column == len(self.ends) - 1, end, path.filled[machine, np.minimum(column, len(self.ends) - 1)]
            )
            until_mark = np.minimum(mark, end)
            np.add.at(months.hours_beyond, column - 1, np.maximum(until_mark - begin, 0))
            left = np.flatnonzero((until_mark < end) & (column < len(self.ends) - 1))
            begin, end, machine = np.maximum(until_mark, begin)[left], end[left], machine[left]
            rows, column = rows[left], column[left] + 1

    def _target(self, path: _Path, state: _State, due: _Point) -> Integers:
        """The life hours from which a schedule runs beyond: its target, or what it had when its day came."""
        target = state.standings.hours
        within = (target != MISSING) & (target > state.since.hours) & (target < due.hours)
        before = path.hours_at(state.schedules.machine, np.where(due.day == _NEVER, _NEVER, due.day - 1))
        reached = np.where(within & (target > before), target, due.hours)
        both = self.table.both[state.schedules.package] > 0
        reached = np.where(both & (state.standings.date == due.day), due.hours, reached)
        from_start = path.filled[state.schedules.machine, 0]
        begin: Integers = np.where(state.standings.number == state.due_at_start, from_start, reached)
        return begin

    def _add(self, sums: Integers, days: Integers) -> None:
        sums += np.bincount(month_of(days) - self.marks.first_month, minlength=len(sums))


class _State:
    """Where the chains that still run are, one element a schedule."""

    def __init__(self, schedules: Schedules, standings: Standings, days: Integers) -> None:
        self.schedules, self.standings, self.days = schedules, standings, days
        self.since = _Point(days, days)
        self.called = self.was_due = self.called_at_start = self.due_at_start = days

    def machines(self) -> tuple[Integers, Integers]:
        """Where each machine begins, and the machine of each schedule by position."""
        new = np.append(True, self.schedules.machine[1:] != self.schedules.machine[:-1])
        return np.flatnonzero(new), np.cumsum(new) - 1

    def moved(self, standings: Standings, since: _Point, stay: Booleans) -> _State:
        """After a round, with the chains that go on."""
        rows = np.flatnonzero(stay)
        new = _State(take_schedules(self.schedules, rows), standings.take(rows), self.days[rows])
        new.since = _Point(since.day[rows], since.hours[rows])
        new.called, new.was_due = self.called[rows], self.was_due[rows]
        new.called_at_start, new.due_at_start = self.called_at_start[rows], self.due_at_start[rows]
        return new


def take_schedules(schedules: Schedules, rows: Integers) -> Schedules:
    """Some schedules."""
    return Schedules(*(getattr(schedules, field.name)[rows] for field in fields(schedules)))
