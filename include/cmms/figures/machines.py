"""Machines as a whole: how many, where, new ones, those that run although they should not.

Input: ``equipment`` and the readings. Output: frozen rows; hours are exact decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from cmms.figures.typed_rows import read_typed
from cmms.words import UNCLASSIFIED


@dataclass(frozen=True, slots=True)
class MachineCount:
    """How many machines there are."""

    machines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantMachines:
    """How many active machines a plant has."""

    plant_code: str
    machines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantSyncs:
    """An active plant, its active machines, and the newest day of its readings."""

    plant_code: str
    name: str
    machines: int
    newest_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Machines with a value of a column; the shares of a ``kind`` add up to all machines."""

    kind: Literal["plant_code", "group_name", "status"]
    value: str
    machines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine by id and number."""

    id: int
    equipment_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An inactive machine that has run: its hours, and when it ran last."""

    id: int
    equipment_number: str
    inactive_reason: str | None
    hours: Decimal
    last_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMachines:
    """Machines added on a day, by what validation says of them."""

    day: date
    state: Literal["valid", "failed", "not_yet"]
    machines: int


def count_machines() -> int:
    """TAB-G1: active or not."""
    return read_typed(MachineCount, "figures/machine_count")[0].machines


def active_by_plant() -> tuple[PlantMachines, ...]:
    """WID-03: by plant; plants without an active machine are left out."""
    return read_typed(PlantMachines, "figures/active_by_plant")


def plant_syncs(limit: int) -> tuple[PlantSyncs, ...]:
    """ACT-05: active plants in order."""
    return read_typed(PlantSyncs, "figures/plant_syncs", {"row_limit": limit})


def distribution() -> tuple[Share, ...]:
    """TAB-01W: by plant, group and status, the largest share of each first."""
    return read_typed(Share, "figures/equipment_distribution", {"unclassified": UNCLASSIFIED})


def find_machines(numbers: Sequence[str]) -> dict[str, Machine]:
    """WAD-01: those of the numbers that are known, by number."""
    rows = read_typed(Machine, "figures/machines_by_number", {"numbers": tuple(numbers)})
    return {row.equipment_number: row for row in rows}


def busiest_machines(limit: int) -> tuple[Machine, ...]:
    """WAD-01: those that have run most on the newest day."""
    return read_typed(Machine, "figures/busiest_machines", {"row_limit": limit})


def reactivation_candidates(days: int) -> tuple[Candidate, ...]:
    """TAB-03W: inactive machines that ran within the newest ``days`` days, most hours first, 200 at most."""
    return read_typed(Candidate, "figures/reactivation_candidates", {"days": days})


def new_machines() -> tuple[NewMachines, ...]:
    """TAB-05W: machines added within seven days, by UTC day and state."""
    return read_typed(NewMachines, "figures/new_by_day")
