"""The life hours of one machine, for a page."""

from __future__ import annotations

from cmms.access.connections import raw_session
from cmms.maintenance.meters.life_reading import LifeReading
from cmms.maintenance.meters.read_life import read_life
from cmms.maintenance.site_today import site_today


def find_life(equipment_id: int) -> LifeReading | None:
    """The newest trusted reading of a machine in life hours; None if it has none."""
    with raw_session() as connection:
        return read_life(connection, (equipment_id,), site_today(connection)).get(equipment_id)
