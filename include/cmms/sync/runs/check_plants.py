"""Whether the plants that somebody asks for are there: a typing error must not end as a run without records.

Input: plant codes. Output: a sentence about those that are unknown. Whoever asks raises the error that fits.
"""

from __future__ import annotations

from collections.abc import Collection

from cmms.database import Connection, query
from cmms.words import count_of

_LISTED = 20


def describe_unknown_plants(connection: Connection, plant_codes: Collection[str]) -> str:
    """``no such plant: P01; the plants are P001, P002``; empty if all are known, active or not."""
    if not plant_codes:
        return ""
    known = [str(row["plant_code"]) for row in query(connection, "sync/runs/all_plants")]
    if not (unknown := sorted(set(plant_codes) - set(known))):
        return ""
    listed = ", ".join(known[:_LISTED])
    more = f" and {count_of(len(known) - _LISTED, 'more plant')}" if len(known) > _LISTED else ""
    there_are = f"the plants are {listed}{more}" if known else "there are no plants yet (cmms seed adds them)"
    return f"no such plant: {', '.join(unknown)}; {there_are}"
