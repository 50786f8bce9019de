"""Doubtful readings: what stands around one, and what waits because of them. Output: frozen rows, exact decimals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cmms.figures.typed_rows import read_typed, read_typed_live

_DAYS = 14
"""Readings of so many days before and after are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AroundReading:
    """A reading of the same machine: ``trust`` is trusted, doubtful or void; ``reason`` that of the decision."""

    day: date
    running_hours: Decimal
    counter: Decimal
    trust: str
    reason: str | None
    is_this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedReadings:
    """How many rejected readings wait because a counter before them was higher or the same."""

    readings: int


def blocked_readings(equipment_ids: Sequence[int]) -> BlockedReadings:
    """DOM-03: open rejects of these machines that may pass once a reading before them does not count any more."""
    if not equipment_ids:
        return BlockedReadings(readings=0)
    return read_typed_live(BlockedReadings, "figures/blocked_readings", {"ids": tuple(equipment_ids)})[0]


def readings_around(doubt_id: int) -> tuple[AroundReading, ...]:
    """LIF-02: the readings from two weeks before a doubtful one to two weeks after it, oldest first."""
    return read_typed(AroundReading, "figures/readings_around", {"id": doubt_id, "days": _DAYS})
