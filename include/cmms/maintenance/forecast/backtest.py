"""Forecast dues in the past, and see when they were reached: how far the product's dates and bands can be trusted.

Input: histories, and where there is one the full truth behind them. Output: :class:`PastDues`, one row a due; bands
are calibrated on them, and :mod:`.backtest_figures` counts.

Every machine gets the same days; how far ahead its due lies is drawn, never chosen by what happened. A due that is
not reached while anybody looked is counted as missed. Forecasts of a day see nothing that came after it, but for the
straight line across a gap that is open on that day, at whose far end a past due may have been reached.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from cmms.maintenance.forecast.band import SHARES, Flags, OwnErrors
from cmms.maintenance.forecast.histories import Floats, Histories
from cmms.maintenance.forecast.machine_classes import classify
from cmms.maintenance.forecast.past_errors import (
    FIRST_TEST,
    LEAST_RATIO,
    MOST_RATIOS,
    WEEK,
    Origin,
    choose_origins,
    days_until,
    list_origins,
    log_quantiles,
    ratios_of,
    walk_origins,
)
from cmms.maintenance.forecast.project import forecast_dates
from cmms.maintenance.forecast.rate_rules import HORIZONS, WINDOWS
from cmms.maintenance.forecast.rates import Codes, RateSettings

NEAREST, FARTHEST = 3.0, 90.0
"""Dues lie so many days ahead by the machine's mean rate, drawn on a log scale."""
LEAST_SEEN = 120
"""Days that must be known after a forecast: a due of the short horizon is then either reached or given up."""
CHUNK = 2_000
"""Machines that are looked at together."""
TESTS = 8
"""Days on which each machine is forecast, spread over its history."""


