"""Which readings are missing: by plant and day, or by machine and day. Output: a bounded :class:`GapGrid`.

Missing is not zero: a machine that stood still has a reading of 0 hours, and is complete. A day is counted against the
machines that are active now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from cmms.access.connections import raw_session
from cmms.access.view_settings import read_zone
from cmms.database import Connection, query
from cmms.streams import StreamName, streams_with

MACHINE_LIMIT = 20

State = Literal["full", "part", "none", "rejected", "zero"]


@dataclass(frozen=True)
class GapCell:
    """A day of a row: ``present`` of ``expected`` readings; ``hours`` of a machine's reading, None without one."""

    day: date
    present: int
    expected: int
    rejected: int = 0
    hours: Decimal | None = None

    @property
    def state(self) -> State:
        """Complete (``zero``: with 0 hours), partly, or not there: ``rejected`` says that it came and was refused."""
        if self.present >= self.expected:
            return "zero" if self.hours == 0 else "full"
        if self.present:
            return "part"
        return "rejected" if self.rejected >= self.expected else "none"

    @property
    def percent(self) -> int:
        """SYM-T3."""
        return completeness_percent(self.present, self.expected)

    @property
    def is_gap(self) -> bool:
        """Whether readings are missing."""
        return self.present < self.expected


@dataclass(frozen=True)
class GapRow:
    """A plant, or a machine of a plant (then ``equipment_id`` is set)."""

    name: str
    cells: tuple[GapCell, ...]
    equipment_id: int | None = None
    description: str = ""

    def spans(self) -> Iterator[tuple[GapCell, ...]]:
        """The cells in order; following days without any reading are together, for they are one gap."""
        together: list[GapCell] = []
        for cell in self.cells:
            if together and (cell.state != "none" or together[-1].state != "none"):
                yield tuple(together)
                together = []
            together.append(cell)
        if together:
            yield tuple(together)


@dataclass(frozen=True)
class GapGrid:
    """Rows by days. ``hidden`` machines have gaps too and are not among the rows."""

    days: tuple[date, ...]
    rows: tuple[GapRow, ...]
    plant_code: str = ""
    hidden: int = 0


def completeness_percent(present: int, expected: int) -> int:
    """WID-03, SYM-T3: readings per hundred expected ones, rounded down: 100 is all of them; 0 when none is expected."""
    return min(100, 100 * present // expected) if expected else 0


def last_due_day() -> date:
    """Yesterday, where the site is: the newest day that can be complete."""
    return datetime.now(read_zone()).date() - timedelta(days=1)


def read_gaps(last_day: date, days: int, plant_code: str = "") -> GapGrid:
    """The grid of the ``days`` up to ``last_day``: every plant that has machines, or the worst machines of one."""
    shown = tuple(last_day - timedelta(days=back) for back in range(days - 1, -1, -1))
    bounds = {"first_day": shown[0], "last_day": last_day}
    with raw_session() as connection:
        if plant_code:
            return _by_machine(connection, shown, bounds, plant_code)
        machines = query(connection, "figures/active_by_plant")
        readings = Counter(_by_key(query(connection, "figures/gap_plants", bounds), "plant_code", "readings"))
        readings.subtract(_by_key(query(connection, "figures/gap_inactive", bounds), "plant_code", "readings"))
        rejected = _by_key(
            query(connection, "figures/gap_rejects_by_plant", {**bounds, **_readings()}), "plant_code", "rejected"
        )
    rows = []
    for plant in machines:
        code, expected = str(plant["plant_code"]), int(plant["machines"])
        keys = [(code, day) for day in shown]
        cells = tuple(GapCell(key[1], min(readings[key], expected), expected, rejected.get(key, 0)) for key in keys)
        rows.append(GapRow(code, cells))
    return GapGrid(shown, tuple(rows))


def _by_machine(connection: Connection, days: tuple[date, ...], bounds: dict[str, date], plant_code: str) -> GapGrid:
    limits = {"plant_code": plant_code, "days": len(days), "row_limit": MACHINE_LIMIT}
    machines = query(connection, "figures/gap_machines", {**bounds, **limits})
    if not machines:
        return GapGrid(days, (), plant_code)
    ids = tuple(int(row["id"]) for row in machines)
    numbers = tuple(str(row["equipment_number"]) for row in machines)
    hours = _by_key(query(connection, "figures/gap_hours", {**bounds, "ids": ids}), "equipment_id", "running_hours")
    refused = query(connection, "figures/gap_rejects", {**bounds, **_readings(), "numbers": numbers})
    rejected = {(str(row["equipment_number"]), row["date"]) for row in refused}
    rows = []
    for row in machines:
        key, number = int(row["id"]), str(row["equipment_number"])
        cells = tuple(
            GapCell(day, int((key, day) in hours), 1, int((number, day) in rejected), hours.get((key, day)))
            for day in days
        )
        rows.append(GapRow(number, cells, key, str(row["equipment_description"] or "")))
    return GapGrid(days, tuple(rows), plant_code, int(machines[0]["machines_with_gaps"]) - len(rows))


def _readings() -> dict[str, tuple[StreamName, ...]]:
    return {"streams": streams_with("counters")}


def _by_key(rows: Sequence[dict[str, Any]], name: str, value: str) -> dict[tuple[Any, date], Any]:
    return {(row[name], row["date"]): row[value] for row in rows}
