"""The occurrences ahead: by number, to a day, to life hours; with a usage, by hours and calendar together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cmms.maintenance.rules.horizon import Usage, occurrences_until
from cmms.maintenance.rules.values import Package, Plan, Start
from tests.unit.maintenance.goldens.build import NEW, days, done, hours

TODAY = date(2026, 1, 1)
EIGHT = Usage(Decimal(0), TODAY, Decimal(8))


def alone(package: Package) -> Plan:
    return Plan(packages=(package,))


@pytest.mark.feature("DOM-28")
def test_the_next_occurrences_by_number_and_by_limit() -> None:
    by_hours = occurrences_until(alone(hours(500)), [done(510)], NEW, count=3)
    assert [(each.number, each.expected_life_hours) for each in by_hours] == [(2, 1010), (3, 1510), (4, 2010)]
    to_hours = occurrences_until(alone(hours(500)), [], NEW, until_life_hours=Decimal(1000))
    assert [each.target_life_hours for each in to_hours] == [500, 1000]
    to_day = occurrences_until(alone(days(1, unit="months")), [], NEW, until_date=date(2026, 4, 1))
    assert [each.expected_date for each in to_day] == [date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)]


@pytest.mark.feature("DOM-28", "DOM-16")
def test_hours_and_calendar_together_by_the_usage() -> None:
    package = Package(code="P", interval_hours=Decimal(800), interval=2, unit="months")
    first = occurrences_until(alone(package), [], NEW, until_date=date(2026, 7, 1), usage=EIGHT)
    assert [(each.cause, str(each.expected_date), each.expected_life_hours) for each in first] == [
        ("calendar", "2026-03-01", 472), ("calendar", "2026-05-01", 960), ("calendar", "2026-07-01", 1448),
    ]  # fmt: skip
    both = Package(code="P", interval_hours=Decimal(800), interval=2, unit="months", rule="both")
    found = occurrences_until(alone(both), [], NEW, count=2, usage=EIGHT)
    assert [(each.cause, str(each.expected_date)) for each in found] == [
        ("hours", "2026-04-11"),
        ("hours", "2026-07-20"),
    ]


@pytest.mark.feature("DOM-28")
def test_what_is_overdue_is_expected_today() -> None:
    usage = Usage(Decimal(700), TODAY, Decimal(8))
    found = occurrences_until(alone(hours(500)), [], NEW, count=2, usage=usage)
    assert [(each.expected_date, each.expected_life_hours) for each in found] == [
        (TODAY, 700), (date(2026, 3, 5), 1200),
    ]  # fmt: skip


@pytest.mark.feature("DOM-28", "DOM-13")
def test_a_machine_that_stands_still_reaches_no_hours() -> None:
    still = Usage(Decimal(10), TODAY, Decimal(0))
    assert occurrences_until(alone(hours(500)), [], NEW, until_date=date(2030, 1, 1), usage=still) == []
    package = Package(code="P", interval_hours=Decimal(500), interval=1, unit="years")
    found = occurrences_until(alone(package), [], NEW, until_date=date(2028, 1, 1), usage=still)
    assert [str(each.expected_date) for each in found] == ["2027-01-01", "2028-01-01"]


@pytest.mark.feature("DOM-18", "DOM-28")
def test_a_large_package_that_is_called_is_done_with_the_small_one() -> None:
    packages = (hours(250, "S"), hours(520, "L", hierarchy=2, lead_hours=Decimal(20)))
    suppressed = occurrences_until(Plan(packages=packages, combine="suppress"), [], NEW, count=3)
    assert [(each.package, each.expected_life_hours, each.suppresses) for each in suppressed] == [
        ("S", 250, ()), ("L", 500, ("S",)), ("S", 750, ()),
    ]  # fmt: skip
    merged = occurrences_until(Plan(packages=packages, combine="merge"), [], NEW, count=3)
    assert [(each.package, each.expected_life_hours, each.includes) for each in merged] == [
        ("S", 250, ()), ("L", 500, ("S",)), ("S", 750, ()),
    ]  # fmt: skip
    beside = occurrences_until(Plan(packages=packages), [], NEW, count=3)
    assert [(each.package, each.expected_life_hours) for each in beside] == [("S", 250), ("S", 500), ("L", 520)]


@pytest.mark.feature("DOM-18", "DOM-28", "DOM-15")
def test_a_lead_in_days_calls_by_the_rate_in_a_horizon_too() -> None:
    packages = (hours(250, "S", mode="fixed"), hours(1000, "L", hierarchy=2, mode="fixed", lead_days=100))
    plan = Plan(packages=packages, combine="suppress")
    found = occurrences_until(plan, [], NEW, count=4, usage=EIGHT)
    assert [(each.package, each.expected_life_hours) for each in found] == [
        ("L", 250), ("S", 500), ("S", 750), ("S", 1000),
    ]  # fmt: skip
    assert occurrences_until(plan, [], NEW, count=5, usage=EIGHT)[-1].package == "L"


@pytest.mark.feature("DOM-18", "DOM-28")
def test_a_cycle_ahead() -> None:
    plan = Plan(packages=(hours(100, "A"), hours(200, "B")), combine="cycle")
    found = occurrences_until(plan, [], NEW, count=4)
    assert [(each.package, each.target_life_hours) for each in found] == [
        ("A", 100),
        ("B", 300),
        ("A", 400),
        ("B", 600),
    ]


@pytest.mark.feature("DOM-28")
def test_a_horizon_needs_an_end_and_a_usage_where_units_meet() -> None:
    both = Package(code="P", interval_hours=Decimal(500), interval=30)
    with pytest.raises(ValueError, match="needs a usage"):
        occurrences_until(alone(both), [], NEW, count=1)
    with pytest.raises(ValueError, match="needs a usage"):
        occurrences_until(alone(hours(500)), [], NEW, until_date=TODAY)
    with pytest.raises(ValueError, match="to end at"):
        occurrences_until(alone(hours(500)), [], NEW)
    assert occurrences_until(alone(hours(500)), [], Start(), count=3) == []
