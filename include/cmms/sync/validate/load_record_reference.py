"""Step 3c of a few records: what the rules need to know of the database. Pure Python, for a request.

Input: parsed records of one unit. Output: a :class:`~cmms.sync.validate.validate_record.RecordReference` each, found as
:mod:`cmms.sync.validate.load_reference` finds it for a whole unit, but for these machines only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cmms.database import Connection, query
from cmms.settings import Settings
from cmms.streams.stream import Stream
from cmms.sync.validate.validate_record import RecordReference

_NOTHING: tuple[Any, ...] = (None,)
_TO_COME = 0
"""The id of a plant that a sync creates with this record."""
_LENGTHS = {"equipment_number": 50, "plant_code": 10}


def load_record_references(
    connection: Connection,
    records: Sequence[Mapping[str, Any]],
    *,
    stream: Stream,
    day: date | None,
    settings: Settings,
) -> list[RecordReference]:
    """Read what the rules of the stream need to know of the records, in their order; ``day`` is None for a snapshot."""
    plants = {row["plant_code"]: int(row["plant_id"]) for row in query(connection, "sync/validate/plants")}
    places = [plants.get(values["plant_code"], _plant_to_come(values, settings)) for values in records]
    if "machines" not in stream.reference:
        return [RecordReference(plant) for plant in places]
    numbers = tuple({values["equipment_number"] for values in records if values["equipment_number"] is not None})
    found = query(connection, "sync/validate/equipment_of", {"numbers": numbers or _NOTHING})
    machines = {row["equipment_number"]: row for row in found}
    before, accepted = _load_counters(connection, found, day) if stream.has_hours and day else ({}, frozenset())
    references = []
    for values, plant in zip(records, places, strict=True):
        machine = machines.get(values["equipment_number"], {})
        key = machine.get("equipment_id")
        newest = before.get(key, {})
        references.append(
            RecordReference(
                plant,
                key,
                machine.get("own_point"),
                newest.get("previous_hours"),
                newest.get("previous_date"),
                key in accepted,
            )
        )
    return references


def _load_counters(
    connection: Connection, machines: Sequence[Mapping[str, Any]], day: date
) -> tuple[Mapping[int | None, Mapping[str, Any]], frozenset[int]]:
    """The trusted reading before the day, by machine; machines whose counter a person has accepted from that day on."""
    ids = tuple(int(row["equipment_id"]) for row in machines)
    asked = {"day": day, "equipment_ids": ids or _NOTHING}
    before: dict[int | None, Mapping[str, Any]] = {
        row["equipment_id"]: row for row in query(connection, "sync/validate/trusted_readings_before", asked)
    }
    events = query(connection, "sync/validate/counter_events", {"day": day})
    return before, frozenset(row["equipment_id"] for row in events)


def _plant_to_come(values: Mapping[str, Any], settings: Settings) -> int | None:
    """With ``rules.unknown_plant: create``, a sync creates the plant of a record that can be read."""
    if settings.rules.unknown_plant != "create" or values["problem"] or values["api_created_at"] is None:
        return None
    is_readable = all(values[name] and len(values[name]) <= limit for name, limit in _LENGTHS.items())
    return _TO_COME if is_readable else None
