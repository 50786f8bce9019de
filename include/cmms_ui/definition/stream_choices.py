"""Choices of a column or filter that holds the name of a stream: one for each stream that there is."""

from __future__ import annotations

from collections.abc import Mapping

from cmms.streams import STREAMS, StreamName
from cmms_ui.definition.schema import Choice


def stream_choices(labels: Mapping[StreamName, str]) -> tuple[Choice, ...]:
    """In the order in which they are synced; ``labels`` are the resource's own, else the stream's counts."""
    return tuple(Choice(name, labels.get(name, stream.label)) for name, stream in STREAMS.items())
