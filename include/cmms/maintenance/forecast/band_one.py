"""The band of one due: between which days it is reached, eight times of ten.

Input: the date of a due (:mod:`.forecast_one`), the stored band of its machine. Output: :class:`BandedDate`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from cmms.maintenance.forecast.forecast_one import Forecast
from cmms.maintenance.forecast.rate_rules import MOST_DAYS, Horizon, Reason


@dataclass(frozen=True)
class StoredBand:
    """The band of a machine for one horizon, as ``equipment_forecasts`` has it.

    Attributes:
        low, high: factors of the days ahead.
        reliable_days: dues farther away have no reliable date; None: all have one, 0: none has.
    """

    low: Decimal
    high: Decimal
    reliable_days: Decimal | None


@dataclass(frozen=True)
class BandedDate:
    """When a due is reached; without a date ``reason`` says why.

    Attributes:
        day: the date.
        earliest, latest: a tenth of such dues comes before, a tenth after these days; None without a band.
        reason: ``too_wide`` where the band does not help: no reliable date.
    """

    day: date | None = None
    earliest: date | None = None
    latest: date | None = None
    reason: Reason | None = None


def give_band(forecast: Forecast, bands: Mapping[Horizon, StoredBand], today: date) -> BandedDate:
    """The date of a due with its band, or why there is none.

    Args:
        forecast: of the due.
        bands: of the machine, by horizon; without one for the due's horizon the date has no band.
        today: the day that the forecast counts from.
    """
    if forecast.days is None or forecast.horizon is None:
        return BandedDate(reason=forecast.reason)
    band = bands.get(forecast.horizon)
    if band is None or forecast.days == 0:  # reached already: nothing is left to forecast
        return BandedDate(day=forecast.day)
    if band.reliable_days is not None and (not band.reliable_days or forecast.days > band.reliable_days):
        return BandedDate(reason="too_wide")
    return BandedDate(
        day=forecast.day,
        earliest=_days_after(today, forecast.days * band.low, ROUND_FLOOR),
        latest=_days_after(today, forecast.days * band.high, ROUND_CEILING),
    )


def _days_after(today: date, days: Decimal, rounding: str) -> date:
    whole = min(int(days.to_integral_value(rounding)), 2 * MOST_DAYS)
    return today + timedelta(days=whole)
