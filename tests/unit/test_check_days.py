"""Which days may be synced: the site's limits at their edges."""

from __future__ import annotations

from datetime import date

import pytest

from cmms.access.actors import Invalid
from cmms.run_control.check_days import check_days
from cmms.settings import Settings

TODAY = date(2024, 2, 29)
FEW = Settings.model_validate({"rules": {"old_after_years": 1}, "engine": {"max_days": 10}})


@pytest.mark.feature("SYM-03")
@pytest.mark.parametrize(
    ("first", "last", "fields"),
    [
        (None, None, set()),
        ((2024, 2, 29), (2024, 2, 29), set()),
        ((2023, 2, 28), None, set()),
        ((2024, 2, 10), (2024, 2, 19), set()),
        ((2023, 2, 27), None, {"start_date"}),
        ((2024, 3, 1), None, {"start_date"}),
        ((2024, 2, 10), (2024, 3, 1), {"end_date"}),
        ((2024, 2, 10), (2024, 2, 20), {"end_date"}),
        ((2024, 2, 10), (2024, 2, 9), {"end_date"}),
        ((1, 1, 1), (9999, 12, 31), {"start_date", "end_date"}),
        (None, (2024, 2, 9), {"start_date"}),
    ],
)
def test_days_are_refused_at_their_field(
    first: tuple[int, int, int] | None, last: tuple[int, int, int] | None, fields: set[str]
) -> None:
    days = [date(*day) if day else None for day in (first, last)]
    if not fields:
        check_days(*days, FEW, TODAY)
        return
    with pytest.raises(Invalid) as refused:
        check_days(*days, FEW, TODAY)
    assert set(refused.value.fields) == fields


@pytest.mark.feature("SYM-03")
def test_a_limit_of_more_years_than_there_have_been_allows_every_past_day() -> None:
    check_days(date(1, 3, 1), None, Settings.model_validate({"rules": {"old_after_years": 5000}}), TODAY)
