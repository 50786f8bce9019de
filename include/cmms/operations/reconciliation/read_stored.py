"""Part of reconcile: what the CMMS holds of one unit. Input: a connection. Output: :class:`Stored`. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cmms.database import Connection, query
from cmms.streams.unit import Unit
from cmms.sync.validate.load_reference import read_columns

_ROWS = {
    "equipment_number": pl.String,
    "plant_code": pl.String,
    "running_hours": pl.Int64,
    "cumulative_hours": pl.Int64,
    "is_missing": pl.Int64,
}
_REJECTS = {
    "equipment_number": pl.String,
    "payload_hash": pl.Binary,
    "is_open": pl.Int64,
    "is_corrected": pl.Int64,
}

Lease = tuple[int, bool]
"""Fence of a unit, and whether an open run has it and has not merged it yet."""


@dataclass(frozen=True)
class Stored:
    """What the CMMS holds of one unit.

    Attributes:
        rows: equipment_number, plant_code, running_hours, cumulative_hours (thousandths), is_missing.
        rejects: equipment_number, payload_hash, is_open, is_corrected: records that are accounted for but not stored as
            received.
    """

    rows: pl.DataFrame
    rejects: pl.DataFrame


def read_stored(connection: Connection, unit: Unit) -> Stored:
    """Read one unit as it is committed now."""
    connection.rollback()  # a fresh snapshot
    rows = read_columns(connection, f"operations/reconciliation/{unit.stream}", {"day": unit.key}, _ROWS)
    return Stored(rows, read_columns(connection, "operations/reconciliation/rejects_of_unit", unit.row, _REJECTS))


def read_lease(connection: Connection, unit: Unit) -> Lease:
    """Where the unit's syncs are now."""
    connection.rollback()
    row = query(connection, "operations/reconciliation/lease_of_unit", unit.row)[0]
    return int(row["fence"] or 0), bool(row["is_held"])
