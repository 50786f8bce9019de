"""The counter of one machine: its changes, where it was installed, when it was in service.

Input: its id. Output: frozen rows, newest first, twenty at most; hours are exact decimals, days those of the site.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cmms.figures.typed_rows import read_typed


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterChangeRow:
    """From a day on the counter counts anew; stated values are None where nobody has stated them."""

    id: int
    from_date: date
    kind: str
    old_final: Decimal | None
    new_initial: Decimal | None
    offset_hours: Decimal
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationRow:
    """A component in a machine; ``to_date`` is None while it is there."""

    id: int
    parent_id: int
    parent_number: str
    from_date: date
    to_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityRow:
    """In service, standby, laid up or scrapped; ``to_date`` is None while it goes on."""

    id: int
    kind: str
    from_date: date
    to_date: date | None
    reason: str | None


def meter_changes(equipment_id: int) -> tuple[MeterChangeRow, ...]:
    """DOM-01, DOM-02."""
    return read_typed(MeterChangeRow, "figures/meter_changes", {"id": equipment_id})


def installations_of(equipment_id: int) -> tuple[InstallationRow, ...]:
    """DOM-29."""
    return read_typed(InstallationRow, "figures/installations_of", {"id": equipment_id})


def availability_of(equipment_id: int) -> tuple[AvailabilityRow, ...]:
    """When it was not simply in service."""
    return read_typed(AvailabilityRow, "figures/availability_of", {"id": equipment_id})
