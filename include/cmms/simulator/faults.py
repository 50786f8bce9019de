"""Faults on demand: which requests they hit, and what they do.

Input: `Fault` objects (from a test) or their JSON form (control endpoint). Output: for each request the
faults that hit.

All matching faults apply together, in the order of injection: latency with a status, a renamed field on a
slow page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass as plain_dataclass
from dataclasses import field as default_field
from datetime import date
from threading import Lock
from typing import Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

FaultKind = Literal[
    # the answer is another one
    "status",  # `status`, `retry_after`, `headers`, `body`
    "redirect",  # `location`, `status` (302 unless said)
    "html",  # a proxy's error page with status 200
    "invalid_json",
    "empty_body",
    "bom",  # UTF-8 byte order mark before the JSON
    "wrong_charset",  # UTF-16 bytes, declared as UTF-8
    "gzip_bomb",  # a few kilobytes that become `megabytes`
    "oversize",  # `megabytes` of padding in the body, not compressed
    "literal_body",  # `body` as it stands, `content_type`, `status` (200 unless said)
    # the transport fails
    "latency",  # `seconds` before the first byte
    "drip",  # body at `bytes_per_second`
    "truncated_body",  # the connection closes after `keep` of the promised bytes
    "truncated_gzip",  # a complete HTTP answer with an incomplete gzip stream
    "wrong_length",  # Content-Length is `delta` off (default: 10 too small)
    "reset",  # RST after `keep` of the body; 0: before any byte
    "close",  # the connection closes without an answer
    "close_after",  # a good answer, then the kept-alive connection is closed without notice
    # the content is wrong
    "repeated_page",  # page `serve_page` is served again (default: the page before)
    "cursor_loop",  # next leads `length`-1 pages back: 1 is A-A, 2 is A-B-A
    "total_mismatch",  # total is `delta` off (default: 7 too many)
    "rows_shift",  # between hits `delta` rows (1) appear at the front, or vanish: total and pages drift
    "foreign_next_link",  # next link leads to `location`
    "no_meta",
    "rename_field",  # `field` becomes `new_name` in all records
    "remove_field",  # `field` is gone from all records
    "extra_field",  # `field` with `value` in all records
]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Fault:
    """One fault. The first five keywords choose the requests, all of them must match; None matches any.

    `times` counts requests that are hit (None: until removed); `nth` is the first matching request to be
    hit, from 1.
    """

    kind: FaultKind
    stream: Literal["equipment", "running_time", "token"] | None = None
    page: int | None = None
    day: date | None = None
    nth: int = Field(default=1, ge=1)
    times: int | None = None
    status: int | None = None
    headers: Mapping[str, str] = default_field(default_factory=dict)
    retry_after: str | int | None = None  # "http-date:30" becomes the HTTP date in 30 seconds
    body: str | None = None
    content_type: str = "application/json"
    seconds: float = 1.0
    bytes_per_second: int = 1000
    keep: float = Field(default=0.5, ge=0, le=1)
    megabytes: int = 100
    delta: int | None = None
    serve_page: int | None = None
    length: int = 1
    location: str = "http://elsewhere.invalid/next"
    field: str = ""
    new_name: str = ""
    value: str | None = "unexpected"


_FAULTS: TypeAdapter[list[Fault]] = TypeAdapter(list[Fault])


def read_faults(raw: bytes) -> list[Fault]:
    """Return the faults of a JSON text: one object or a list.

    Raises:
        pydantic.ValidationError: an unknown kind or knob, or no JSON.
    """
    text = raw.strip()
    return _FAULTS.validate_json(text if text.startswith(b"[") else b"[" + text + b"]")


def write_faults(faults: list[Fault]) -> list[dict[str, Any]]:
    """Return the JSON form of faults, without the knobs that have their default."""
    result: list[dict[str, Any]] = _FAULTS.dump_python(faults, mode="json", exclude_defaults=True)
    return result


@plain_dataclass(frozen=True)
class Hit:
    """A fault that applies to a request; `number` counts its hits from 1."""

    fault: Fault
    number: int


class FaultBook:
    """The injected faults with their counters. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: list[tuple[Fault, list[int]]] = []

    def add(self, fault: Fault) -> None:
        """Inject a fault."""
        with self._lock:
            self._entries.append((fault, [0]))

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._entries.clear()

    def faults(self) -> list[Fault]:
        """Return the injected faults."""
        with self._lock:
            return [fault for fault, _ in self._entries]

    def hits(
        self,
        stream: str | None,
        page: int | None = None,
        first_day: date | None = None,
        last_day: date | None = None,
    ) -> list[Hit]:
        """Count a request and return the faults that hit it."""
        with self._lock:
            hits: list[Hit] = []
            for fault, seen in self._entries:
                if fault.stream not in (None, stream) or fault.page not in (None, page):
                    continue
                if fault.day is not None and not (first_day and last_day and first_day <= fault.day <= last_day):
                    continue
                seen[0] += 1
                number = seen[0] - fault.nth + 1
                if number >= 1 and (fault.times is None or number <= fault.times):
                    hits.append(Hit(fault, number))
            return hits
