"""The due engine by worked examples: what is due when, how far away it is, and which limit says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cmms.maintenance.calculate_due import Baseline, Due, Plan, Reading, calculate_due, calculate_rate

TODAY = date(2026, 2, 1)
DAY = date(2026, 1, 31)
"""Day of the newest reading."""
EVERY_500 = Plan(interval_hours=Decimal(500), lead_hours=Decimal(50), tolerance_hours=Decimal(20))
EVERY_90_DAYS = Plan(interval_days=90, lead_days=7, tolerance_days=3)
BOTH = replace(EVERY_500, interval_days=90, lead_days=7, tolerance_days=3)
EIGHT = Decimal("8.000")


def by_hours(counter: str, *, plan: Plan = EVERY_500, since: str = "1000", rate: Decimal | None = EIGHT) -> Due:
    """The next service of a machine with this counter."""
    return calculate_due(plan, Baseline(Decimal(since), DAY), Reading(Decimal(counter), DAY), rate, TODAY)


def by_calendar(days_since: int, **options: object) -> Due:
    """The next service of a machine without readings, serviced so many days ago."""
    baseline = Baseline(None, TODAY - timedelta(days=days_since))
    return calculate_due(EVERY_90_DAYS, baseline, None, None, TODAY, **options)  # type: ignore[arg-type]


@pytest.mark.feature("DOM-17", "TEST-15")
@pytest.mark.parametrize(
    ("mode", "serviced_at", "due"),
    [
        ("fixed", "700", "1000"),
        ("floating", "700", "1200"),
        ("fixed", "0", "500"),
        ("floating", "0", "500"),
        ("fixed", "499.999", "500"),
        ("fixed", "500", "1000"),
        ("fixed", "1012.5", "1500"),
        ("floating", "1012.5", "1512.5"),
    ],
)
def test_a_fixed_interval_goes_by_its_multiples_and_a_floating_one_by_the_service(
    mode: str, serviced_at: str, due: str
) -> None:
    found = by_hours("900", plan=replace(EVERY_500, mode=mode), since=serviced_at)
    assert found.next_due_hours == Decimal(due)
    assert found.hours_to_go == Decimal(due) - 900


@pytest.mark.feature("DOM-15", "TEST-15")
@pytest.mark.parametrize(
    ("counter", "state"),
    [
        ("1000", "ok"),
        ("1449.999", "ok"),
        ("1450", "upcoming"),
        ("1499.999", "upcoming"),
        ("1500", "due"),
        ("1520", "due"),
        ("1520.001", "overdue"),
    ],
)
def test_upcoming_begins_a_lead_before_the_hours_and_overdue_beyond_the_tolerance(counter: str, state: str) -> None:
    found = by_hours(counter)
    assert (found.state, found.cause) == (state, "hours")


@pytest.mark.feature("DOM-15", "TEST-15")
@pytest.mark.parametrize(
    ("days_since", "state", "days_to_go"),
    [
        (0, "ok", 90),
        (82, "ok", 8),
        (83, "upcoming", 7),
        (89, "upcoming", 1),
        (90, "due", 0),
        (93, "due", -3),
        (94, "overdue", -4),
    ],
)
def test_upcoming_begins_a_lead_before_the_day_and_overdue_beyond_the_tolerance(
    days_since: int, state: str, days_to_go: int
) -> None:
    found = by_calendar(days_since)
    assert (found.state, found.cause, found.days_to_go) == (state, "calendar", days_to_go)
    assert found.predicted_date == found.next_due_date == TODAY + timedelta(days=days_to_go)


@pytest.mark.feature("DOM-15", "TEST-15")
def test_without_lead_and_tolerance_there_is_one_step_from_ok_to_due_and_one_to_overdue() -> None:
    plan = Plan(interval_hours=Decimal(500))
    assert [by_hours(counter, plan=plan).state for counter in ("1499.999", "1500", "1500.001")] == [
        "ok",
        "due",
        "overdue",
    ]


@pytest.mark.feature("DOM-16", "TEST-15")
@pytest.mark.parametrize(
    ("counter", "days_since", "state", "cause"),
    [
        ("1100", 10, "ok", "hours"),  # 400 h at 8 a day are 50 days, the calendar has 80
        ("1100", 50, "ok", "calendar"),  # 50 days against 40
        ("1500", 10, "due", "hours"),
        ("1100", 90, "due", "calendar"),
        ("1516", 91, "due", "hours"),  # two days ago against yesterday
        ("1504", 92, "due", "calendar"),  # yesterday against two days ago
        ("1600", 90, "overdue", "hours"),
        ("1500", 100, "overdue", "calendar"),
        ("1492", 90, "due", "calendar"),
        ("1500", 89, "due", "hours"),
    ],
)
def test_hours_or_calendar_whichever_comes_first_decides(counter: str, days_since: int, state: str, cause: str) -> None:
    baseline = Baseline(Decimal(1000), TODAY - timedelta(days=days_since))
    found = calculate_due(BOTH, baseline, Reading(Decimal(counter), DAY), EIGHT, TODAY)
    assert (found.state, found.cause) == (state, cause)
    assert found.next_due_hours == 1500
    assert found.days_to_go == 90 - days_since


@pytest.mark.feature("DOM-16", "TEST-15")
@pytest.mark.parametrize(("counter", "cause"), [("1500", "hours"), ("1400", "calendar")])
def test_without_a_rate_hours_that_are_reached_came_first_and_others_come_last(counter: str, cause: str) -> None:
    plan = replace(BOTH, lead_hours=Decimal(200), tolerance_days=100)
    days_since = 91 if cause == "hours" else 85
    baseline = Baseline(Decimal(1000), TODAY - timedelta(days=days_since))
    assert calculate_due(plan, baseline, Reading(Decimal(counter), DAY), None, TODAY).cause == cause


@pytest.mark.feature("DOM-13", "TEST-15")
@pytest.mark.parametrize(
    ("counter", "rate", "predicted"),
    [
        ("1400", "8", date(2026, 2, 13)),  # 12.5 days after 31 January: in the course of the 13th
        ("1404", "8", date(2026, 2, 12)),  # 12 days exactly
        ("1496", "24", date(2026, 2, 1)),
        ("1500", "8", DAY),
        ("1504", "8", DAY),  # in the course of that day
        ("1508", "8", date(2026, 1, 30)),
        ("1499", "0.001", date(2028, 10, 27)),  # 1,000 days
    ],
)
def test_the_forecast_is_the_last_reading_and_what_is_to_go_by_the_rate(
    counter: str, rate: str, predicted: date
) -> None:
    assert by_hours(counter, rate=Decimal(rate)).predicted_date == predicted


@pytest.mark.feature("DOM-13", "TEST-15")
@pytest.mark.parametrize("rate", [None, Decimal(0), Decimal("0.000")])
def test_a_machine_that_does_not_run_has_no_forecast(rate: Decimal | None) -> None:
    found = by_hours("1400", rate=rate)
    assert (found.state, found.cause, found.predicted_date) == ("ok", "hours", None)
    assert by_hours("1500", rate=rate).state == "due"


@pytest.mark.feature("DOM-13", "TEST-15")
def test_a_forecast_beyond_ten_years_is_none() -> None:
    rate = Decimal("0.1")
    plan = replace(EVERY_500, interval_hours=Decimal("365.3"))
    assert by_hours("1000", plan=plan, rate=rate).predicted_date == DAY + timedelta(days=3653)
    assert by_hours("999.9", plan=plan, rate=rate).predicted_date is None
    assert by_hours("9999999999999.999", rate=Decimal("0.001")).predicted_date is None


@pytest.mark.feature("DOM-13", "DOM-16", "TEST-15")
def test_with_a_calendar_the_forecast_is_the_earlier_of_both() -> None:
    reading, baseline = Reading(Decimal(1100), DAY), Baseline(Decimal(1000), TODAY)
    assert calculate_due(BOTH, baseline, reading, EIGHT, TODAY).predicted_date == DAY + timedelta(days=50)
    assert calculate_due(BOTH, baseline, reading, Decimal(1), TODAY).predicted_date == TODAY + timedelta(days=90)
    assert calculate_due(BOTH, baseline, reading, None, TODAY).predicted_date == TODAY + timedelta(days=90)


@pytest.mark.feature("DOM-10", "TEST-15")
def test_without_a_reading_hours_say_nothing_and_the_calendar_still_does() -> None:
    nothing = Baseline(None, None)
    assert calculate_due(EVERY_500, nothing, None, None, TODAY) == Due("no_reading")
    assert calculate_due(EVERY_500, Baseline(Decimal(0)), None, None, TODAY) == Due(
        "no_reading", next_due_hours=Decimal(500)
    )
    found = calculate_due(BOTH, Baseline(None, TODAY - timedelta(days=90)), None, None, TODAY)
    assert (found.state, found.cause, found.hours_to_go) == ("due", "calendar", None)


@pytest.mark.feature("DOM-10", "TEST-15")
def test_the_first_reading_is_where_counting_begins() -> None:
    found = by_hours("7342.5", since="7342.5")
    assert (found.state, found.next_due_hours, found.hours_to_go) == ("ok", Decimal("7842.5"), 500)


@pytest.mark.feature("DOM-10", "TEST-15")
def test_a_replaced_counter_that_starts_again_is_just_not_due() -> None:
    found = by_hours("3.5", since="9000")
    assert (found.state, found.hours_to_go) == ("ok", Decimal("9496.5"))


@pytest.mark.feature("DOM-16", "TAB-02A", "TEST-15")
@pytest.mark.parametrize(("chosen_in", "state"), [(-4, "overdue"), (-3, "due"), (0, "due"), (7, "upcoming"), (8, "ok")])
@pytest.mark.parametrize("days_since", [0, 200])
def test_a_day_that_a_person_has_chosen_is_the_calendar_due(chosen_in: int, state: str, days_since: int) -> None:
    chosen = TODAY + timedelta(days=chosen_in)
    found = by_calendar(days_since, first_due_date=chosen)
    assert (found.state, found.cause, found.next_due_date) == (state, "calendar", chosen)


@pytest.mark.feature("DOM-16", "TAB-02A", "TEST-15")
def test_a_chosen_day_counts_beside_the_hours_of_a_plan_without_days() -> None:
    chosen = TODAY + timedelta(days=5)
    baseline = Baseline(Decimal(1000), None)

    def judge(counter: str) -> Due:
        return calculate_due(EVERY_500, baseline, Reading(Decimal(counter), DAY), EIGHT, TODAY, chosen)

    assert (judge("1100").cause, judge("1100").predicted_date) == ("calendar", chosen)
    assert (judge("1500").state, judge("1500").cause) == ("due", "hours")
    assert judge("1100").next_due_hours == 1500


@pytest.mark.feature("DOM-08", "TEST-15")
@pytest.mark.parametrize(
    ("total", "first", "last", "rate"),
    [
        ("240", date(2026, 1, 2), date(2026, 1, 31), "8.000"),
        ("80", date(2026, 1, 2), date(2026, 1, 31), "2.667"),  # ten readings of 8 h; twenty days are missing
        ("8.5", DAY, DAY, "8.500"),
        ("0", date(2026, 1, 2), date(2026, 1, 31), "0.000"),
        ("0.001", date(2026, 1, 30), DAY, "0.001"),  # half up
        ("0.0009", date(2026, 1, 30), DAY, "0.000"),
    ],
)
def test_a_missing_day_is_time_that_has_passed_and_no_reading_of_zero(
    total: str, first: date, last: date, rate: str
) -> None:
    assert str(calculate_rate(Decimal(total), first, last)) == rate


@pytest.mark.feature("TEST-15")
def test_a_day_beyond_the_calendar_is_none() -> None:
    plan = Plan(interval_days=4_000_000_000)
    assert calculate_due(plan, Baseline(None, TODAY), None, None, TODAY) == Due("no_reading")
