"""Judge the stored readings of some machines again, from a day on: what is doubtful, and the marks of each reading.

Input: machines and the day from which on something changed, in the caller's transaction. Output: rows of
``doubtful_readings``, and ``quality`` of readings, where they differ from what is stored. The walk through a machine
ends at the first later reading that is trusted and was trusted before: what follows has the same reading before it as
it had. Called by the merge for what it has stored, and for people's decisions
(:mod:`cmms.maintenance.meters.decide_readings`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from cmms.database import Connection, Cursor, execute, insert_many, query
from cmms.settings import Settings
from cmms.sync.merge.chain_marks import chain_codes, own_codes
from cmms.sync.validate.judge_readings import (
    HISTORY_DAYS,
    USUAL_DAY,
    Judged,
    Limits,
    StoredReading,
    judge_readings,
    limits_of,
)

BATCH = 500
"""Machines whose readings are in memory at a time."""

Row = Mapping[str, Any]


@dataclass
class Changes:
    """What differs from what is stored."""

    doubts: list[dict[str, Any]] = field(default_factory=list)
    certain: list[int] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.doubts) + len(self.certain) + len(self.marks)


def judge_machines(
    cursor: Cursor,
    equipment_ids: Sequence[int],
    *,
    first_day: date,
    last_day: date | None = None,
    settings: Settings,
) -> int:
    """Judge the readings of these machines that are not older than ``first_day``, and store what differs.

    Args:
        cursor: of the transaction that has changed readings, decisions or limits.
        equipment_ids: the machines.
        first_day: of what changed.
        last_day: of what changed; default: ``first_day``. ``date.max``: every later reading is judged.
        settings: with the limits.

    Returns:
        How many doubts and marks are written.
    """
    connection = cursor.connection
    most = read_most(connection)
    limits = limits_of(settings)
    written = 0
    for since, machines in _starts(connection, equipment_ids, first_day, limits):
        changes = Changes()
        for equipment_id, rows in read_readings(connection, machines, since):
            judged = judge_readings(
                map(stored_reading, rows), limits, most=most.get(equipment_id, USUAL_DAY), first_day=first_day
            )
            walked = _until_settled(zip(rows, judged, strict=True), last_day or first_day, limits)
            for row, found in walked:
                if found.reading.day >= first_day:
                    _compare(row, found, settings, changes)
        _store(cursor, changes)
        written += len(changes)
    return written


def read_most(connection: Connection) -> dict[int, int]:
    """Machines whose counter has a limit of its own a day, in thousandths of an hour."""
    rows = query(connection, "sync/validate/limits_a_day")
    return {int(row["equipment_id"]): int(row["most_a_day"]) for row in rows}


def read_readings(
    connection: Connection, equipment_ids: Sequence[int], since: date
) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """The stored readings of each machine from a day on, by machine, in the order of their days."""
    for start in range(0, len(equipment_ids), BATCH):
        chosen = {"equipment_ids": tuple(equipment_ids[start : start + BATCH]), "since": since}
        rows = query(connection, "sync/merge/readings_from", chosen)
        for equipment_id, own in groupby(rows, key=lambda row: int(row["equipment_id"])):
            yield equipment_id, list(own)


def stored_reading(row: Row) -> StoredReading:
    """A row of ``sync/merge/readings_from`` as the rules see it."""
    return StoredReading(
        day=row["date"],
        counter=int(row["counter"]),
        is_void=bool(row["is_void"]),
        is_accepted=row["state"] == "accepted" and row["doubted_counter"] == row["counter"],
        is_change=bool(row["is_accepted"]),
        was_trusted=not row["is_void"] and row["state"] != "open",
    )


def _starts(
    connection: Connection, equipment_ids: Sequence[int], first_day: date, limits: Limits
) -> Iterator[tuple[date, list[int]]]:
    """Machines by the day from which on their readings are needed: that of the trusted reading before ``first_day``."""
    starts: dict[int, date] = {}
    for start in range(0, len(equipment_ids), BATCH):
        chosen = {"equipment_ids": tuple(equipment_ids[start : start + BATCH]), "day": first_day}
        for row in query(connection, "sync/validate/trusted_readings_before", chosen):
            starts[int(row["equipment_id"])] = row["previous_date"]
    oldest = first_day if limits.sigmas is None else first_day - timedelta(days=HISTORY_DAYS)
    by_start: dict[date, list[int]] = {}
    for equipment_id in sorted(set(equipment_ids)):
        by_start.setdefault(min(starts.get(equipment_id, first_day), oldest), []).append(equipment_id)
    yield from sorted(by_start.items())


def _until_settled(
    walked: Iterator[tuple[dict[str, Any], Judged]], last_day: date, limits: Limits
) -> Iterator[tuple[dict[str, Any], Judged]]:
    """The readings up to the one after which nothing can differ."""
    settled_after = last_day
    if limits.sigmas is not None and last_day < date.max - timedelta(days=HISTORY_DAYS):
        settled_after = last_day + timedelta(days=HISTORY_DAYS)  # what is usual has changed for so long
    for row, found in walked:
        yield row, found
        if found.reading.day > settled_after and found.is_trusted and found.reading.was_trusted:
            return


def _compare(row: Row, found: Judged, settings: Settings, changes: Changes) -> None:
    """Note what is to be written of one reading."""
    _compare_doubt(row, found, changes)
    codes = marks_of(row, found, settings)
    if codes != row["quality_code"]:
        changes.marks.append({"id": row["id"], "quality": "warning" if codes else "ok", "quality_code": codes})


def _compare_doubt(row: Row, found: Judged, changes: Changes) -> None:
    doubt = found.doubt
    if doubt is not None:
        stored = (
            row["state"],
            row["code"],
            row["doubted_counter"],
            row["growth"],
            row["allowed"],
            row["previous_date"],
        )
        wanted = ("open", doubt.code, row["counter"], doubt.growth, doubt.allowed, doubt.previous_date)
        if stored != wanted:
            changes.doubts.append(
                {
                    "equipment_id": row["equipment_id"],
                    "date": row["date"],
                    "code": doubt.code,
                    "counter": _hours(row["counter"]),
                    "previous_date": doubt.previous_date,
                    "growth_hours": _hours(doubt.growth),
                    "allowed_hours": _hours(doubt.allowed),
                }
            )
    elif row["doubt_id"] is not None and not is_decided(row, found.reading):
        changes.certain.append(int(row["doubt_id"]))


def is_decided(row: Row, reading: StoredReading) -> bool:
    """Whether the row of ``doubtful_readings`` is a decision that holds."""
    holds = {"void": reading.is_void, "accepted": reading.is_accepted, "meter_change": reading.is_change}
    return bool(reading.is_void or holds.get(row["state"], False))


def marks_of(row: Row, found: Judged, settings: Settings) -> str | None:
    """The codes that the reading has, given the trusted reading before it."""
    if found.before is None:
        return own_codes(row["quality_code"])
    growth = found.reading.counter - found.before.counter
    return chain_codes({**row, "growth": growth}, day=found.before.day, rules=settings.rules)


def _hours(thousandths: int) -> Decimal:
    return Decimal(int(thousandths)) / 1000


def _store(cursor: Cursor, changes: Changes) -> None:
    insert_many(cursor, "sync/merge/write_doubts", changes.doubts)
    if changes.certain:
        execute(cursor, "sync/merge/delete_doubts", {"ids": tuple(changes.certain)})
    for mark in changes.marks:
        execute(cursor, "sync/merge/set_quality", mark)
