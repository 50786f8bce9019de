"""Receive a body and unpack it: both step by step, both bounded, and nothing that was cut short gets through.

Input: the open HTTP response. Output of :func:`receive_body`: a complete :class:`WireBody`; of
:func:`unpack_body`: a :class:`Body`. The two are apart so that the connection is free for another thread
while a page is being unpacked. What is larger than ``IN_MEMORY_BYTES`` goes to a temporary file.
"""

from __future__ import annotations

import gzip
import io
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from cmms.errors import BadPayload, StorageUnavailable
from cmms.source.retry import Transient

IN_MEMORY_BYTES = 16 * 1024 * 1024
HEAD_BYTES = 1024
_READ_BYTES = 1024 * 1024
_STEP_BYTES = 4 * 1024 * 1024
_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class Buffer:
    """Bytes that are collected in memory and, from a size on, in a temporary file."""

    def __init__(self) -> None:
        self.size = 0
        self.file: IO[bytes] | None = None
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Append.

        Raises:
            StorageUnavailable: no room for a temporary file.
        """
        try:
            self._write(data)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StorageUnavailable(f"a large answer needs room for a temporary file (TMPDIR): {reason}") from None

    def _write(self, data: bytes) -> None:
        self.size += len(data)
        if self.file is None and self.size > IN_MEMORY_BYTES:
            self.file = tempfile.TemporaryFile(prefix="cmms-page-")  # noqa: SIM115  closed by close()
            self.file.writelines(self._parts)
            self._parts.clear()
        if self.file is None:
            self._parts.append(data)
        else:
            self.file.write(data)

    def content(self) -> bytes:
        """Everything, while it is in memory; empty for what lies in ``file``."""
        if len(self._parts) > 1:
            self._parts = [b"".join(self._parts)]
        return self._parts[0] if self._parts else b""

    def open(self) -> IO[bytes]:
        """Everything, to be read from the start."""
        if self.file is None:
            return io.BytesIO(self.content())
        self.file.seek(0)
        return self.file

    def chunks(self) -> Iterator[bytes]:
        """Everything, step by step."""
        stream = self.open()
        while chunk := stream.read(_READ_BYTES):
            yield chunk

    def close(self) -> None:
        """Give memory and file back."""
        self._parts.clear()
        if self.file is not None:
            self.file.close()


@dataclass
class WireBody:
    """A body as it came over the wire."""

    encoding: str = ""
    buffer: Buffer = field(default_factory=Buffer)

    @property
    def size(self) -> int:
        """Bytes received so far."""
        return self.buffer.size


@dataclass
class Body:
    """A complete body. ``gzip_bytes`` is the wire form, if that was one intact gzip stream."""

    buffer: Buffer = field(default_factory=Buffer)
    head: bytes = b""
    gzip_bytes: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes unpacked so far."""
        return self.buffer.size

    @property
    def data(self) -> bytes:
        """The whole body, if it is not too large for memory."""
        return self.buffer.content()

    def as_gzip(self) -> bytes:
        """Compressed form to land; the same body always gives the same bytes."""
        return self.gzip_bytes or gzip.compress(self.data, compresslevel=1, mtime=0)


def receive_body(response: Any, wire: WireBody, *, max_bytes: int) -> None:
    """Fill ``wire`` from ``response`` (a ``requests.Response`` opened with ``stream=True``).

    Raises:
        BadPayload: larger than ``max_bytes``, or a content encoding that was not asked for.
        Transient: cut short, or damaged; headers too.
    """
    if _has_lost_headers(response):
        raise Transient("MalformedHeaders: those after a bad line are lost")
    wire.encoding = str(response.headers.get("Content-Encoding", "")).strip().lower()
    if wire.encoding not in ("", "identity", *_WINDOWS):
        raise BadPayload("the body has a content encoding that was not asked for")
    while chunk := read_raw(response, _READ_BYTES):
        wire.buffer.write(chunk)
        _check_cap(wire.size, max_bytes)
    headers = response.headers
    if "Transfer-Encoding" in headers:
        return
    promised = str(headers.get("Content-Length", ""))
    if not promised and not wire.size and response.status_code == 200:
        raise Transient("TruncatedHeaders")  # the connection ended where headers were still to come
    if promised.isdigit() and int(promised) != wire.size and response.status_code != 304:
        raise Transient("TruncatedBody")


def _has_lost_headers(response: Any) -> bool:
    """Whether a line without a colon right after its name ended the headers: http.client drops the rest."""
    message = getattr(getattr(response.raw, "_original_response", None), "msg", None)
    rest = message.get_payload() if message is not None else ""
    return isinstance(rest, str) and bool(rest.strip())


def read_raw(response: Any, size: int) -> bytes:
    """The next bytes of ``response``, as they came over the wire; none at its end.

    Raises:
        Transient: the chunks that it comes in are damaged.
    """
    try:
        return response.raw.read(size, decode_content=False) or b""
    except ValueError:  # of a chunk with a negative size
        raise Transient("DamagedChunk") from None


def unpack_body(wire: WireBody, body: Body, *, max_bytes: int) -> None:
    """Fill ``body`` from ``wire``; the caller's ``body`` knows how far it got when an error is raised.

    Raises:
        BadPayload: larger than ``max_bytes``.
        Transient: the compressed stream is damaged or incomplete.
    """
    window = _WINDOWS.get(wire.encoding)
    if window is None or not wire.size:
        body.buffer = wire.buffer
        body.head = next(wire.buffer.chunks(), b"")[:HEAD_BYTES]
        return
    try:
        members = _inflate(wire, body, window, max_bytes)
    except zlib.error:
        raise Transient("DamagedGzip") from None
    if members == 1 and window == _WINDOWS["gzip"] and body.buffer.file is None:
        body.gzip_bytes = wire.buffer.content()
    else:
        wire.buffer.close()


def _inflate(wire: WireBody, body: Body, window: int, max_bytes: int) -> int:
    """Decompress in steps: a few kilobytes may become gigabytes, so the cap is checked in between."""
    stream, members = zlib.decompressobj(window), 1
    for chunk in wire.buffer.chunks():
        waiting = chunk
        while waiting:
            if stream.eof:
                stream, members = zlib.decompressobj(window), members + 1
            _append(body, stream.decompress(waiting, _STEP_BYTES), max_bytes)
            waiting = stream.unused_data if stream.eof else stream.unconsumed_tail
    while not stream.eof and (rest := stream.decompress(b"", _STEP_BYTES)):
        _append(body, rest, max_bytes)  # zlib may have taken all input and still hold output back
    if not stream.eof:
        raise Transient("TruncatedGzip")
    return members


def _append(body: Body, data: bytes, max_bytes: int) -> None:
    if len(body.head) < HEAD_BYTES:
        body.head += data[: HEAD_BYTES - len(body.head)]
    body.buffer.write(data)
    _check_cap(body.size, max_bytes)


def _check_cap(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise BadPayload("oversize: the body is larger than max_body_bytes", max_body_bytes=max_bytes)
