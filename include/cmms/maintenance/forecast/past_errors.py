"""How wrong a machine's forecasts have been: actual days over forecast days, at origins in its own past.

Input: histories. Output: for every origin and horizon the ratio, and the quantiles of those that were known at a
given day. A due that was not reached within :data:`MOST_RATIOS` times its forecast counts with that ratio: it is never
dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmms.maintenance.forecast.histories import Days, Floats, Histories
from cmms.maintenance.forecast.project import project_to
from cmms.maintenance.forecast.rate_rules import HORIZONS, MID_DAYS, SHORT_DAYS
from cmms.maintenance.forecast.rates import (
    NEWEST,
    PointReads,
    RateSettings,
    RateTable,
    calculate_rate_table,
    read_points,
)

ORIGINS = 24
"""Past forecasts of a machine that make its band."""
WEEK = 7
SPACED_DAYS = 2 * 364
"""Origins lie on today's weekday: every second week, so that 24 span a year; every week below two years of history."""
LEAST_RATIO = 0.05
MOST_RATIOS = (8.0, 4.0, 3.0)
"""Ratios are held within these bounds, the upper one by horizon: so many times as late as forecast is like never."""
SPANS = ((3.0, SHORT_DAYS), (SHORT_DAYS, MID_DAYS), (MID_DAYS, 90.0))
"""Days ahead of the forecasts that are looked back at, of each horizon."""
FIRST_TEST = 91
"""The day of a history from which on dues are forecast in a back-test: a quarter of a year is known by then."""
TAIL = 0.1
"""Share of dues that come before the band, and after it."""

_GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Origin:
    """A day in the past, and the forecasts that were possible on it.

    Attributes:
        day: of the matrix.
        points, table: newest readings and rates of all machines, as known on that day.
        projected: (machines,), life hours on that day by the short rate.
    """

    day: int
    points: PointReads
    table: RateTable
    projected: Floats

    def is_stale(self, settings: RateSettings) -> NDArray[np.bool_]:
        """(machines,): whether the newest reading was too old for a forecast."""
        return np.asarray(self.day - self.points.days[:, NEWEST] > settings.stale_days)


def walk_origins(
    histories: Histories, days: Sequence[int], settings: RateSettings, group_mean: Floats
) -> Iterator[Origin]:
    """Each origin, with what was known on it."""
    for day in days:
        points = read_points(histories, day, settings)
        table = calculate_rate_table(points, settings, group_mean)
        yield Origin(day, points, table, project_to(points, table.rates, day))


def list_origins(today: int) -> list[int]:
    """The days of a history on which forecasts are looked back at, the last of them today."""
    step = 2 * WEEK if today >= SPACED_DAYS else WEEK
    return list(range(today % step, today + 1, step))


def days_ahead(origin: int, horizon: int) -> float:
    """How far ahead the forecast of an origin looks: spread evenly over the span of the horizon, on a log scale."""
    least, most = SPANS[horizon]
    share = (origin // WEEK * _GOLDEN) % 1
    return float(least * (most / least) ** share)


def days_until(life: Floats, origin: int, target: Floats) -> Floats:
    """(machines,): days from an origin until life hours reach a target, parts of a day included.

    Args:
        life: (machines, days), growing along each row.
        origin: a day.
        target: (machines,), life hours; NaN gives NaN.

    Returns:
        0 where the target was reached already, infinite where it never is.
    """
    rows = np.arange(len(life))
    low = np.full(len(life), origin)
    high = np.full(len(life), life.shape[1] - 1)
    is_reached = life[:, -1] >= target
    while (high - low > 1).any():
        middle = (low + high) // 2
        is_below = life[rows, middle] < target
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    before, after = life[rows, low], life[rows, high]
    part = np.clip((target - before) / np.where(after > before, after - before, 1), 0, 1)
    days = np.where(target <= before, 0, low - origin + part * (high - low))
    days = np.where(is_reached, days, np.inf)
    return np.where(np.isnan(target) | np.isnan(life[:, origin]), np.nan, days)


def ratios_of(origin: Origin, truth: Floats, last: Days, settings: RateSettings) -> Floats:
    """(machines, 3): actual over forecast days of one due for each horizon; NaN where it cannot be known.

    Args:
        origin: the day of the forecast.
        truth: (machines, days), life hours as they came.
        last: (machines,), the last day that truth is known of.
        settings: one entry a machine.
    """
    found = np.full((len(truth), len(HORIZONS)), np.nan)
    for column in range(len(HORIZONS)):
        ahead = days_ahead(origin.day, column)
        rate = origin.table.rates[:, column]
        actual = days_until(truth, origin.day, origin.projected + rate * ahead)
        ratio = np.clip(actual / ahead, LEAST_RATIO, MOST_RATIOS[column])
        is_unknown = np.isinf(actual) & (last < origin.day + MOST_RATIOS[column] * ahead)
        ratio[is_unknown | ~(rate > 0) | origin.is_stale(settings)] = np.nan
        found[:, column] = ratio
    return found


def choose_origins(days: Sequence[int], horizon: int, today: int) -> list[int]:
    """Positions of the newest 24 origins whose outcome was known today."""
    known = [at for at, day in enumerate(days) if day + MOST_RATIOS[horizon] * days_ahead(day, horizon) <= today]
    return known[-ORIGINS:]


def log_quantiles(ratios: Floats, shares: Sequence[float]) -> tuple[Floats, Floats]:
    """Quantiles of the logarithms of each machine's ratios, and how many there are.

    The position of share p among n values is p (n + 1): with exchangeable errors the next one lies below it with
    probability p (Weibull's plotting position; Hyndman and Fan 1996, type 6).

    Returns:
        (machines, shares), NaN without any value; (machines,).
    """
    logs = np.sort(np.log(ratios), axis=1)  # NaN comes last
    count = (~np.isnan(logs)).sum(axis=1)
    rows = np.arange(len(logs))
    found = np.full((len(logs), len(shares)), np.nan)
    if logs.shape[1]:
        for column, share in enumerate(shares):
            position = np.clip(share * (count + 1), 1, np.maximum(count, 1)) - 1
            low = np.floor(position).astype(int)
            high = np.minimum(low + 1, np.maximum(count - 1, 0))
            found[:, column] = logs[rows, low] + (position - low) * (logs[rows, high] - logs[rows, low])
    return found, count.astype(float)
