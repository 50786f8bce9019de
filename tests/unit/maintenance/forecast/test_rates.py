"""Rates and dates: the arrays say what the Decimal oracle says, whatever the history; and the rules one by one."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cmms.maintenance.forecast.forecast_one import Rates, Reading, calculate_rates, forecast_one
from cmms.maintenance.forecast.histories import Histories
from cmms.maintenance.forecast.project import REASONS, forecast_dates
from cmms.maintenance.forecast.rate_rules import HORIZONS, METHODS
from cmms.maintenance.forecast.rates import (
    BASES,
    RateSettings,
    calculate_rate_table,
    mean_by_group,
    read_points,
)

FIRST = date(2024, 1, 1).toordinal()
DAYS = 400


def _life(hours: list[int | None]) -> list[float]:
    """Life hours from thousandths run since the reading before; None: no reading."""
    total, found = 0, []
    for ran in hours:
        total += ran or 0
        found.append(float("nan") if ran is None else total / 1000)
    return found


optional = st.one_of(st.none(), st.decimals(0, 20_000, places=2))
dense = st.lists(st.one_of(st.none(), st.integers(0, 24_000)), min_size=0, max_size=DAYS)
sparse = st.lists(st.one_of(*[st.none()] * 12, st.integers(0, 90_000)), min_size=0, max_size=DAYS)
idle = st.lists(st.sampled_from([None, 0, 0, 0, 8_000]), min_size=0, max_size=DAYS)


@pytest.mark.feature("DOM-08", "DOM-11", "DOM-12", "DOM-13", "DOM-14")
@settings(max_examples=400, deadline=None)
@given(
    hours=st.one_of(dense, sparse, idle),
    method=st.sampled_from(METHODS),
    window=st.one_of(st.none(), st.integers(1, 120)),
    static_rate=st.one_of(st.none(), st.decimals(0, 24, places=3)),
    annual_estimate=optional,
    group_mean=st.one_of(st.none(), st.decimals(0, 24, places=3)),
    to_go=st.integers(-500_000, 9_000_000),
    stale_days=st.integers(0, 60),
)
@example([8_000] * DAYS, "windows", None, None, None, None, 500_000, 14)
@example([None] * 30 + [8_000] * 20, "windows", None, None, None, Decimal(3), 500_000, 14)
@example([8_000], "windows", None, None, Decimal(300), None, 564_000, 14)
def test_arrays_and_oracle_agree(
    hours: list[int | None],
    method: str,
    window: int | None,
    static_rate: Decimal | None,
    annual_estimate: Decimal | None,
    group_mean: Decimal | None,
    to_go: int,
    stale_days: int,
) -> None:
    """Today is the last day of the matrix but ten: what came later must not be seen."""
    life = _life([*[None] * (DAYS - len(hours)), *hours])
    today = DAYS - 1 - 10
    readings = [Reading(Decimal(FIRST + day), Decimal(str(hours))) for day, hours in enumerate(life) if hours == hours]
    expected = calculate_rates(
        readings,
        FIRST + today,
        method=method,  # type: ignore[arg-type]
        window=window,
        static_rate=static_rate,
        annual_estimate=annual_estimate,
        group_mean=group_mean,
    )
    known = [reading for reading in readings if reading.day <= FIRST + today]
    newest = known[-1] if known else None
    due = (newest.life if newest else Decimal(0)) + Decimal(to_go) / 1000
    forecast = forecast_one(newest, expected, due, FIRST + today, stale_days=stale_days)

    def one(value: Decimal | int | None) -> np.ndarray:
        return np.array([np.nan if value is None else float(value)])

    of_point = RateSettings(
        np.array([METHODS.index(method)], np.int8),  # type: ignore[arg-type]
        one(window),
        one(static_rate),
        one(annual_estimate),
        one(stale_days),
    )
    histories = Histories(np.array([life]))
    points = read_points(histories, today, of_point)
    table = calculate_rate_table(points, of_point, one(group_mean))
    dates = forecast_dates(points, table.rates, one(due), today, of_point.stale_days)

    assert BASES[table.basis[0]] == expected.basis
    for column, horizon in enumerate(HORIZONS):
        rate = expected.of(horizon)
        assert table.rates[0, column] == pytest.approx(np.nan if rate is None else float(rate), nan_ok=True)
    assert REASONS[dates.reason[0]] == forecast.reason
    if forecast.days is not None:
        assert dates.days[0] == pytest.approx(float(forecast.days), abs=1e-6)
        assert HORIZONS[dates.horizon[0]] == forecast.horizon


def _readings(hours: list[int | None], today: date) -> list[Reading]:
    first = today.toordinal() - len(hours) + 1
    return [Reading(Decimal(first + day), Decimal(str(life))) for day, life in enumerate(_life(hours)) if life == life]


TODAY = date(2026, 6, 1)


@pytest.mark.feature("DOM-12")
def test_a_short_history_is_drawn_to_the_mean_of_the_group() -> None:
    week = _readings([8_000] * 8, TODAY)  # seven days
    assert calculate_rates(week, TODAY.toordinal(), group_mean=Decimal(4)).short == 5
    assert calculate_rates(week, TODAY.toordinal(), annual_estimate=Decimal(4 * 365)).short == 5
    assert calculate_rates(week, TODAY.toordinal()).short == 8
    assert calculate_rates(week, TODAY.toordinal(), group_mean=Decimal(4)).basis == "short_history"
    month = _readings([8_000] * 29, TODAY)  # 28 days
    assert calculate_rates(month, TODAY.toordinal(), group_mean=Decimal(4)).short == 8


@pytest.mark.feature("DOM-12")
def test_without_two_readings_the_annual_estimate_answers_else_nothing() -> None:
    single = _readings([8_000], TODAY)
    assert calculate_rates(single, TODAY.toordinal(), annual_estimate=Decimal(730)).long == 2
    assert calculate_rates(single, TODAY.toordinal(), group_mean=Decimal(4)).basis is None
    assert (
        forecast_one(single[0], calculate_rates(single, TODAY.toordinal()), Decimal(99), TODAY.toordinal()).reason
        == "no_rate"
    )


@pytest.mark.feature("DOM-14")
@pytest.mark.parametrize(("age", "reason"), [(14, None), (15, "stale"), (200, "stale")])
def test_a_stale_reading_gives_no_date(age: int, reason: str | None) -> None:
    readings = _readings([8_000] * 100, TODAY - timedelta(days=age))
    rates = calculate_rates(readings, TODAY.toordinal())
    found = forecast_one(readings[-1], rates, readings[-1].life + 1_000, TODAY.toordinal())
    assert found.reason == reason
    assert (found.day is None) == (reason is not None)


@pytest.mark.feature("DOM-13")
@pytest.mark.parametrize(
    ("to_go", "days", "horizon"),
    [
        ("0", "0", "short"),
        ("29.9", "14.95", "short"),  # 2 a day
        ("30", "15", "mid"),  # 4 a day says 7.5, but the short rate says no earlier than 15
        ("100", "25", "mid"),
        ("180", "45", "long"),  # 8 a day says 22.5
        ("800", "100", "long"),
    ],
)
def test_the_rate_goes_by_how_far_away_the_due_is(to_go: str, days: str, horizon: str) -> None:
    rates = Rates(Decimal(2), Decimal(4), Decimal(8), "windows")
    newest = Reading.at_end_of(TODAY, Decimal(1_000))
    found = forecast_one(newest, rates, 1_000 + Decimal(to_go), TODAY.toordinal())
    assert (found.days, found.horizon) == (Decimal(days), horizon)


@pytest.mark.feature("DOM-13")
@settings(max_examples=200, deadline=None)
@given(
    rates=st.tuples(*[st.decimals(0, 24, places=3)] * 3),
    first=st.decimals(0, 5_000, places=3),
    more=st.decimals(0, 5_000, places=3),
    age=st.integers(0, 14),
)
def test_more_hours_to_go_are_never_reached_earlier_nor_before_today(
    rates: tuple[Decimal, Decimal, Decimal], first: Decimal, more: Decimal, age: int
) -> None:
    newest = Reading(Decimal(TODAY.toordinal() - age), Decimal(1_000))
    dates = [
        forecast_one(newest, Rates(*rates, "windows"), 1_000 + to_go, TODAY.toordinal())
        for to_go in (first, first + more)
    ]
    assert all(found.day is None or found.day >= TODAY for found in dates)
    if dates[0].days is not None and dates[1].days is not None:
        assert dates[0].days <= dates[1].days


@pytest.mark.feature("DOM-12")
def test_the_mean_of_a_group_is_that_of_machines_with_a_full_history() -> None:
    rates = np.array([8.0, 4.0, 100.0, np.nan, 2.0])
    found = mean_by_group(rates, np.array([7, 7, 7, 9, 5]), np.array([True, True, False, True, True]))
    assert found[:3].tolist() == [6, 6, 6]
    assert np.isnan(found[3])
    assert found[4] == 2
