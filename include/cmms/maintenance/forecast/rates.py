"""Rates of many machines at once, from a few readings of each.

Input: :class:`PointReads`, the newest reading and those at or before the start of each window. Output:
:class:`RateTable`. The rules are those of :mod:`.forecast_one`, which is what a property test compares with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmms.maintenance.forecast.histories import NONE, Floats, Histories
from cmms.maintenance.forecast.rate_rules import (
    DAYS_A_YEAR,
    FULL_DAYS,
    HORIZONS,
    METHODS,
    WINDOWS,
    WINDOWS_OF,
    Basis,
    RateMethod,
)

Codes = NDArray[np.int8]

NEWEST, FIRST, CHOSEN = 0, len(WINDOWS) + 1, len(WINDOWS) + 2
"""Columns of :class:`PointReads`; those between are the windows."""
BASES: tuple[Basis | None, ...] = (None, "windows", "short_history", "method", "annual_estimate")
"""What a code of :attr:`RateTable.basis` means."""


@dataclass(frozen=True)
class PointReads:
    """Seven readings of each machine; NaN where there is none.

    Attributes:
        days: (machines, 7), the true days of the readings: the newest; the newest at or before today minus each of
            :data:`WINDOWS`; the first of all; the one that the machine's own method counts from.
        life: (machines, 7), life hours of the same readings.
    """

    days: Floats
    life: Floats


@dataclass(frozen=True)
class RateSettings:
    """What measuring points say about their rates, one entry a machine; NaN where nothing is said.

    Attributes:
        methods: index in :data:`.rate_rules.METHODS`.
        windows: days of ``sliding_days``, readings of ``sliding_readings``.
        static_rate: hours a day.
        annual_estimate: hours a year.
        stale_days: a newest reading older than this gives no date.
    """

    methods: Codes
    windows: Floats
    static_rate: Floats
    annual_estimate: Floats
    stale_days: Floats

    @classmethod
    def usual(cls, machines: int, *, stale_days: float) -> RateSettings:
        """Of machines whose measuring points say nothing of their own."""
        windows, static_rate, annual_estimate = np.full((3, machines), np.nan)
        return cls(
            np.zeros(machines, np.int8), windows, static_rate, annual_estimate, np.full(machines, float(stale_days))
        )

    def part(self, chosen: slice | NDArray[np.int64]) -> RateSettings:
        """Those of some of the machines."""
        return RateSettings(
            self.methods[chosen],
            self.windows[chosen],
            self.static_rate[chosen],
            self.annual_estimate[chosen],
            self.stale_days[chosen],
        )

    def uses(self, method: RateMethod) -> NDArray[np.bool_]:
        """(machines,): whether a machine's rate is made in this way."""
        return np.asarray(self.methods == METHODS.index(method))


@dataclass(frozen=True)
class RateTable:
    """Hours a day.

    Attributes:
        rates: (machines, 3), one for each horizon; NaN without a rate.
        by_window: (machines, 4), the rate since the start of each of :data:`WINDOWS`; NaN where no time lies between.
        whole: (machines,), the rate since the first reading; NaN below two readings.
        basis: (machines,), index in :data:`BASES`.
    """

    rates: Floats
    by_window: Floats
    whole: Floats
    basis: Codes


def read_points(histories: Histories, today: int, settings: RateSettings) -> PointReads:
    """The seven readings of each machine as of a day of the matrix."""
    newest = histories.newest[:, today]
    nothing = np.full(histories.machines, NONE, dtype=np.int32)
    starts = [histories.newest[:, today - window] if today >= window else nothing for window in WINDOWS]
    chosen = _start_of_method(histories, newest, settings)
    first = np.where(histories.first <= today, histories.first, NONE).astype(np.int32)
    columns = (newest, *starts, first, chosen)
    return PointReads(
        days=np.stack([np.where(day == NONE, np.nan, day) for day in columns], axis=1),
        life=np.stack([histories.life_at(day) for day in columns], axis=1),
    )


