"""Doubtful readings: what stands around one. Input: its id. Output: frozen rows; hours are exact decimals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cmms.figures.typed_rows import read_typed

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


def readings_around(doubt_id: int) -> tuple[AroundReading, ...]:
    """LIF-02: the readings from two weeks before a doubtful one to two weeks after it, oldest first."""
    return read_typed(AroundReading, "figures/readings_around", {"id": doubt_id, "days": _DAYS})
