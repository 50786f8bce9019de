"""The band around a date: earliest and latest day, by how wrong the machine's own forecasts have been.

Input: quantiles of a machine's past errors, its class, its horizon. Output: :class:`Band`, or that there is no reliable
date. The quantiles of a machine with few past errors are drawn to those of its class, and the width of each class is
calibrated on past dues of other machines until a tenth of them come before the band and a tenth after it
(split-conformal calibration, Lei et al. 2018, on errors scaled by the machine's own spread). No distribution is
assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmms.maintenance.forecast.histories import Floats
from cmms.maintenance.forecast.machine_classes import CLASSES
from cmms.maintenance.forecast.past_errors import MOST_RATIOS, TAIL
from cmms.maintenance.forecast.rate_rules import HORIZONS
from cmms.maintenance.forecast.rates import Codes

Flags = NDArray[np.bool_]
Cell = tuple[int, int]

SHARES = (TAIL, 0.5, 1 - TAIL)
OWN_WEIGHT = 14.0
"""So many past errors of its own count as much as the class."""
WIDEST_DAYS, WIDEST = 28.0, 2.0
"""A band that spans more than four weeks, and more than twice the days ahead, helps nobody."""
LEAST_DUES = 100
"""With fewer dues than this a class and horizon learns from more than its own."""

_LEAST_SPREAD = 0.01


@dataclass(frozen=True)
class OwnErrors:
    """Past errors of machines, one row a due, for the horizon of the due.

    Attributes:
        quantiles: (dues, 3), logarithms of actual over forecast days at :data:`SHARES`; NaN without any.
        count: (dues,), how many errors they are made of.
        machine_class: (dues,), index in :data:`.machine_classes.CLASSES`.
        horizon: (dues,), index in :data:`.rate_rules.HORIZONS`.
    """

    quantiles: Floats
    count: Floats
    machine_class: Codes
    horizon: Codes

    def part(self, chosen: Flags) -> OwnErrors:
        """Some of the dues."""
        return OwnErrors(self.quantiles[chosen], self.count[chosen], self.machine_class[chosen], self.horizon[chosen])


@dataclass(frozen=True)
class Calibration:
    """What dues of the past teach.

    Attributes:
        pooled: (classes, horizons, 3), quantiles of the errors of a class.
        first_scale: (classes, horizons, 2), factor of the distance from the median to the lower, to the upper quantile
            by which it is decided whether a band is narrow enough to be given.
        scale: the same of those that are given.
    """

    pooled: Floats
    first_scale: Floats
    scale: Floats


@dataclass(frozen=True)
class Band:
    """Factors of the days ahead.

    Attributes:
        low, high: (dues,), at most and at least 1, so that the date lies in its band.
        reliable_days: (dues,), dues farther away than this have no reliable date: 0 none has one, infinite all have.
    """

    low: Floats
    high: Floats
    reliable_days: Floats

    def part(self, chosen: Flags) -> Band:
        """Some of the dues."""
        return Band(self.low[chosen], self.high[chosen], self.reliable_days[chosen])

    def is_reliable(self, days: Floats) -> Flags:
        """(dues,): whether the band of a due so many days ahead is narrow enough to help; NaN days are not."""
        return np.asarray((days <= self.reliable_days) & (self.reliable_days > 0))


def make_band(errors: OwnErrors, calibration: Calibration) -> Band:
    """The band of each due."""
    quantiles = _blend(errors, calibration.pooled)
    low, high = _stretch(quantiles, calibration.scale[errors.machine_class, errors.horizon])
    return Band(low, high, _reliable_days(errors, quantiles, calibration.first_scale))


def calibrate(errors: OwnErrors, days: Floats, outcomes: Floats, usual: Calibration | None = None) -> Calibration:
    """Learn pooled quantiles and widths from dues of the past.

    Which bands are given depends on their width, so the width is learned twice: from all dues, which decides what is
    given, and then from those that are given, which is the width that people see.

    Args:
        errors: what was known when each due was forecast.
        days: (dues,), days ahead of the dues.
        outcomes: (dues,), logarithm of actual over forecast days, at most that of :data:`MOST_RATIOS`.
        usual: taken where even all classes together have too few dues; :data:`DEFAULT` without it.
    """
    usual = usual or DEFAULT
    cells = _cells(errors, np.ones(len(outcomes), bool))
    pooled = usual.pooled.copy()
    for cell, chosen in cells:
        pooled[cell] = np.quantile(outcomes[chosen], SHARES)
    quantiles = _blend(errors, pooled)
    first = _learn_scale(quantiles, outcomes, cells, usual.first_scale)
    is_given = days <= _reliable_days(errors, quantiles, first)
    return Calibration(pooled, first, _learn_scale(quantiles, outcomes, _cells(errors, is_given), first))


def _learn_scale(quantiles: Floats, outcomes: Floats, cells: list[tuple[Cell, Flags]], usual: Floats) -> Floats:
    """Factors by which a tenth of the dues come before the band, and a tenth after it."""
    below, above = _spreads(quantiles)
    needed_below = np.where(outcomes < 0, np.maximum((quantiles[:, 1] - outcomes) / below, 0), 0)
    needed_above = np.where(outcomes > 0, np.maximum((outcomes - quantiles[:, 1]) / above, 0), 0)
    scale = usual.copy()
    for cell, chosen in cells:
        scale[(*cell, 0)] = np.quantile(needed_below[chosen], 1 - TAIL)
        scale[(*cell, 1)] = np.quantile(needed_above[chosen], 1 - TAIL)
    return scale


def _stretch(quantiles: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """Lower and upper factor of the days ahead; the date itself is always between them."""
    below, above = _spreads(quantiles)
    low = np.exp(np.minimum(quantiles[:, 1] - scale[:, 0] * below, 0))
    high = np.exp(np.maximum(quantiles[:, 1] + scale[:, 1] * above, 0))
    return low, high


def _reliable_days(errors: OwnErrors, quantiles: Floats, scale: Floats) -> Floats:
    """How far ahead a band helps: nowhere if it ends beyond what was seen, everywhere if it is narrow."""
    low, high = _stretch(quantiles, scale[errors.machine_class, errors.horizon])
    width = high - low
    days = np.where(width <= WIDEST, np.inf, WIDEST_DAYS / np.maximum(width, WIDEST))
    return np.where(high < np.array(MOST_RATIOS)[errors.horizon], days, 0)


def _cells(errors: OwnErrors, is_used: Flags) -> list[tuple[Cell, Flags]]:
    """Each class and horizon, and the dues that it learns from.

    Its own; where they are few, those of the class at all horizons; else those of all classes at the horizon. A cell
    without enough of any is left out.
    """
    cells = []
    for horizon in range(len(HORIZONS)):
        of_horizon = is_used & (errors.horizon == horizon)
        for machine_class in range(len(CLASSES)):
            of_class = is_used & (errors.machine_class == machine_class)
            for chosen in (of_class & of_horizon, of_class, of_horizon):
                if chosen.sum() >= LEAST_DUES:
                    cells.append(((machine_class, horizon), chosen))
                    break
    return cells


def _blend(errors: OwnErrors, pooled: Floats) -> Floats:
    """A machine's own quantiles, drawn to those of its class the more the fewer there are."""
    of_class = pooled[errors.machine_class, errors.horizon]
    own = (errors.count / (errors.count + OWN_WEIGHT))[:, None]
    return np.where(np.isnan(errors.quantiles), of_class, own * np.nan_to_num(errors.quantiles) + (1 - own) * of_class)


def _spreads(quantiles: Floats) -> tuple[Floats, Floats]:
    """Distance from the median down to the lower, up to the upper quantile; never nothing."""
    low, middle, high = quantiles.T
    return np.maximum(middle - low, _LEAST_SPREAD), np.maximum(high - middle, _LEAST_SPREAD)


DEFAULT = Calibration(
    pooled=np.broadcast_to(np.log([0.7, 1.0, 1.6]), (len(CLASSES), len(HORIZONS), len(SHARES))).copy(),
    first_scale=np.ones((len(CLASSES), len(HORIZONS), 2)),
    scale=np.ones((len(CLASSES), len(HORIZONS), 2)),
)
"""For a site that has too little history to learn from."""
