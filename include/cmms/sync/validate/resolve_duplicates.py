"""Step 3e, one record per key: which of several valid records of one key counts.

Input: the valid rows of a unit that share their equipment with another and a way to get their raw bytes. Output: the
rows that lost, with the reason. Pure. The order never depends on where a record stood:

- running times: the machine's own measuring point first, then newest DATE_TIME, newest CREATED_AT, greatest raw bytes;
- equipment: newest CREATED_AT, greatest raw bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import polars as pl

IDENTICAL = "DUPLICATE_IDENTICAL"
SUPERSEDED = "DUPLICATE_SUPERSEDED"
POINT_MISMATCH = "POINT_MISMATCH"
OLDER = "OLDER_THAN_STORED"

RawBytes = Callable[[Sequence[tuple[int, int]]], dict[tuple[int, int], bytes]]
"""(page, position) pairs -> raw record bytes."""

SUPERSEDED_SCHEMA: dict[str, Any] = {
    "page": pl.UInt32,
    "position": pl.UInt32,
    "equipment_number": pl.String,
    "code": pl.String,
    "payload": pl.Binary,
}
_EARLIEST = datetime.min  # noqa: DTZ901 - compared with UTC instants without tzinfo


def resolve_duplicates(valid: pl.DataFrame, raw_bytes: RawBytes) -> pl.DataFrame:
    """Rows that are superseded by another row of the same equipment in the same unit.

    Args:
        valid: rows that broke no critical rule, with page, position, equipment_number, api_created_at and, for running
            times, date_time, point and foreign_point, and every other value column.
        raw_bytes: reads records as received.

    Returns:
        Columns of :data:`SUPERSEDED_SCHEMA`; ``code`` is ``DUPLICATE_IDENTICAL`` when every value equals the winner's.
    """
    twice = valid.filter(pl.col("equipment_number").is_duplicated())
    if twice.is_empty():
        return pl.DataFrame(schema=SUPERSEDED_SCHEMA)
    places = list(zip(twice["page"].to_list(), twice["position"].to_list(), strict=True))
    raw = raw_bytes(places)
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in twice.iter_rows(named=True):
        groups.setdefault(row["equipment_number"], []).append(row)
    superseded = [loser for rows in groups.values() for loser in _losers(rows, raw)]
    return pl.DataFrame(superseded, schema=SUPERSEDED_SCHEMA, orient="row")


def _losers(rows: list[dict[str, Any]], raw: dict[tuple[int, int], bytes]) -> list[tuple[Any, ...]]:
    ordered = sorted(rows, key=lambda row: _rank(row, raw), reverse=True)
    winner = ordered[0]
    return [
        (
            row["page"],
            row["position"],
            row["equipment_number"],
            _reason(row, winner),
            raw[row["page"], row["position"]],
        )
        for row in ordered[1:]
    ]


def _rank(row: dict[str, Any], raw: dict[tuple[int, int], bytes]) -> tuple[Any, ...]:
    return (
        bool(row.get("own_point_matches")),
        row.get("date_time") or _EARLIEST,
        row["api_created_at"] or _EARLIEST,
        raw[row["page"], row["position"]],
    )


def _reason(row: dict[str, Any], winner: dict[str, Any]) -> str:
    if all(row[name] == winner[name] for name in row if name not in ("page", "position")):
        return IDENTICAL
    if winner.get("own_point_matches") and not row.get("own_point_matches"):
        return POINT_MISMATCH
    return SUPERSEDED
