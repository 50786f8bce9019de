"""The newest trusted reading of machines in life hours, and what their rate is made of.

Input: machines and a day. Output: a :class:`~cmms.maintenance.meters.life_reading.LifeReading` of each machine that has
one. A trusted reading is neither void nor doubtful; a component without readings of its own runs with the machine in
which it is installed (DOM-29). Few statements for any number of machines: they are read in batches by the caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from cmms.database import Connection, query
from cmms.maintenance.meters.life_hours import Segment, life
from cmms.maintenance.meters.life_reading import RATE_DAYS, LifeReading
from cmms.maintenance.meters.read_components import read_components
from cmms.maintenance.meters.settle_segments import segment_of

_ALL_TRUSTED = ("maintenance/meters/newest_days", "maintenance/meters/readings_until")
_SOME_TRUSTED = ("maintenance/meters/newest_trusted_days", "maintenance/meters/trusted_readings_until")


def read_life(connection: Connection, equipment_ids: Sequence[int], today: date) -> dict[int, LifeReading]:
    """The newest trusted reading of each machine that has any; offsets as they were settled last.

    Args:
        connection: to the database.
        equipment_ids: the machines.
        today: the day that the readings are judged on. Rates of the last 30 days do not depend on it.
    """
    found = _read_machines(connection, equipment_ids)
    without = [key for key in equipment_ids if key not in found]
    return found | read_components(connection, without, _read_machines)


def _read_machines(connection: Connection, equipment_ids: Sequence[int]) -> dict[int, LifeReading]:
    """The readings of the machines that have a counter."""
    if not equipment_ids:
        return {}
    ids = {"ids": tuple(equipment_ids)}
    untrusted = {int(row["equipment_id"]) for row in query(connection, "maintenance/meters/untrusted_machines", ids)}
    segments = read_segments(connection, equipment_ids)
    found: dict[int, LifeReading] = {}
    for statements, keys in (
        (_ALL_TRUSTED, [key for key in equipment_ids if key not in untrusted]),
        (_SOME_TRUSTED, sorted(untrusted)),
    ):
        for newest, row in _read_newest(connection, statements, keys):
            key = int(row["equipment_id"])
            found[key] = LifeReading(
                date=newest,
                counter=row["counter"],
                life_hours=life(row["counter"], newest, segments.get(key, ())),
                first_day=row["first_day"],
                total_hours=row["total_hours"],
            )
    return found


def read_segments(connection: Connection, equipment_ids: Sequence[int]) -> dict[int, tuple[Segment, ...]]:
    """The segments of each machine whose counter was changed, oldest first, with the offsets that were settled last."""
    if not equipment_ids:
        return {}
    rows = query(connection, "maintenance/meters/segments", {"ids": tuple(equipment_ids)})
    return {
        int(key): tuple(segment_of(row) for row in group)
        for key, group in groupby(rows, key=lambda row: row["equipment_id"])
    }


def _read_newest(
    connection: Connection, statements: tuple[str, str], equipment_ids: Sequence[int]
) -> Iterator[tuple[date, Mapping[str, Any]]]:
    """Day and facts of the newest reading of each machine; machines that were read last on the same day go together."""
    days, readings = statements
    by_day: dict[date, list[int]] = {}
    if equipment_ids:
        for row in query(connection, days, {"ids": tuple(equipment_ids)}):
            by_day.setdefault(row["newest"], []).append(int(row["equipment_id"]))
    for newest, machines in by_day.items():
        window = {"ids": tuple(machines), "newest": newest, "days": RATE_DAYS}
        for row in query(connection, readings, window):
            yield newest, row
