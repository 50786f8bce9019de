"""What has probably happened to the counter of a rejected reading: a proposal for the form that accepts it.

Input: the id of a rejected record. Output: values for the form. Only a rollover can be told from the numbers; a person
confirms it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cmms.access.connections import raw_session
from cmms.database import query
from cmms.maintenance.meters.check_change import find_rollover
from cmms.settings.stored_versions import current_settings
from cmms.streams import STREAMS
from cmms.sync.accept_counters import find_counter_rejects
from cmms.sync.validate.parse_record import parse_record

_THOUSAND = 1000


def suggest_counter(key: int) -> dict[str, Any]:
    """``kind`` and ``old_final`` (the highest value that the counter shows) if it seems to have rolled over."""
    with raw_session() as connection:
        known = find_counter_rejects(connection, (key,))
        if not known or known[0]["old_final"] is None:
            return {}
        record = query(connection, "quarantine/records_to_check", {"ids": (key,)})[0]
        settings = current_settings(connection)[0]
        point = query(connection, "maintenance/meters/overflow", {"equipment_id": known[0]["equipment_id"]})
    stream = STREAMS[record["stream"]]
    counter = parse_record(record["record"], stream=stream.name, settings=settings)["cumulative_hours"]
    if counter is None:
        return {}
    stated = point[0]["overflow_value"] if point else None
    overflow = find_rollover(known[0]["old_final"], Decimal(counter) / _THOUSAND, stated)
    return {} if overflow is None else {"kind": "rollover", "old_final": overflow}
