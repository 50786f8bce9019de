"""What is computed once a night: rates and bands of today, and the back-test that says how good they are.

Input: chunks of machines, any number of them. Output: :class:`NightResult`. Only the current chunk's histories are in
memory; of each machine a few numbers stay until the end, because the bands of all need what the past dues of all teach.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmms.maintenance.forecast.backtest import PastDues, forecast_past_of_fleet
from cmms.maintenance.forecast.backtest_figures import (
    BacktestFigures,
    band_of_other_half,
    by_class,
    calibrate_on,
    measure,
)
from cmms.maintenance.forecast.band import SHARES, Calibration, OwnErrors, make_band
from cmms.maintenance.forecast.histories import Floats, Histories
from cmms.maintenance.forecast.machine_classes import classify
from cmms.maintenance.forecast.past_errors import choose_origins, list_origins, log_quantiles, ratios_of, walk_origins
from cmms.maintenance.forecast.project import REASONS
from cmms.maintenance.forecast.rate_rules import HORIZONS
from cmms.maintenance.forecast.rates import NEWEST, Codes, RateSettings, calculate_rate_table, read_points


@dataclass(frozen=True)
class Tonight:
    """Forecasts of machines as of a day.

    Attributes:
        machine: (machines,), their numbers.
        newest: (machines,), day of the newest reading in the matrix; NaN without any.
        rates: (machines, 3), hours a day by horizon; NaN without a rate.
        basis: (machines,), index in :data:`.rates.BASES`.
        machine_class: (machines,), index in :data:`.machine_classes.CLASSES`.
        reason: (machines,), why no due of the machine has a date (index in :data:`.project.REASONS`).
        quantiles, count: (machines, 3, 3) and (machines, 3), past errors by horizon (:class:`.band.OwnErrors`).
    """

    machine: NDArray[np.int64]
    newest: Floats
    rates: Floats
    basis: Codes
    machine_class: Codes
    reason: Codes
    quantiles: Floats
    count: Floats


@dataclass(frozen=True)
class NightResult:
    """Forecasts of all machines, and the figures that say how far they can be trusted.

    Attributes:
        machines: as they were added.
        low, high, reliable_days: (machines, 3) each, the band by horizon (:class:`.band.Band`).
        figures: of all machines and of each class; empty where there is no past to test on.
        calibration: what the past dues taught.
    """

    machines: Tonight
    low: Floats
    high: Floats
    reliable_days: Floats
    figures: list[BacktestFigures]
    calibration: Calibration


class Night:
    """Collects machines chunk by chunk."""

    def __init__(self) -> None:
        self._parts: list[Tonight] = []
        self._dues: list[PastDues] = []

    def add(
        self, histories: Histories, settings: RateSettings, group_mean: Floats, *, machine: NDArray[np.int64]
    ) -> None:
        """Look at a chunk; the last day of the histories is today.

        Args:
            histories: trusted readings.
            settings: one entry a machine.
            group_mean: (machines,), hours a day; NaN without one.
            machine: (machines,), numbers by which they are split in halves.
        """
        self._parts.append(forecast_tonight(histories, settings, group_mean, machine=machine))
        self._dues.append(forecast_past_of_fleet(histories, settings, group_mean, machine=machine))

    def finish(self) -> NightResult:
        """Calibrate, and give every machine its band.

        Raises:
            ValueError: nothing was added.
        """
        dues = PastDues.joined(self._dues)
        self._dues.clear()
        calibration = calibrate_on(dues)
        machines = _joined(self._parts)
        bands = [
            make_band(
                OwnErrors(
                    machines.quantiles[:, horizon],
                    machines.count[:, horizon],
                    machines.machine_class,
                    np.full(len(machines.machine), horizon, np.int8),
                ),
                calibration,
            )
            for horizon in range(len(HORIZONS))
        ]
        return NightResult(
            machines=machines,
            low=np.stack([band.low for band in bands], axis=1),
            high=np.stack([band.high for band in bands], axis=1),
            reliable_days=np.stack([band.reliable_days for band in bands], axis=1),
            figures=measure(dues, band_of_other_half(dues), by_class(dues)) if len(dues.machine) else [],
            calibration=calibration,
        )


def forecast_tonight(
    histories: Histories, settings: RateSettings, group_mean: Floats, *, machine: NDArray[np.int64]
) -> Tonight:
    """Rates of today, and how wrong the forecasts of each machine have been."""
    today = histories.days - 1
    points = read_points(histories, today, settings)
    table = calculate_rate_table(points, settings, group_mean)
    origins = list_origins(today)
    ratios = np.stack(
        [
            ratios_of(origin, histories.between, histories.last, settings).astype(np.float32)
            for origin in walk_origins(histories, origins, settings, group_mean)
        ]
    )
    quantiles = np.empty((len(machine), len(HORIZONS), len(SHARES)))
    count = np.empty((len(machine), len(HORIZONS)))
    for horizon in range(len(HORIZONS)):
        chosen = choose_origins(origins, horizon, today)
        quantiles[:, horizon], count[:, horizon] = log_quantiles(ratios[chosen, :, horizon].T.astype(float), SHARES)
    newest = points.days[:, NEWEST]
    reason = why_no_date(newest, today, table.rates, settings.stale_days)
    return Tonight(machine, newest, table.rates, table.basis, classify(histories, today), reason, quantiles, count)


def why_no_date(newest: Floats, today: float, rates: Floats, stale_days: Floats) -> Codes:
    """(machines,): why no due of a machine has a date, index in :data:`.project.REASONS`; 0 where dues have one."""
    reasons = {
        "no_reading": np.isnan(newest),
        "stale": today - newest > stale_days,
        "no_rate": np.isnan(rates[:, 0]),
        "no_usage": (rates <= 0).all(axis=1),
    }
    codes = [REASONS.index(name) for name in reasons]
    return np.asarray(np.select(list(reasons.values()), codes, 0), dtype=np.int8)


def _joined(parts: list[Tonight]) -> Tonight:
    return Tonight(*(np.concatenate([getattr(part, name) for part in parts]) for name in Tonight.__dataclass_fields__))
