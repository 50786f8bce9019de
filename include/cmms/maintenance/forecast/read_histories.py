"""Read what forecasts are made of from the tables.

Input: machines and a day. Output: :class:`.rates.PointReads` or :class:`.histories.Histories`, in life hours.

Of most machines the counter shows the life hours. Those whose counter was changed, or of which some reading is not
trusted, are few: theirs are read one by one from the view ``life_readings``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from cmms.database import Connection, execute, query
from cmms.maintenance.forecast.histories import Histories
from cmms.maintenance.forecast.rate_rules import WINDOWS, RateMethod
from cmms.maintenance.forecast.rates import PointReads, RateSettings

POINT_BATCH = 5_000
"""Machines whose few readings are read by one statement."""
HISTORY_BATCH = 500
"""Machines whose daily readings are read by one statement: 400,000 rows of two years."""
HISTORY_DAYS = 2 * 364 + 91
"""Days of readings that a band and a back-test look at."""

_POINTS = 1 + len(WINDOWS) + 1
_BEGIN = date(1000, 1, 1)
_THOUSANDTHS = 1_000


def read_points_of(
    connection: Connection, ids: Sequence[int], today: date, settings: RateSettings | None = None
) -> PointReads:
    """The readings that the rates of machines need, in the order of ``ids``; day 0 is today, days before it negative.

    The last column is where a machine's own method counts from: the first reading, unless ``settings`` give it a
    window of days or readings.
    """
    rows = np.full((len(ids), 2 * _POINTS), np.nan)
    place = {key: at for at, key in enumerate(ids)}
    for batch in split(ids, POINT_BATCH):
        with closing(connection.cursor()) as cursor:
            execute(cursor, "maintenance/forecast/point_reads", {"ids": batch, "today": today})
            for key, *values in cursor.fetchall():
                rows[place[key]] = [np.nan if value is None else value for value in values]
    days, life = -rows[:, :_POINTS], rows[:, _POINTS:] / _THOUSANDTHS
    days, life = np.hstack([days, days[:, -1:]]), np.hstack([life, life[:, -1:]])
    sliding = _sliding_machines(ids, settings)
    for key, ago, thousandths in _read_life(connection, ids, _BEGIN, today, also=sliding):
        places = [*_choose_points(ago), _choose_start(ago, sliding.get(key))] if len(ago) else []
        for column in range(_POINTS + 1):
            at = places[column] if places else None
            days[place[key], column] = np.nan if at is None else -ago[at]
            life[place[key], column] = np.nan if at is None else thousandths[at] / _THOUSANDTHS
    return PointReads(days=days, life=life)


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
    connection: Connection, ids: Sequence[int], first_day: date, today: date, also: Collection[int] = ()
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
    """Of each machine whose counter does not say it: days before today, newest first, and life hours in thousandths.

    ``also``: machines of which all readings are needed anyhow.
    """
    wanted = {int(row["equipment_id"]) for row in query(connection, "maintenance/forecast/machines_with_life")}
    wanted.update(also)
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


def _choose_points(ago: NDArray[np.int64]) -> list[int | None]:
    """Places of the points that ``point_reads`` reads too, among days before today, newest first."""
    places = [int(np.searchsorted(ago, days)) for days in (0, *WINDOWS)]
    return [*(at if at < len(ago) else None for at in places), len(ago) - 1]


def _choose_start(ago: NDArray[np.int64], sliding: tuple[RateMethod, int] | None) -> int:
    """Place of the reading that a machine's own method counts from, as :func:`.rates.read_points` chooses it."""
    first = len(ago) - 1
    if sliding is None:
        return first
    method, window = sliding
    if method == "sliding_readings":
        return min(first, max(window, 2) - 1)
    return min(first, int(np.searchsorted(ago, ago[0] + window)))


def _sliding_machines(ids: Sequence[int], settings: RateSettings | None) -> dict[int, tuple[RateMethod, int]]:
    """Machines whose rate is that of so many days or readings."""
    if settings is None:
        return {}
    return {
        ids[row]: (method, int(settings.windows[row]))
        for method in ("sliding_days", "sliding_readings")
        for row in np.flatnonzero(settings.uses(method) & (settings.windows > 0)).tolist()
    }


def split(ids: Sequence[int], size: int) -> Iterator[tuple[int, ...]]:
    """Batches of ids, for statements with a list of them."""
    for start in range(0, len(ids), size):
        yield tuple(ids[start : start + size])
