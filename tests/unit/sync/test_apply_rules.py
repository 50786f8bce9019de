"""What the rules are told of the calendar, and how the results of a unit's chunks add up."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from cmms.settings import parse_settings
from cmms.sync.validate.rule_suites import day_length_thousandths, suite_parameters
from cmms.sync.validate.validate_units import add_results

EPOCH = date(1970, 1, 1)


@pytest.mark.feature("VAL-08")
@pytest.mark.parametrize(
    ("run_date", "oldest"),
    [
        (date(2026, 2, 1), date(2021, 2, 1)),
        (date(2028, 2, 29), date(2023, 2, 28)),
        (date(2024, 2, 29), date(2019, 2, 28)),
    ],
)
def test_old_is_what_lies_years_before_the_run_also_on_a_leap_day(run_date: date, oldest: date) -> None:
    parameters = suite_parameters(parse_settings({}), (run_date, run_date), run_date)
    assert EPOCH + timedelta(days=parameters["oldest_day"]) == oldest
    assert EPOCH + timedelta(days=parameters["latest_day"]) == run_date + timedelta(days=1)


@pytest.mark.feature("VAL-05")
@pytest.mark.parametrize(("day", "hours"), [(date(2026, 1, 31), 24), (date(2026, 10, 25), 25), (date(2026, 3, 29), 24)])
def test_a_day_that_a_change_of_clocks_prolongs_is_longer_and_none_is_shorter(day: date, hours: int) -> None:
    assert day_length_thousandths(day, ZoneInfo("Europe/Berlin")) == hours * 1000


def test_results_of_chunks_add_up_expectation_by_expectation() -> None:
    total: list[dict[str, object]] = []
    for records, unexpected in ((100, 1), (50, 0), (7, 7)):
        add_results(total, [{"type": "a", "element_count": records, "unexpected_count": unexpected}])
    assert total == [{"type": "a", "element_count": 157, "unexpected_count": 8}]
