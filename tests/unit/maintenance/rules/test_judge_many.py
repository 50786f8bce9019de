"""The array engine answers what the scalar rules answer: on random plans, histories and days, and in any order of rows."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmms.maintenance.rules.due_status import judge_plan
from cmms.maintenance.rules.judge_many import (
    BY_CALENDAR,
    BY_HOURS,
    NO_CAUSE,
    NOBODY,
    Schedules,
    ServiceEvents,
    judge_many,
)
from cmms.maintenance.rules.next_occurrence import next_occurrence
from cmms.maintenance.rules.package_table import (
    MISSING,
    PackageTable,
    date_of,
    day_number,
    hours_of,
    tabulate,
    thousandths,
)
from cmms.maintenance.rules.values import (
    STATES,
    CalendarUnit,
    Combine,
    Mode,
    Package,
    Plan,
    Rule,
    ServiceEvent,
    Start,
    ToleranceBase,
)

CAUSES = {None: NO_CAUSE, "hours": BY_HOURS, "calendar": BY_CALENDAR}
DAY = date(2024, 2, 29)


class Machine:
    """A machine with a plan, its history and what is known of it today."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.plan = self.make_plan()
        self.start = Start(self.maybe(self.hours), self.maybe(self.day))
        self.life = self.maybe(self.hours)
        self.rate = dice.choice([None, Decimal(0), Decimal("7.5"), Decimal("0.333")])
        self.events: list[ServiceEvent] = []
        for _ in range(dice.choice([0, 1, 2, 3, 8])):
            self.events.append(self.make_event())

    def maybe(self, value: Any, share: float = 0.9) -> Any:
        return value() if self.dice.random() < share else None

    def hours(self) -> Decimal:
        """Often on a grid, so that limits are met exactly."""
        if self.dice.random() < 0.5:
            return Decimal(self.dice.randrange(0, 60) * 50)
        return Decimal(self.dice.randrange(0, 3_000_000)).scaleb(-3)

    def day(self) -> date:
        return DAY + timedelta(days=self.dice.randrange(-800, 800))

    def percent(self) -> Decimal:
        return Decimal(self.dice.choice([0, 10, 33, 50, 80, 100]))

    def make_plan(self) -> Plan:
        packages = tuple(self.make_package(f"P{n}") for n in range(self.dice.choice([1, 1, 2, 3, 4])))
        return Plan(
            packages=packages,
            combine=self.dice.choice(get_args(Combine)),
            tolerance_base=self.dice.choice(get_args(ToleranceBase)),
        )

    def make_package(self, code: str) -> Package:
        dice = self.dice
        by_hours = dice.random() < 0.7
        by_calendar = dice.random() < 0.6 or not by_hours
        return Package(
            code=code,
            interval_hours=Decimal(dice.choice(["50", "250", "500", "333.333", "0.7"])) if by_hours else None,
            interval=dice.choice([1, 2, 3, 6, 30]) if by_calendar else None,
            unit=dice.choice(get_args(CalendarUnit)),
            rule=dice.choice(get_args(Rule)),
            hierarchy=dice.choice([1, 2, 3]),
            mode=dice.choice(get_args(Mode)),
            anchor_life_hours=self.maybe(self.hours, 0.3),
            anchor_date=self.maybe(self.day, 0.3),
            lead_hours=Decimal(dice.choice([0, 20, 600])),
            lead_days=dice.choice([0, 7, 100]),
            call_horizon_percent=self.maybe(self.percent, 0.2),
            tolerance_hours=Decimal(dice.choice([0, 10])),
            tolerance_days=dice.choice([0, 3]),
            tolerance_percent=self.maybe(self.percent, 0.3),
            window_hours=self.maybe(lambda: Decimal(dice.choice([0, 5, 50])), 0.5),
            window_days=self.maybe(lambda: dice.choice([0, 3, 30]), 0.5),
            window_percent=self.maybe(self.percent, 0.3),
            window_late_only=dice.random() < 0.3,
            window_exempt=dice.random() < 0.2,
            shift_early_percent=self.percent(),
            shift_late_percent=self.percent(),
        )

    def called(self, package: Package) -> tuple[Decimal | None, date | None]:
        """For what an order was: nothing, the next occurrence as known so far, or something else."""
        known = next_occurrence(self.plan, package, self.events, self.start) if self.dice.random() < 0.4 else None
        if known:
            return known.target_life_hours, self.maybe(lambda: known.target_date, 0.5)
        return self.maybe(self.hours, 0.2), self.maybe(self.day, 0.2)

    def make_event(self) -> ServiceEvent:
        package = self.dice.choice(self.plan.packages)
        called_hours, called_date = self.called(package)
        waived = self.dice.random() < 0.1
        if self.events and self.dice.random() < 0.2:  # the same point as another one
            twin = self.dice.choice(self.events)
            return ServiceEvent(package.code, twin.life_hours, twin.date, twin.waived, called_hours, called_date)
        return ServiceEvent(package.code, self.maybe(self.hours), self.day(), waived, called_hours, called_date)


