"""Intervals, shift factors, tolerances, leads, hierarchy, cycle sets, units."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

from cmms.maintenance.rules.allowances import allowances
from cmms.maintenance.rules.due_status import judge, judge_plan
from cmms.maintenance.rules.horizon import occurrences_until
from cmms.maintenance.rules.next_occurrence import next_occurrence
from cmms.maintenance.rules.values import Package, Plan, ServiceEvent, Start
from tests.unit.maintenance.goldens.build import NEW, days, done, follow, hours, target_date, target_hours

QUARTERLY = days(3, unit="months", mode="fixed", tolerance_percent=Decimal(10), shift_late_percent=Decimal(50))
SPRING = Start(None, date(1998, 3, 1))
JUNE = date(1998, 6, 1)


def shift_outside_the_tolerance() -> None:
    assert target_date(QUARTERLY, [], SPRING) == JUNE
    assert allowances(Plan(packages=(QUARTERLY,), tolerance_base="shortest_cycle"), QUARTERLY).tolerance_days == 9
    assert target_date(QUARTERLY, [done(None, date(1998, 6, 15))], SPRING) == date(1998, 9, 8)


def shift_inside_the_tolerance() -> None:
    for late in (0, 1, 9):
        assert target_date(QUARTERLY, [done(None, JUNE + timedelta(days=late))], SPRING) == date(1998, 9, 1)
    assert target_date(QUARTERLY, [done(None, JUNE + timedelta(days=10))], SPRING) == date(1998, 9, 6)


def tolerance_of_the_smallest_difference() -> None:
    first, second = (days(each, f"{each} d", tolerance_percent=Decimal(10)) for each in (30, 40))
    smallest = Plan(packages=(first, second), tolerance_base="smallest_difference")
    assert [allowances(smallest, package).tolerance_days for package in smallest.packages] == [1, 1]
    third = replace(smallest, packages=(*smallest.packages, days(70, "70 d")))
    assert allowances(third, first).tolerance_days == 1
    shortest = replace(smallest, tolerance_base="shortest_cycle")
    assert [allowances(shortest, package).tolerance_days for package in smallest.packages] == [3, 3]


def shift_factor_100_or_0() -> None:
    whole = days(1, unit="months", mode="fixed", shift_late_percent=Decimal(100))
    august, event = Start(None, date(2017, 8, 1)), done(None, date(2017, 9, 5))
    assert target_date(whole, [event], august) == date(2017, 10, 5)
    assert target_date(replace(whole, shift_late_percent=Decimal(0)), [event], august) == date(2017, 10, 1)


def shift_factor_empty() -> None:
    empty = days(3, unit="months", mode="fixed", tolerance_percent=Decimal(10))
    assert target_date(empty, [done(None, date(1998, 6, 15))], SPRING) == date(1998, 9, 1)


def call_horizon() -> None:
    start = date(1995, 4, 1)
    for percent, after in ((0, 0), (80, 200), (100, 250)):
        package = days(250, call_horizon_percent=Decimal(percent))
        plan = Plan(packages=(package,))
        occurrence = follow(package, [], Start(None, start))
        called = start + timedelta(days=after)
        assert judge(plan, occurrence, None, called).called
        assert not judge(plan, occurrence, None, called - timedelta(days=1)).called
    assert start + timedelta(days=200) == date(1995, 10, 18)


def months_and_quarters(hierarchy: int) -> Counter[str]:
    packages = (
        days(1, "1M", unit="months", mode="fixed"),
        days(3, "3M", unit="months", mode="fixed", hierarchy=hierarchy),
    )
    plan = Plan(packages=packages, combine="suppress")
    found = occurrences_until(plan, [], Start(None, date(2026, 1, 1)), until_date=date(2027, 1, 1))
    return Counter(each.package for each in found)


def hierarchy_of_packages() -> None:
    assert months_and_quarters(hierarchy=2) == {"1M": 8, "3M": 4}
    assert months_and_quarters(hierarchy=1) == {"1M": 12, "3M": 4}


def engine_hours() -> None:
    packages = tuple(hours(each, str(each), mode="fixed", hierarchy=each) for each in (1200, 2400, 4800))
    plan = Plan(packages=packages, combine="suppress")
    first = occurrences_until(plan, [], NEW, count=1)[0]
    assert first.target_life_hours == 1200
    assert first.target_life_hours / Decimal(4800) * 365 == Decimal("91.25")
    today = date(2026, 6, 1)
    assert called(plan, [], 1210, today) == ["1200"]
    assert called(plan, [done(1210, package="1200")], 2440, today) == ["2400"]


def called(plan: Plan, events: list[ServiceEvent], life: int, today: date) -> list[str]:
    """The packages that are to be done, without those that a larger one replaces."""
    return [
        each.package
        for each in judge_plan(plan, events, NEW, Decimal(life), today)
        if each.status.called and each.answered_by is None
    ]


def floating_from_completion() -> None:
    assert target_hours(hours(5000), [done(12_300)]) == 17_300
    assert target_hours(hours(10_000, anchor_life_hours=Decimal(100_000)), [], Start(Decimal(82_150))) == 100_000
    assert target_hours(hours(10_000), [done(82_150)]) == 92_150


def cycle_set() -> Plan:
    small = Package(code="A", interval_hours=Decimal(15_000), interval=1, unit="years")
    big = Package(code="B", interval_hours=Decimal(15_000), interval=2, unit="years")
    return Plan(packages=(small, big), combine="cycle")


def cycle_sets_take_turns() -> None:
    plan, day = cycle_set(), date(2026, 1, 1)
    events: list[ServiceEvent] = []
    order = []
    for life, years in ((15_000, 1), (30_000, 3), (45_000, 4), (60_000, 6)):
        [turn] = [each for each in plan.packages if next_occurrence(plan, each, events, NEW)]
        occurrence = next_occurrence(plan, turn, events, NEW)
        assert occurrence is not None
        assert (occurrence.target_life_hours, occurrence.target_date) == (life, day.replace(year=2026 + years))
        order.append(turn.code)
        events.append(ServiceEvent(turn.code, Decimal(life), day.replace(year=2026 + years)))
    assert order == ["A", "B", "A", "B"]


def buffer() -> None:
    package = days(30, lead_days=5, anchor_date=date(2026, 9, 30))
    plan, occurrence = Plan(packages=(package,)), follow(package, [], Start(None, date(2026, 9, 1)))
    assert occurrence.target_date == date(2026, 9, 30)
    assert judge(plan, occurrence, None, date(2026, 9, 25)).state == "upcoming"
    assert judge(plan, occurrence, None, date(2026, 9, 24)).state == "ok"


def sequences(*every: int, orders: int) -> list[str]:
    packages = tuple(days(each, str(each), unit="months", mode="fixed", hierarchy=each) for each in every)
    plan = Plan(packages=packages, combine="suppress")
    return [each.package for each in occurrences_until(plan, [], Start(None, date(2026, 1, 1)), count=orders)]


def job_plans_of_a_turbine() -> None:
    found = sequences(1, 3, 12, orders=12)
    assert found == ["1", "1", "3", "1", "1", "3", "1", "1", "3", "1", "1", "12"]


def quarterly_and_yearly() -> None:
    assert sequences(3, 12, orders=4) == ["3", "3", "3", "12"]


def four_sequences() -> None:
    assert Counter(sequences(1, 6, 12, 60, orders=60)) == {"1": 50, "6": 5, "12": 4, "60": 1}


def nominal_days() -> None:
    assert (days(1, unit="years").interval_days, days(12, unit="months").interval_days) == (365, 360)


def first_due() -> None:
    assert target_hours(hours(100_000), []) == 100_000


def fixed_after_a_late_service() -> None:
    for at in (3250, 3100):
        assert target_hours(hours(3000, mode="fixed"), [done(at)]) == 6000


def earliest_or_latest() -> None:
    package = Package(code="P", interval_hours=Decimal(472), interval=120, rule="first")
    start = Start(Decimal(0), date(2026, 1, 1))
    for rule, first, other in (("first", "2026-03-01", "hours"), ("both", "2026-05-01", "calendar")):
        plan = Plan(packages=(replace(package, rule=rule),))  # type: ignore[arg-type]
        occurrence = follow(plan.packages[0], [], start, plan)
        due = date.fromisoformat(first)
        # 8 h a day: 472 h at the end of 1 March.
        at = Decimal(8 * (due - date(2026, 1, 1)).days)
        assert judge(plan, occurrence, at, due).state == "due"
        assert judge(plan, occurrence, at, due).cause == other
        assert judge(plan, occurrence, at - 8, due - timedelta(days=1)).state == "ok"


def urgency() -> None:
    today, away = date(2026, 1, 1), (31, 30, 1, 0, -1)
    by_days = days(90, lead_days=30)
    states = [judge_in(by_days, today + timedelta(days=each), today) for each in away]
    assert states == ["ok", "upcoming", "upcoming", "due", "overdue"]
    plan = Plan(packages=(hours(5000, lead_hours=Decimal(100)),))
    occurrence = follow(plan.packages[0], [])
    assert [judge(plan, occurrence, Decimal(each), today).state for each in (4899, 4901, 5001)] == [
        "ok",
        "upcoming",
        "overdue",
    ]


def judge_in(package: Package, target: date, today: date) -> str:
    """How due a package is whose target is this day."""
    start = Start(None, target - timedelta(days=package.interval_days or 0))
    return judge(Plan(packages=(package,)), follow(package, [], start), None, today).state


def months_on_the_31st() -> None:
    monthly = days(1, unit="months", mode="fixed")
    found = occurrences_until(
        Plan(packages=(monthly,)), [], Start(None, date(2026, 1, 31)), until_date=date(2028, 3, 1)
    )
    dates = [each.target_date for each in found]
    assert dates[:3] == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    assert dates[-1] == date(2028, 2, 29)


def leap_days() -> None:
    yearly = days(1, unit="years", mode="fixed")
    found = occurrences_until(Plan(packages=(yearly,)), [], Start(None, date(2024, 2, 29)), count=4)
    assert [str(each.target_date) for each in found] == ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


def fixed_days_do_not_drift() -> None:
    start, package = date(2026, 1, 1), days(30, mode="fixed")
    events = [done(None, start + timedelta(days=30 * n + 5)) for n in (1, 2, 3)]
    assert target_date(package, events, Start(None, start)) == start + timedelta(days=120)


def done_just_before_a_fixed_point() -> None:
    package = hours(500, mode="fixed")
    plan, occurrence = Plan(packages=(package,)), follow(package, [done(498)])
    assert occurrence.target_life_hours == 1000
    assert judge(plan, occurrence, Decimal(506), date(2026, 6, 1)).state == "ok"


def overhaul_from_zero() -> None:
    for mode in ("floating", "fixed"):
        overhaul = hours(10_000, mode=mode, anchor_life_hours=Decimal(0))
        assert target_hours(overhaul, [], Start(Decimal(9900))) == 10_000


def largest_answers_the_smaller() -> None:
    for mode in ("floating", "fixed"):
        packages = tuple(hours(each, str(each), mode=mode, hierarchy=each) for each in (250, 500, 1000))
        plan = Plan(packages=packages, combine="suppress")
        events = [done(250, package="250"), done(500, package="500"), done(750, package="250")]
        today = date(2026, 6, 1)
        assert called(plan, events, 1000, today) == ["1000"]
        events.append(done(1000, package="1000"))
        found = judge_plan(plan, events, NEW, Decimal(1000), today)
        assert [each.occurrence and each.occurrence.target_life_hours for each in found] == [1250, 1500, 2000]
        assert {each.status.state for each in found} == {"ok"}


def lead_in_days_of_a_plan_by_hours() -> None:
    package = hours(500, lead_days=7)
    plan, occurrence = Plan(packages=(package,)), follow(package, [])
    assert judge(plan, occurrence, Decimal(492), date(2026, 3, 1), rate=Decimal(8)).state == "upcoming"
    assert judge(plan, occurrence, Decimal(443), date(2026, 3, 1), rate=Decimal(8)).state == "ok"
    assert judge(plan, occurrence, Decimal(492), date(2026, 3, 1)).state == "ok"


def any_order_of_arrival() -> None:
    for mode in ("floating", "fixed", "window"):
        package = hours(500, mode=mode, window_hours=Decimal(20), interval=6, unit="months")
        events = [done(490), done(1020), done(1100), done(1490), done(2300)]
        found = {repr(follow(package, list(order))) for order in permutations(events)}
        assert len(found) == 1


CASES = {
    "S1": shift_outside_the_tolerance,
    "S2": shift_inside_the_tolerance,
    "S3": tolerance_of_the_smallest_difference,
    "S4": shift_factor_100_or_0,
    "S5": shift_factor_empty,
    "S6": call_horizon,
    "S7": hierarchy_of_packages,
    "S8": engine_hours,
    "S9": floating_from_completion,
    "S12": cycle_sets_take_turns,
    "S13": buffer,
    "S14": job_plans_of_a_turbine,
    "S15": quarterly_and_yearly,
    "S16": four_sequences,
    "S17": nominal_days,
    "S18": first_due,
    "S19": fixed_after_a_late_service,
    "S20": earliest_or_latest,
    "S21": urgency,
    "O1": months_on_the_31st,
    "O2": leap_days,
    "O3": fixed_days_do_not_drift,
    "O4": done_just_before_a_fixed_point,
    "O5": overhaul_from_zero,
    "O6": largest_answers_the_smaller,
    "O7": lead_in_days_of_a_plan_by_hours,
    "O8": any_order_of_arrival,
}
