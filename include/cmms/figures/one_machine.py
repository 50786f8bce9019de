"""One machine: its condition, how good its readings are, its rejected records, what was changed of it.

Input: its id. Output: frozen rows; hours are exact decimals, instants UTC without zone, as stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from cmms.figures.maintenance import IntervalUse
from cmms.figures.typed_rows import read_typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(IntervalUse):
    """State, newest reading, next due plan, open rejected records; ``switch_id`` is its last audit row of switching.

    ``newest_date`` is the newest day of the readings of all machines.
    """

    id: int
    equipment_number: str
    is_active: bool
    inactive_reason: str | None
    missing_since: date | None
    row_version: int
    state: str | None
    predicted_date: date | None
    plan_id: int | None
    reading_date: date | None
    quality: str | None
    newest_date: date | None
    open_errors: int
    switch_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did it, and how many seconds ago."""

    actor: str
    seconds_ago: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingQuality:
    """Readings of a period, how many of them have a warning, and their hours; both None without readings."""

    readings: int
    warnings: int | None
    hours: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineReject:
    """A rejected record of a machine; master data has no ``reading_date``."""

    id: int
    code: str
    status: str
    reading_date: date | None
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineChange:
    """What a sync or a person changed: ``detail`` is JSON, what was there before (sync) or since then (person)."""

    at: datetime
    who: str
    what: str
    detail: str | None


def machine_condition(equipment_id: int) -> Condition | None:
    """CMP-02: None when there is no such machine."""
    rows = read_typed(Condition, "figures/machine_condition", {"id": equipment_id, "id_text": str(equipment_id)})
    return next(iter(rows), None)


def audit_entry(audit_id: int) -> AuditEntry | None:
    """WAD-16: None when the clean-up has removed it."""
    return next(iter(read_typed(AuditEntry, "figures/audit_entry", {"id": audit_id})), None)


def reading_quality(equipment_id: int, days: int) -> ReadingQuality:
    """Of the newest ``days`` days of all readings."""
    return read_typed(ReadingQuality, "figures/equipment_quality", {"id": equipment_id, "days": days})[0]


def machine_rejects(equipment_id: int) -> tuple[MachineReject, ...]:
    """TAB-06W: newest first, twenty at most."""
    return read_typed(MachineReject, "figures/equipment_runs", {"id": equipment_id})


def machine_changes(equipment_id: int) -> tuple[MachineChange, ...]:
    """OBJ-05: what syncs and people changed, newest first, thirty at most."""
    return read_typed(MachineChange, "figures/equipment_history", {"id": equipment_id, "id_text": str(equipment_id)})
