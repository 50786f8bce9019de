"""The beginning of an answer that was refused, as text for the operator.

Input: what came over the wire. Output: at most a kilobyte of text without our credential. It is shown as text, never
as HTML, stored with the call and nowhere else: no error message and no alert holds it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

from cmms.source.receive_body import Body, WireBody

HEAD_CHARACTERS = 1024
_READ_BYTES = 8 * 1024
"""More than is shown: a credential must not be cut in two, and so be missed."""
_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 47}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def answer_head(wire: WireBody, body: Body, encoding: str, redact: Callable[[str], str]) -> str | None:
    """What the source said; None when it said nothing."""
    raw = _beginning(body) or _unpacked(_beginning(wire), encoding)
    text = redact(_CONTROL.sub(" ", raw.decode("utf-8", "replace").replace("\r\n", "\n")))
    return text[:HEAD_CHARACTERS].strip() or None


def _beginning(body: Body | WireBody) -> bytes:
    return next(body.buffer.chunks(), b"")[:_READ_BYTES] if body.size else b""


def _unpacked(raw: bytes, encoding: str) -> bytes:
    window = _WINDOWS.get(encoding.strip().lower())
    if window is None:
        return raw
    try:
        return zlib.decompressobj(window).decompress(raw, _READ_BYTES)
    except zlib.error:
        return b""
