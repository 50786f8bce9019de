"""Windows, anniversaries, fixed against floating, two limits at once, and what a large service does to the small ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from cmms.maintenance.rules.allowances import allowances
from cmms.maintenance.rules.due_status import judge
from cmms.maintenance.rules.horizon import occurrences_until
from cmms.maintenance.rules.values import Package, Plan, Start
from tests.unit.maintenance.goldens.build import NEW, days, done, follow, hours, target_date, target_hours

TEN_PERCENT = {"mode": "window", "window_percent": Decimal(10), "window_hours": Decimal(5), "window_days": 30}
"""US Army TM 1-1500-328-23: 10 % of the interval, at most 5 hours or 30 days."""


def window_of(package: Package) -> tuple[Decimal, int]:
    given = allowances(Plan(packages=(package,)), package)
    return given.window_hours, given.window_days


def due_at(target: str, interval: int) -> Start:
    """Where counting began, so that the first target is this one."""
    return Start(Decimal(target) - interval)


def window_of_a_short_interval() -> None:
    package, start = hours(25, **TEN_PERCENT), due_at("1472.7", 25)
    assert window_of(package)[0] == Decimal("2.5")
    for at, following in (("1470.2", "1497.7"), ("1475.2", "1497.7"), ("1470.1", "1495.1"), ("1475.3", "1500.3")):
        assert target_hours(package, [done(at)], start) == Decimal(following)


def window_of_a_long_interval() -> None:
    package, start = hours(75, **TEN_PERCENT), due_at("1609.4", 75)
    assert window_of(package)[0] == 5
    for at in ("1604.4", "1609.4", "1614.4"):
        assert target_hours(package, [done(at)], start) == Decimal("1684.4")


def done_before_the_window() -> None:
    package, start = hours(50, **TEN_PERCENT), due_at("1306.4", 50)
    assert target_hours(package, [done("1299.9")], start) == Decimal("1349.9")
    assert target_hours(package, [done("1301.4")], start) == Decimal("1356.4")


def window_of_months() -> None:
    package, start = days(6, unit="months", **TEN_PERCENT), Start(None, date(1998, 7, 31))
    assert target_date(package, [], start) == date(1999, 1, 31)
    assert window_of(package)[1] == 18
    for inside in (date(1999, 1, 13), date(1999, 2, 18)):
        assert target_date(package, [done(None, inside)], start) == date(1999, 7, 31)
    assert target_date(package, [done(None, date(1999, 2, 19))], start) == date(1999, 8, 19)


def ten_hours_either_side() -> None:
    package = hours(100, mode="window", window_hours=Decimal(10))
    assert target_hours(package, [done(110)]) == 200
    assert target_hours(package, [done(87)]) == 187


def whichever_first() -> None:
    package = Package(code="P", interval_hours=Decimal(25), interval=30)
    plan = Plan(packages=(package,))
    occurrence = follow(package, [done(100, date(2026, 4, 1))])
    assert (occurrence.target_life_hours, occurrence.target_date) == (125, date(2026, 5, 1))
    status = judge(plan, occurrence, Decimal(124), date(2026, 5, 1))
    assert (status.state, status.cause, status.hours_to_go) == ("due", "calendar", 1)
    assert judge(plan, occurrence, Decimal(125), date(2026, 4, 20)).cause == "hours"


def largest_resets_hours_and_months() -> None:
    large = Package(code="L", interval_hours=Decimal(1000), interval=3, unit="years", hierarchy=2)
    small = Package(code="S", interval_hours=Decimal(500), interval=12, unit="months")
    plan = Plan(packages=(small, large), combine="suppress")
    events = [done(100 * n, date(2026 + n, 1, 1), "S") for n in (1, 2)] + [done(700, date(2029, 1, 1), "L")]
    following = follow(small, events, NEW, plan)
    assert (following.target_life_hours, following.target_date) == (1200, date(2030, 1, 1))


def nested() -> Plan:
    packages = tuple(hours(250 * n, f"N{n}", mode="fixed", hierarchy=n) for n in (1, 2, 4))
    return Plan(packages=packages, combine="merge")


def nested_multipliers() -> None:
    merged = occurrences_until(nested(), [], NEW, count=4)
    assert [(each.expected_life_hours, {each.package, *each.includes}) for each in merged] == [
        (250, {"N1"}),
        (500, {"N1", "N2"}),
        (750, {"N1"}),
        (1000, {"N1", "N2", "N4"}),
    ]
    alone = occurrences_until(replace(nested(), combine="suppress"), [], NEW, count=4)
    assert [each.package for each in alone] == ["N1", "N2", "N1", "N4"]
    assert alone[-1].suppresses == ("N1", "N2")


def fixed_or_floating() -> None:
    assert target_hours(hours(500, mode="fixed"), [done(700)]) == 1000
    assert target_hours(hours(500), [done(700)]) == 1200


def window_of_a_year() -> None:
    package, start = days(12, unit="months", **TEN_PERCENT), Start(None, date(1998, 2, 6))
    assert window_of(package)[1] == 30
    for inside in (date(1999, 1, 7), date(1999, 3, 8)):
        assert target_date(package, [done(None, inside)], start) == date(2000, 2, 6)
    for outside in (date(1999, 1, 6), date(1999, 3, 9)):
        assert target_date(package, [done(None, outside)], start) == outside.replace(year=2000)


def each_side_by_itself() -> None:
    package = Package(code="P", interval_hours=Decimal(10), interval=14, **TEN_PERCENT)  # type: ignore[arg-type]
    last = done(1709, date(1997, 5, 22))
    occurrence = follow(package, [last])
    assert (occurrence.target_life_hours, occurrence.target_date) == (1719, date(1997, 6, 5))
    assert window_of(package) == (1, 1)
    # On 6 June at 1,714 h: the day is inside its window, the hours are not.
    following = follow(package, [last, done(1714, date(1997, 6, 6))])
    assert (following.target_life_hours, following.target_date) == (1724, date(1997, 6, 19))


def late_year_and_hours() -> None:
    package = Package(
        code="P", interval_hours=Decimal(100), interval=1, unit="years",
        mode="window", window_hours=Decimal(10), window_days=31, window_late_only=True,
    )  # fmt: skip
    start = Start(Decimal(1900), date(2021, 1, 1))
    following = follow(package, [done(2007, date(2022, 1, 15))], start)
    assert (following.target_life_hours, following.target_date) == (2100, date(2023, 1, 1))


HUNDRED = hours(100, mode="window", window_hours=Decimal(10), window_late_only=True)


def excess_is_deducted() -> None:
    following = target_hours(HUNDRED, [done("102.5")])
    assert following is not None
    assert following - Decimal("102.5") == Decimal("97.5")


def early_counts_from_done() -> None:
    assert target_hours(HUNDRED, [done(7566)], Start(Decimal(7476))) == 7666


def anniversary_of_a_class() -> None:
    survey = days(1, unit="years", mode="fixed", anchor_date=date(2017, 4, 15), tolerance_days=91)
    start, plan = Start(None, date(2017, 4, 15)), Plan(packages=(survey,))
    occurrence = follow(survey, [], start)
    assert occurrence.target_date == date(2018, 4, 15)
    assert judge(plan, occurrence, None, date(2018, 7, 15)).state == "due"
    assert judge(plan, occurrence, None, date(2018, 7, 16)).state == "overdue"
    for end in (date(2018, 1, 16), date(2018, 7, 15)):
        assert target_date(survey, [done(None, end)], start) == date(2019, 4, 15)


def early_service() -> None:
    assert target_hours(hours(10_000), [done(7500)]) == 17_500
    assert target_hours(hours(10_000, mode="fixed"), [done(7500)]) == 20_000


def fifteenth_of_the_month() -> None:
    package, start = days(3, unit="months", mode="fixed"), Start(None, date(2022, 1, 15))
    services = [date(2022, 5, 13), date(2022, 7, 10), date(2022, 10, 20)]
    following = [target_date(package, [done(None, day) for day in services[:n]], start) for n in range(4)]
    assert following == [date(2022, 4, 15), date(2022, 7, 15), date(2022, 10, 15), date(2023, 1, 15)]


def three_months_from_done() -> None:
    package, start = days(3, unit="months"), Start(None, date(2022, 1, 15))
    services = [date(2022, 5, 13), date(2022, 8, 1)]
    following = [target_date(package, [done(None, day) for day in services[:n]], start) for n in range(3)]
    assert following == [date(2022, 4, 15), date(2022, 8, 13), date(2022, 11, 1)]


def registration() -> None:
    package = days(1, unit="years", mode="fixed", anchor_date=date(2025, 12, 31))
    assert target_date(package, [done(None, date(2026, 12, 15))], Start(None, date(2026, 1, 1))) == date(2027, 12, 31)


def usage_window() -> None:
    assert window_of(hours(1000, mode="window", window_hours=Decimal(75)))[0] == 75
    assert window_of(hours(300, mode="window", window_percent=Decimal(10)))[0] == 30
    for at in (925, 1075):
        assert target_hours(hours(1000, mode="window", window_hours=Decimal(75)), [done(at)]) == 2000
    for at in (924, 1076):
        assert target_hours(hours(1000, mode="window", window_hours=Decimal(75)), [done(at)]) == at + 1000


def phase_is_exempt() -> None:
    package = hours(150, **TEN_PERCENT, window_exempt=True)
    assert target_hours(package, [], Start(Decimal(1000))) == 1150
    assert target_hours(package, [done(1153)], Start(Decimal(1000))) == 1303
    assert target_hours(replace(package, window_exempt=False), [done(1153)], Start(Decimal(1000))) == 1300


def tolerance_is_not_cumulative() -> None:
    following = target_hours(hours(100, mode="window", window_hours=Decimal(30)), [done(130)])
    assert following is not None
    assert following - 130 == 70


def five_hours_either_side() -> None:
    package = hours(100, mode="window", window_hours=Decimal(5))
    for inside in (95, 100, 105):
        assert target_hours(package, [done(inside)]) == 200
    assert window_of(package)[0] == 5
    assert target_hours(package, [done("94.9")]) == Decimal("194.9")


CASES = {
    "T1": window_of_a_short_interval,
    "T2": window_of_a_long_interval,
    "T3": done_before_the_window,
    "T4": window_of_months,
    "T5": ten_hours_either_side,
    "T6": whichever_first,
    "T7": largest_resets_hours_and_months,
    "T8": nested_multipliers,
    "T9": fixed_or_floating,
    "T10": window_of_a_year,
    "T11": each_side_by_itself,
    "T12": late_year_and_hours,
    "T13": excess_is_deducted,
    "T14": early_counts_from_done,
    "T15": anniversary_of_a_class,
    "T16": early_service,
    "T17": fifteenth_of_the_month,
    "T18": three_months_from_done,
    "T19": registration,
    "T20": usage_window,
    "T21": phase_is_exempt,
    "T22": tolerance_is_not_cumulative,
    "T23": five_hours_either_side,
}