@dataclass(frozen=True)
class PastDues:
    """Dues that were forecast in the past.

    Attributes:
        machine: (dues,), number of the machine.
        machine_class: (dues,), as of the day of the forecast.
        ahead: (dues,), days ahead by the mean of the machine's rates: how the due was drawn.
        days: (dues,), days ahead by the forecast; NaN without one.
        horizon: (dues,), whose rate was taken.
        reason: (dues,), why there is no date (index in :data:`.project.REASONS`).
        actual: (dues,), days until the due was reached; infinite when it was not.
        simple: (dues, 4), days ahead by the rate since 14, 28, 91 and 364 days ago alone, or since the first reading
            where that is later; infinite without a rate.
        quantiles, count: (dues, 3) and (dues,), the machine's past errors (:class:`.band.OwnErrors`).
    """

    machine: NDArray[np.int64]
    machine_class: Codes
    ahead: Floats
    days: Floats
    horizon: Codes
    reason: Codes
    actual: Floats
    simple: Floats
    quantiles: Floats
    count: Floats

    @property
    def errors(self) -> OwnErrors:
        """What the band is made of."""
        return OwnErrors(self.quantiles, self.count, self.machine_class, self.horizon)

    @property
    def outcomes(self) -> Floats:
        """(dues,): logarithm of actual over forecast days, within the bounds of ratios."""
        ratio = self.actual / np.maximum(self.days, LEAST_RATIO)
        return np.log(np.clip(ratio, LEAST_RATIO, np.array(MOST_RATIOS)[self.horizon]))

    def part(self, chosen: Flags) -> PastDues:
        """Some of the dues."""
        return PastDues(*(getattr(self, field.name)[chosen] for field in fields(self)))

    @classmethod
    def joined(cls, parts: list[PastDues]) -> PastDues:
        """All dues of several parts."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


def is_first_half(machine: NDArray[np.int64]) -> Flags:
    """Which machines are in the first of two halves: every second one. No machine is in both."""
    return np.asarray(machine % 2 == 0)


def forecast_past(
    histories: Histories,
    settings: RateSettings,
    group_mean: Floats,
    *,
    machine: NDArray[np.int64],
    truth: Floats | None = None,
    until: int | None = None,
    tests: int = TESTS,
    seed: int = 12,
) -> PastDues:
    """Forecast some dues of each machine.

    Args:
        histories: what was read.
        settings: one entry a machine.
        group_mean: (machines,), hours a day; NaN without one.
        machine: (machines,), their numbers, by which they are split in halves.
        truth: (machines, days), life hours as they really were; without it those between the readings.
        tests: days on which each machine is forecast.
        until: the last origin, by default the last day; which weekday forecasts are made on depends on it.
        seed: of how far ahead dues are.
    """
    last_day = histories.days - 1
    newest = last_day if until is None else until
    origins = list_origins(newest)
    chosen = _choose_tests(origins, last_day, tests)
    if not chosen:
        return _nothing()
    known = histories.between if truth is None else truth
    random = np.random.default_rng(seed)
    ratios = np.full((len(origins), histories.machines, len(HORIZONS)), np.nan, dtype=np.float32)
    found = []
    for at, origin in enumerate(walk_origins(histories, origins, settings, group_mean)):
        ratios[at] = ratios_of(origin, histories.between, histories.last, settings)
        if at in chosen:
            ahead = _draw_ahead(random, histories.machines, last_day - origin.day)
            found.append(_forecast(histories, origin, settings, ahead, machine, known))
    done = [_with_errors(dues, ratios, origins, at) for at, dues in zip(sorted(chosen), found, strict=True)]
    return PastDues.joined(done)


def forecast_past_of_fleet(
    histories: Histories,
    settings: RateSettings,
    group_mean: Floats,
    *,
    machine: NDArray[np.int64],
    truth: Floats | None = None,
    tests: int = TESTS,
) -> PastDues:
    """:func:`forecast_past` of many machines, a seventh of them on each weekday, at most :data:`CHUNK` at once."""
    parts = []
    for weekday in range(WEEK):
        of_weekday = np.flatnonzero(machine // 2 % WEEK == weekday)
        for start in range(0, len(of_weekday), CHUNK):
            rows = of_weekday[start : start + CHUNK]
            parts.append(
                forecast_past(
                    Histories(histories.life[rows]),
                    settings.part(rows),
                    group_mean[rows],
                    machine=machine[rows],
                    truth=None if truth is None else truth[rows],
                    until=histories.days - 1 - weekday,
                    tests=tests,
                    seed=int(machine[rows[0]]),
                )
            )
    return PastDues.joined(parts) if parts else _nothing()


def _nothing() -> PastDues:
    """No dues: no history is long enough."""
    none, code = np.empty(0), np.empty(0, np.int8)
    return PastDues(
        machine=np.empty(0, np.int64),
        machine_class=code,
        ahead=none,
        days=none,
        horizon=code,
        reason=code,
        actual=none,
        simple=np.empty((0, len(WINDOWS))),
        quantiles=np.empty((0, len(SHARES))),
        count=none,
    )


def _choose_tests(origins: list[int], last_day: int, tests: int) -> set[int]:
    """Positions of the days of forecasts: after a quarter of a year, until the nearest due could still be seen."""
    fit = [at for at, day in enumerate(origins) if day >= FIRST_TEST and last_day - day >= LEAST_SEEN]
    if not fit:
        return set()
    return {fit[round(place)] for place in np.linspace(0, len(fit) - 1, min(tests, len(fit)))}


def _draw_ahead(random: np.random.Generator, machines: int, seen: int) -> Floats:
    most = min(FARTHEST, seen / MOST_RATIOS[-1])
    return np.asarray(NEAREST * (most / NEAREST) ** random.random(machines))


def _forecast(
    histories: Histories,
    origin: Origin,
    settings: RateSettings,
    ahead: Floats,
    machine: NDArray[np.int64],
    known: Floats,
) -> PastDues:
    """One due of each machine that has been read by then, without its past errors."""
    rates = origin.table.rates
    usage = np.nanmean(np.where(np.isnan(rates), 0, rates), axis=1)
    due = np.where(usage > 0, origin.projected + usage * ahead, origin.points.life[:, 0] + ahead)
    dates = forecast_dates(origin.points, rates, due, origin.day, settings.stale_days)
    to_go = np.maximum(due - origin.projected, 0)[:, None]
    since = np.where(np.isnan(origin.table.by_window), origin.table.whole[:, None], origin.table.by_window)
    simple = np.full(since.shape, np.inf)
    np.divide(to_go, since, out=simple, where=since > 0)
    return PastDues(
        machine=machine,
        machine_class=classify(histories, origin.day),
        ahead=ahead,
        days=dates.days,
        horizon=dates.horizon,
        reason=dates.reason,
        actual=days_until(known, origin.day, due),
        simple=simple,
        quantiles=np.empty((len(due), 0)),
        count=np.zeros(len(due)),
    )


def _with_errors(dues: PastDues, ratios: NDArray[np.float32], origins: list[int], at: int) -> PastDues:
    """The same dues, with the past errors that were known on that day; machines without a reading are left out."""
    quantiles = np.full((len(dues.machine), len(SHARES)), np.nan)
    count = np.zeros(len(dues.machine))
    for horizon in range(len(HORIZONS)):
        chosen = choose_origins(origins[: at + 1], horizon, origins[at])
        found, number = log_quantiles(ratios[chosen, :, horizon].T.astype(float), SHARES)
        is_of = dues.horizon == horizon
        quantiles[is_of], count[is_of] = found[is_of], number[is_of]
    return replace(dues, quantiles=quantiles, count=count).part(~np.isnan(dues.actual))
