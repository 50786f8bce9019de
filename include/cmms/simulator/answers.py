"""What the simulator answers with: status, headers, body, and how they travel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Transport:
    """How the answer travels; the defaults are a healthy connection."""

    latency_seconds: float = 0.0
    bytes_per_second: int | None = None
    keep: float | None = None  # send only this part of the body, then end the connection
    reset: bool = False  # end it with RST
    length_delta: int = 0
    answerless: bool = False
    close_after: bool = False


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `body` is what goes over the wire, compressed or not."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    transport: Transport = Transport()


def json_answer(status: int, content: object, headers: Mapping[str, str] | None = None) -> Answer:
    """Return a small JSON answer."""
    body = json.dumps(content, ensure_ascii=False).encode()
    return Answer(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})
