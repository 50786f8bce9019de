"""Components without a counter of their own: their life hours, read from the machines that they are installed in.

Input: machines without a reading, and the readings and segments of the machines around them. Output:
:class:`~cmms.maintenance.meters.life_reading.LifeReading` of those that were ever installed (DOM-29). A machine that is
itself a component hands no hours on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from cmms.database import Connection, query
from cmms.maintenance.meters.installed_hours import Installation, installed_hours
from cmms.maintenance.meters.life_hours import Segment, life
from cmms.maintenance.meters.life_reading import LifeReading
from cmms.maintenance.meters.settle_segments import resolve_segments

Row = Mapping[str, Any]
SegmentsOf = Mapping[int, tuple[Segment, ...]]
ReadMachines = Callable[[Connection, Sequence[int]], dict[int, LifeReading]]


def read_components(
    connection: Connection, equipment_ids: Sequence[int], read_machines: ReadMachines
) -> dict[int, LifeReading]:
    """The life hours of each component among these machines; ``read_machines`` reads those that have a counter."""
    if not equipment_ids:
        return {}
    ids = {"ids": tuple(equipment_ids)}
    rows = query(connection, "maintenance/meters/installations_with_readings", ids)
    if not rows:
        return {}
    parents = sorted({int(row["parent_id"]) for row in rows})
    machines = read_machines(connection, parents)
    # Not as they are stored: the machine may be evaluated after its component.
    resolved = resolve_segments(connection, parents)
    segments = {
        int(key): tuple(segment for _, segment in group)
        for key, group in groupby(resolved, key=lambda pair: pair[0]["equipment_id"])
    }
    found: dict[int, LifeReading] = {}
    for child, group in groupby(rows, key=lambda row: int(row["child_id"])):
        reading = _read(list(group), machines, segments)
        if reading is not None:
            found[child] = reading
    return found


def _read(rows: Sequence[Row], machines: Mapping[int, LifeReading], segments: SegmentsOf) -> LifeReading | None:
    """Oldest installation first; None as long as no machine has a reading since the component was installed in it."""
    installations = [_installation(row, segments) for row in rows]
    days = [each.last_date for each in installations if each.last_date is not None]
    if not days:
        return None
    newest, row = installations[-1], rows[-1]
    machine = machines.get(int(row["parent_id"]))
    if newest.to_date is not None or newest.last_date is None or machine is None:
        first_day, total = max(days), Decimal(0)  # it lies in the store
    else:
        first_day, total = machine.first_day, machine.total_hours
    return LifeReading(
        date=max(days),
        counter=None,
        life_hours=installed_hours(installations),
        first_day=first_day,
        total_hours=total,
    )


def _installation(row: Row, segments: SegmentsOf) -> Installation:
    def at(which: str) -> Decimal | None:
        day = row[f"{which}_date"]
        return None if day is None else life(row[f"{which}_counter"], day, segments.get(int(row["parent_id"]), ()))

    return Installation(
        from_date=row["from_date"],
        to_date=row["to_date"],
        life_before=at("before"),
        life_first=at("first"),
        hours_first=row["first_hours"],
        last_date=row["last_date"],
        life_last=at("last"),
    )
