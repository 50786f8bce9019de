"""One unit of work: a day of a stream of a source, or its snapshot. What steps hand to each other.

Tables, files and addresses name a unit by its stream and key, as they always have; there is one source today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cmms.streams import STREAMS, StreamName
from cmms.streams.stream import Stream

DEFAULT_SOURCE = "default"
"""The one source that there is, as the settings call it (``sources.default``)."""


@dataclass(frozen=True, order=True)
class Unit:
    """See the module. ``key``: the ISO date of a day, or the name of a snapshot."""

    source: str
    stream: StreamName
    key: str

    def __str__(self) -> str:
        return f"{self.stream} {self.key}"

    @property
    def definition(self) -> Stream:
        """What its stream is."""
        return STREAMS[self.stream]

    @property
    def day(self) -> date | None:
        """The day that it is; None for a snapshot."""
        return self.definition.day_of(self.key)

    @property
    def label(self) -> str:
        """What people call it: a snapshot by its stream, a day by its date, with the stream if several have days."""
        if self.day is None:
            return self.definition.label
        is_clear = sum(stream.is_daily for stream in STREAMS.values()) == 1
        return self.key if is_clear else f"{self.key} ({self.definition.label})"

    @property
    def required_day(self) -> date:
        """The day that it is.

        Raises:
            ValueError: it is a snapshot.
        """
        if self.day is None:
            raise ValueError(f"{self} is no day")
        return self.day

    @property
    def row(self) -> dict[str, str]:
        """Its columns in tables, and parameters of statements: ``stream`` and ``unit_key``."""
        return {"stream": self.stream, "unit_key": self.key}
