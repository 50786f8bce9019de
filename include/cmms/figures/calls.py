"""Requests to the source as they were answered, one by one. Output: frozen rows; instants are UTC without zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cmms.figures.typed_rows import read_typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request, and how many milliseconds its answer took."""

    endpoint: str
    called_at: datetime
    latency_ms: int


def newest_calls(limit: int) -> tuple[Call, ...]:
    """WID-07, WAD-07: the newest requests, newest first."""
    return read_typed(Call, "figures/api_calls", {"row_limit": limit})
