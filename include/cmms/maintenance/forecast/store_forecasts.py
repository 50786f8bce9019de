"""Store what is computed once a night: rates of all machines, bands of those whose turn it is, and the back-test.

Input: the readings, and the day. Output: :class:`StoredNight`, rows of ``equipment_forecasts``, ``forecast_backtests``.
Rates take a few readings of each machine. Bands and back-test take two years of them: a large site does a share of its
machines each night, by turns, and its figures say so. Done again with the same readings it stores the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cmms.database import Connection, Cursor, execute, insert_many, query, run_transaction, session
from cmms.maintenance.forecast.backtest_figures import BacktestFigures
from cmms.maintenance.forecast.forecast_night import Night, NightResult, why_no_date
from cmms.maintenance.forecast.histories import Floats
from cmms.maintenance.forecast.machine_classes import CLASSES
from cmms.maintenance.forecast.project import REASONS
from cmms.maintenance.forecast.rate_rules import FULL_DAYS, HORIZONS, METHODS, STALE_DAYS
from cmms.maintenance.forecast.rates import (
    BASES,
    FIRST,
    NEWEST,
    PointReads,
    RateSettings,
    RateTable,
    calculate_rate_table,
    mean_by_group,
)
from cmms.maintenance.forecast.read_histories import read_histories_of, read_points_of, split

MOST_MACHINES = 10_000
"""Machines whose band is made in one night, about; a site with more takes turns."""
KEPT_DAYS = 730
"""Figures of older nights are removed."""
_CHUNK = 3_500
_WRITTEN = 5_000
_LARGEST = 999.0
"""What columns take at least: no machine runs more hours a day, and no band that is given is wider."""


@dataclass(frozen=True)
class StoredNight:
    """What a night did.

    Attributes:
        as_of: the day.
        machines: machines that have rates now.
        looked_at: machines that have a new band, and took part in the back-test.
        figures: of the back-test; empty where no history is long enough.
        is_outdated: forecasts of a later day are stored already; nothing was done.
    """

    as_of: date
    machines: int = 0
    looked_at: int = 0
    figures: tuple[BacktestFigures, ...] = ()
    is_outdated: bool = False


@dataclass(frozen=True)
class _Fleet:
    """All machines: their ids, the mean rate of the group of each, and what their points say of rates."""

    ids: NDArray[np.int64]
    group_mean: Floats
    settings: RateSettings


def store_forecasts(today: date, *, most_machines: int = MOST_MACHINES) -> StoredNight:
    """Compute and store the forecasts of a day.

    Raises:
        DatabaseUnavailable, DatabaseRefused: from the server; what was stored before stays.
    """
    with session() as connection:
        stored = query(connection, "maintenance/forecast/newest_forecast")[0]["as_of"]
        if stored is not None and stored > today:
            return StoredNight(today, is_outdated=True)
        fleet = _store_rates(connection, today)
        if not len(fleet.ids):
            return StoredNight(today)
        chosen = choose_machines(fleet.ids, today, most_machines)
        result = _look_back(connection, fleet, chosen, today)
        _store_bands(connection, fleet.ids[chosen], result, today)
        rows = [_figure_row(one, today, len(chosen), len(fleet.ids)) for one in result.figures]
        run_transaction(connection, partial(_store_figures, rows=rows, today=today), what="storing a back-test")
        return StoredNight(today, len(fleet.ids), len(chosen), tuple(result.figures))


def choose_machines(ids: NDArray[np.int64], today: date, most: int) -> NDArray[np.int64]:
    """Rows of the machines whose turn it is: all, or a share so that each has its turn after as many nights."""
    nights = max(1, math.ceil(len(ids) / most))
    return np.flatnonzero(
        np.arange(len(ids)) // 2 % nights == today.toordinal() % nights
    )  # pairs: both halves take part


def _store_rates(connection: Connection, today: date) -> _Fleet:
    machines = query(connection, "maintenance/forecast/machines")
    ids = [int(row["id"]) for row in machines]
    settings = _settings_of(machines)
    points = read_points_of(connection, ids, today, settings)
    connection.commit()
    first = calculate_rate_table(points, settings, np.full(len(ids), np.nan))
    has_full_history = points.days[:, NEWEST] - points.days[:, FIRST] >= FULL_DAYS
    groups = np.array([int(row["group_id"]) for row in machines], dtype=np.int64)
    group_mean = mean_by_group(first.rates[:, 1], groups, has_full_history) if ids else np.empty(0)
    group_mean[groups == 0] = np.nan  # machines of no group have nothing in common
    table = calculate_rate_table(points, settings, group_mean)
    for rows in split(range(len(ids)), _WRITTEN):
        written = [_rate_row(ids[row], row, points, table, settings, today) for row in rows]
        write = partial(insert_many, statement="maintenance/forecast/write_rates", rows=written)
        run_transaction(connection, write, what="storing rates")
    return _Fleet(np.array(ids, dtype=np.int64), group_mean, settings)


def _settings_of(machines: Sequence[Mapping[str, Any]]) -> RateSettings:
    """What the measuring points say; the usual where a machine has none."""
    settings = RateSettings.usual(len(machines), stale_days=STALE_DAYS)
    for row, machine in enumerate(machines):
        if machine["rate_method"] is None:
            continue
        settings.methods[row] = METHODS.index(machine["rate_method"])
        for values, name in (
            (settings.windows, "rate_window"),
            (settings.static_rate, "static_rate"),
            (settings.annual_estimate, "annual_estimate"),
            (settings.stale_days, "stale_days"),
        ):
            values[row] = np.nan if machine[name] is None else float(machine[name])
    return settings


def _rate_row(
    machine: int, row: int, points: PointReads, table: RateTable, settings: RateSettings, today: date
) -> dict[str, Any]:
    newest = points.days[row, NEWEST]
    reason = why_no_date(points.days[row : row + 1, NEWEST], 0, table.rates[row : row + 1], settings.stale_days[[row]])
    return {
        "equipment_id": machine,
        "as_of": today,
        "newest_date": None if np.isnan(newest) else today + timedelta(days=int(newest)),
        **_by_horizon("rate", table.rates[row], 3),
        "basis": BASES[table.basis[row]],
        "reason": REASONS[reason[0]],
    }


def _look_back(connection: Connection, fleet: _Fleet, chosen: NDArray[np.int64], today: date) -> NightResult:
    night = Night()
    for turn in split(range(len(chosen)), _CHUNK):
        at = chosen[list(turn)]
        histories = read_histories_of(connection, fleet.ids[at].tolist(), today)
        connection.commit()
        night.add(histories, fleet.settings.part(at), fleet.group_mean[at], machine=np.array(turn))
    return night.finish()


def _store_bands(connection: Connection, ids: NDArray[np.int64], result: NightResult, today: date) -> None:
    for rows in split(range(len(ids)), _WRITTEN):
        written = [_band_row(int(ids[row]), row, result, today) for row in rows]
        write = partial(insert_many, statement="maintenance/forecast/write_bands", rows=written)
        run_transaction(connection, write, what="storing bands")


def _band_row(machine: int, row: int, result: NightResult, today: date) -> dict[str, Any]:
    count = result.machines.count[row]
    return {
        "equipment_id": machine,
        "as_of": today,
        "machine_class": CLASSES[result.machines.machine_class[row]],
        **_by_horizon("low", result.low[row], 3),
        **_by_horizon("high", result.high[row], 3),
        **_by_horizon("reliable_days", result.reliable_days[row], 2),
        **{f"errors_{horizon}": int(count[at]) for at, horizon in enumerate(HORIZONS)},
    }


def _by_horizon(name: str, values: Floats, places: int) -> dict[str, Decimal | None]:
    """Columns of the three horizons; NULL for what is unknown or has no limit."""
    return {f"{name}_{horizon}": _decimal(float(values[at]), places) for at, horizon in enumerate(HORIZONS)}


def _store_figures(cursor: Cursor, *, rows: Sequence[Mapping[str, Any]], today: date) -> None:
    execute(
        cursor,
        "maintenance/forecast/delete_backtests",
        {"as_of": today, "oldest": today - timedelta(days=KEPT_DAYS)},
    )
    insert_many(cursor, "maintenance/forecast/write_backtest", rows)


def _figure_row(one: BacktestFigures, today: date, looked_at: int, machines: int) -> Mapping[str, Any]:
    return {
        "as_of": today,
        "machine_class": one.name,
        "looked_at": looked_at,
        "all_machines": machines,
        "machines": one.machines,
        "dues": one.dues,
        "reliable": one.reliable,
        "unreached": one.unreached,
        **{name: _decimal(getattr(one, name), 4) for name in ("covered", "early", "late", "no_date")},
        "width": _decimal(one.width, 3),
        "width_days": _decimal(one.width_days, 2),
        "error": _decimal(one.error, 3),
        "simple_error": _decimal(min(one.simple_errors), 3),
    }


def _decimal(value: float, places: int) -> Decimal | None:
    return Decimal(str(round(min(value, _LARGEST), places))) if math.isfinite(value) else None
