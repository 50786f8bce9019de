"""The daily replay finds what a day-by-day evaluation with the scalar rules called, for every kind of plan."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmms.maintenance.rules.due_status import PackageStatus, judge_plan
from cmms.maintenance.rules.judge_many import Schedules, ServiceEvents
from cmms.maintenance.rules.package_table import MISSING, day_number, tabulate, thousandths
from cmms.maintenance.rules.values import Package, Plan, ServiceEvent
from cmms.maintenance.trial.replay_days import DailyHistory, DailyReplay, replay_days
from cmms.maintenance.trial.values import Completion
from tests.unit.maintenance.rules.test_judge_many import Machine, as_arrays

FIRST = date(2024, 1, 20)
DAYS = 100


class Site:
    """Machines of one plan each, with life hours and rates of every day from the one before the first."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.machines = [Machine(self.dice) for _ in range(3)]
        self.life = [self.days_of(machine) for machine in self.machines]
        self.rates = [[self.dice.choice([0, 7500, 333]) for _ in range(DAYS + 1)] for _ in self.machines]
        for machine in self.machines:
            machine.events = [event for event in machine.events if event.date < FIRST]

    def days_of(self, machine: Machine) -> list[Decimal | None]:
        silent, life = self.dice.choice([0, 0, 30]), machine.hours()
        found: list[Decimal | None] = []
        for day in range(DAYS + 1):
            life += Decimal(self.dice.choice([0, 8000, 24_000, self.dice.randrange(24_000)])).scaleb(-3)
            found.append(None if day < silent else life)
        return found

    def status(self, number: int, column: int) -> list[PackageStatus]:
        machine = self.machines[number]
        rate, today = Decimal(self.rates[number][column]).scaleb(-3), FIRST + timedelta(days=column - 1)
        return judge_plan(machine.plan, machine.events, machine.start, self.life[number][column], today, rate)

    def replay(self, completion: Completion | None = None) -> tuple[DailyReplay, Counter[tuple[int, str, int, date]]]:
        table, schedules, events, rows = as_arrays(self.machines, self.dice)
        schedules = replace(schedules, machine=schedules.machine // 7)
        life = np.array([[thousandths(hours) for hours in row] for row in self.life], dtype=np.int64)
        history = DailyHistory(day_number(FIRST), life, np.array(self.rates, dtype=np.int64))
        found = replay_days(table, schedules, events, history, completion, np.full(len(table), 2))
        calls = zip(found.calls.schedule, found.calls.number, found.calls.day, strict=True)
        return found, Counter(
            (*rows[at], int(number), date(1970, 1, 1) + timedelta(days=int(day))) for at, number, day in calls
        )


class Workshop:
    """Evaluates a machine day by day with the scalar rules and notes what is called; ``decide`` says what is done."""

    def __init__(self, site: Site, number: int) -> None:
        self.site, self.number, self.plan = site, number, site.machines[number].plan
        self.called: dict[str, int] = {}
        self.found: Counter[tuple[int, str, int, date]] = Counter()
        self.note(0)
        self.found.clear()

    def note(self, column: int) -> list[PackageStatus]:
        statuses = self.site.status(self.number, column)
        for each in statuses:
            occurrence = each.occurrence
            if occurrence is None or not each.status.called or each.answered_by:
                continue
            if occurrence.number > self.called.get(each.package, 0):
                self.called[each.package] = occurrence.number
                self.found[self.number, each.package, occurrence.number, FIRST + timedelta(days=column - 1)] += 1
        return statuses

    def do(self, statuses: list[PackageStatus], code: str, column: int, *, waived: bool = False) -> None:
        each = next(status for status in statuses if status.package == code)
        by, occurrence = each.status.cause, each.occurrence
        self.site.machines[self.number].events.append(
            ServiceEvent(
                code,
                self.site.life[self.number][column],
                FIRST + timedelta(days=column - 1),
                waived,
                occurrence.target_life_hours if occurrence and by == "hours" else None,
                occurrence.target_date if occurrence and by == "calendar" else None,
            )
        )

    def work_at_random(self) -> None:
        dice = self.site.dice
        for column in range(1, DAYS + 1):
            statuses = self.note(column)
            for each in statuses:
                if dice.random() < (0.1 if each.status.called else 0.005):
                    self.do(statuses, each.answered_by or each.package, column, waived=dice.random() < 0.1)
            self.note(column)

    def work_when_due(self) -> None:
        for column in range(1, DAYS + 1):
            statuses = self.note(column)
            due = [each for each in statuses if each.status.state in ("due", "overdue")]
            done = {each.answered_by or each.package for each in due}
            if self.plan.combine == "merge":
                done |= {each.package for each in statuses if each.answered_by in done}
            for code in sorted(done):
                self.do(statuses, code, column)
            self.note(column)


@pytest.mark.feature("DOM-30")
@given(seed=st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_the_plan_in_force_replays_to_what_was_called(seed: int) -> None:
    site, expected = Site(seed), Counter[tuple[int, str, int, date]]()
    for number in range(len(site.machines)):
        workshop = Workshop(site, number)
        workshop.work_at_random()
        expected += workshop.found
    replay, calls = site.replay()
    assert calls == expected
    by_month = Counter(day.year * 12 + day.month - 1 - 1970 * 12 for _, _, _, day in expected.elements())
    first = replay.months.first_month
    assert replay.months.orders.tolist() == [by_month[first + at] for at in range(len(replay.months.orders))]


@pytest.mark.feature("DOM-30")
@given(seed=st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_orders_that_are_done_when_due_call_what_the_scalar_rules_call(seed: int) -> None:
    site, expected = Site(seed), Counter[tuple[int, str, int, date]]()
    known = [list(machine.events) for machine in site.machines]
    for number in range(len(site.machines)):
        workshop = Workshop(site, number)
        workshop.work_when_due()
        expected += workshop.found
    for machine, events in zip(site.machines, known, strict=True):
        machine.events = events
    replay, calls = site.replay(Completion())
    assert calls == expected
    assert (replay.months.work == 2 * replay.months.services).all()


def one_machine(package: Package, daily: list[int], completion: Completion | None) -> DailyReplay:
    """A machine that starts at 0 h on 2024-01-01 and runs so many hours on each day from then on."""
    nothing, zero = np.empty(0, dtype=np.int64), np.zeros(1, dtype=np.int64)
    first = day_number(date(2024, 1, 1))
    life = np.array([[0, *(np.cumsum(daily) * 1000)]], dtype=np.int64)
    schedules = Schedules(zero, zero, zero, np.array([first]), np.array([MISSING]), zero)
    events = ServiceEvents(nothing, nothing, nothing, nothing > 0, nothing, nothing)
    return replay_days(
        tabulate([Plan(packages=(package,))]), schedules, events, DailyHistory(first, life), completion, np.array([3])
    )


@pytest.mark.feature("DOM-30")
def test_hours_beyond_due_by_hand() -> None:
    every_100 = Package(code="A", interval_hours=Decimal(100), lead_hours=Decimal(20))
    # 8 h a day: called on day 10 (80 h), due on day 13 at 104 h, 4 beyond; and so on every 13 days.
    months = one_machine(every_100, [8] * 91, Completion()).months
    assert months.orders.tolist() == [2, 2, 3]  # days 10, 23 | 36, 49 | 62, 75, 88; 2 March is day 62
    assert months.due.tolist() == months.services.tolist() == [2, 2, 3]
    assert months.hours_beyond.tolist() == [8_000, 8_000, 12_000]


@pytest.mark.feature("DOM-30")
def test_an_order_that_waits_runs_beyond_due() -> None:
    every_100 = Package(code="A", interval_hours=Decimal(100))
    months = one_machine(every_100, [10] * 31, Completion(days=5)).months
    # Due on day 10 at 100 h, done on day 15 at 150 h; due at 250 h on day 25, done on day 30 at 300 h.
    assert (months.due.tolist(), months.services.tolist()) == ([2], [2])
    assert (months.hours_beyond.tolist(), months.work.tolist()) == ([100_000], [6])


@pytest.mark.feature("DOM-30")
def test_an_order_done_after_its_call_may_be_done_before_it_is_due() -> None:
    every_100 = Package(code="A", interval_hours=Decimal(100), lead_hours=Decimal(50))
    months = one_machine(every_100, [10] * 31, Completion("call", 2)).months
    # Called on day 5, done on day 7 at 70 h: due at 170 h. Called on day 12, 19, 26; done on day 14, 21, 28.
    assert (months.orders.tolist(), months.due.tolist(), months.services.tolist()) == ([4], [0], [4])
    assert not months.hours_beyond.any()


@pytest.mark.feature("DOM-30")
def test_nothing_is_done_before_it_is_called() -> None:
    with pytest.raises(ValueError, match="before it is called"):
        Completion(days=-1).for_each(3)
