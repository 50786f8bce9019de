"""Keep the offsets of segments in step with the readings around them.

Input: machines, of which readings or segments may have changed. Output: ``meter_segments.offset_hours``. The
evaluation settles its machines before it reads their life hours. So a late reading, a correction, a void and a meter
change all count at the next evaluation, in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from cmms.database import Connection, Cursor, execute, query
from cmms.maintenance.meters.life_hours import Around, MeterReading, Overflow, Segment, resolve_offsets

Row = Mapping[str, Any]


def settle_segments(cursor: Cursor, equipment_ids: Sequence[int]) -> int:
    """Recompute the offsets of the segments of these machines, in the caller's transaction.

    The caller has locked the schedules of the machines, so that two of them do not wait for each other.

    Returns:
        How many offsets have changed.
    """
    changes = 0
    for row, segment in resolve_segments(cursor.connection, equipment_ids):
        if segment.offset_hours != row["offset_hours"]:
            changes += execute(
                cursor, "maintenance/meters/set_offset", {"id": row["id"], "offset_hours": segment.offset_hours}
            )
    return changes


def resolve_segments(connection: Connection, equipment_ids: Sequence[int]) -> Iterator[tuple[Row, Segment]]:
    """Each segment of these machines as it is stored, and with the offset that it must have."""
    if not equipment_ids:
        return
    rows = query(connection, "maintenance/meters/segments_with_readings", {"ids": tuple(equipment_ids)})
    for _, group in groupby(rows, key=lambda row: row["equipment_id"]):
        stored = list(group)
        overflow = Overflow(stored[0]["overflow_value"], bool(stored[0]["overflow_counts"]))
        around = [Around(_reading(row, "before"), _reading(row, "first")) for row in stored]
        yield from zip(stored, resolve_offsets([segment_of(row) for row in stored], around, overflow), strict=True)


def segment_of(row: Row) -> Segment:
    """A row of ``meter_segments`` as a value."""
    return Segment(
        from_date=row["from_date"],
        kind=row["kind"],
        old_final=row["old_final"],
        new_initial=row["new_initial"],
        offset_hours=row["offset_hours"],
    )


def _reading(row: Row, which: str) -> MeterReading | None:
    day = row[f"{which}_date"]
    return None if day is None else MeterReading(day, row[f"{which}_counter"], row[f"{which}_hours"])
