"""Part of verify: doubts and voids, derived again from the readings and the decisions.

Input: all readings of the machines with a doubtful or void reading, or with a limit of their own; with
``rules.spike_sigmas`` of all machines. Output: a sentence per difference. Each reading is compared with the trusted one
before it, so the whole is right when each step is; under the limits of today or any that a stored run has worked with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cmms.database import Connection, query
from cmms.settings import Rules, Settings
from cmms.sync.merge.judge_machines import is_decided, marks_of, read_most, read_readings, stored_reading
from cmms.sync.validate.judge_readings import (
    USUAL_DAY,
    Doubt,
    Judged,
    StoredReading,
    find_doubt,
    judge_readings,
    limits_of,
)


def doubted_machines(connection: Connection, known: Sequence[Rules]) -> list[int]:
    """The machines that have to be looked at reading by reading."""
    all_machines = any(rules.spike_sigmas is not None for rules in known)
    rows = query(connection, "operations/verify/doubted_machines", {"all_machines": all_machines})
    return [int(row["equipment_id"]) for row in rows]


def verify_doubts(
    connection: Connection, settings: Settings, known: Sequence[Rules], machines: Sequence[int]
) -> Iterator[str]:
    """Differences between stored and derived doubts, voids and marks, by machine and day."""
    most = read_most(connection)
    limits = [settings.model_copy(update={"rules": rules}) for rules in known]
    for equipment_id, rows in read_readings(connection, machines, date.min):
        history: list[tuple[StoredReading, StoredReading]] = []
        judged = judge_readings(map(stored_reading, rows), limits_of(settings), first_day=date.max)
        for row, found in zip(rows, judged, strict=True):
            doubts = [
                find_doubt(
                    found.reading,
                    found.before,
                    limits_of(each),
                    most=most.get(equipment_id, USUAL_DAY),
                    history=history,
                )
                for each in limits
            ]
            reading = f"Reading {row['id']} (machine {equipment_id}, {row['date']})"
            yield from (f"{reading}: {what}" for what in _differences(row, found, doubts, limits))
            if found.is_trusted and found.before is not None and not found.reading.is_change:
                history.append((found.before, found.reading))


def _differences(
    row: Mapping[str, Any], found: Judged, doubts: Sequence[Doubt | None], settings: Sequence[Settings]
) -> Iterator[str]:
    stored = _stored_doubt(row)
    if stored not in doubts:
        yield f"{_describe(stored)}, the trusted reading before gives {_describe(doubts[0])}."
    if row["state"] not in (None, "open") and not is_decided(row, found.reading):
        yield f"the decision {row['state']} does not hold for it (any more)."
    if found.reading.is_void and row["state"] not in (None, "void"):
        yield f"it is void, and also {row['state']}."
    codes = [marks_of(row, found, each) for each in settings]
    if row["quality_code"] not in codes:
        yield f"its codes are {row['quality_code'] or 'none'}, the reading before gives {codes[0] or 'none'}."


def _stored_doubt(row: Mapping[str, Any]) -> Doubt | None:
    if row["state"] != "open":
        return None
    return Doubt(
        code=row["code"],
        growth=int(row["growth"]),
        allowed=int(row["allowed"]),
        previous_date=row["previous_date"],
    )


def _describe(doubt: Doubt | None) -> str:
    if doubt is None:
        return "not doubtful"
    grown = f"{doubt.growth / 1000:,} h since {doubt.previous_date}, at most {doubt.allowed / 1000:,} h"
    return f"doubtful ({doubt.code}: {grown})"
