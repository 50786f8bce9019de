"""How due an occurrence is: leads, tolerances, two limits, packages called together; and the same as before the rules."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmms.maintenance import calculate_due as before
from cmms.maintenance.rules.due_status import judge, judge_plan
from cmms.maintenance.rules.next_occurrence import next_occurrence
from cmms.maintenance.rules.values import Package, Plan, Start
from tests.unit.maintenance.goldens.build import NEW, days, done, follow, hours

TODAY = date(2026, 6, 1)
EIGHT = Decimal(8)


def state(package: Package, life: int | None, today: date = TODAY, rate: Decimal | None = None) -> str:
    """How due a new machine is."""
    return judge(
        Plan(packages=(package,)), follow(package, []), None if life is None else Decimal(life), today, rate
    ).state


@pytest.mark.feature("DOM-15", "OCC-01")
@pytest.mark.parametrize(
    ("life", "expected"),
    [
        (449, "ok"),
        (450, "upcoming"),
        (499, "upcoming"),
        (500, "due"),
        (520, "due"),
        (521, "overdue"),
        (None, "no_reading"),
    ],
)
def test_lead_and_tolerance_in_hours(life: int | None, expected: str) -> None:
    assert state(hours(500, lead_hours=Decimal(50), tolerance_hours=Decimal(20)), life) == expected


@pytest.mark.feature("DOM-15")
def test_a_lead_and_a_tolerance_in_the_other_unit_go_by_the_rate() -> None:
    by_days = hours(500, lead_days=5, tolerance_days=2)
    assert [state(by_days, life, rate=EIGHT) for life in (459, 460, 516, 517)] == ["ok", "upcoming", "due", "overdue"]
    assert [state(by_days, life) for life in (460, 499, 500, 501)] == ["ok", "ok", "due", "overdue"]
    by_hours = days(30, lead_hours=Decimal(40), tolerance_hours=Decimal(17))
    on = [NEW.date + timedelta(days=30 + n) for n in (-6, -5, 2, 3)]  # type: ignore[operator]
    assert [state(by_hours, None, day, EIGHT) for day in on] == ["ok", "upcoming", "due", "overdue"]


@pytest.mark.feature("DOM-15", "DOM-16")
def test_with_two_limits_each_has_its_own_tolerance() -> None:
    package = Package(code="P", interval_hours=Decimal(500), interval=1, unit="years", tolerance_days=30)
    assert state(package, 501, rate=EIGHT) == "overdue"


@pytest.mark.feature("DOM-16")
def test_whichever_first_and_both() -> None:
    first = Package(code="P", interval_hours=Decimal(500), interval=100)
    both = Package(code="P", interval_hours=Decimal(500), interval=100, rule="both")
    late, early = NEW.date + timedelta(days=101), NEW.date + timedelta(days=50)  # type: ignore[operator]
    for life, today, states in (
        (400, late, ("overdue", "ok")),
        (600, early, ("overdue", "ok")),
        (600, late, ("overdue", "overdue")),
    ):
        assert (state(first, life, today), state(both, life, today)) == states
    assert (state(first, None, late), state(both, None, late)) == ("overdue", "no_reading")


@pytest.mark.feature("DOM-16")
def test_of_two_limits_in_the_same_state_the_one_reached_first_is_the_cause() -> None:
    package = Package(code="P", interval_hours=Decimal(500), interval=100)
    plan, occurrence = Plan(packages=(package,)), follow(package, [])
    today = NEW.date + timedelta(days=110)  # type: ignore[operator]
    assert judge(plan, occurrence, Decimal(540), today, EIGHT).cause == "calendar"
    assert judge(plan, occurrence, Decimal(660), today, EIGHT).cause == "hours"
    # 80 h past at 8 h a day: both ten days ago.
    assert judge(plan, occurrence, Decimal(580), today, EIGHT).cause == "hours"
    assert judge(plan, occurrence, Decimal(579), today, EIGHT).cause == "calendar"


@pytest.mark.feature("DOM-18")
def test_a_package_that_waits_for_its_turn_is_not_due() -> None:
    plan = Plan(packages=(hours(100, "A"), hours(100, "B")), combine="cycle")
    found = judge_plan(plan, [], NEW, Decimal(500), TODAY)
    assert [(each.package, each.status.state) for each in found] == [("A", "overdue"), ("B", "waiting")]


@pytest.mark.feature("DOM-18")
def test_packages_called_together_are_answered_by_the_highest() -> None:
    packages = (
        hours(250, "S", lead_hours=Decimal(30)),
        hours(500, "M", hierarchy=2),
        hours(480, "L", hierarchy=3, lead_hours=Decimal(30)),
    )
    for combine, answered in (("suppress", "suppresses"), ("merge", "includes")):
        plan = Plan(packages=packages, combine=combine)  # type: ignore[arg-type]
        small, medium, large = judge_plan(plan, [done(240, package="S")], NEW, Decimal(470), TODAY)
        assert (small.answered_by, medium.answered_by, large.answered_by) == ("L", None, None)
        assert large.occurrence and getattr(large.occurrence, answered) == ("S",)
        assert (small.status.state, medium.status.state, large.status.state) == ("upcoming", "ok", "upcoming")
    independent = judge_plan(Plan(packages=packages), [], NEW, Decimal(600), TODAY)
    assert [each.answered_by for each in independent] == [None, None, None]


@pytest.mark.feature("DOM-18")
def test_equals_in_hierarchy_stand_beside_each_other_or_merge() -> None:
    packages = (hours(250, "A"), hours(500, "B"))
    beside = judge_plan(Plan(packages=packages, combine="suppress"), [], NEW, Decimal(600), TODAY)
    assert [each.answered_by for each in beside] == [None, None]
    merged = judge_plan(Plan(packages=packages, combine="merge"), [], NEW, Decimal(600), TODAY)
    assert [each.answered_by for each in merged] == [None, "A"]


# --- The same as before, where that was right -----------------------------------------------------

_hours = st.decimals(min_value=1, max_value=20_000, places=3)
_days = st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 1, 1))


@st.composite
def _plans(draw: st.DrawFn) -> before.Plan:
    """Plans as they are today: leads and tolerances in the unit of their interval, days only where they are floating."""
    by_hours = draw(st.booleans())
    by_days = draw(st.booleans()) or not by_hours
    mode = draw(st.sampled_from(["floating", "fixed"])) if not by_days else "floating"
    return before.Plan(
        interval_hours=draw(_hours) if by_hours else None,
        interval_days=draw(st.integers(1, 4000)) if by_days else None,
        mode=mode,
        lead_hours=draw(_hours) if by_hours else Decimal(0),
        lead_days=draw(st.integers(0, 60)) if by_days else 0,
        tolerance_hours=draw(_hours) if by_hours else Decimal(0),
        tolerance_days=draw(st.integers(0, 60)) if by_days else 0,
    )


def as_package(plan: before.Plan) -> Package:
    """A plan of today as a package."""
    return Package(
        code="P", interval_hours=plan.interval_hours, interval=plan.interval_days, mode=plan.mode,  # type: ignore[arg-type]
        lead_hours=plan.lead_hours, lead_days=plan.lead_days,
        tolerance_hours=plan.tolerance_hours, tolerance_days=plan.tolerance_days,
    )  # fmt: skip


@pytest.mark.feature("DOM-15", "DOM-16", "DOM-17")
@given(plan=_plans(), at=st.none() | _hours, on=_days, life=st.none() | _hours, today=_days, as_event=st.booleans())
def test_a_plan_of_today_gives_what_it_gave(
    plan: before.Plan, at: Decimal | None, on: date, life: Decimal | None, today: date, as_event: bool
) -> None:
    """Where counting began and the last service were one baseline; on a fixed grid they are not the same any more."""
    package = as_package(plan)
    as_event = as_event and plan.mode == "floating"
    occurrence = next_occurrence(
        Plan(packages=(package,)),
        package,
        [done(at, on)] if as_event else [],
        Start() if as_event else Start(at, on),
    )
    reading = None if life is None else before.Reading(life, today)
    old = before.calculate_due(plan, before.Baseline(at, on), reading, None, today)
    new = judge(Plan(packages=(package,)), occurrence, life, today)
    assert occurrence
    assert (occurrence.target_life_hours, occurrence.target_date) == (old.next_due_hours, old.next_due_date)
    assert (new.state, new.cause, new.hours_to_go, new.days_to_go) == (
        old.state,
        old.cause,
        old.hours_to_go,
        old.days_to_go,
    )


@pytest.mark.feature("DOM-15", "DOM-17")
def test_where_the_rules_differ_from_before_on_purpose() -> None:
    # A fixed grid counts occurrences: done at 498, the 500 is answered.
    fixed = before.Plan(interval_hours=Decimal(500), mode="fixed")
    assert before.calculate_due(fixed, before.Baseline(Decimal(498)), None, None, TODAY).next_due_hours == 500
    assert follow(as_package(fixed), [done(498)]).target_life_hours == 1000
    # Fixed days are anchored: they were floating.
    monthly = before.Plan(interval_days=30, mode="fixed")
    late = date(2026, 2, 5)
    assert before.calculate_due(monthly, before.Baseline(None, late), None, None, TODAY).next_due_date == date(
        2026, 3, 7
    )
    assert follow(as_package(monthly), [done(None, late)]).target_date == date(2026, 3, 2)
    # A lead in days holds for hours: it did nothing.
    by_hours = before.Plan(interval_hours=Decimal(500), lead_days=7)
    reading = before.Reading(Decimal(492), TODAY)
    assert before.calculate_due(by_hours, before.Baseline(Decimal(0)), reading, EIGHT, TODAY).state == "ok"
    assert state(as_package(by_hours), 492, rate=EIGHT) == "upcoming"
