"""How wrong forecasts have been: what counts as reached, when it was known, what is never dropped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmms.maintenance.forecast.histories import Histories
from cmms.maintenance.forecast.machine_classes import CLASSES, classify
from cmms.maintenance.forecast.past_errors import (
    MOST_RATIOS,
    ORIGINS,
    choose_origins,
    days_ahead,
    days_until,
    list_origins,
    log_quantiles,
    ratios_of,
    walk_origins,
)
from cmms.maintenance.forecast.rates import RateSettings

NAN = float("nan")


def _ratios(hours: np.ndarray, day: int) -> np.ndarray:
    """Actual over forecast days of one machine by horizon, forecast on a day."""
    histories = Histories(hours.cumsum()[None])
    usual = RateSettings.usual(1, stale_days=14)
    origin = next(iter(walk_origins(histories, [day], usual, np.array([NAN]))))
    return ratios_of(origin, histories.between, histories.last, usual)[0]


@pytest.mark.feature("FC-01")
@pytest.mark.parametrize(
    ("target", "days"),
    [(100.0, 0), (90.0, 0), (104.0, 0.5), (108.0, 1), (108.4, 3.1), (112.0, 4), (112.001, float("inf")), (NAN, NAN)],
)
def test_a_due_is_reached_when_its_hours_are_and_parts_of_days_count(target: float, days: float) -> None:
    life = np.array([[92.0, 100, 108, 108, 108, 112, 112]])
    assert days_until(life, 1, np.array([target]))[0] == pytest.approx(days, nan_ok=True)


@pytest.mark.feature("DOM-08")
def test_a_gap_is_crossed_on_a_straight_line_and_a_correction_downwards_is_level() -> None:
    found = Histories(np.array([[NAN, 10, NAN, NAN, 40, 30, 45, NAN], [NAN] * 8])).between
    assert found[0, 1:].tolist() == [10, 20, 30, 40, 40, 45, 45]
    assert np.isnan(found[0, 0])
    assert np.isnan(found[1]).all()


@pytest.mark.feature("FC-01")
def test_a_machine_that_runs_alike_is_forecast_rightly() -> None:
    assert _ratios(np.full(400, 8.0), 150) == pytest.approx([1, 1, 1])


@pytest.mark.feature("FC-01")
def test_a_machine_that_stops_for_good_counts_as_later_than_any_band() -> None:
    stopped = np.where(np.arange(500) <= 150, 8.0, 0.0)
    assert _ratios(stopped, 150) == pytest.approx(MOST_RATIOS)


@pytest.mark.feature("FC-01")
def test_what_cannot_be_known_yet_is_no_error() -> None:
    stopped = np.where(np.arange(180) <= 150, 8.0, 0.0)
    assert np.isnan(_ratios(stopped, 150)[1:]).all()


@pytest.mark.feature("FC-01")
def test_only_forecasts_whose_outcome_was_known_make_a_band() -> None:
    days = list_origins(797)
    for horizon, most in enumerate(MOST_RATIOS):
        for today in (100, 400, 797):
            chosen = choose_origins(days, horizon, today)
            assert all(days[at] + most * days_ahead(days[at], horizon) <= today for at in chosen)
            assert len(chosen) <= ORIGINS
    assert len(choose_origins(days, 0, 797)) == ORIGINS
    newest = choose_origins(days, 0, 797)
    assert np.ptp([days[at] for at in newest]) > 300, "24 of every second week span most of a year"


@pytest.mark.feature("FC-01")
@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.just(NAN), st.floats(0.05, 8)), max_size=30), st.sampled_from([0.1, 0.5, 0.9]))
def test_quantiles_are_those_of_weibull_of_what_is_known(ratios: list[float], share: float) -> None:
    found, count = log_quantiles(np.array([ratios]), [share])
    known = [ratio for ratio in ratios if ratio == ratio]
    assert count[0] == len(known)
    expected = np.quantile(np.log(known), share, method="weibull") if known else NAN
    assert found[0, 0] == pytest.approx(expected, nan_ok=True)


def _random_weeks(level: float, spread: float, days: int = 400) -> np.ndarray:
    weekly = np.random.default_rng(1).normal(level, spread * level, days // 7 + 1).clip(0, 168)
    return np.repeat(weekly / 7, 7)[:days]


@pytest.mark.feature("FC-01")
@pytest.mark.parametrize(
    ("hours", "name"),
    [
        (np.full(400, 23.0), "steady"),
        (_random_weeks(60, 0.12), "regular"),
        (_random_weeks(60, 0.4), "varying"),
        (np.where(np.arange(400) % 42 < 7, 20.0, 0.2), "erratic"),
        (np.where(np.arange(400) < 330, 5.0, 10.0), "rising"),
        (np.where(np.arange(400) < 330, 10.0, 5.0), "falling"),
        (np.where(np.arange(400) % 7 == 0, 1.0, 0.0), "standby"),
        (np.where(np.arange(400) % 91 == 5, 20.0, 0.0), "sporadic"),
        (np.zeros(400), "idle"),
        (np.full(60, 8.0), "new"),
    ],
)
def test_machines_are_of_the_class_in_which_they_run(hours: np.ndarray, name: str) -> None:
    histories = Histories(hours.cumsum()[None])
    assert CLASSES[classify(histories, len(hours) - 1)[0]] == name


@pytest.mark.feature("FC-01")
def test_a_class_sees_nothing_that_came_later() -> None:
    steady = np.full(400, 23.0)
    changed = steady.copy()
    changed[300:] = 0
    both = Histories(np.stack([steady, changed]).cumsum(axis=1))
    assert classify(both, 299).tolist() == [CLASSES.index("steady")] * 2
