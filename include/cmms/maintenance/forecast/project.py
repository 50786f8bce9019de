"""The day on which machines reach their dues, for many at once.

Input: newest readings, rates, dues in life hours. Output: :class:`Dates`. The rules are those of
:func:`.forecast_one.forecast_one`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cmms.maintenance.forecast.histories import Floats
from cmms.maintenance.forecast.rate_rules import MID_DAYS, MOST_DAYS, SHORT_DAYS, Reason
from cmms.maintenance.forecast.rates import NEWEST, Codes, PointReads

REASONS: tuple[Reason | None, ...] = (None, "no_reading", "stale", "no_rate", "no_usage", "too_far", "too_wide")
"""What a code of :attr:`Dates.reason` means."""


@dataclass(frozen=True)
class Dates:
    """Forecasts, one a row.

    Attributes:
        days: from today; NaN without a date.
        horizon: index in :data:`.rate_rules.HORIZONS`, whose rate was taken.
        projected: life hours today.
        reason: index in :data:`REASONS`.
    """

    days: Floats
    horizon: Codes
    projected: Floats
    reason: Codes


def project_to(points: PointReads, rates: Floats, today: float) -> Floats:
    """Life hours that machines have today by the short rate; NaN without a reading or a rate."""
    return np.asarray(points.life[:, NEWEST] + rates[:, 0] * (today - points.days[:, NEWEST]))


def forecast_dates(points: PointReads, rates: Floats, due: Floats, today: float, stale_days: Floats) -> Dates:
    """The day of each due.

    Args:
        points: one row a machine; only the newest reading is looked at.
        rates: (machines, 3).
        due: (machines,), life hours.
        today: the day, on the scale of ``points``.
        stale_days: (machines,).
    """
    projected = project_to(points, rates, today)
    to_go = np.maximum(due - projected, 0)
    reached = np.full(rates.shape, np.inf)
    np.divide(to_go[:, None], rates, out=reached, where=rates > 0)
    reached[to_go == 0] = 0
    short, mid, long = reached.T
    horizon = np.select([short < SHORT_DAYS, mid < MID_DAYS], [0, 1], 2)
    days = np.select([horizon == 0, horizon == 1], [short, np.maximum(mid, SHORT_DAYS)], np.maximum(long, MID_DAYS))

    age = today - points.days[:, NEWEST]
    reasons = [np.isnan(age), age > stale_days, np.isnan(rates[:, 0]), np.isinf(days), days > MOST_DAYS]
    reason = np.select(reasons, range(1, len(reasons) + 1), 0).astype(np.int8)
    return Dates(np.where(reason == 0, days, np.nan), horizon.astype(np.int8), projected, reason)
