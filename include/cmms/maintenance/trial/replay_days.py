"""Replay a plan day by day. Input: daily life hours, a plan, when orders are done. Output: what happened by month.

Each day has the order of the evaluation: the reading comes, what is called and due is found, the orders of the day are
done, and their machines are evaluated once more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cmms.maintenance.rules.date_arrays import month_of
from cmms.maintenance.rules.judge_many import (
    DUE,
    NOBODY,
    OVERDUE,
    UPCOMING,
    DueArrays,
    Schedules,
    ServiceEvents,
    judge_standings,
    move_many,
    stand_many,
)
from cmms.maintenance.rules.package_table import MISSING, Booleans, Integers, PackageTable
from cmms.maintenance.rules.standing_arrays import Standings
from cmms.maintenance.trial.values import Completion, Months, no_months, services_for


@dataclass(frozen=True)
class DailyHistory:
    """The life hours of machines at the end of each day.

    Attributes:
        first_day: of the replay, in days since 1970.
        life_hours: machines x (1 + days), thousandths: column 0 is the day before the first. A day without a trusted
            reading has the life hours of the newest one before; MISSING before the first.
        rate: the same shape: thousandths a day as they were known then; None: leads hold in their own unit only.
    """

    first_day: int
    life_hours: Integers
    rate: Integers | None = None

    @property
    def days(self) -> int:
        """Length of the replay."""
        return int(self.life_hours.shape[1]) - 1

    @property
    def first_month(self) -> int:
        """Months since January 1970."""
        return int(month_of(np.array([self.first_day]))[0])

    @property
    def months(self) -> int:
        """How many calendar months the replay touches."""
        return int(month_of(np.array([self.first_day + self.days - 1]))[0]) - self.first_month + 1


@dataclass(frozen=True)
class Calls:
    """Occurrences that were called, in order of day: position of the schedule, number, day since 1970."""

    schedule: Integers
    number: Integers
    day: Integers


@dataclass(frozen=True)
class DailyReplay:
    """What a replay found: sums by month, and each call."""

    months: Months
    calls: Calls


def replay_days(
    table: PackageTable,
    schedules: Schedules,
    events: ServiceEvents,
    history: DailyHistory,
    completion: Completion | None = None,
    work: Integers | None = None,
) -> DailyReplay:
    """What a plan asks on each day of a history.

    What was called or due before the first day is not counted again.

    Args:
        table: packages of the plan.
        schedules: ``machine`` is a row of the history; life hours and rate in it are not read.
        events: what was really done. Those before the first day say where the schedules stand then.
        history: life hours by day.
        completion: when orders are done; what was really done from the first day on then has no part. None: exactly
            the services of ``events`` are done.
        work: of each package of the table, in any unit; None: 0.
    """
    replay = _Replay(table, schedules, history, completion, np.zeros(len(table), np.int64) if work is None else work)
    return replay.run(events)


class _Replay:
    """The state of a replay on its way through the days; one element a schedule."""

    def __init__(
        self,
        table: PackageTable,
        schedules: Schedules,
        history: DailyHistory,
        completion: Completion | None,
        work: Integers,
    ) -> None:
        self.table, self.schedules, self.history, self.completion, self.work = (
            table,
            schedules,
            history,
            completion,
            work,
        )
        self.months = no_months(history.first_month, history.months)
        count = len(schedules)
        self.called, self.was_due = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        """Numbers of the newest occurrences that were called, and that were due."""
        self.called_on = np.full(count, MISSING, dtype=np.int64)
        self.waiting, self.waiting_since = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        """Numbers of the occurrences that are due, answered by another or not, and since when."""
        self.calls: list[Calls] = []
        self.days = (completion or Completion()).for_each(count)

    def run(self, events: ServiceEvents) -> DailyReplay:
        """Through all days."""
        first = self.history.first_day
        standings = stand_many(self.table, self.schedules, events.take(np.flatnonzero(events.date < first)))
        later = np.flatnonzero(events.date >= first)
        later = later[np.argsort(events.date[later], kind="stable")]
        by_day = np.searchsorted(events.date[later], np.arange(first, first + self.history.days + 1))
        found = self._judge(standings, 0)
        self._note(found, first - 1)
        for column in range(1, self.history.days + 1):
            day = first + column - 1
            month = int(month_of(np.array([day]))[0]) - self.months.first_month
            before, found = found, self._judge(standings, column)
            self._count(found, day, month)
            self.months.hours_beyond[month] += self._hours_beyond(before, found, column)
            recorded = events.take(later[by_day[column - 1] : by_day[column]])
            done = recorded if self.completion is None else self._orders_of(found, day, column, self.completion)
            if len(done.schedule):
                standings = self._do(standings, done, month)
                found = self._judge(standings, column)
                self._count(found, day, month)
        calls = [np.concatenate([getattr(each, name) for each in self.calls]) for name in ("schedule", "number", "day")]
        return DailyReplay(self.months, Calls(*calls))

    def _now(self, column: int) -> Schedules:
        machine, rate = self.schedules.machine, self.history.rate
        rates = np.zeros(len(machine), dtype=np.int64) if rate is None else rate[machine, column]
        return replace(self.schedules, life_hours=self.history.life_hours[machine, column], rate=rates)

    def _judge(self, standings: Standings, column: int) -> DueArrays:
        return judge_standings(self.table, self._now(column), standings, self.history.first_day + column - 1)

    def _note(self, found: DueArrays, day: int) -> tuple[Integers, Integers]:
        """Remember what is called and due; returns what was not before."""
        itself = found.answered_by == NOBODY
        called = itself & (found.state >= UPCOMING) & (found.state <= OVERDUE) & (found.number > self.called)
        due = itself & _is_due(found) & (found.number > self.was_due)
        self.called_on = np.where(called, day, self.called_on)
        self.called = np.where(called, found.number, self.called)
        self.was_due = np.where(due, found.number, self.was_due)
        return np.flatnonzero(called), np.flatnonzero(due)

    def _count(self, found: DueArrays, day: int, month: int) -> None:
        called, due = self._note(found, day)
        self.months.orders[month] += len(called)
        self.months.due[month] += len(due)
        self.calls.append(Calls(called, found.number[called], np.full(len(called), day)))

    def _hours_beyond(self, before: DueArrays, found: DueArrays, column: int) -> int:
        """What machines ran on this day beyond a target that is not answered yet."""
        life, machine = self.history.life_hours, self.schedules.machine
        today, yesterday = life[machine, column], life[machine, column - 1]
        grown = np.where(yesterday == MISSING, 0, np.maximum(0, today - np.where(yesterday == MISSING, 0, yesterday)))
        still = _is_due(before) & (before.number == found.number)
        table, package, nothing = self.table, self.schedules.package, np.zeros_like(grown)
        by_hours = np.where(found.hours_to_go <= 0, np.minimum(grown, -found.hours_to_go), nothing)
        by_days = np.where(found.days_to_go < 0, grown, nothing)
        by_hours = np.where(found.hours_to_go == MISSING, nothing, by_hours)
        by_days = np.where(found.days_to_go == MISSING, nothing, by_days)
        both = (table.both[package] > 0) & (table.interval_hours[package] > 0) & (table.calendar[package] > 0)
        beyond_target = np.where(both, np.minimum(by_hours, by_days), np.maximum(by_hours, by_days))
        return int(np.where(still, grown, beyond_target)[_is_due(found)].sum())

    def _orders_of(self, found: DueArrays, day: int, column: int, completion: Completion) -> ServiceEvents:
        """The services of the orders that are done on this day, by the assumption."""
        if completion.after == "call":
            open_order = (self.called == found.number) & (found.number > 0)
            asked = open_order & (self.called_on + self.days <= day)
        else:
            asked = _is_due(found) & self._due_since(found, day)
        return services_for(self.table, self._now(column), found, asked, day)

    def _due_since(self, found: DueArrays, day: int) -> Booleans:
        """Those that have been due for as long as the assumption says."""
        new = _is_due(found) & (found.number != self.waiting)
        self.waiting_since = np.where(new, day, self.waiting_since)
        self.waiting = np.where(new, found.number, self.waiting)
        waited: Booleans = self.waiting_since + self.days <= day
        return waited

    def _do(self, standings: Standings, done: ServiceEvents, month: int) -> Standings:
        moved = move_many(self.table, self.schedules, standings, done)
        counts = done.schedule[moved.number[done.schedule] > standings.number[done.schedule]]
        self.months.services[month] += len(counts)
        self.months.work[month] += self.work[self.schedules.package[counts]].sum()
        return moved


def _is_due(found: DueArrays) -> Booleans:
    due: Booleans = (found.state >= DUE) & (found.state <= OVERDUE)
    return due
