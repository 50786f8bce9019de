"""The replay from monthly marks is near the exact one of days, and its bound holds on random histories."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmms.maintenance.rules.judge_many import Schedules, ServiceEvents
from cmms.maintenance.rules.package_table import MISSING, Integers, PackageTable, day_number, tabulate
from cmms.maintenance.rules.values import CalendarUnit, Combine, Mode, Package, Plan, Rule
from cmms.maintenance.trial.replay_days import DailyHistory, replay_days
from cmms.maintenance.trial.replay_marks import MonthlyMarks, is_bounded, replay_marks
from cmms.maintenance.trial.values import Completion

FIRST = date(2023, 11, 1)
MONTHS = 14
ENDS = [day_number(date(2023 + (10 + at) // 12, (10 + at) % 12 + 1, 1)) - 1 for at in range(MONTHS + 1)]
NOTHING = np.empty(0, dtype=np.int64)
NO_EVENTS = ServiceEvents(NOTHING, NOTHING, NOTHING, NOTHING > 0, NOTHING, NOTHING)


def random_life(dice: random.Random, machines: int, *, gaps: bool) -> Integers:
    """Life hours by day from the one before the first; idle weeks, busy weeks, gaps that end in a jump."""
    days = ENDS[-1] - ENDS[0]
    rows = []
    for _ in range(machines):
        life, shown, row = dice.randrange(5_000_000), 0, []
        shown = life
        level = 8_000
        for day in range(days + 1):
            level = dice.choice([0, 2_000, 8_000, 16_000]) if day % 20 == 0 else level
            life += dice.randrange(level + 1) if day else 0
            shown = shown if gaps and dice.random() < 0.4 else life
            row.append(shown)
        rows.append(row)
    return np.array(rows, dtype=np.int64)


def marks_of(life: Integers) -> MonthlyMarks:
    """The marks of a daily history."""
    columns = [end - ENDS[0] for end in ENDS]
    steps = np.diff(life, axis=1)
    largest = [steps[:, a:b].max(axis=1) for a, b in pairwise(columns)]
    return MonthlyMarks(
        (FIRST.year - 1970) * 12 + FIRST.month - 1, life[:, columns], np.stack([0 * largest[0], *largest], axis=1)
    )


def random_package(dice: random.Random, code: str) -> Package:
    by_hours = dice.random() < 0.7
    by_calendar = dice.random() < 0.5 or not by_hours
    return Package(
        code=code,
        interval_hours=Decimal(dice.choice([60, 250, 500, 1000])) if by_hours else None,
        interval=dice.choice([1, 2, 3]) if by_calendar else None,
        unit=dice.choice(get_args(CalendarUnit)[1:3]),
        rule=dice.choice(get_args(Rule)),
        hierarchy=dice.choice([1, 2]),
        mode=dice.choice(get_args(Mode)),
        lead_hours=Decimal(dice.choice([0, 20])),
        lead_days=dice.choice([0, 5]),
        tolerance_hours=Decimal(dice.choice([0, 10])),
        window_hours=Decimal(dice.choice([0, 25])),
        window_days=dice.choice([0, 3]),
        shift_late_percent=Decimal(dice.choice([0, 50, 100])),
    )


def site(plan: Plan, life: Integers, dice: random.Random) -> tuple[PackageTable, Schedules]:
    machines, packages = len(life), len(plan.packages)
    machine = np.repeat(np.arange(machines), packages)
    started = life[machine, 0] - np.array([dice.randrange(600_000) for _ in machine])
    begun = ENDS[0] - np.array([dice.randrange(90) for _ in machine])
    package = np.tile(np.arange(packages), machines)
    return tabulate([plan]), Schedules(package, machine, started, begun, np.full(len(machine), MISSING), 0 * machine)


@pytest.mark.feature("DOM-30")
@given(seed=st.integers(0, 2**32), days=st.sampled_from([0, 0, 4]))
@settings(max_examples=12, deadline=None)
def test_the_exact_orders_lie_within_the_bound(seed: int, days: int) -> None:
    dice = random.Random(seed)
    plan = Plan(packages=tuple(random_package(dice, code) for code in ("A", "B")))
    life = random_life(dice, 6, gaps=dice.random() < 0.5)
    table, schedules = site(plan, life, dice)
    completion = Completion(days=days)
    exact = replay_days(table, schedules, NO_EVENTS, DailyHistory(ENDS[0] + 1, life), completion).months
    found = replay_marks(table, schedules, NO_EVENTS, marks_of(life), completion)
    assert len(found.months.orders) == len(exact.orders) == MONTHS
    if not is_bounded(table, completion):
        assert found.orders_least is None
        return
    assert found.orders_least is not None and found.orders_most is not None
    true, estimate = np.cumsum(exact.orders), np.cumsum(found.months.orders)
    assert (found.orders_least <= true).all() and (true <= found.orders_most).all(), plan
    assert (found.orders_least <= estimate).all() and (estimate <= found.orders_most).all(), plan


@pytest.mark.feature("DOM-30")
@given(
    seed=st.integers(0, 2**32),
    combine=st.sampled_from(["independent", "cycle"]),
    completion=st.sampled_from([Completion(), Completion(days=4), Completion("call", 3)]),
)
@settings(max_examples=12, deadline=None)
def test_machines_that_run_evenly_are_replayed_exactly(seed: int, combine: Combine, completion: Completion) -> None:
    dice = random.Random(seed)
    plan = Plan(packages=tuple(random_package(dice, code) for code in ("A", "B")), combine=combine)
    days = np.arange(ENDS[-1] - ENDS[0] + 1)
    life = np.array([dice.randrange(5_000_000) + days * dice.choice([8_000, 12_000, 20_000]) for _ in range(4)])
    table, schedules = site(plan, life, dice)
    work = np.array([3, 5])
    exact = replay_days(table, schedules, NO_EVENTS, DailyHistory(ENDS[0] + 1, life), completion, work).months
    found = replay_marks(table, schedules, NO_EVENTS, marks_of(life), completion, work).months
    for name in ("orders", "due", "services", "work", "hours_beyond"):
        assert getattr(found, name).tolist() == getattr(exact, name).tolist(), (name, plan)


@pytest.mark.feature("DOM-30")
@given(seed=st.integers(0, 2**32), combine=st.sampled_from(["suppress", "merge"]))
@settings(max_examples=12, deadline=None)
def test_packages_that_answer_each_other_are_ordered_and_done_together(seed: int, combine: Combine) -> None:
    dice = random.Random(seed)
    plan = Plan(packages=tuple(random_package(dice, code) for code in ("A", "B")), combine=combine)
    days = np.arange(ENDS[-1] - ENDS[0] + 1)
    life = np.array([dice.randrange(5_000_000) + days * dice.choice([8_000, 12_000, 20_000]) for _ in range(4)])
    table, schedules = site(plan, life, dice)
    exact = replay_days(table, schedules, NO_EVENTS, DailyHistory(ENDS[0] + 1, life), Completion()).months
    found = replay_marks(table, schedules, NO_EVENTS, marks_of(life))
    assert found.orders_least is None
    assert found.months.orders.tolist() == exact.orders.tolist(), plan
    assert found.months.services.tolist() == exact.services.tolist(), plan


@pytest.mark.feature("DOM-30")
def test_no_bound_is_given_for_a_machine_that_had_no_reading() -> None:
    plan = Plan(packages=(Package(code="A", interval_hours=Decimal(250)),))
    life = random_life(random.Random(1), 2, gaps=False)
    table, schedules = site(plan, life, random.Random(1))
    marks = marks_of(life)
    assert replay_marks(table, schedules, NO_EVENTS, marks).orders_most is not None
    marks.life_hours[0, :3] = MISSING
    assert replay_marks(table, schedules, NO_EVENTS, marks).orders_most is None