def _start_of_method(histories: Histories, newest: NDArray[np.int32], settings: RateSettings) -> NDArray[np.int32]:
    """The reading that a machine's own method counts from; the first one where its window says nothing."""
    chosen = np.where(newest == NONE, NONE, histories.first).astype(np.int32)
    has_window = settings.windows > 0
    for row in np.flatnonzero(settings.uses("sliding_days") & has_window & (newest != NONE)):
        start = int(newest[row] - settings.windows[row])
        if start >= 0 and histories.newest[row, start] != NONE:
            chosen[row] = histories.newest[row, start]
    for row in np.flatnonzero(settings.uses("sliding_readings") & has_window & (newest != NONE)):
        read = np.flatnonzero(~np.isnan(histories.life[row, : newest[row] + 1]))
        chosen[row] = read[-min(len(read), max(int(settings.windows[row]), 2))]
    return chosen


def calculate_rate_table(points: PointReads, settings: RateSettings, group_mean: Floats) -> RateTable:
    """Rates of the three horizons.

    Args:
        points: the readings.
        settings: one entry a machine.
        group_mean: (machines,), hours a day of the machine's group; NaN without one.
    """
    elapsed = points.days[:, :1] - points.days
    growth = points.life[:, :1] - points.life
    since = np.full(elapsed.shape, np.nan)
    np.divide(growth, elapsed, out=since, where=elapsed > 0)
    np.maximum(since, 0, out=since)  # NaN stays NaN
    by_window, whole, chosen = since[:, NEWEST + 1 : FIRST], since[:, FIRST], since[:, CHOSEN]
    estimate = settings.annual_estimate / DAYS_A_YEAR
    history = np.nan_to_num(elapsed[:, FIRST])

    is_windows, is_static = settings.uses("windows"), settings.uses("static")
    is_short = is_windows & ~np.isnan(whole) & (history < FULL_DAYS)
    rates = _by_horizon(by_window, whole)
    rates[is_short] = _drawn(whole, history, group_mean, estimate)[is_short, None]
    rates[~is_windows] = chosen[~is_windows, None]
    rates[is_static] = np.where(np.isnan(settings.static_rate), estimate, settings.static_rate)[is_static, None]
    basis = np.select(
        [is_short, is_windows], [BASES.index("short_history"), BASES.index("windows")], BASES.index("method")
    )
    is_missing = np.isnan(rates[:, 0])
    rates[is_missing] = estimate[is_missing, None]
    basis[is_missing] = BASES.index("annual_estimate")
    basis[np.isnan(rates[:, 0])] = BASES.index(None)
    return RateTable(rates, by_window, whole, basis.astype(np.int8))


def _by_horizon(by_window: Floats, whole: Floats) -> Floats:
    """Means of the windows of each horizon; a horizon without any window takes the rate of the next longer one."""
    rates = np.empty((len(whole), len(HORIZONS)))
    following = whole
    for column, horizon in reversed(list(enumerate(HORIZONS))):
        chosen = by_window[:, [WINDOWS.index(days) for days in WINDOWS_OF[horizon]]]
        given = (~np.isnan(chosen)).sum(axis=1)
        mean = np.nansum(chosen, axis=1) / np.maximum(given, 1)
        following = rates[:, column] = np.where(given > 0, mean, following)
    return rates


def _drawn(whole: Floats, history: Floats, group_mean: Floats, estimate: Floats) -> Floats:
    """The rate of a short history, drawn to the group's mean, or to the annual estimate where the group has none."""
    prior = np.where(np.isnan(group_mean), estimate, group_mean)
    own = history / FULL_DAYS
    return np.where(np.isnan(prior), whole, own * whole + (1 - own) * prior)


def mean_by_group(rates: Floats, groups: NDArray[np.int64], has_full_history: NDArray[np.bool_]) -> Floats:
    """(machines,): the mean rate of the machines of each machine's group that have a full history; NaN without any."""
    _, code = np.unique(groups, return_inverse=True)
    is_used = has_full_history & ~np.isnan(rates)
    count = np.bincount(code[is_used], minlength=code.max(initial=-1) + 1)
    total = np.bincount(code[is_used], weights=rates[is_used], minlength=len(count))
    mean = np.full(len(count), np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return np.asarray(mean[code])
