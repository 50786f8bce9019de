"""Hours that machines have run: by day, by plant and day, machine by machine. Output: frozen rows, exact decimals.

A missing reading is not zero: a machine without one does not count on that day. Nor does a reading that is void, or
doubtful and not decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cmms.figures.typed_rows import read_typed

AVERAGED_MACHINES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DayValue:
    """Hours of a day, measured or averaged."""

    day: date
    running_hours: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHours:
    """Machines with a reading of a day, how many of them ran, and their hours."""

    day: date
    machines: int
    running: int
    hours: Decimal

    @property
    def utilisation_percent(self) -> Decimal:
        """TAB-02W."""
        return utilisation_percent(self.hours, self.machines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantDayHours:
    """The same of a plant."""

    plant_code: str
    day: date
    machines: int
    hours: Decimal

    @property
    def utilisation_percent(self) -> Decimal:
        """WAD-04."""
        return utilisation_percent(self.hours, self.machines)


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineHours(DayValue):
    """A reading of a machine."""

    equipment_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(DayValue):
    """A reading of one machine with its counter; ``trust`` is trusted, doubtful or void: only trusted ones count."""

    cumulative_hours: Decimal
    quality: str
    quality_code: str | None
    trust: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAverage(DayValue):
    """Mean hours of ``machines`` machines on a day."""

    machines: int


def utilisation_percent(hours: Decimal, machines: int) -> Decimal:
    """TAB-02W, WAD-04: hours per hundred available ones, 24 for each machine with a reading of the day."""
    return 100 * hours / (24 * machines)


def hours_by_day(days: int) -> tuple[DayHours, ...]:
    """WID-05: all machines, the newest ``days`` days of all readings, oldest first."""
    return read_typed(DayHours, "figures/hours_by_day", {"days": days})


def active_hours_by_day(days: int) -> tuple[DayHours, ...]:
    """TAB-02W: active machines alone; days on which none of them has a reading are left out."""
    return read_typed(DayHours, "figures/active_by_day", {"days": days})


def active_hours_by_plant(days: int) -> tuple[PlantDayHours, ...]:
    """WAD-04: active machines by the plant where they stand now."""
    return read_typed(PlantDayHours, "figures/utilisation_by_plant", {"days": days})


def hours_of_machines(ids: Sequence[int], days: int) -> tuple[MachineHours, ...]:
    """WAD-01: readings within the newest ``days`` days of all readings, oldest first."""
    return read_typed(MachineHours, "figures/readings_of_machines", {"ids": tuple(ids), "days": days}) if ids else ()


def readings_of_period(equipment_id: int, days: int) -> tuple[Reading, ...]:
    """SCH-04: readings of a machine within the newest ``days`` days of all readings, oldest first."""
    return read_typed(Reading, "figures/readings_of_period", {"id": equipment_id, "days": days})


def group_average(equipment_id: int, days: int) -> tuple[GroupAverage, ...]:
    """SCH-04: by day, of :data:`AVERAGED_MACHINES` other active machines of its group at most, oldest first."""
    limits = {"id": equipment_id, "days": days, "machines": AVERAGED_MACHINES}
    return read_typed(GroupAverage, "figures/group_average", limits)
