"""Part of verify: the offsets of meter changes, computed again from what was stated and from the trusted readings.

Input: all segments. Output: a sentence per difference. A reading that came after the last evaluation may make one: the
next evaluation settles it.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmms.database import Connection, query
from cmms.maintenance.meters.settle_segments import resolve_segments

_BATCH = 1_000


def verify_meters(connection: Connection) -> Iterator[str]:
    """Differences between stored offsets and those that readings and statements give."""
    machines = [int(row["equipment_id"]) for row in query(connection, "maintenance/meters/changed_machines")]
    for start in range(0, len(machines), _BATCH):
        for row, segment in resolve_segments(connection, machines[start : start + _BATCH]):
            if row["offset_hours"] != segment.offset_hours:
                yield (
                    f"Machine {row['equipment_id']}: from {row['from_date']} on its life hours are the counter plus"
                    f" {row['offset_hours']}, its readings and meter changes give {segment.offset_hours};"
                    " run an evaluation."
                )
