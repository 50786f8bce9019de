"""What a back-test says: how often dues came inside their band, how wide it was, how far off the date was.

Input: dues of the past. Output: :class:`BacktestFigures`, of all machines and of each class, and the targets that are
missed. Machines are split in two halves; the bands of each half are calibrated on the other one, so that no machine has
taught what it is tested with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmms.maintenance.forecast.backtest import PastDues, is_first_half
from cmms.maintenance.forecast.band import Band, Calibration, Flags, calibrate, make_band
from cmms.maintenance.forecast.histories import Floats
from cmms.maintenance.forecast.machine_classes import CLASSES
from cmms.maintenance.forecast.past_errors import MOST_RATIOS

ALL = "all"
"""The name of the figures of all machines together."""
COVERAGE, COVERAGE_OF_CLASS = (0.78, 0.82), (0.75, 0.85)
MOST_WITHOUT_DATE, MOST_WITHOUT_DATE_OF_CLASS = 0.15, 0.35
MOST_ERROR = 1.02
"""The mean error may be so many times that of the best simple rate."""
FEWEST_MACHINES = 100
"""The share of fewer machines is too uncertain to hold it against a target (49 of them: plus or minus 4 points); it is
printed all the same."""

_MOST_ERROR_RATIO = MOST_RATIOS[1]


@dataclass(frozen=True)
class BacktestFigures:
    """Figures of machines whose dues were forecast in the past.

    Attributes:
        name: :data:`ALL`, or the class.
        machines, dues: how many.
        reliable: dues that got a date with a band.
        covered, early, late: of those, the share inside the band, before it, after it (never reached included).
        no_date: share of all dues without a reliable date, for whatever reason.
        unreached: dues that were not reached while anybody looked.
        width, width_days: median width of the band, as share of the days ahead and in days.
        error: mean distance of the date from what happened, as share of the days ahead, of reliable dues; what is off
            by more than four times the days ahead counts as that.
        simple_errors: the same by the rate of 14, 28, 91 and 364 days alone.
    """

    name: str
    machines: int
    dues: int
    reliable: int
    covered: float
    early: float
    late: float
    no_date: float
    unreached: int
    width: float
    width_days: float
    error: float
    simple_errors: tuple[float, ...]

    @property
    def error_ratio(self) -> float:
        """The mean error over that of the best simple rate."""
        return self.error / min(self.simple_errors)


def calibrate_on(dues: PastDues) -> Calibration:
    """What dues of the past teach."""
    known = dues.part(~np.isnan(dues.days))
    return calibrate(known.errors, known.days, known.outcomes)


def band_of_other_half(dues: PastDues) -> Band:
    """The band of each due by what the other half of the machines teaches: no machine judges itself."""
    is_first = is_first_half(dues.machine)
    made = [make_band(dues.errors, calibrate_on(dues.part(is_first == is_other))) for is_other in (False, True)]
    low, high, reliable = (
        np.where(is_first, getattr(made[0], name), getattr(made[1], name)) for name in ("low", "high", "reliable_days")
    )
    return Band(low, high, reliable)


def measure(dues: PastDues, band: Band, groups: Sequence[tuple[str, Flags]] = ()) -> list[BacktestFigures]:
    """Figures of all machines, and of each group of dues that is given.

    Args:
        dues: forecast in the past.
        band: of each due, learned from other machines.
        groups: names, and which of the dues belong to each.
    """
    everything = (ALL, np.ones(len(dues.machine), bool))
    return [_measure(name, dues.part(chosen), band.part(chosen)) for name, chosen in (everything, *groups)]


def by_class(dues: PastDues) -> list[tuple[str, Flags]]:
    """The dues of each class of machines that there is."""
    return [
        (name, dues.machine_class == code) for code, name in enumerate(CLASSES) if (dues.machine_class == code).any()
    ]


def _measure(name: str, dues: PastDues, band: Band) -> BacktestFigures:
    is_reliable = band.is_reliable(dues.days)
    days, actual = dues.days[is_reliable], dues.actual[is_reliable]
    low, high = band.low[is_reliable] * days, band.high[is_reliable] * days
    most = _MOST_ERROR_RATIO * dues.ahead[is_reliable]

    def error(forecast: Floats) -> float:
        off = np.abs(np.minimum(forecast, most) - np.minimum(actual, most))
        return _mean(off / dues.ahead[is_reliable])

    return BacktestFigures(
        name=name,
        machines=len(np.unique(dues.machine)),
        dues=len(is_reliable),
        reliable=int(is_reliable.sum()),
        covered=_mean((actual >= low) & (actual <= high)),
        early=_mean(actual < low),
        late=_mean(actual > high),
        no_date=_mean(~is_reliable),
        unreached=int(np.isinf(dues.actual).sum()),
        width=_median((high - low) / np.maximum(days, 1e-9)),
        width_days=_median(high - low),
        error=error(days),
        simple_errors=tuple(error(simple) for simple in dues.simple[is_reliable].T),
    )


def _mean(values: NDArray[np.bool_] | Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _median(values: Floats) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def missed_targets(figures: Sequence[BacktestFigures], unbounded: frozenset[str] = frozenset()) -> Iterator[str]:
    """A sentence for each target that is missed.

    Args:
        figures: those of all machines, and those of the classes.
        unbounded: classes that are reported without a target, because nobody can foresee what happens to them.
    """
    for one in figures:
        if one.name in unbounded or one.machines < FEWEST_MACHINES:
            continue
        least, most = COVERAGE if one.name == ALL else COVERAGE_OF_CLASS
        without = MOST_WITHOUT_DATE if one.name == ALL else MOST_WITHOUT_DATE_OF_CLASS
        if one.reliable and not least <= one.covered <= most:
            yield f"{one.name}: {one.covered:.1%} inside the band, target {least:.0%} to {most:.0%}"
        if one.no_date > without:
            yield f"{one.name}: {one.no_date:.1%} without a reliable date, target at most {without:.0%}"
        if one.name == ALL and one.error_ratio > MOST_ERROR:
            yield f"{one.name}: error {one.error_ratio:.3f} times that of the best simple rate, target {MOST_ERROR}"
