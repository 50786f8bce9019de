"""What the page of a machine shows beside its row: readings. Output: plain rows, oldest first."""

from __future__ import annotations

from typing import Any

from cmms.views.actors import NotFound
from cmms.views.read_status import read


def read_running_times(equipment_id: int, days: int) -> list[dict[str, Any]]:
    """The newest ``days`` readings, oldest first; days without a reading have no row. Hours are exact, as text.

    Raises:
        NotFound: there is no such machine.
    """
    rows = read("running_times", {"id": equipment_id, "days": days})
    if not rows and not read("equipment_exists", {"id": equipment_id}):
        raise NotFound("there is no such equipment")
    return [
        {
            "date": row["date"].isoformat(),
            "running_hours": str(row["running_hours"]),
            "cumulative_hours": str(row["cumulative_hours"]),
            "quality": row["quality"],
            "quality_code": row["quality_code"],
        }
        for row in reversed(rows)
    ]