def as_arrays(
    machines: list[Machine], dice: random.Random
) -> tuple[PackageTable, Schedules, ServiceEvents, list[tuple[int, str]]]:
    """Schedules and events of all machines, both shuffled, and whose schedule each row is."""
    plans = [machine.plan for machine in machines]
    rows = [(number, package.code) for number, plan in enumerate(plans) for package in plan.packages]
    package = {row: at for at, row in enumerate(rows)}
    dice.shuffle(rows)
    position = {row: at for at, row in enumerate(rows)}
    of = [machines[number] for number, _ in rows]
    schedules = Schedules(
        np.array([package[row] for row in rows]),
        np.array([number * 7 for number, _ in rows]),
        np.array([thousandths(machine.start.life_hours) for machine in of]),
        np.array([day_number(machine.start.date) for machine in of]),
        np.array([thousandths(machine.life) for machine in of]),
        np.array([thousandths(machine.rate or Decimal(0)) for machine in of]),
    )
    events = [
        (position[number, event.package], event) for number, machine in enumerate(machines) for event in machine.events
    ]
    dice.shuffle(events)
    done = ServiceEvents(
        np.array([at for at, _ in events], dtype=np.int64),
        np.array([thousandths(event.life_hours) for _, event in events], dtype=np.int64),
        np.array([day_number(event.date) for _, event in events], dtype=np.int64),
        np.array([event.waived for _, event in events], dtype=bool),
        np.array([thousandths(event.called_life_hours) for _, event in events], dtype=np.int64),
        np.array([day_number(event.called_date) for _, event in events], dtype=np.int64),
    )
    return tabulate(plans), schedules, done, rows


@pytest.mark.feature("SPD-01", "DOM-15", "DOM-16", "DOM-17", "DOM-18")
@given(seed=st.integers(0, 2**32), today=st.dates(date(2022, 1, 1), date(2027, 1, 1)))
@settings(max_examples=150, deadline=None)
def test_arrays_and_scalar_rules_agree(seed: int, today: date) -> None:
    dice = random.Random(seed)
    machines = [Machine(dice) for _ in range(12)]
    table, schedules, events, rows = as_arrays(machines, dice)
    found = judge_many(table, schedules, events, day_number(today))
    position = {row: at for at, row in enumerate(rows)}
    for number, machine in enumerate(machines):
        for status in judge_plan(machine.plan, machine.events, machine.start, machine.life, today, machine.rate):
            at = position[number, status.package]
            occurrence, answered = status.occurrence, int(found.answered_by[at])
            expected = (
                (occurrence.number, occurrence.target_life_hours, occurrence.target_date)
                if occurrence
                else (0, None, None),
                status.status.state,
                CAUSES[status.status.cause],
                (status.status.hours_to_go, status.status.days_to_go),
                status.answered_by,
            )
            to_go = int(found.days_to_go[at])
            assert expected == (
                (int(found.number[at]), hours_of(int(found.target_hours[at])), date_of(int(found.target_date[at]))),
                STATES[found.state[at]],
                found.cause[at],
                (hours_of(int(found.hours_to_go[at])), None if to_go == MISSING else to_go),
                None if answered == NOBODY else rows[answered][1],
            ), (machine.plan, machine.events, machine.start, machine.life, machine.rate, status.package)


@pytest.mark.feature("SPD-01")
def test_no_schedules_and_no_events() -> None:
    nothing = np.empty(0, dtype=np.int64)
    table = tabulate([Plan(packages=(Package(code="P", interval_hours=Decimal(500)),))])
    no_events = ServiceEvents(nothing, nothing, nothing, nothing > 0, nothing, nothing)
    assert not len(judge_many(table, Schedules(*[nothing] * 6), no_events, 0).state)
    one = Schedules(*(np.array([value]) for value in (0, 1, 0, MISSING, 500_000, 0)))
    assert STATES[judge_many(table, one, no_events, 0).state[0]] == "due"


@pytest.mark.feature("SPD-01", "DOM-16")
@pytest.mark.parametrize(("life", "cause"), [(580_000, BY_HOURS), (579_000, BY_CALENDAR)])
def test_of_two_limits_reached_on_the_same_day_hours_are_the_cause(life: int, cause: int) -> None:
    table = tabulate([Plan(packages=(Package(code="P", interval_hours=Decimal(500), interval=100),))])
    schedule = Schedules(*(np.array([value]) for value in (0, 1, 0, 0, life, 8000)))
    nothing = np.empty(0, dtype=np.int64)
    assert (
        judge_many(table, schedule, ServiceEvents(nothing, nothing, nothing, nothing > 0, nothing, nothing), 110).cause[
            0
        ]
        == cause
    )


@pytest.mark.feature("SPD-01", "DOM-18")
def test_the_call_of_a_larger_package_at_the_same_point_hides_no_call_of_the_smaller() -> None:
    packages = tuple(
        Package(code=code, interval_hours=Decimal(every), hierarchy=every, mode="fixed")
        for code, every in (("S", 250), ("L", 1000))
    )
    zero, same = np.zeros(2, dtype=np.int64), np.full(2, 100_000)
    schedules = Schedules(np.array([0, 1]), zero, zero, zero, same, zero)
    calls = np.array([250_000, 1_000_000])
    done = ServiceEvents(np.array([0, 1]), same, zero, zero > 0, calls, np.full(2, MISSING))
    found = judge_many(tabulate([Plan(packages=packages, combine="suppress")]), schedules, done, 10)
    assert found.target_hours.tolist() == [500_000, 2_000_000]


@pytest.mark.feature("SPD-01")
def test_what_is_too_fine_for_arrays_is_refused() -> None:
    with pytest.raises(ValueError, match="finer than a thousandth"):
        thousandths(Decimal("0.0001"))
    fine = Package(code="P", interval_hours=Decimal(5), shift_late_percent=Decimal("0.00001"))
    with pytest.raises(ValueError, match="too fine"):
        tabulate([Plan(packages=(fine,))])
