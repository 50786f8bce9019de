"""Receive a body: count what comes over the wire, decompress it as it comes, notice what is cut short.

Input: the open HTTP response. Output: :class:`Body`, complete, or an error. A body larger than
``IN_MEMORY_BYTES`` goes to a temporary file; one larger than the cap ends the transfer.
"""

from __future__ import annotations

import gzip
import tempfile
import zlib
from dataclasses import dataclass
from typing import IO, Any

from cmms.api.retry import Transient
from cmms.errors import BadPayload

IN_MEMORY_BYTES = 16 * 1024 * 1024
HEAD_BYTES = 1024
_READ_BYTES = 256 * 1024
_STEP_BYTES = 4 * 1024 * 1024
_GZIP_WINDOW = 31
_DEFLATE_WINDOW = 15


@dataclass
class Body:
    """A complete body: in ``data``, or in the open file ``spooled`` when it is large.

    ``gzip_bytes`` is what came over the wire, if that was one intact gzip stream. ``head`` is the beginning,
    for the operator.
    """

    wire_bytes: int = 0
    body_bytes: int = 0
    head: bytes = b""
    data: bytes = b""
    gzip_bytes: bytes | None = None
    spooled: IO[bytes] | None = None

    def as_gzip(self) -> bytes:
        """Compressed form to land; the same body always gives the same bytes."""
        return self.gzip_bytes or gzip.compress(self.data, compresslevel=1, mtime=0)

    def close(self) -> None:
        """Give the temporary file back."""
        if self.spooled is not None:
            self.spooled.close()


def receive_body(response: Any, body: Body, *, max_bytes: int) -> Body:
    """Fill ``body`` from ``response`` (a ``requests.Response`` opened with ``stream=True``).

    The caller's ``body`` knows how far it got when an error is raised.

    Raises:
        BadPayload: larger than ``max_bytes``, or a content encoding that was not asked for.
        Transient: cut short, or the compressed stream is damaged.
    """
    encoding = str(response.headers.get("Content-Encoding", "identity")).strip().lower()
    inflate = _inflater(encoding)
    sink = _Sink(body, max_bytes)
    wire: list[bytes] = []
    while chunk := response.raw.read(_READ_BYTES, decode_content=False):
        body.wire_bytes += len(chunk)
        if inflate is None:
            sink.write(chunk)
            continue
        if sink.file is None:
            wire.append(chunk)
        try:
            inflate.feed(chunk, sink)
        except zlib.error:
            raise Transient("DamagedGzip") from None
    _check_length(response, body)
    if inflate is not None:
        inflate.finish(sink)
    if inflate is not None and not inflate.is_complete and body.wire_bytes:
        raise Transient("TruncatedGzip")
    sink.close()
    if inflate is not None and inflate.members == 1 and encoding != "deflate" and body.spooled is None:
        body.gzip_bytes = b"".join(wire)
    return body


def inflate_all(compressed: bytes) -> bytes:
    """Decompress a landed file."""
    return gzip.decompress(compressed)


def _check_length(response: Any, body: Body) -> None:
    promised = str(response.headers.get("Content-Length", ""))
    if not body.wire_bytes and response.status_code == 200:
        if not promised and "Transfer-Encoding" not in response.headers:
            raise Transient("TruncatedHeaders")  # the connection ended where headers were still to come
    if (
        promised.isdigit()
        and "Transfer-Encoding" not in response.headers
        and int(promised) != body.wire_bytes
    ):
        raise Transient("TruncatedBody")


def _inflater(encoding: str) -> _Inflater | None:
    if encoding in ("", "identity"):
        return None
    if encoding in ("gzip", "x-gzip"):
        return _Inflater(_GZIP_WINDOW)
    if encoding == "deflate":
        return _Inflater(_DEFLATE_WINDOW)
    raise BadPayload("the body has a content encoding that was not asked for", encoding=encoding[:20])


class _Inflater:
    """Decompresses step by step: a few kilobytes may become gigabytes, so the sink is asked in between."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._stream = zlib.decompressobj(window)
        self.members = 1

    @property
    def is_complete(self) -> bool:
        return self._stream.eof

    def feed(self, chunk: bytes, sink: _Sink) -> None:
        while chunk:
            if self._stream.eof:
                self._stream = zlib.decompressobj(self._window)
                self.members += 1
            sink.write(self._stream.decompress(chunk, _STEP_BYTES))
            chunk = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def finish(self, sink: _Sink) -> None:
        """zlib may have taken all input and still hold output back."""
        while not self._stream.eof and (data := self._stream.decompress(b"", _STEP_BYTES)):
            sink.write(data)


class _Sink:
    """Collects the body in memory, and from a size on in a temporary file; enforces the cap."""

    def __init__(self, body: Body, max_bytes: int) -> None:
        self._body = body
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []
        self.file: IO[bytes] | None = None

    def write(self, data: bytes) -> None:
        body = self._body
        body.body_bytes += len(data)
        if len(body.head) < HEAD_BYTES:
            body.head += data[: HEAD_BYTES - len(body.head)]
        if body.body_bytes > self._max_bytes:
            raise BadPayload(
                "oversize: the body is larger than max_body_bytes", max_body_bytes=self._max_bytes
            )
        if self.file is None and body.body_bytes > IN_MEMORY_BYTES:
            self.file = body.spooled = tempfile.TemporaryFile(prefix="cmms-page-")
            self.file.writelines(self._parts)
            self._parts.clear()
        if self.file is None:
            self._parts.append(data)
        else:
            self.file.write(data)

    def close(self) -> None:
        if self.file is None:
            self._body.data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        else:
            self.file.seek(0)
