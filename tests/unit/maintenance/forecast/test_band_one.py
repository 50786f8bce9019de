"""The band of one due, from what is stored: earliest and latest day, or no reliable date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cmms.maintenance.forecast.band_one import BandedDate, StoredBand, give_band
from cmms.maintenance.forecast.forecast_one import Forecast

TODAY = date(2026, 6, 1)


def band(reliable_days: str | None) -> dict[str, StoredBand]:
    limit = None if reliable_days is None else Decimal(reliable_days)
    return {"short": StoredBand(Decimal("0.75"), Decimal("1.5"), limit)}


TEN_DAYS = Forecast(Decimal("10.5"), date(2026, 6, 11), "short", Decimal(1_000))


@pytest.mark.feature("FC-01", "DOM-13")
def test_a_date_comes_with_its_earliest_and_latest_day() -> None:
    found = give_band(TEN_DAYS, band(None), TODAY)  # type: ignore[arg-type]
    assert found == BandedDate(date(2026, 6, 11), date(2026, 6, 8), date(2026, 6, 17))


@pytest.mark.feature("FC-01")
@pytest.mark.parametrize(("reliable_days", "is_reliable"), [("0", False), ("10", False), ("10.5", True), (None, True)])
def test_beyond_its_reliable_days_a_due_has_no_date(reliable_days: str | None, is_reliable: bool) -> None:
    found = give_band(TEN_DAYS, band(reliable_days), TODAY)  # type: ignore[arg-type]
    assert found.reason == (None if is_reliable else "too_wide")
    assert (found.day is not None) == is_reliable


@pytest.mark.feature("FC-01", "DOM-14")
def test_what_has_no_forecast_has_its_reason_and_what_has_no_band_its_date() -> None:
    assert give_band(Forecast(reason="stale"), band(None), TODAY) == BandedDate(reason="stale")  # type: ignore[arg-type]
    assert give_band(TEN_DAYS, {}, TODAY) == BandedDate(date(2026, 6, 11))
    reached = Forecast(Decimal(0), TODAY, "short", Decimal(1_000))
    assert give_band(reached, band("0"), TODAY) == BandedDate(TODAY)  # type: ignore[arg-type]
