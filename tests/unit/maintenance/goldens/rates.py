"""Rates and forecasts: the rows R1 to R7, S10, S11, M3 and M4 of ``goldens.tsv``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from cmms.maintenance.forecast.forecast_one import (
    Rates,
    Reading,
    calculate_rates,
    forecast_one,
    rate_between,
    rate_of_all,
    rate_of_sliding_days,
    rate_of_sliding_readings,
)

DAY = date(2026, 10, 1)
START = Decimal(DAY.toordinal())
MAXIMO = (Reading(START, Decimal(10)), Reading(START + 1, Decimal(20)), Reading(START + Decimal("2.5"), Decimal(50)))
"""Deltas 10, 10, 30 as life hours: what the first delta began with is not known."""


def constant(rate: str) -> Rates:
    """The same rate at every horizon."""
    return Rates(Decimal(rate), Decimal(rate), Decimal(rate), "windows")


def daily(hours: list[int | None], last: date) -> list[Reading]:
    """Readings that end on a day, from the hours of each day; None: no reading, the machine ran 8 hours all the same."""
    life, found = Decimal(0), []
    for day, ran in enumerate(hours):
        life += 8 if ran is None else ran
        if ran is not None:
            found.append(Reading.at_end_of(last - timedelta(days=len(hours) - 1 - day), life))
    return found


def all_readings() -> None:
    """R1: 40 hours in 2.5 days; IBM's 20 counts the first delta too, whose span nobody knows."""
    assert rate_of_all(MAXIMO) == 16
    today = DAY.toordinal() + 3
    assert calculate_rates(MAXIMO, today, method="all").short == 16


def sliding_readings() -> None:
    """R2: the last two readings, and the first two."""
    assert rate_of_sliding_readings(MAXIMO, 2) == 20
    assert calculate_rates(MAXIMO, DAY.toordinal() + 3, method="sliding_readings", window=2).mid == 20
    assert rate_between(MAXIMO[0], MAXIMO[1]) == 10


def sliding_days() -> None:
    """R3: the same window by days gives the same, not IBM's 13.3."""
    assert rate_of_sliding_days(MAXIMO, Decimal("1.5")) == 20
    assert calculate_rates(MAXIMO, DAY.toordinal() + 3, method="sliding_days", window=1).long == 20


def elapsed_days() -> None:
    """R4: from the end of day 1 to the end of day 8 are seven days."""
    readings = daily([8] * 8, DAY)
    assert readings[-1].life - readings[0].life == 56
    assert rate_of_all(readings) == 8


def fleetio_forecast() -> None:
    """R5: 43 whole days to the due, 39 to the soon threshold."""
    today = date(2026, 11, 15)
    newest = Reading.at_end_of(today, Decimal(22_450))
    due = forecast_one(newest, constant("115"), Decimal(22_450 + 5_000), today.toordinal())
    assert due.day == date(2026, 12, 28)
    soon = forecast_one(newest, constant("115"), Decimal(26_950), today.toordinal())
    assert soon.day == date(2026, 12, 24)


def projected_today() -> None:
    """R6: the projection starts today, 47 days after the last reading."""
    today = DAY.toordinal()
    newest = Reading(Decimal(today - 47), Decimal(85_035))
    found = forecast_one(newest, constant("94"), Decimal(89_453 + 940), today, stale_days=60)
    assert found.projected == 89_453
    assert found.day == DAY + timedelta(days=10)
    assert forecast_one(newest, constant("94"), Decimal(90_000), today).reason == "stale"


def fleetio_usage() -> None:
    """R7: none with fewer than two entries."""
    assert rate_of_all(MAXIMO[:1]) is None
    assert rate_of_all([]) is None
    assert rate_of_all(MAXIMO) == (MAXIMO[-1].life - MAXIMO[0].life) / (MAXIMO[-1].day - MAXIMO[0].day)


def annual_estimate() -> None:
    """S10: 564 hours at 300 a year are 686 days."""
    newest = Reading.at_end_of(DAY, Decimal(0))
    rates = calculate_rates([newest], DAY.toordinal(), annual_estimate=Decimal(300))
    assert rates.basis == "annual_estimate"
    found = forecast_one(newest, rates, Decimal(564), DAY.toordinal())
    assert found.day == DAY + timedelta(days=686)


def annual_estimate_and_reading() -> None:
    """S11: SAP goes by the estimate alone, which is the method ``static``; the newest reading is where it counts from."""
    start, later = date(2026, 1, 1), date(2026, 3, 1)
    readings = [Reading.at_end_of(start, Decimal(0)), Reading.at_end_of(later, Decimal(1_000))]
    first = calculate_rates(readings[:1], start.toordinal(), method="static", annual_estimate=Decimal(12_000))
    before = forecast_one(readings[0], first, Decimal(6_000), start.toordinal())
    assert before.days == Decimal("182.5")
    assert before.day == start + timedelta(days=182)
    rates = calculate_rates(readings, later.toordinal(), method="static", annual_estimate=Decimal(12_000))
    after = forecast_one(readings[1], rates, Decimal(6_000), later.toordinal())
    assert after.day == later + timedelta(days=152)


def every_second_reading() -> None:
    """M3: missing days are time that has passed, not days of zero hours."""
    readings = daily([8 if day % 2 else None for day in range(400)], DAY)
    rates = calculate_rates(readings, DAY.toordinal())
    assert (rates.short, rates.mid, rates.long) == (8, 8, 8)


def idle_then_used() -> None:
    """M4: after 45 idle days and two of 8 hours, 40 hours to go are reached in the future, or without a date."""
    readings = daily([8] * 60 + [0] * 45 + [8, 8], DAY)
    today = DAY.toordinal()
    rates = calculate_rates(readings, today)
    assert rates.short == (Decimal(16) / 14 + Decimal(16) / 28) / 2
    found = forecast_one(readings[-1], rates, readings[-1].life + 40, today)
    assert found.day is not None and found.day > DAY
    idle = daily([8] * 60 + [0] * 400, DAY)
    without = forecast_one(idle[-1], calculate_rates(idle, today), idle[-1].life + 40, today)
    assert (without.day, without.reason) == (None, "no_usage")
    reached = forecast_one(replace(idle[-1], life=Decimal(9_999)), constant("8"), Decimal(500), today)
    assert reached.day == DAY


CASES: dict[str, Callable[[], None]] = {
    "R1": all_readings,
    "R2": sliding_readings,
    "R3": sliding_days,
    "R4": elapsed_days,
    "R5": fleetio_forecast,
    "R6": projected_today,
    "R7": fleetio_usage,
    "S10": annual_estimate,
    "S11": annual_estimate_and_reading,
    "M3": every_second_reading,
    "M4": idle_then_used,
}
