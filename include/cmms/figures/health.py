"""How well the active machines are: as numbers by plant, or machine by machine. Hours are exact decimals.

``bad``: it has open rejected records; ``warn``: a warning, or not in the feed; ``idle``: no reading of the newest day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cmms.figures.maintenance import IntervalUse
from cmms.figures.typed_rows import read_typed

Health = Literal["good", "warn", "bad", "idle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantHealth:
    """How many active machines of a plant are how."""

    plant_code: str
    good: int
    warn: int
    bad: int
    idle: int

    def count(self, health: Health) -> int:
        """How many are so."""
        return {"good": self.good, "warn": self.warn, "bad": self.bad, "idle": self.idle}[health]


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineHealth(IntervalUse):
    """An active machine, and its next due plan if it has one."""

    id: int
    equipment_number: str
    plant_code: str
    health: Health


def health_by_plant() -> tuple[PlantHealth, ...]:
    """WID-02, WID-06: by plant; plants without an active machine are left out."""
    return read_typed(PlantHealth, "figures/health_by_plant")


def health_of_machines() -> tuple[MachineHealth, ...]:
    """WID-02: by plant and number, 5,000 at most."""
    return read_typed(MachineHealth, "figures/health_matrix")
