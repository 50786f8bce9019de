"""The account of every HTTP request, successful or not: what ``api_call_logs`` holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ApiCall:
    """One HTTP request, as the columns of ``api_call_logs``.

    ``endpoint`` is a path: no query, no credential.

    ``answer_head`` is the first kilobyte of an answer that was refused, without our credential.
    ``error_class`` is a name such as ``ReadTimeoutError``, ``HTTP 503`` or ``BadPayload``, if it failed.
    """

    endpoint: str
    unit_key: str | None
    page: int | None
    status: int | None
    attempt: int
    latency_ms: int
    bytes_wire: int
    bytes_body: int
    error_class: str | None
    called_at: datetime
    answer_head: str | None = None


CallLog = Callable[[ApiCall], None]
