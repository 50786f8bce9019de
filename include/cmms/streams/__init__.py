"""What is synced: every stream, by its name. A new one is a module here and a line below."""

from __future__ import annotations

from cmms.streams.equipment import EQUIPMENT
from cmms.streams.running_time import RUNNING_TIME
from cmms.streams.stream import Snapshot, Stream

StreamName = str
"""The name of a stream, as tables and settings spell it."""

STREAMS: dict[StreamName, Stream] = {stream.name: stream for stream in (EQUIPMENT, RUNNING_TIME)}
"""In the order in which they are synced: readings need their machines."""


def has_hours(sync_type: str) -> bool:
    """Whether a run of this type brings readings of counters; replays and clean-ups are no syncs of a stream."""
    return sync_type in STREAMS and STREAMS[sync_type].has_hours


def stream_of(unit_key: str) -> Stream:
    """Whose unit it is where only its key is known: the snapshot's of that key, else the daily stream's."""
    return next(stream for stream in STREAMS.values() if stream.is_daily or stream.unit == Snapshot(unit_key))
