"""``python -m cmms verify``, the part of maintenance: derive again what is stored; report differences.

Input: the database. Output: one sentence per difference; none on a healthy database. Reads one snapshot and changes
nothing.
"""

from __future__ import annotations

from itertools import islice

from cmms.database import session
from cmms.maintenance.meters.verify_meters import verify_meters

LISTED = 100
"""Differences of one kind that are listed."""
_PARTS = (verify_meters,)


def verify_maintenance() -> list[str]:
    """All differences, at most :data:`LISTED` of each part."""
    with session() as connection:
        return [difference for part in _PARTS for difference in islice(part(connection), LISTED)]
