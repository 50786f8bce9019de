"""What is synced: every stream, by its name. A new one is a module here and a line below."""

from __future__ import annotations

from cmms.streams.equipment import EQUIPMENT
from cmms.streams.running_time import RUNNING_TIME
from cmms.streams.stream import ReferenceName, Snapshot, Stream

StreamName = str
"""The name of a stream, as tables and settings spell it."""

STREAMS: dict[StreamName, Stream] = {stream.name: stream for stream in (EQUIPMENT, RUNNING_TIME)}
"""In the order in which they are synced: readings need their machines."""


def has_hours(sync_type: str) -> bool:
    """Whether a run of this type brings readings of counters; replays and clean-ups are no syncs of a stream."""
    return sync_type in STREAMS and STREAMS[sync_type].has_hours


def streams_with(reference: ReferenceName) -> tuple[StreamName, ...]:
    """The streams whose rules need this reference data, as a list for a statement: ``stream IN %(streams)s``."""
    return tuple(stream.name for stream in STREAMS.values() if reference in stream.reference)


def stream_noted_by_key(unit_key: str) -> Stream:
    """Whose unit it is where an older version has noted the key alone: that version had one stream of days.

    What is noted now names its stream.
    """
    snapshots = {stream.unit.key: stream for stream in STREAMS.values() if isinstance(stream.unit, Snapshot)}
    return snapshots.get(unit_key) or next(stream for stream in STREAMS.values() if stream.is_daily)
