"""Read what forecasts are made of from the tables.

Input: machines and a day. Output: :class:`.rates.PointReads` or :class:`.histories.Histories`, in life hours.

Of most machines the counter shows the life hours. Those whose counter was changed, or of which some reading is not
trusted, are few: theirs are read one by one from the view ``life_readings``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from cmms.database import Connection, execute, query
from cmms.maintenance.forecast.histories import Histories
from cmms.maintenance.forecast.rate_rules import WINDOWS
from cmms.maintenance.forecast.rates import PointReads

POINT_BATCH = 5_000
"""Machines whose few readings are read by one statement."""
HISTORY_BATCH = 500
"""Machines whose daily readings are read by one statement: 400,000 rows of two years."""
HISTORY_DAYS = 2 * 364 + 91
"""Days of readings that a band and a back-test look at."""

_POINTS = 1 + len(WINDOWS) + 1
_BEGIN = date(1000, 1, 1)
_THOUSANDTHS = 1_000


def read_points_of(connection: Connection, ids: Sequence[int], today: date) -> PointReads:
    """The readings that the rates of machines need, in the order of ``ids``; day 0 is today, days before it negative.

    The last column, where a machine's own method counts from, is the first reading.
    """
    rows = np.full((len(ids), 2 * _POINTS), np.nan)
    place = {key: at for at, key in enumerate(ids)}
    for batch in split(ids, POINT_BATCH):
        with closing(connection.cursor()) as cursor:
            execute(cursor, "maintenance/forecast/point_reads", {"ids": batch, "today": today})
            for key, *values in cursor.fetchall():
                rows[place[key]] = [np.nan if value is None else value for value in values]
    for key, ago, thousandths in _read_life(connection, ids, _BEGIN, today):
        rows[place[key]] = _choose_points(ago, thousandths)
    days, life = -rows[:, :_POINTS], rows[:, _POINTS:] / _THOUSANDTHS
    return PointReads(days=np.hstack([days, days[:, -1:]]), life=np.hstack([life, life[:, -1:]]))


def read_histories_of(connection: Connection, ids: Sequence[int], today: date) -> Histories:
    """Daily readings of machines, in the order of ``ids``, from the day of the first reading to today."""
    life = np.full((len(ids), HISTORY_DAYS), np.nan)
    first_day = today - timedelta(days=HISTORY_DAYS - 1)
    for at, batch in enumerate(split(ids, HISTORY_BATCH)):
        place = {key: at * HISTORY_BATCH + row for row, key in enumerate(batch)}
        with closing(connection.cursor()) as cursor:
            execute(
                cursor,
                "maintenance/forecast/daily_readings",
                {"ids": batch, "first_day": first_day, "today": today},
            )
            while rows := cursor.fetchmany(100_000):
                machine, day, thousandths = np.array(rows, dtype=np.int64).T
                life[[place[key] for key in machine.tolist()], day] = thousandths / _THOUSANDTHS
    place = {key: at for at, key in enumerate(ids)}
    for key, ago, thousandths in _read_life(connection, ids, first_day, today):
        life[place[key]] = np.nan
        life[place[key], HISTORY_DAYS - 1 - ago] = thousandths / _THOUSANDTHS
    days = np.flatnonzero(~np.isnan(life).all(axis=0))
    return Histories(life[:, days[0] if len(days) else -1 :])


def _read_life(
    connection: Connection, ids: Sequence[int], first_day: date, today: date
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
    """Of each machine whose counter does not say it: days before today, newest first, and life hours in thousandths."""
    wanted = {int(row["equipment_id"]) for row in query(connection, "maintenance/forecast/machines_with_life")}
    chosen = [key for key in ids if key in wanted]
    for batch in split(chosen, HISTORY_BATCH):
        found: dict[int, list[tuple[int, int]]] = {key: [] for key in batch}
        with closing(connection.cursor()) as cursor:
            execute(cursor, "maintenance/forecast/life_of_days", {"ids": batch, "first_day": first_day, "today": today})
            for key, ago, thousandths in cursor.fetchall():
                found[key].append((ago, thousandths))
        for key, readings in found.items():
            ago, thousandths = np.array(sorted(readings), dtype=np.int64).reshape(-1, 2).T
            yield key, ago, thousandths


def _choose_points(ago: NDArray[np.int64], thousandths: NDArray[np.int64]) -> list[float]:
    """Days and life hours of the points, as the statement ``point_reads`` gives them; NaN where there is none."""
    if not len(ago):
        return [np.nan] * (2 * _POINTS)
    places = [*(int(np.searchsorted(ago, days)) for days in (0, *WINDOWS)), len(ago) - 1]
    days = [float(ago[at]) if at < len(ago) else np.nan for at in places]
    return [*days, *(float(thousandths[at]) if at < len(ago) else np.nan for at in places)]


def split(ids: Sequence[int], size: int) -> Iterator[tuple[int, ...]]:
    """Batches of ids, for statements with a list of them."""
    for start in range(0, len(ids), size):
        yield tuple(ids[start : start + size])
