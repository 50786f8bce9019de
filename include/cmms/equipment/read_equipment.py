"""What the page of a machine shows beside its row: readings. Output: plain rows, oldest first."""

from __future__ import annotations

from typing import Any

from cmms.access.actors import NotFound
from cmms.access.read_rows import read


def read_running_times(equipment_id: int, days: int) -> list[dict[str, Any]]:
    """The newest ``days`` readings, oldest first; days without a reading have no row. Hours are exact, as text.

    ``trust`` is trusted, doubtful or void: only trusted readings count.

    Raises:
        NotFound: there is no such machine.
    """
    rows = read("equipment/running_times", {"id": equipment_id, "days": days})
    if not rows and not read("equipment/equipment_exists", {"id": equipment_id}):
        raise NotFound("there is no such equipment")
    return [
        {
            "date": row["date"].isoformat(),
            "running_hours": str(row["running_hours"]),
            "cumulative_hours": str(row["cumulative_hours"]),
            "quality": row["quality"],
            "quality_code": row["quality_code"],
            "trust": row["trust"],
        }
        for row in reversed(rows)
    ]


def find_by_number(number: str) -> int | None:
    """The machine's id, None if there is none of that number."""
    rows = read("equipment/equipment_by_number", {"equipment_number": number})
    return int(rows[0]["id"]) if rows else None


def read_number(equipment_id: int) -> str:
    """The machine's number.

    Raises:
        NotFound: there is no such machine.
    """
    rows = read("run_control/equipment_numbers", {"ids": (equipment_id,)})
    if not rows:
        raise NotFound("there is no such equipment")
    return str(rows[0]["equipment_number"])
